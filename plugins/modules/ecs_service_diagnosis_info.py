#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ecs_service_diagnosis_info
version_added: 0.1.0
short_description: Find out why an ECS service does not run
description:
  - Collects the service's events, deployments, stopped and unhealthy tasks (with stop codes, reasons and the last
    lines of their logs), and the health of the load balancer's targets.
  - Returns a summary in lines for people. The last lines say what to do, if that is known.
  - Values of environment variables are not returned. In log lines, what looks like a password, a token or a key is
    hidden.
  - ECS returns a stopped task for about one hour only.
author:
  - The llmops.ecs contributors (@llmops)
options:
  cluster:
    description:
      - The cluster.
    type: str
    default: default
  service:
    description:
      - The name of the service.
    type: str
    required: true
  log_lines:
    description:
      - How many lines of each container's log to read, V(0) for none.
    type: int
    default: 20
extends_documentation_fragment:
  - llmops.ecs.attributes.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: llmops.ecs.ecs_service
"""

EXAMPLES = r"""
- name: Find out why the service does not run
  llmops.ecs.ecs_service_diagnosis_info:
    cluster: llm
    service: llm-server
  register: why

- name: Show the summary
  ansible.builtin.debug:
    var: why.summary
"""

RETURN = r"""
summary:
  description: The findings as lines for people. What to do comes last.
  returned: success
  type: list
  elements: str
  sample:
    - "Task 0123456789abcdef of llm-server:3 stopped: EssentialContainerExited: Essential container in task exited"
    - "  container llm-server: exit code 1"
    - "    ModuleNotFoundError: No module named 'app'"
    - "What to do: The process ended by itself: its log says why. A container's command must stay in the foreground."
events:
  description: The service's last events, the newest first.
  returned: success
  type: list
  elements: dict
  sample:
    - createdAt: "2026-11-22T15:41:00+00:00"
      message: (service llm-server) has reached a steady state.
deployments:
  description: The service's deployments.
  returned: success
  type: list
  elements: dict
  sample:
    - id: ecs-svc/1234567890123456789
      status: PRIMARY
      rolloutState: FAILED
      failedTasks: 3
      taskDefinition: llm-server:3
tasks:
  description:
    - Tasks that stopped or are not healthy, the newest first.
    - Of tasks that stopped for the same reason only the newest is listed. C(alike) is the number of such tasks.
  returned: success
  type: list
  elements: dict
  sample:
    - task: 0123456789abcdef
      taskDefinition: llm-server:3
      lastStatus: STOPPED
      stopCode: EssentialContainerExited
      stoppedReason: Essential container in task exited
      alike: 3
      containers:
        - name: llm-server
          exitCode: 1
          logGroup: /llmops/llm/llm-server
          logStream: llm-server/llm-server/0123456789abcdef
          log:
            - "ModuleNotFoundError: No module named 'app'"
targets:
  description: The targets of the service's load balancers.
  returned: success
  type: list
  elements: dict
  sample:
    - target: 172.31.144.10:8080
      state: unhealthy
      reason: Target.ResponseCodeMismatch
      description: "unhealthy (Health checks failed with these codes: [503])"
unread:
  description: What could not be read, and why.
  returned: if something could not be read
  type: list
  elements: str
  sample: []
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.outcome import failures_told
from ..module_utils._aws.session import Clients, connect
from ..module_utils._ecs import service_api
from ..module_utils._rollouts.diagnosis import LOG_LINES, diagnose

NOTHING = {"events": [], "deployments": [], "tasks": [], "targets": []}


def main():
    module = AnsibleAWSModule(
        argument_spec={
            "cluster": {"default": "default"},
            "service": {"required": True},
            "log_lines": {"type": "int", "default": LOG_LINES},
        },
        supports_check_mode=True,
    )
    with failures_told(module):
        clients = Clients(module.client, ecs=connect(module, "ecs"))
        cluster, name = module.params["cluster"], module.params["service"]
        service = service_api.describe_service(clients("ecs"), cluster, name)
        if service is None:
            module.exit_json(changed=False, **NOTHING, summary=[f"There is no service {name} in cluster {cluster}."])
        module.exit_json(changed=False, **diagnose(clients, service, log_lines=module.params["log_lines"]))


if __name__ == "__main__":
    main()
