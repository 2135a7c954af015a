#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ecs_service
version_added: 0.1.0
short_description: Create, change, roll out or delete an ECS service
description:
  - Creates an ECS service, or changes it to match O(definition), and waits until its tasks run.
  - Only the fields in O(definition) are compared and changed. Other fields of the service are not changed.
    A list replaces the whole list in AWS, so V([]) empties it.
  - Some fields can be set only when a service is created. If one of them differs, the module fails and says what to do.
  - The module waits for the deployment that it started, or for the one in progress if it changed nothing. While it
    waits, it shows a line for each change. If the deployment fails or is rolled back, the module fails with a
    diagnosis.
  - The name must match exactly. A service whose status is C(INACTIVE) counts as deleted. If the status is C(DRAINING),
    the module waits until the service is deleted.
author:
  - The llmops.ecs contributors (@llmops)
options:
  state:
    description:
      - Whether the service exists.
      - V(absent) deletes the service and stops its tasks. You need not scale it to zero first.
    type: str
    choices: [present, absent]
    default: present
  cluster:
    description:
      - The cluster, unless O(definition) has C(cluster). Without both, the cluster C(default) is used.
    type: str
  name:
    description:
      - The name of the service. Required unless O(definition) has C(serviceName).
    type: str
  definition:
    description:
      - The service in AWS's spelling, as C(aws ecs create-service --cli-input-yaml) takes it.
      - Numbers, booleans and strings are converted to the types that AWS expects. Fields that are null are ignored.
      - If C(taskDefinition) is only a family name, its newest ACTIVE revision is used.
      - To stop using capacity providers, set C(launchType), or set C(capacityProviderStrategy) to V([]).
    type: dict
    default: {}
  force_new_deployment:
    description:
      - Whether to replace all tasks even if nothing differs. Each run then reports a change.
    type: bool
    default: false
  desired_count_policy:
    description:
      - Whether auto scaling or O(definition) sets the desired count.
      - With V(auto), auto scaling sets it if the service has a scalable target. The module then does not send
        C(desiredCount) in an update. For a new service it limits the count to the target's minimum and maximum, with a
        warning.
      - With V(enforce), the count is always the one in O(definition).
    type: str
    choices: [auto, enforce]
    default: auto
  follow_image:
    description:
      - Whether to replace the tasks if a new image was pushed under the same tag.
      - The module looks the tag up in ECR, or in another registry if that needs no credentials. If it cannot look the
        tag up, it warns and does not replace the tasks for that image.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until the deployment is complete or, with O(state=absent), until the service and its tasks are
        gone.
      - In check mode the module does not wait.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait at most.
    type: int
    default: 600
  _follow:
    description:
      - For internal use only. The action plugin runs the module several times to show progress, and passes on here
        where the last run ended.
    type: dict
extends_documentation_fragment:
  - llmops.ecs.attributes
  - llmops.ecs.tags
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - name: CreateService
    description: What a definition can hold.
    link: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
  - module: llmops.ecs.ecs_task_definition
  - module: llmops.ecs.ecs_service_endpoint_info
  - module: llmops.ecs.ecs_service_diagnosis_info
"""

EXAMPLES = r"""
- name: Create a service with one task, and roll a failed deployment back
  llmops.ecs.ecs_service:
    cluster: llm
    name: llm-server
    definition:
      taskDefinition: llm-server
      desiredCount: 1
      launchType: FARGATE
      networkConfiguration:
        awsvpcConfiguration:
          subnets: "{{ network_subnet_ids }}"
          securityGroups: ["{{ network_security_group_id }}"]
          assignPublicIp: ENABLED
      deploymentConfiguration:
        deploymentCircuitBreaker:
          enable: true
          rollback: true
    tags:
      team: llm

- name: Deploy a new image that was pushed under the same tag, and change nothing else
  llmops.ecs.ecs_service:
    cluster: llm
    name: llm-server
    follow_image: true

- name: Run two tasks on Fargate Spot, even if auto scaling has set another count
  llmops.ecs.ecs_service:
    cluster: llm
    name: llm-server
    definition:
      desiredCount: 2
      capacityProviderStrategy:
        - capacityProvider: FARGATE_SPOT
          weight: 1
    desired_count_policy: enforce

- name: Delete the service
  llmops.ecs.ecs_service:
    cluster: llm
    name: llm-server
    state: absent
"""

RETURN = r"""
service:
  description:
    - The service as it is now, in AWS's spelling, without its events.
    - In check mode, as it would be.
  returned: O(state=present)
  type: dict
  sample:
    serviceName: llm-server
    serviceArn: arn:aws:ecs:us-east-1:123456789012:service/llm/llm-server
    status: ACTIVE
    desiredCount: 1
    runningCount: 1
arn:
  description: The service's ARN. In check mode, if the service would be created, the ARN that it would get.
  returned: O(state=present)
  type: str
  sample: arn:aws:ecs:us-east-1:123456789012:service/llm/llm-server
tags:
  description: The service's tags.
  returned: O(state=present)
  type: dict
  sample:
    team: llm
deployment:
  description: The primary deployment, in AWS's spelling, V(null) where there is none.
  returned: O(state=present)
  type: dict
  sample:
    id: ecs-svc/1234567890123456789
    status: PRIMARY
    rolloutState: COMPLETED
    taskDefinition: arn:aws:ecs:us-east-1:123456789012:task-definition/llm-server:3
changed_fields:
  description: The fields that differed. C(images) means that a new image was pushed under the same tag.
  returned: O(state=present)
  type: list
  elements: str
  sample:
    - taskDefinition
will_redeploy:
  description: Whether the change replaces tasks.
  returned: O(state=present)
  type: bool
  sample: true
progress:
  description: The changes that were seen while the module waited, one line each.
  returned: if the module waited
  type: list
  elements: str
  sample:
    - "llm-server:3: in progress, 0 of 1 running, 1 pending"
    - "event: has reached a steady state."
    - "llm-server:3: completed, 1 of 1 running, 0 pending"
diagnosis:
  description: Why the deployment failed, as M(llmops.ecs.ecs_service_diagnosis_info) returns it.
  returned: if the deployment failed or the wait timed out
  type: dict
  sample:
    summary:
      - "Task 0123456789abcdef of llm-server:3 stopped: EssentialContainerExited: Essential container in task exited"
      - "  container llm-server: exit code 1"
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.outcome import failures_told
from ..module_utils._aws.session import Clients, connect
from ..module_utils._ecs import service_apply
from ..module_utils._rollouts import wait as rollouts_wait


def wait(run, applied):
    """Return what waiting adds to the result: nothing, the state for the action plugin to go on from, the outcome."""
    state = rollouts_wait.begin(applied, run.params["wait_timeout"])
    if state is None or run.check_mode or not run.params["wait"]:
        return {}
    if run.params["_follow"] is not None:
        return {"_following": state}
    return rollouts_wait.until_done(run.clients, state, lambda: run.left)


def result_of(module, clients):
    if module.params["_follow"]:
        return rollouts_wait.stretch(clients, module.params["_follow"])
    run = service_apply.DeployRun.of(module, clients)
    applied = (service_apply.present if module.params["state"] == "present" else service_apply.absent)(run)
    return {**applied.result, **wait(run, applied), "changed": applied.result["changed"]}


def main():
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"choices": ["present", "absent"], "default": "present"},
            "cluster": {},
            "name": {},
            "definition": {"type": "dict", "default": {}},
            "tags": {"type": "dict"},
            "purge_tags": {"type": "bool", "default": True},
            "force_new_deployment": {"type": "bool", "default": False},
            "desired_count_policy": {"choices": ["auto", "enforce"], "default": "auto"},
            "follow_image": {"type": "bool", "default": False},
            "wait": {"type": "bool", "default": True},
            "wait_timeout": {"type": "int", "default": 600},
            "_follow": {"type": "dict"},
        },
        supports_check_mode=True,
    )
    with failures_told(module):
        result = result_of(module, Clients(module.client, ecs=connect(module, "ecs")))
        if result.pop("failed", False):
            module.fail_json(**result)
        module.exit_json(**result)


if __name__ == "__main__":
    main()
