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
  - Brings the scaling of a service to one document, that is its scalable target, its policies with the alarms that
    trigger them, and its schedules.
  - A list that is given is whole, so what it does not name is removed, a policy with its alarms, and V([]) empties it.
    A list that is not given is left alone.
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
    description:
      - The least number of tasks. Without it, what the scalable target has; a new one needs it.
      - AWS moves the service between its limits at once.
    type: int
  max_capacity:
    description: The greatest number of tasks. Without it, what the scalable target has; a new one needs it.
    type: int
  suspended:
    description:
      - What does not happen for now, any of C(dynamic_scaling_in), C(dynamic_scaling_out) and C(scheduled_scaling),
        each V(true) or V(false).
      - What is not named stays as it is.
    type: dict
    default: {}
  policies:
    description:
      - The policies. Each has a C(name) and a C(type), and more by its type.
      - V(target_tracking) keeps a C(metric) at C(target), with C(scale_in_cooldown) and C(scale_out_cooldown) in
        seconds (300), C(disable_scale_in), and C(resolution), V(60) or V(20) seconds (C(cpu) and C(memory) only).
        Its alarms are AWS's own, which cannot be set.
      - V(step) has alarms of one's own. It takes C(metric), C(statistic), C(treat_missing_data) (V(notBreaching)), and
        C(scale_out), C(scale_in) or both.
      - Each of these has a threshold (C(above) or C(at_or_above), C(below) or C(at_or_below)), C(evaluation_periods)
        (3 out, 15 in), C(datapoints_to_alarm) (all of them), C(period) in seconds (60), C(cooldown) in seconds (300),
        C(minimum_change), C(treat_missing_data), and C(steps).
      - A step is one of C(add) or C(remove), C(set) and C(percent), and ends at C(below) when it scales out, at
        C(above) when it scales in, in the metric's own values. It begins where the one before ends, and the last one
        has no end.
      - V(wake_from_zero) sets a service that has no task to C(capacity) (1) when its Application Load Balancer had to
        answer a request with 503. It takes C(cooldown) (60), and C(shared) where other services are behind the load
        balancer.
      - V(predictive) forecasts from the days before, and takes C(metric), C(target), C(mode) (V(forecast_only) or
        V(forecast_and_scale)), C(scheduling_buffer_time) in seconds (300) and C(max_capacity_buffer) in percent.
      - C(metric) is V(cpu), V(memory), V(requests_per_target), a map with C(namespace), C(name), C(dimensions),
        C(statistic) and C(unit), or metric math, a map with C(expression), C(metrics) and C(label).
        V(requests_in_flight) and V(queue_length) are what the collection's own server reports, a task's average.
    type: list
    elements: dict
  schedules:
    description:
      - The schedules. Each has a C(name), one of C(cron), C(rate) and C(at), C(min_capacity), C(max_capacity) or both,
        and may have C(timezone), C(start_time) and C(end_time).
      - One whose time is over is left out, with a warning.
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
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - name: Automatically scale your Amazon ECS service
    description: What there is, and how AWS does it.
    link: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html
  - module: llmops.ecs.ecs_service_scaling_suspension
  - module: llmops.ecs.ecs_service
  - module: community.aws.application_autoscaling_policy
"""

EXAMPLES = r"""
- name: Up to three tasks, as many as keep the CPU at 60 percent
  llmops.ecs.ecs_service_scaling:
    cluster: llm
    service: llm-server
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
  returned: O(state=present) and O(policies) is given
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
  returned: O(state=present) and O(policies) is given
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
  returned: O(state=present) and O(schedules) is given
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


def main():
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"choices": ["present", "absent"], "default": "present"},
            "cluster": {"default": "default"},
            "service": {"required": True},
            "min_capacity": {"type": "int"},
            "max_capacity": {"type": "int"},
            "suspended": {"type": "dict", "default": {}},
            "policies": {"type": "list", "elements": "dict"},
            "schedules": {"type": "list", "elements": "dict"},
            "owner_tags": {"type": "dict", "default": {}},
            "tags": {"type": "dict"},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    with failures_told(module):
        scaling = connect(module, "application-autoscaling")
        run = Run.of(module, Clients(module.client, **{"application-autoscaling": scaling}))
        module.exit_json(**(apply.present if module.params["state"] == "present" else apply.absent)(run))


if __name__ == "__main__":
    main()
