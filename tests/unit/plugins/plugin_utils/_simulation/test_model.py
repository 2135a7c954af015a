# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.llmops.ecs.plugins.plugin_utils._simulation.figures import alarm_figures, figures
from ansible_collections.llmops.ecs.plugins.plugin_utils._simulation.model import TICK, Setting, Task, simulate
from ansible_collections.llmops.ecs.plugins.plugin_utils._simulation.traffic import (
    SimulationError,
    arrivals,
    instant,
    traffic,
)

MONDAY = instant("2026-01-05T00:00:00Z")
ONE = {"min_capacity": 1, "max_capacity": 1}
CPU = {"name": "cpu", "type": "target_tracking", "metric": "cpu", "target": 50, "scale_out_cooldown": 120}
FINE = {
    "name": "fine",
    "type": "step",
    "metric": "cpu",
    "scale_out": {"above": 70, "evaluation_periods": 3, "cooldown": 60, "steps": [{"below": 85, "add": 1}, {"add": 2}]},
    "scale_in": {"below": 30, "evaluation_periods": 10, "cooldown": 120, "steps": [{"remove": 1}]},
}
WAKE = {"name": "wake", "type": "wake_from_zero"}
#: Answers half a request a second, so five in a tick.
TASK = Task(concurrent=4, seconds_per_answer=8, startup_seconds=120, price_per_hour=2.0)


def minutes(*numbers):
    """Return arrivals: so many a tick, each for a minute."""
    return [number for number in numbers for _tick in range(6)]


def course(document, arrived, **more):
    return simulate("it", document, Setting(TASK, MONDAY, arrived, **more))


def counted(document, arrived, **more):
    setting = Setting(TASK, MONDAY, arrived, **more)
    return figures(simulate("it", document, setting), setting)


def changes(found):
    return [(change["second"] / 60, change["from"], change["to"], change["name"]) for change in found.changes]


def test_a_load_that_a_task_can_answer_neither_waits_nor_fails():
    found = counted(ONE, minutes(*[4] * 60))
    assert (found["requests"], found["answered"], found["waited"], found["failed_percent"]) == (1440, 1440, 0, 0)
    assert (found["task_hours"], found["cost"], found["tasks_mean"], found["tasks_max"]) == (1, 2, 1, 1)


def test_twice_the_load_lets_requests_wait_for_their_patience_and_half_of_them_fail():
    found = counted(ONE, minutes(*[10] * 60), patience=60)
    # All that can be answered is: 5 a tick, and 30 wait in the end.
    assert found["requests"] - found["failed_timed_out"] == 5 * 360 + 30
    assert found["wait_seconds_p50"] == found["wait_seconds_p99"] == 60
    assert found["failed_no_task"] == 0


def test_a_backlog_is_worked_off():
    found = course(ONE, minutes(9, 1, 1, 1), patience=600)
    assert [round(value) for value in found.queue] == [24, 0, 0, 0]
    assert sum(found.timed_out) == 0


def test_target_tracking_scales_out_after_three_minutes_and_in_after_fifteen():
    document = {"min_capacity": 1, "max_capacity": 3, "policies": [CPU]}
    found = course(document, minutes(*[0] * 10, *[5] * 20, *[0] * 30))
    # Full load from minute 10 on is seen a minute later: 3 datapoints in minute 14. 90 % CPU of 50: 2 tasks; then half
    # the load each, 45.5 % and so nothing to do; idle from minute 30 on, 15 datapoints in minute 46.
    assert changes(found) == [(14, 1, 2, "cpu"), (46, 2, 1, "cpu")]
    assert found.running[15] == 1
    assert found.running[16] == 2
    assert [item["name"] for item in alarm_figures(found)] == ["cpu-AlarmHigh", "cpu-AlarmLow"]


def test_own_datapoints_scale_in_after_ten_minutes():
    document = {"min_capacity": 0, "max_capacity": 3, "policies": [FINE]}
    found = course(document, minutes(*[5] * 10, *[0] * 30), initial=1)
    # 90 % CPU is two more at once; all are there two minutes later. Idle from minute 10 on: 10 datapoints in minute 21,
    # then one each time the cooldown of two minutes is over.
    assert changes(found) == [
        (4, 1, 3, "fine-out"),
        (21, 3, 2, "fine-in"),
        (24, 2, 1, "fine-in"),
        (27, 1, 0, "fine-in"),
    ]


def test_at_zero_requests_fail_until_the_first_one_has_woken_a_task():
    document = {"min_capacity": 0, "max_capacity": 3, "policies": [WAKE]}
    found = course(document, minutes(0, 1, 1, 1, 1, 1, 1), initial=0)
    # A request in minute 1 is seen in minute 3, and the task takes two more.
    assert changes(found) == [(3, 0, 1, "wake")]
    assert found.no_task == [0, 6, 6, 6, 6, 0, 0]
    assert found.running == [0, 0, 0, 0, 0, 1, 1]
    assert found.task_seconds == 4 * 60


def test_schedules_open_and_close():
    schedules = [
        {"name": "open", "cron": "10 0 ? * MON *", "min_capacity": 2},
        {"name": "close", "cron": "20 0 * * ? *", "min_capacity": 0, "max_capacity": 0},
    ]
    document = {"min_capacity": 0, "max_capacity": 3, "schedules": schedules}
    found = course(document, minutes(*[0] * 30), initial=0)
    assert changes(found) == [(10, 0, 2, "open"), (20, 2, 0, "close")]


def test_a_metric_of_20_seconds_scales_out_sooner():
    document = {"min_capacity": 1, "max_capacity": 3, "policies": [{**CPU, "resolution": 20}]}
    found = course(document, minutes(*[0] * 10, *[5] * 10))
    assert found.interval == 20
    assert found.changes[0]["second"] == 10 * 60 + 80


@pytest.mark.parametrize(
    ("metric", "quantity", "value"),
    [
        ("Mine/Waiting", "queue_length", 30),
        ("Mine/Busy", "requests_in_flight", 34),
        ("Mine/Rate", "requests_per_target", 60),
        ("Mine/Cpu", "cpu", 90),
        ("Mine/Late", "answers_504", 30),
        ("Mine/Time", "response_time", 68),
        ("Mine/Tasks", "healthy_tasks", 1),
    ],
)
def test_metrics_of_ones_own_are_what_they_are_said_to_be(metric, quantity, value):
    namespace, name = metric.split("/")
    side = {"at_or_above": value, "evaluation_periods": 1, "steps": [{"add": 1}]}
    statistic = "Sum" if quantity == "answers_504" else "Average"
    own = {"namespace": namespace, "name": name, "statistic": statistic}
    policies = [{"name": "own", "type": "step", "metric": own, "statistic": statistic, "scale_out": side}]
    document = {"min_capacity": 1, "max_capacity": 2, "policies": policies}
    assert course(document, minutes(*[10] * 9), metrics={metric: quantity}).changes
    side["at_or_above"] = value + 0.1
    assert not course(document, minutes(*[10] * 9), metrics={metric: quantity}).changes
    with pytest.raises(SimulationError, match=rf"documents\[it\] scales on the metric {metric}"):
        course(document, [])


def test_longer_periods_and_metric_math():
    per_task = {"expression": "all / tasks", "metrics": {"all": {"namespace": "N", "name": "R", "statistic": "Sum"}}}
    per_task["metrics"]["tasks"] = {"namespace": "N", "name": "T"}
    side = {"at_or_above": 300, "period": 300, "evaluation_periods": 1, "steps": [{"add": 1}]}
    policies = [{"name": "own", "type": "step", "metric": per_task, "scale_out": side}]
    document = {"min_capacity": 1, "max_capacity": 2, "policies": policies}
    found = course(document, minutes(*[10] * 9), metrics={"N/R": "requests", "N/T": "healthy_tasks"})
    # 60 requests a minute: there are 300 in five minutes after the fifth one, which is seen in the sixth.
    assert changes(found) == [(6, 1, 2, "own-out")]


def test_an_expression_that_cannot_be_worked_out_is_named():
    metric = {"expression": "ANOMALY(m)", "metrics": {"m": {"namespace": "AWS/ECS", "name": "CPUUtilization"}}}
    document = {"min_capacity": 1, "max_capacity": 2, "policies": [{**CPU, "metric": metric}]}
    with pytest.raises(SimulationError, match=r"documents\[it\] has an .* ANOMALY\(m\): ANOMALY is not known here"):
        course(document, minutes(0, 0))


def test_what_is_left_out_and_what_aws_users_regret_is_noted():
    forecast = {"name": "forecast", "type": "predictive", "metric": "cpu", "target": 50}
    document = {"min_capacity": 0, "max_capacity": 2, "policies": [CPU, forecast]}
    notes = course(document, minutes(0)).notes
    assert notes[0] == "Policy forecast is left out: AWS's forecasts cannot be simulated."
    assert any("min_capacity is 0" in note for note in notes)


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"max_capacity": 2}, "documents[it] needs min_capacity: a simulation has no scalable target to ask"),
        ({**ONE, "policies": [{"name": "x", "type": "magic"}]}, "documents[it]: policies[x]: value of type must be "),
        ({"min_capacity": 3, "max_capacity": 2}, "documents[it]: min_capacity 3 is over max_capacity 2"),
    ],
)
def test_documents_that_cannot_be(document, problem):
    with pytest.raises(SimulationError) as told:
        course(document, minutes(0))
    assert any(item.startswith(problem) for item in told.value.problems)


@settings(max_examples=40)
@given(
    st.lists(st.integers(0, 40), min_size=6, max_size=60),
    st.integers(0, 3),
    st.integers(0, 3),
    st.lists(st.sampled_from([CPU, FINE, WAKE, {**FINE, "name": "memory", "metric": "memory"}]), max_size=2),
)
def test_no_request_is_lost_and_limits_hold(numbers, low, more, policies):
    policies = list({item["name"]: item for item in policies}.values())
    if {"cpu", "fine"} <= {item["name"] for item in policies}:
        policies = policies[:1]
    if low + more == 0:
        policies = [item for item in policies if item is not WAKE]
    document = {"min_capacity": low, "max_capacity": low + more, "policies": policies}
    found = course(document, minutes(*numbers))
    assert all(low <= count <= low + more for count in found.desired)
    assert all(count <= low + more for count in found.running)
    assert all(value <= TASK.rate * 60 * tasks + 1e-6 for value, tasks in zip(found.queue, found.running, strict=True))
    failed = sum(found.no_task) + sum(found.timed_out)
    assert sum(found.arrived) == sum(minutes(*numbers))
    assert 0 <= failed <= sum(found.arrived) + 1e-6
    assert sum(found.waits.values()) == pytest.approx(sum(found.arrived) - sum(found.no_task))


def test_a_month_of_minutes_takes_seconds():
    rate, _end = traffic({"shape": "daily", "low": 0.05, "high": 1.5}, MONDAY)
    arrived = list(arrivals(rate, MONDAY, MONDAY + 30 * 86_400, TICK, 1))
    began = time.process_time()
    found = counted({"min_capacity": 0, "max_capacity": 4, "policies": [FINE, WAKE]}, arrived)
    assert time.process_time() - began < 20
    assert found["requests"] == sum(arrived)
    assert found["scaled_out"] > 30
