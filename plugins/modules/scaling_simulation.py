#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scaling_simulation
version_added: 0.2.0
short_description: Simulate the auto scaling of an ECS service
description:
  - Simulates traffic to an ECS service with auto scaling as in M(llmops.ecs.ecs_service_scaling).
  - Returns how many requests would have waited or failed, and what the tasks would have cost.
  - Alarms, policies, cooldowns and schedules are evaluated by the same code as in the embedded AWS of this collection.
    Simulating a month takes seconds.
  - Runs on the controller and sends nothing to AWS.
  - The same options give the same figures and the same files.
author:
  - The llmops.ecs contributors (@llmops)
attributes:
  check_mode:
    description: In check mode it simulates, but writes no file.
    support: full
  diff_mode:
    description: The reports have no diff.
    support: none
options:
  documents:
    description:
      - The scaling documents to compare, by name. Each has C(min_capacity), C(max_capacity), C(suspended), C(policies)
        and C(schedules) as in M(llmops.ecs.ecs_service_scaling).
      - Policies of the type V(predictive) are ignored, with a note.
    type: dict
    required: true
  traffic:
    description: The traffic, as a shape or as a trace in a file. Rates are requests per second.
    type: dict
    required: true
    suboptions:
      csv:
        description:
          - A CSV file with the columns V(time) and V(requests_per_second) or V(requests_per_minute). A rate holds until
            the time in the next line.
          - A time is in seconds or as V(2026-01-31T08:00:00Z). The first time becomes O(start).
        type: path
      shape:
        description:
          - V(steady) is O(traffic.rate) all the time.
          - V(daily) rises and falls between O(traffic.low) and O(traffic.high), with one peak a day.
          - V(spike) is O(traffic.low), but O(traffic.high) for O(traffic.minutes).
          - V(ramp) rises from O(traffic.low) to O(traffic.high) in O(traffic.minutes), and stays there.
        type: str
        choices: [steady, daily, spike, ramp]
      rate:
        description: Requests per second of V(steady).
        type: float
      low:
        description: The least requests per second.
        type: float
      high:
        description: The most requests per second.
        type: float
      peak_hour:
        description: The hour of the day (UTC) at which V(daily) is at O(traffic.high). V(14) by default.
        type: float
      weekend:
        description: Traffic of V(daily) on Saturday and Sunday, as a share of a weekday's. V(1) by default.
        type: float
      begin_minute:
        description: The minute in which V(spike) (V(60) by default) or V(ramp) (V(0) by default) begins.
        type: float
      minutes:
        description: How many minutes V(spike) (V(15) by default) or V(ramp) (V(60) by default) takes.
        type: float
  hours:
    description: How many hours to simulate. By default the length of the trace, without a trace 24.
    type: float
  start:
    description: The simulated start time, for schedules and days of the week. The default is a Monday.
    type: str
    default: "2026-01-05T00:00:00Z"
  task:
    description:
      - The capacity and the cost of one task.
      - The capacity is O(task.concurrent) with O(task.seconds_per_answer), or O(task.requests_per_second).
    type: dict
    required: true
    suboptions:
      concurrent:
        description: How many requests a task answers at the same time.
        type: float
      seconds_per_answer:
        description: How many seconds one answer takes.
        type: float
      requests_per_second:
        description: How many requests a task answers per second, one after the other.
        type: float
      startup_seconds:
        description: Seconds from the start of a task until it answers, with pulling the image and loading the model.
        type: int
        default: 120
      cpu_idle:
        description: CPU utilization of an idle task, in percent.
        type: float
        default: 1
      cpu_busy:
        description: CPU utilization of a fully loaded task, in percent.
        type: float
        default: 90
      memory:
        description: Memory utilization of a task, in percent.
        type: float
        default: 60
      price_per_hour:
        description: The price of one task per hour. V(0) shows no cost.
        type: float
        default: 0
  patience_seconds:
    description:
      - How many seconds a request waits for a free task. A request that would wait longer fails, as with the idle
        timeout of a load balancer.
    type: float
    default: 60
  initial_tasks:
    description: How many tasks there are at the start, moved into the minimum and maximum of the document.
    type: int
    default: 1
  metrics:
    description:
      - Which simulated value a custom metric has, by namespace and name such as V(Shop/Waiting).
      - V(cpu), V(memory), V(requests_in_flight) and V(queue_length) are values of each task. V(requests),
        V(answers_503), V(answers_504), V(answers_5xx), V(response_time) and V(requests_per_target) are values of a load
        balancer. V(healthy_tasks) and V(desired_tasks) are numbers of tasks.
      - The metrics of ECS, Container Insights, the load balancer and the collection's own server are known already.
    type: dict
    default: {}
  metric_delay_seconds:
    description: Seconds until CloudWatch has a datapoint. By default one period of the metric.
    type: int
  seed:
    description: Seed of the random arrival of requests. Another number gives other random arrivals at the same rates.
    type: int
    default: 1
  title:
    description: The report's title.
    type: str
    default: How a service would scale
  report:
    description: Path of the report to write, one HTML file without external resources.
    type: path
  data:
    description: Path of a JSON file to write, with the same figures and those of every interval.
    type: path
seealso:
  - module: llmops.ecs.ecs_service_scaling
"""

EXAMPLES = r"""
- name: Compare two scaling documents over one day
  llmops.ecs.scaling_simulation:
    documents:
      cpu:
        min_capacity: 1
        max_capacity: 4
        policies:
          - name: cpu
            type: target_tracking
            metric: cpu
            target: 60
      own datapoints:
        min_capacity: 0
        max_capacity: 4
        policies:
          - name: fine
            type: step
            metric: cpu
            scale_out: {above: 70, cooldown: 60, steps: [{below: 90, add: 1}, {add: 2}]}
            scale_in: {below: 30, evaluation_periods: 10, steps: [{remove: 1}]}
          - name: wake
            type: wake_from_zero
    traffic:
      shape: daily
      low: 0.02
      high: 1.5
    task:
      concurrent: 4
      seconds_per_answer: 8
      startup_seconds: 300
      price_per_hour: 0.93
    report: "{{ inventory_dir }}/simulation.html"
  register: simulated

- name: Show what each would have cost
  ansible.builtin.debug:
    msg: "{{ item.key }} costs {{ item.value.cost }}, and {{ item.value.failed_percent }} % of the requests fail"
  loop: "{{ simulated.simulations | dict2items }}"
  loop_control:
    label: "{{ item.key }}"
"""

RETURN = r"""
simulations:
  description: The figures of each document, by its name.
  returned: success
  type: dict
  contains:
    requests:
      description: How many requests arrived.
      type: int
      sample: 51305
    answered:
      description: How many of them were answered.
      type: int
      sample: 50603
    waited:
      description: How many of them waited one second or more, including those that timed out.
      type: int
      sample: 2029
    failed_no_task:
      description: How many failed with status 503 because there was no task.
      type: int
      sample: 702
    failed_timed_out:
      description: How many failed because they would have waited longer than O(patience_seconds).
      type: int
      sample: 0
    failed_percent:
      description: The percentage of the requests that failed.
      type: float
      sample: 1.368
    wait_seconds_p50:
      description:
        - The median waiting time of the requests.
        - There are C(wait_seconds_p95) and C(wait_seconds_p99) too.
      type: int
      sample: 0
    task_hours:
      description: Task-hours, including the time in which tasks start.
      type: float
      sample: 55.37
    cost:
      description: The task-hours multiplied by O(task.price_per_hour).
      type: float
      sample: 51.49
    tasks_mean:
      description: The average number of tasks.
      type: float
      sample: 2.31
    tasks_max:
      description: The largest number of tasks that answered at the same time.
      type: int
      sample: 4
    hours_at_zero:
      description: Hours in which no task answered.
      type: float
      sample: 2.92
    scaled_out:
      description: How often the desired count was raised.
      type: int
      sample: 28
    scaled_in:
      description: How often the desired count was lowered.
      type: int
      sample: 28
    alarms:
      description: For each alarm, how often and how long it was in ALARM, and how long it had insufficient data.
      type: list
      elements: dict
      sample:
        - name: cpu-AlarmHigh
          times_in_alarm: 4
          minutes_in_alarm: 17.0
          minutes_without_data: 3.0
    not_scaled:
      description: How often there was each reason for not scaling, by AWS's name for the reason.
      type: dict
      sample:
        AlreadyAtMaxCapacity: 120
    notes:
      description: Notes about the document.
      type: list
      elements: str
      sample: ["Policy forecast is left out: AWS's forecasts cannot be simulated."]
summary:
  description: The most important figures, one sentence for each document.
  returned: success
  type: list
  elements: str
  sample: ["cpu: 1.368 % of 51,305 requests fail, 2,029 wait; 55.37 task-hours cost 51.49"]
report:
  description: The report's absolute path.
  returned: success and O(report) is given
  type: str
  sample: /home/me/simulation.html
data:
  description: The JSON file's absolute path.
  returned: success and O(data) is given
  type: str
  sample: /home/me/simulation.json
problems:
  description: The problems with the options, one sentence each.
  returned: failure
  type: list
  elements: str
  sample: ["traffic.rate is missing: shape steady needs it"]
"""
