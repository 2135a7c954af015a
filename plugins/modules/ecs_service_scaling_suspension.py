#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ecs_service_scaling_suspension
version_added: 0.2.0
short_description: Suspend the scaling of an ECS service for the time of a deployment
description:
  - While a deployment replaces tasks, old and new ones count together, and autoscaling that acts on them finds a wrong
    number. AWS stops scaling in by itself meanwhile, scaling out it does not.
  - V(present) suspends, and keeps what was suspended before in a tag of the scalable target.
    V(absent) restores that, and removes the tag.
  - A run that is interrupted between the two leaves the tag, so the next one can restore what was there, and says so.
    M(llmops.ecs.ecs_service_scaling) does that as well.
  - A service that has no scalable target is left alone.
author:
  - The llmops.ecs contributors (@llmops)
options:
  state:
    description: Whether scaling is suspended (V(present)), or as it was before (V(absent)).
    type: str
    choices: [present, absent]
    default: present
  cluster:
    description: The cluster's name or ARN.
    type: str
    default: default
  service:
    description: The service's name.
    type: str
    required: true
  flags:
    description: What is suspended.
    type: list
    elements: str
    choices: [dynamic_scaling_in, dynamic_scaling_out, scheduled_scaling]
    default: [dynamic_scaling_out]
  run:
    description:
      - With O(state=absent), what RV(run) was when it was suspended, empty if it was not.
      - If scaling was suspended by another run, that one was interrupted, and a warning says so.
    type: str
extends_documentation_fragment:
  - llmops.ecs.attributes
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - name: Service auto scaling and deployments
    description: What AWS does while a deployment is under way.
    link: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html
  - module: llmops.ecs.ecs_service_scaling
"""

EXAMPLES = r"""
- name: Suspend scaling out, before the deployment
  llmops.ecs.ecs_service_scaling_suspension:
    cluster: llm
    service: llm-server
  register: suspension

# Under "always" of the block that deploys.
- name: Scale as before, after the deployment
  llmops.ecs.ecs_service_scaling_suspension:
    cluster: llm
    service: llm-server
    state: absent
    run: "{{ suspension.run | default('') }}"
"""

RETURN = r"""
kept:
  description: What was suspended before, of what is suspended now or was restored. Empty where nothing was to be done.
  returned: always
  type: dict
  sample:
    dynamic_scaling_out: false
run:
  description: Which run suspended it, to be handed to O(run). Empty where nothing is suspended by this module.
  returned: always
  type: str
  sample: 5f0c2a9d41b7
interrupted:
  description: Whether another run had suspended it before, and did not come to restore it.
  returned: always
  type: bool
  sample: false
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.outcome import failures_told
from ..module_utils._aws.session import Clients, connect
from ..module_utils._scaling import suspension
from ..module_utils._scaling.context import Run


def main():
    flags = ["dynamic_scaling_in", "dynamic_scaling_out", "scheduled_scaling"]
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"choices": ["present", "absent"], "default": "present"},
            "cluster": {"default": "default"},
            "service": {"required": True},
            "flags": {"type": "list", "elements": "str", "choices": flags, "default": ["dynamic_scaling_out"]},
            "run": {},
        },
        supports_check_mode=True,
    )
    with failures_told(module):
        scaling = connect(module, "application-autoscaling")
        run = Run.of(module, Clients(module.client, **{"application-autoscaling": scaling}))
        suspend = module.params["state"] == "present"
        module.exit_json(**(suspension.suspend if suspend else suspension.restore)(run))


if __name__ == "__main__":
    main()
