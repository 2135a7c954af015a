# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  definition:
    description:
      - How the service scales, all of it in one document.
      - A list that is given is whole, so what it does not name is removed, a policy with its alarms, and V([]) empties
        it. A list that is not given is left alone. Members that are null count as left out.
    type: dict
    suboptions:
      min_capacity:
        description:
          - The least number of tasks. Without it, what the scalable target has; a new one needs it.
          - AWS moves the service between its limits at once.
        type: int
      max_capacity:
        description: The greatest number of tasks. Without it, what the scalable target has; a new one needs it.
        type: int
      suspended:
        description: What does not happen for now. What is not named stays as it is.
        type: dict
        suboptions:
          dynamic_scaling_in:
            description: Whether no policy takes away tasks for now.
            type: bool
          dynamic_scaling_out:
            description: Whether no policy adds tasks for now.
            type: bool
          scheduled_scaling:
            description: Whether no schedule sets limits for now.
            type: bool
      policies:
        description:
          - The policies.
          - An option that means nothing for a policy's type is refused, unless it has the value of its default.
        type: list
        elements: dict
        suboptions:
          name:
            description:
              - The policy's name. No two policies have the same.
              - On AWS a step policy is two, V(<name>-out) and V(<name>-in), each with an alarm.
            type: str
            required: true
          type:
            description:
              - V(target_tracking) keeps a metric at a target. Its alarms are AWS's own, which cannot be set.
              - V(step) adds and removes tasks by alarms of one's own, with as many datapoints as are asked for.
              - V(wake_from_zero) sets a service that has no task to O(definition.policies[].capacity) when its
                Application Load Balancer had to answer a request with 503.
              - V(predictive) forecasts from the days before.
            type: str
            required: true
            choices: [target_tracking, step, wake_from_zero, predictive]
          metric:
            description:
              - What the policy acts on. All types but V(wake_from_zero) need it.
              - V(cpu), V(memory) or V(requests_per_target). V(predictive) takes no other.
              - V(requests_in_flight) and V(queue_length) are what the collection's own server reports, a task's
                average.
              - A map with C(namespace), C(name), C(dimensions) (a map of names to values), C(statistic) and C(unit) is
                any metric of CloudWatch. The first two are required.
              - A map with C(expression), C(metrics) (a map of ids to what is a metric here, or to a map with
                C(expression) alone) and C(label) is metric math. The first two are required.
            type: raw
          target:
            description:
              - For V(target_tracking) and V(predictive), which need it, the value that the metric is kept at.
              - A number over 0.
            type: float
          scale_in_cooldown:
            description: For V(target_tracking), seconds after tasks were removed until more are.
            type: int
            default: 300
          scale_out_cooldown:
            description: For V(target_tracking), seconds after tasks were added until more are.
            type: int
            default: 300
          disable_scale_in:
            description: For V(target_tracking), whether it only adds tasks.
            type: bool
            default: false
          resolution:
            description:
              - For V(target_tracking), seconds between two values of the metric.
              - V(20) is for the metrics V(cpu) and V(memory) only, and the service is told to report them so.
            type: int
            choices: [20, 60]
            default: 60
          statistic:
            description:
              - For V(step), what is taken of the values in one period, V(Average), V(Minimum), V(Maximum),
                V(SampleCount), V(Sum) or a percentile as V(p90).
              - Without it, what O(definition.policies[].metric) says, else V(Sum) of V(requests_per_target) and
                V(Average) of all else. In metric math each metric has its own.
            type: str
          treat_missing_data:
            description:
              - For V(step), what a datapoint that is missing counts as.
              - Without it, V(notBreaching).
            type: str
            choices: &treat_missing_data [notBreaching, breaching, ignore, missing]
          cooldown:
            description:
              - For V(wake_from_zero), seconds until it acts again.
              - Without it, 60.
            type: int
          scale_out:
            description:
              - For V(step), when tasks are added, and how many.
              - A step policy needs this, O(definition.policies[].scale_in) or both.
              - One of C(above) and C(at_or_above) is required.
            type: dict
            suboptions:
              above:
                description: The threshold. The alarm goes off when the metric is over it.
                type: float
              at_or_above:
                description: The threshold. The alarm goes off when the metric is over it or has this very value.
                type: float
              evaluation_periods:
                description: How many periods the alarm looks at.
                type: int
                default: 3
              datapoints_to_alarm: &datapoints_to_alarm
                description: In how many of them the metric must be beyond the threshold. Without it, in all.
                type: int
              period: &period
                description:
                  - Seconds that one datapoint stands for, V(10), V(20), V(30) or a multiple of 60.
                  - With less than 60 and the metric V(cpu) or V(memory) the service is told to report every 20 seconds.
                type: int
                default: 60
              cooldown: &cooldown
                description: Seconds after the policy acted until it acts again.
                type: int
                default: 300
              minimum_change: &minimum_change
                description: The least number of tasks that a step with C(percent) adds or removes.
                type: int
              treat_missing_data:
                description:
                  - What a datapoint that is missing counts as.
                  - Without it, what O(definition.policies[].treat_missing_data) says.
                type: str
                choices: *treat_missing_data
              steps:
                description:
                  - How many tasks are added, by how far the metric is beyond the threshold.
                  - A step begins where the one before ends, the first one at the threshold. The last one has no end.
                  - Each has one of C(add), C(set) and C(percent), the same in all steps.
                type: list
                elements: dict
                required: true
                suboptions:
                  below:
                    description: Where the step ends, in the metric's own values.
                    type: float
                  above:
                    description: Where the step begins, in the metric's own values. It follows from the one before.
                    type: float
                  add:
                    description: How many tasks are added.
                    type: int
                  set: &set
                    description: How many tasks there are then.
                    type: int
                  percent:
                    description: How many percent of the tasks are added.
                    type: int
          scale_in:
            description:
              - For V(step), when tasks are removed, and how many.
              - One of C(below) and C(at_or_below) is required.
            type: dict
            suboptions:
              below:
                description: The threshold. The alarm goes off when the metric is under it.
                type: float
              at_or_below:
                description: The threshold. The alarm goes off when the metric is under it or has this very value.
                type: float
              evaluation_periods:
                description: How many periods the alarm looks at.
                type: int
                default: 15
              datapoints_to_alarm: *datapoints_to_alarm
              period: *period
              cooldown: *cooldown
              minimum_change: *minimum_change
              treat_missing_data:
                description:
                  - What a datapoint that is missing counts as.
                  - Without it, what O(definition.policies[].treat_missing_data) says.
                type: str
                choices: *treat_missing_data
              steps:
                description:
                  - How many tasks are removed, by how far the metric is beyond the threshold.
                  - A step begins where the one before ends, the first one at the threshold. The last one has no end.
                  - Each has one of C(remove), C(set) and C(percent), the same in all steps.
                type: list
                elements: dict
                required: true
                suboptions:
                  above:
                    description: Where the step ends, in the metric's own values.
                    type: float
                  below:
                    description: Where the step begins, in the metric's own values. It follows from the one before.
                    type: float
                  remove:
                    description: How many tasks are removed.
                    type: int
                  set: *set
                  percent:
                    description: How many percent of the tasks are removed.
                    type: int
          capacity:
            description: For V(wake_from_zero), how many tasks there are then.
            type: int
            default: 1
          shared:
            description:
              - For V(wake_from_zero), whether it may be behind a load balancer that also serves others.
              - AWS counts the 503s of all of them together, so a request for another service wakes this one too.
            type: bool
            default: false
          mode:
            description: For V(predictive), whether the forecast is only made, or also acted on.
            type: str
            choices: [forecast_only, forecast_and_scale]
            default: forecast_only
          scheduling_buffer_time:
            description: For V(predictive), how many seconds before it is needed a task is started, V(0) to V(3600).
            type: int
            default: 300
          max_capacity_buffer:
            description:
              - For V(predictive), how many percent over the forecast the greatest number of tasks may be raised, V(0)
                to V(100).
              - Without it, no forecast goes over O(definition.max_capacity).
            type: int
      schedules:
        description:
          - The schedules, by which limits change at a time.
          - Each has one of C(cron), C(rate) and C(at), and C(min_capacity), C(max_capacity) or both.
          - One whose time is over is left out, with a warning.
        type: list
        elements: dict
        suboptions:
          name:
            description: The schedule's name. No two schedules have the same.
            type: str
            required: true
          cron:
            description: Six fields, minutes, hours, day of month, month, day of week and year, as V(0 8 ? * MON-FRI *).
            type: str
          rate:
            description: Every so often, as V(12 hours).
            type: str
          at:
            description: Once, as V(2030-01-31T08:00:00).
            type: str
          timezone:
            description: The IANA name of the time zone of C(cron) or C(at), as V(Europe/Rome). Without it, UTC.
            type: str
          start_time:
            description: When the schedule begins, as V(2030-01-31T08:00:00Z).
            type: str
          end_time:
            description: When the schedule ends, as V(2030-01-31T08:00:00Z).
            type: str
          min_capacity:
            description: The least number of tasks from then on.
            type: int
          max_capacity:
            description: The greatest number of tasks from then on.
            type: int
"""
