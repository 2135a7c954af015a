#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ecs_service_scaling_suspension
version_added: 0.2.0
short_description: Suspend the auto scaling of an ECS service during a deployment
description:
  - Suspends auto scaling before a deployment, and resumes it afterwards. While a deployment replaces tasks, metrics
    count old and new tasks together. AWS suspends scaling in by itself during a deployment, but not scaling out.
  - V(present) suspends scaling activities. It saves what was suspended before in a tag of the scalable target.
  - V(absent) restores what was suspended before, and removes the tag.
  - If a run is interrupted between the two, the tag stays. The next run restores what was suspended before, with a
    warning. M(llmops.ecs.ecs_service_scaling) does the same.
  - If the service has no scalable target, the module changes nothing.
author:
  - The llmops.ecs contributors (@llmops)
options:
  state:
    description: Suspend scaling activities (V(present)), or restore what was suspended before (V(absent)).
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
    description: The scaling activities to suspend.
    type: list
    elements: str
    choices: [dynamic_scaling_in, dynamic_scaling_out, scheduled_scaling]
    default: [dynamic_scaling_out]
  run:
    description:
      - With O(state=absent), the value of RV(run) that the suspending task returned. Empty if nothing was suspended.
      - If another run suspended the scaling, that run was interrupted. The module then warns.
    type: str
extends_documentation_fragment:
  - llmops.ecs.attributes
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - name: Service auto scaling and deployments
    description: What AWS does during a deployment.
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
- name: Resume auto scaling after the deployment
  llmops.ecs.ecs_service_scaling_suspension:
    cluster: llm
    service: llm-server
    state: absent
    run: "{{ suspension.run | default('') }}"
"""

RETURN = r"""
kept:
  description: The state to restore, by scaling activity. Empty if there was nothing to do.
  returned: always
  type: dict
  sample:
    dynamic_scaling_out: false
run:
  description: The ID of the run that suspended scaling, for the option O(run). Empty if this module suspends nothing.
  returned: always
  type: str
  sample: 5f0c2a9d41b7
interrupted:
  description: Whether another run suspended scaling and was interrupted before it could restore it.
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
