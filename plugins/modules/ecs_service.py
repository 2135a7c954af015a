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
  - Brings an ECS service to O(definition), every field of it, and waits until its tasks run.
  - Only what O(definition) names is compared and changed, the rest of the service is left alone.
    A list is whole, so V([]) empties it.
  - What AWS accepts only when a service is created, and is asked for otherwise, is an error that names the way out.
  - While it waits, a line is shown whenever something changed. It waits for the deployment that this run started, or
    for the one under way if the run changed nothing. A deployment that failed or was rolled back fails the task, with
    a diagnosis.
  - The name is matched exactly, and a service that is C(INACTIVE) does not exist. One that is C(DRAINING) is waited
    for.
author:
  - The llmops.ecs contributors (@llmops)
options:
  state:
    description:
      - Whether the service exists.
      - A service is deleted with all its tasks; nothing has to be scaled down before.
    type: str
    choices: [present, absent]
    default: present
  cluster:
    description:
      - The cluster, where O(definition) does not hold C(cluster). Without both it is the one that is called C(default).
    type: str
  name:
    description:
      - The name of the service, where O(definition) does not hold C(serviceName). One of the two is required.
    type: str
  definition:
    description:
      - The service in AWS's own spelling, what C(aws ecs create-service --cli-input-yaml) takes.
      - Scalars are brought to the types that AWS wants. Members that are null count as left out.
      - A family as C(taskDefinition) means its newest ACTIVE revision.
      - To leave capacity providers, ask for C(launchType), or for V([]) as C(capacityProviderStrategy).
    type: dict
    default: {}
  force_new_deployment:
    description:
      - Whether all tasks are replaced even if nothing differs. This is a change every time.
    type: bool
    default: false
  desired_count_policy:
    description:
      - Whose the desired count is.
      - With V(auto), autoscaling's if the service has a scalable target. An update then never sends C(desiredCount),
        and a new service gets it clamped into the target's bounds, with a warning.
      - With V(enforce), it is always what O(definition) says.
    type: str
    choices: [auto, enforce]
    default: auto
  follow_image:
    description:
      - Whether an image that was pushed again under the tag that runs is rolled out.
      - A tag is looked up in ECR, or in its registry if that answers without credentials. An image that cannot be
        looked up is left alone, with a warning.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until the deployment is done, or until a deleted service and its tasks are gone.
      - In check mode nothing is waited for.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait at most.
    type: int
    default: 600
  _follow:
    description:
      - Not to be set by users. By it the action plugin, which shows what changes while it waits, runs the module again
        to go on from where the run before ended.
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
- name: A service of one task that takes its place only when it is up, and is rolled back otherwise
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

- name: The newest image that its tag names, and nothing else
  llmops.ecs.ecs_service:
    cluster: llm
    name: llm-server
    follow_image: true

- name: Two tasks on Spot, even if autoscaling wants another count
  llmops.ecs.ecs_service:
    cluster: llm
    name: llm-server
    definition:
      desiredCount: 2
      capacityProviderStrategy:
        - capacityProvider: FARGATE_SPOT
          weight: 1
    desired_count_policy: enforce

- name: The service is gone
  llmops.ecs.ecs_service:
    cluster: llm
    name: llm-server
    state: absent
"""

RETURN = r"""
service:
  description:
    - The service as it is now, in AWS's own spelling, without its events.
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
  description: The service's ARN; in check mode, where the service would be made, the one to expect.
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
  description: The primary deployment, in AWS's own spelling, V(null) where there is none.
  returned: O(state=present)
  type: dict
  sample:
    id: ecs-svc/1234567890123456789
    status: PRIMARY
    rolloutState: COMPLETED
    taskDefinition: arn:aws:ecs:us-east-1:123456789012:task-definition/llm-server:3
changed_fields:
  description: What differed, C(images) where a tag names another image than the one that runs.
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
  description: What was seen to change while it was waited for, one line each.
  returned: if it was waited for
  type: list
  elements: str
  sample:
    - "llm-server:3: in progress, 0 of 1 running, 1 pending"
    - "event: has reached a steady state."
    - "llm-server:3: completed, 1 of 1 running, 0 pending"
diagnosis:
  description: Why it failed, as M(llmops.ecs.ecs_service_diagnosis_info) tells it.
  returned: if the wait ended badly
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
