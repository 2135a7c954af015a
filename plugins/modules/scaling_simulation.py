#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scaling_simulation
version_added: 0.2.0
short_description: Simulate how a service would scale
description:
  - Lets traffic run against a model of a service that scales by a document of M(llmops.ecs.ecs_service_scaling).
  - Says how many requests would have waited or failed, and what it would have cost.
  - Alarms, policies, cooldowns and schedules are evaluated by the code with which the embedded AWS of this collection
    does it. A month takes seconds.
  - Runs on the controller and sends nothing to AWS.
  - The same options give the same figures and the same files.
author:
  - The llmops.ecs contributors (@llmops)
attributes:
  check_mode:
    description: In check mode it simulates too, and writes no file.
    support: full
  diff_mode:
    description: Two reports are compared by looking at them.
    support: none
options:
  documents:
    description:
      - The documents to compare, each under a name of its own, with C(min_capacity), C(max_capacity), C(suspended),
        C(policies) and C(schedules) as M(llmops.ecs.ecs_service_scaling) takes them.
      - Policies of the type V(predictive) are left out, with a note.
    type: dict
    required: true
  traffic:
    description: The requests that arrive, as a shape or a trace. Rates are requests per second.
    type: dict
    required: true
    suboptions:
      csv:
        description:
          - A trace, a file with a line of names, V(time) and V(requests_per_second) or V(requests_per_minute), and a
            line a time. A rate holds until the next line.
          - A time is in seconds or as V(2026-01-31T08:00:00Z). The first one becomes O(start).
        type: path
      shape:
        description:
          - V(steady) has a O(traffic.rate).
          - V(daily) is a wave from O(traffic.low) to O(traffic.high) with one peak a day.
          - V(spike) is O(traffic.low), and O(traffic.high) for some minutes.
          - V(ramp) goes from O(traffic.low) to O(traffic.high) in some minutes, and stays there.
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
        description: The hour of the day (UTC) at which V(daily) is at O(traffic.high). V(14) if it is not given.
        type: float
      weekend:
        description: The share of a day's traffic that V(daily) has on Saturday and Sunday. V(1) if it is not given.
        type: float
      begin_minute:
        description: The minute in which V(spike) (V(60) if it is not given) or V(ramp) (V(0)) begins.
        type: float
      minutes:
        description: How long V(spike) (V(15) if it is not given) or V(ramp) (V(60)) takes.
        type: float
  hours:
    description: How long to simulate. A day if it is not given, with a trace as long as that.
    type: float
  start:
    description: When the simulated time begins, for schedules and days of the week. The default is a Monday.
    type: str
    default: "2026-01-05T00:00:00Z"
  task:
    description:
      - What one task can do.
      - Either O(task.concurrent) and O(task.seconds_per_answer) or O(task.requests_per_second) say what it can serve.
    type: dict
    required: true
    suboptions:
      concurrent:
        description: How many requests a task answers at a time.
        type: float
      seconds_per_answer:
        description: How long one answer takes.
        type: float
      requests_per_second:
        description: How many requests a task answers a second, one at a time.
        type: float
      startup_seconds:
        description: How long it takes from a task being asked for until it answers, pulling and loading included.
        type: int
        default: 120
      cpu_idle:
        description: The percentage of CPU that a task without work uses.
        type: float
        default: 1
      cpu_busy:
        description: The percentage of CPU that a task uses which has all the work it can do.
        type: float
        default: 90
      memory:
        description: The percentage of memory that a task uses.
        type: float
        default: 60
      price_per_hour:
        description: What a task costs an hour. With V(0) no cost is shown.
        type: float
        default: 0
  patience_seconds:
    description:
      - How long a request waits for its turn. One that would have to wait longer has failed, as after the idle timeout
        of a load balancer.
    type: float
    default: 60
  initial_tasks:
    description: How many tasks there are at first; moved into a document's limits.
    type: int
    default: 1
  metrics:
    description:
      - What metrics of one's own are, by namespace and name, as V(Shop/Waiting).
      - V(cpu), V(memory), V(requests_in_flight), V(queue_length) are values that each task reports, V(requests),
        V(answers_503), V(answers_504), V(answers_5xx), V(response_time) and V(requests_per_target) a load balancer's,
        V(healthy_tasks) and V(desired_tasks) numbers of tasks.
      - The metrics of ECS, Container Insights, the load balancer and the collection's own server are known.
    type: dict
    default: {}
  metric_delay_seconds:
    description: How long CloudWatch takes to have a datapoint. One period of the metric if it is not given.
    type: int
  seed:
    description: Requests arrive by chance around the traffic's rate. Another number is another day of the same kind.
    type: int
    default: 1
  title:
    description: The report's title.
    type: str
    default: How a service would scale
  report:
    description: A file for the report, an HTML page that needs nothing beside itself.
    type: path
  data:
    description: A file for the same as JSON, with every interval.
    type: path
seealso:
  - module: llmops.ecs.ecs_service_scaling
"""

EXAMPLES = r"""
- name: Compare two ways to scale through a day
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

- name: Say what each would have cost
  ansible.builtin.debug:
    msg: "{{ item.key }} costs {{ item.value.cost }}, and {{ item.value.failed_percent }} % of the requests fail"
  loop: "{{ simulated.simulations | dict2items }}"
  loop_control:
    label: "{{ item.key }}"
"""

RETURN = r"""
simulations:
  description: Each document's figures, under its name.
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
      description: How many of them had to wait a second or more, those that gave up included.
      type: int
      sample: 2029
    failed_no_task:
      description: How many were answered with 503, there being no task.
      type: int
      sample: 702
    failed_timed_out:
      description: How many would have had to wait longer than O(patience_seconds).
      type: int
      sample: 0
    failed_percent:
      description: The percentage of the requests that failed.
      type: float
      sample: 1.368
    wait_seconds_p50:
      description:
        - How long half of the requests waited at most.
        - There are C(wait_seconds_p95) and C(wait_seconds_p99) too.
      type: int
      sample: 0
    task_hours:
      description: How long tasks were there, starting or answering.
      type: float
      sample: 55.37
    cost:
      description: Those hours at O(task.price_per_hour).
      type: float
      sample: 51.49
    tasks_mean:
      description: How many tasks there were on average.
      type: float
      sample: 2.31
    tasks_max:
      description: How many tasks answered at the same time at most.
      type: int
      sample: 4
    hours_at_zero:
      description: How long no task answered.
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
      description: Each alarm's name, how often and how long it was in ALARM, and how long it had not enough data.
      type: list
      elements: dict
      sample:
        - name: cpu-AlarmHigh
          times_in_alarm: 4
          minutes_in_alarm: 17.0
          minutes_without_data: 3.0
    not_scaled:
      description: How often AWS would have given which reason for not scaling.
      type: dict
      sample:
        AlreadyAtMaxCapacity: 120
    notes:
      description: What is to be known of the document.
      type: list
      elements: str
      sample: ["Policy forecast is left out: AWS's forecasts cannot be simulated."]
summary:
  description: The most important of that, a sentence a document.
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
  description: What is wrong with what was asked, a sentence each.
  returned: failure
  type: list
  elements: str
  sample: ["traffic.rate is missing: shape steady needs it"]
"""
