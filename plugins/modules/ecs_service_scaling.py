#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ecs_service_scaling
version_added: 0.2.0
short_description: Say how an ECS service scales, all of it in one document
description:
  - Brings the scaling of a service to O(definition), that is its scalable target, its policies with the alarms that
    trigger them, and its schedules.
  - The alarms of step policies are the module's own, so an alarm that was edited by hand is brought back.
    Those that AWS makes for target tracking are never touched.
  - What AWS would refuse, and what it takes but cannot work, is refused before anything is sent.
  - Where a policy needs metrics of 20 seconds, the service is told to report them first.
  - A limit that a schedule has set is that schedule's, and no difference.
author:
  - The llmops.ecs contributors (@llmops)
options:
  state:
    description:
      - Whether the service scales by itself.
      - V(absent) removes the scalable target, all policies with their alarms, and all schedules. The service stays,
        with as many tasks as it has.
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
  min_capacity:
    description: Deprecated, will be removed in llmops.ecs 1.0.0. Use O(definition.min_capacity).
    type: int
  max_capacity:
    description: Deprecated, will be removed in llmops.ecs 1.0.0. Use O(definition.max_capacity).
    type: int
  suspended:
    description: Deprecated, will be removed in llmops.ecs 1.0.0. Use O(definition.suspended).
    type: dict
  policies:
    description: Deprecated, will be removed in llmops.ecs 1.0.0. Use O(definition.policies).
    type: list
    elements: dict
  schedules:
    description: Deprecated, will be removed in llmops.ecs 1.0.0. Use O(definition.schedules).
    type: list
    elements: dict
  tags:
    description:
      - Tags of the scalable target. Alarms get them when they are made.
      - Without this option tags are left alone.
    type: dict
  owner_tags:
    description:
      - Tags that say whose the scaling is. The scalable target and its alarms get them.
      - With O(state=absent), a scalable target that lacks any of them is somebody else's. It is left alone.
    type: dict
    default: {}
  purge_tags:
    description:
      - Whether tags of the scalable target that are not asked for are removed, when tags are asked for at all.
      - Tags that begin with V(llmops:) or V(aws:) are never removed.
    type: bool
    default: true
extends_documentation_fragment:
  - llmops.ecs.attributes
  - llmops.ecs.scaling
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - name: Automatically scale your Amazon ECS service
    description: What there is, and how AWS does it.
    link: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html
  - module: llmops.ecs.ecs_service_scaling_suspension
  - module: llmops.ecs.ecs_service
  - name: community.aws.application_autoscaling_policy
    link: https://docs.ansible.com/projects/ansible/latest/collections/community/aws/application_autoscaling_policy_module.html
    description: The module for this resource in the collection community.aws.
"""

EXAMPLES = r"""
- name: Up to three tasks, as many as keep the CPU at 60 percent
  llmops.ecs.ecs_service_scaling:
    cluster: llm
    service: llm-server
    definition:
      min_capacity: 1
      max_capacity: 3
      policies:
        - name: cpu
          type: target_tracking
          metric: cpu
          target: 60
          scale_in_cooldown: 300
          scale_out_cooldown: 60

- name: Datapoints of one's own, and awake in office hours
  llmops.ecs.ecs_service_scaling:
    cluster: llm
    service: llm-server
    definition:
      min_capacity: 0
      max_capacity: 3
      policies:
        - name: fine
          type: step
          metric: cpu
          scale_out:
            above: 70
            evaluation_periods: 3
            cooldown: 60
            steps:
              - {below: 90, add: 1}
              - {add: 2}
          scale_in:
            below: 30
            evaluation_periods: 10
            datapoints_to_alarm: 10
            steps:
              - {remove: 1}
      schedules:
        - {name: open, cron: "0 8 ? * MON-FRI *", timezone: Europe/Rome, min_capacity: 1}
        - {name: close, cron: "0 20 ? * MON-FRI *", timezone: Europe/Rome, min_capacity: 0}

- name: Nothing scales for now, and all else stays as it is
  llmops.ecs.ecs_service_scaling:
    cluster: llm
    service: llm-server
    definition:
      suspended:
        dynamic_scaling_in: true
        dynamic_scaling_out: true
        scheduled_scaling: true

- name: The service does not scale any more
  llmops.ecs.ecs_service_scaling:
    cluster: llm
    service: llm-server
    state: absent
"""

RETURN = r"""
scalable_target:
  description:
    - The scalable target as it is now, in AWS's own spelling.
    - In check mode, as it would be.
  returned: O(state=present)
  type: dict
  sample:
    ResourceId: service/llm/llm-server
    MinCapacity: 1
    MaxCapacity: 3
    SuspendedState:
      DynamicScalingInSuspended: false
      DynamicScalingOutSuspended: false
      ScheduledScalingSuspended: false
policies:
  description: The policies, in AWS's own spelling. A step policy is one policy each way.
  returned: O(state=present) and O(definition.policies) is given
  type: list
  elements: dict
  sample:
    - PolicyName: cpu
      PolicyARN: arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:6d89:resource/ecs/service/llm/s:policyName/cpu
      PolicyType: TargetTrackingScaling
      TargetTrackingScalingPolicyConfiguration:
        PredefinedMetricSpecification:
          PredefinedMetricType: ECSServiceAverageCPUUtilization
        TargetValue: 60.0
        ScaleInCooldown: 300
        ScaleOutCooldown: 60
alarms:
  description: The alarms that trigger step policies, in AWS's own spelling. Those that are AWS's are not among them.
  returned: O(state=present) and O(definition.policies) is given
  type: list
  elements: dict
  sample:
    - AlarmName: llmops/service/llm/s/fine-in
      AlarmArn: arn:aws:cloudwatch:us-east-1:123456789012:alarm:llmops/service/llm/s/fine-in
      AlarmActions:
        - arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:6d89:resource/ecs/service/llm/s:policyName/fine-in
      Namespace: AWS/ECS
      MetricName: CPUUtilization
      Statistic: Average
      Period: 60
      EvaluationPeriods: 10
      DatapointsToAlarm: 10
      Threshold: 30.0
      ComparisonOperator: LessThanThreshold
      TreatMissingData: notBreaching
schedules:
  description: The scheduled actions, in AWS's own spelling.
  returned: O(state=present) and O(definition.schedules) is given
  type: list
  elements: dict
  sample:
    - ScheduledActionName: open
      Schedule: cron(0 8 ? * MON-FRI *)
      Timezone: Europe/Rome
      ScalableTargetAction:
        MinCapacity: 1
tags:
  description: The scalable target's tags.
  returned: O(state=present)
  type: dict
  sample:
    team: llm
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.outcome import failures_told
from ..module_utils._aws.session import Clients, connect
from ..module_utils._scaling import apply
from ..module_utils._scaling.context import Run
from ..module_utils._scaling.options import DEFINITION

#: What definition holds were options of their own before. They go in 1.0.0.
OLD = {
    "min_capacity": {"type": "int"},
    "max_capacity": {"type": "int"},
    "suspended": {"type": "dict"},
    "policies": {"type": "list", "elements": "dict"},
    "schedules": {"type": "list", "elements": "dict"},
}
REMOVED = {"removed_in_version": "1.0.0", "removed_from_collection": "llmops.ecs"}


def main():
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"choices": ["present", "absent"], "default": "present"},
            "cluster": {"default": "default"},
            "service": {"required": True},
            "definition": DEFINITION,
            **{name: {**option, **REMOVED} for name, option in OLD.items()},
            "owner_tags": {"type": "dict", "default": {}},
            "tags": {"type": "dict"},
            "purge_tags": {"type": "bool", "default": True},
        },
        mutually_exclusive=[("definition", name) for name in OLD],
        supports_check_mode=True,
    )
    with failures_told(module):
        scaling = connect(module, "application-autoscaling")
        if module.params["definition"] is None:
            module.params["definition"] = {name: module.params[name] for name in OLD}
        run = Run.of(module, Clients(module.client, **{"application-autoscaling": scaling}))
        module.exit_json(**(apply.present if module.params["state"] == "present" else apply.absent)(run))


if __name__ == "__main__":
    main()
