# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies, cooldowns and reasons of Application Auto Scaling, as AWS's pages tell them."""

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.alarms import Settings
from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.autoscaler import Autoscaler, Requests
from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.policies import (
    HIGH,
    LOW,
    adjusted,
    percent_change,
    step_of,
    tracked_capacity,
    tracking_alarms,
)
from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.target import ScalableTarget, Trigger

SERVICE = "service/c/s"


def steps(kind, *rows, **more):
    listed = []
    for low, high, change in rows:
        bounds = {"MetricIntervalLowerBound": low, "MetricIntervalUpperBound": high}
        listed.append(
            {name: value for name, value in bounds.items() if value is not None} | {"ScalingAdjustment": change}
        )
    return {"AdjustmentType": kind, "StepAdjustments": listed, **more}


def stepping(*given, **more):
    return {"PolicyType": "StepScaling", "StepScalingPolicyConfiguration": steps(*given, **more)}


def tracking(target=50.0, **more):
    metric = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}}
    configuration = {"TargetValue": target, **metric, **more}
    return {"PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": configuration}


# https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html: threshold 50, steps
# of 0, 10 and 30 per cent each way, capacity 10 at first.
OUT = steps("PercentChangeInCapacity", (0, 10, 0), (10, 20, 10), (20, None, 30))
IN = steps("PercentChangeInCapacity", (-10, 0, 0), (-20, -10, -10), (None, -20, -30))


@pytest.mark.parametrize(
    ("configuration", "value", "base", "capacity"),
    [
        (OUT, 59, 10, 10),
        (OUT, 60, 10, 11),
        (OUT, 70, 11, 14),
        (IN, 41, 14, 14),
        (IN, 40, 14, 13),
        (IN, 30, 13, 10),
    ],
)
def test_step_adjustments_of_the_example(configuration, value, base, capacity):
    step = step_of(configuration, value - 50)
    assert adjusted(configuration, step["ScalingAdjustment"], base) == capacity


# The same page, «Scaling adjustment types»: 12.7 becomes 12, .67 becomes 1, -.58 becomes -1, -6.67 becomes -6.
@pytest.mark.parametrize(
    ("percent", "base", "least", "change"),
    [
        (127, 10, 0, 12),
        (67, 1, 0, 1),
        (-58, 1, 0, -1),
        (-667, 1, 0, -6),
        (25, 4, 2, 2),
        (-25, 4, 2, -2),
        (0, 4, 2, 0),
        (50, 0, 0, 0),
    ],
)
def test_rounding_of_percentages(percent, base, least, change):
    assert percent_change(percent, base, least) == change


def test_a_step_holds_the_bound_nearer_to_the_threshold():
    up = steps("ChangeInCapacity", (0, 20, 1), (20, None, 2))
    down = steps("ChangeInCapacity", (-20, 0, -1), (None, -20, -2))
    assert [step_of(up, breach)["ScalingAdjustment"] for breach in (0, 19.9, 20)] == [1, 1, 2]
    assert [step_of(down, breach)["ScalingAdjustment"] for breach in (0, -19.9, -20)] == [-1, -1, -2]
    assert (step_of(up, -1), step_of(down, 1)) == (None, None)


def test_exact_capacity_and_changes():
    assert adjusted({"AdjustmentType": "ExactCapacity"}, 5, 3) == 5
    assert adjusted({"AdjustmentType": "ChangeInCapacity"}, 5, 3) == 8
    assert adjusted({"AdjustmentType": "ChangeInCapacity"}, -5, 3) == 0


@pytest.mark.parametrize(
    ("target", "value", "running", "capacity"),
    [(50, 75, 2, 3), (50, 51, 2, 3), (50, 20, 5, 2), (50, 44, 3, 3), (50, 0, 3, 0), (0.1, 0.3, 1, 3), (5, 9, 0, 1)],
)
def test_capacity_in_proportion_rounded_up(target, value, running, capacity):
    assert tracked_capacity(target, value, running) == capacity


def test_target_tracking_has_two_alarms():
    alarms = tracking_alarms(tracking()["TargetTrackingScalingPolicyConfiguration"], SERVICE)
    high, low = Settings.of(alarms[HIGH]), Settings.of(alarms[LOW])
    assert (high.threshold, high.comparison, high.datapoints, high.periods) == (50, "GreaterThanThreshold", 3, 3)
    assert (low.threshold, low.comparison, low.datapoints, low.periods) == (45, "LessThanThreshold", 15, 15)
    assert high.metric.dimensions == (("ClusterName", "c"), ("ServiceName", "s"))
    assert {high.missing, low.missing} == {"missing"}


def test_target_tracking_of_requests_of_20_seconds_and_of_math():
    requests = {
        "PredefinedMetricType": "ALBRequestCountPerTarget",
        "ResourceLabel": "app/llm/1/targetgroup/llm/2",
    }
    alarms = tracking_alarms({"TargetValue": 10, "PredefinedMetricSpecification": requests}, SERVICE)
    assert Settings.of(alarms[HIGH]).metric.dimensions == (
        ("LoadBalancer", "app/llm/1"),
        ("TargetGroup", "targetgroup/llm/2"),
    )
    assert Settings.of(alarms[HIGH]).statistic == "Sum"
    brief = {"PredefinedMetricType": "ECSServiceAverageCPUUtilizationHighResolution"}
    alarms = tracking_alarms({"TargetValue": 10, "PredefinedMetricSpecification": brief}, SERVICE)
    assert [Settings.of(item).period * Settings.of(item).periods for item in alarms.values()] == [60, 900]
    metrics = [{"Id": "m", "MetricStat": {"Metric": {"Namespace": "n", "MetricName": "m"}, "Stat": "Sum"}}]
    specification = {"CustomizedMetricSpecification": {"Metrics": metrics}, "DisableScaleIn": True}
    alarms = tracking_alarms({"TargetValue": 10, **specification}, SERVICE)
    assert list(alarms) == [HIGH]
    assert Settings.of(alarms[HIGH]).queries[0]["MetricStat"]["Period"] == 60


def fire(policy, *values, role="", threshold=50.0):
    return Trigger(policy, f"{policy}-alarm", threshold, values, role)


def after(activities):
    """Return the capacity that activities lead to, None for no change."""
    changed = [item.after for item in activities if item.after != item.before]
    assert len(changed) <= 1
    return changed[0] if changed else None


def codes(activities):
    return [reason["Code"] for item in activities for reason in item.reasons]


# https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html#step-scaling-cooldown:
# 2 were added, 3 are asked for within the cooldown: 1 more.
def test_within_a_cooldown_only_what_is_asked_for_on_top_is_added():
    target = ScalableTarget(1, 20, {"p": stepping("ChangeInCapacity", (0, 20, 2), (20, None, 3), Cooldown=300)})
    assert after(target.act(0, [fire("p", 60)], 3, 3)) == 5
    assert after(target.act(60, [fire("p", 60)], 5, 5)) is None
    assert after(target.act(120, [fire("p", 75)], 5, 5)) == 6
    assert after(target.act(180, [fire("p", 75)], 6, 6)) is None
    assert after(target.act(481, [fire("p", 60)], 6, 6)) == 8


def test_a_cooldown_begins_when_the_tasks_are_there():
    target = ScalableTarget(1, 9, {"p": stepping("ChangeInCapacity", (0, None, 1), Cooldown=60)})
    assert after(target.act(0, [fire("p", 60)], 1, 1)) == 2
    assert after(target.act(300, [fire("p", 60)], 1, 2)) is None
    target.settle(360, 2, 2)
    assert after(target.act(400, [fire("p", 60)], 2, 2)) is None
    assert after(target.act(420, [fire("p", 60)], 2, 2)) == 3


def test_scaling_in_waits_for_its_cooldown_and_scaling_out_ends_it():
    policies = {
        "in": stepping("ChangeInCapacity", (None, 0, -1), Cooldown=300),
        "out": stepping("ChangeInCapacity", (0, None, 1), Cooldown=0),
    }
    target = ScalableTarget(0, 9, policies)
    assert after(target.act(0, [fire("in", 10)], 5, 5)) == 4
    target.settle(1, 4, 4)
    assert after(target.act(200, [fire("in", 10)], 4, 4)) is None
    assert after(target.act(250, [fire("out", 90)], 4, 4)) == 5
    assert after(target.act(260, [fire("in", 10)], 5, 5)) == 4


def test_the_largest_capacity_wins_and_out_wins_over_in():
    policies = {
        "few": stepping("ChangeInCapacity", (0, None, 1)),
        "many": stepping("ChangeInCapacity", (0, None, 3)),
        "one_less": stepping("ChangeInCapacity", (None, 0, -1)),
        "two_less": stepping("ChangeInCapacity", (None, 0, -2)),
    }
    for fired, capacity in ((("few", "many", "one_less"), 7), (("two_less", "one_less"), 3)):
        triggers = [fire(name, 0 if name.endswith("less") else 60) for name in fired]
        assert after(ScalableTarget(0, 9, policies).act(0, triggers, 4, 4)) == capacity


def test_all_that_track_must_be_ready_to_scale_in():
    target = ScalableTarget(1, 9, {"a": tracking(), "b": tracking(80), "c": tracking(DisableScaleIn=True)})
    low = [fire("a", 10, role=LOW)]
    assert after(target.act(0, low, 5, 5)) is None
    assert after(target.act(60, [*low, fire("b", 40, role=LOW)], 5, 5)) == 3


def test_policies_reckon_from_the_running_tasks():
    target = ScalableTarget(0, 9, {"t": tracking(ScaleOutCooldown=0)})
    assert after(target.act(0, [fire("t", 100, role=HIGH)], 2, 2)) == 4
    # The two are still starting: the metric is of the two that run, and asks for no more than what is coming.
    assert after(target.act(60, [fire("t", 100, role=HIGH)], 2, 4)) is None
    assert after(target.act(120, [fire("t", 150, role=HIGH)], 2, 4)) == 6


# https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html, «Cooldown
# period»: until it is over, only a larger scale-out adds to what the last one added.
def test_target_tracking_within_its_cooldown():
    target = ScalableTarget(0, 9, {"t": tracking(ScaleOutCooldown=120)})
    assert after(target.act(0, [fire("t", 90, role=HIGH)], 1, 1)) == 2
    assert after(target.act(60, [fire("t", 90, role=HIGH)], 2, 2)) is None
    assert after(target.act(120, [fire("t", 130, role=HIGH)], 2, 2)) == 3
    target.settle(130, 3, 3)
    assert after(target.act(300, [fire("t", 60, role=HIGH)], 3, 3)) == 4


@pytest.mark.parametrize(
    ("values", "running", "desired", "code"),
    [
        ((90,), 4, 4, "AlreadyAtMaxCapacity"),
        ((90,), 6, 6, "AlreadyAtMaxCapacity"),
        ((10,), 2, 2, "AlreadyAtMinCapacity"),
        ((10,), 1, 1, "AlreadyAtMinCapacity"),
        ((60,), 2, 3, "AlreadyAtDesiredCapacity"),
    ],
)
def test_reasons_for_not_scaling(values, running, desired, code):
    policies = {"p": stepping("ChangeInCapacity", (None, 0, -1), (0, None, 1))}
    activities = ScalableTarget(2, 4, policies).act(0, [fire("p", *values)], running, desired)
    assert (after(activities), codes(activities)) == (None, [code])
    assert activities[0].description == "Attempting to scale"


# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html: a count outside the limits is
# moved to them, and on, by the way that leads there.
def test_a_count_outside_the_limits_is_moved_in():
    policies = {"p": stepping("ChangeInCapacity", (None, 0, -1), (0, None, 1))}
    assert after(ScalableTarget(2, 4, policies).act(0, [fire("p", 60)], 0, 0)) == 2
    assert after(ScalableTarget(2, 4, policies).act(0, [fire("p", 10)], 9, 9)) == 4


def test_suspended_ways_do_nothing():
    policies = {"p": stepping("ChangeInCapacity", (None, 0, -1), (0, None, 1))}
    target = ScalableTarget(0, 9, policies, {"DynamicScalingOutSuspended": True, "ScheduledScalingSuspended": True})
    assert target.act(0, [fire("p", 60)], 4, 4) == []
    assert after(target.act(0, [fire("p", 10)], 4, 4)) == 3
    assert target.scheduled(0, "s", {"MinCapacity": 6}, 4) is None


def test_the_value_of_several_datapoints_is_aggregated():
    rows = ("ChangeInCapacity", (0, 20, 1), (20, None, 2))
    values = (51, 60, 90)
    for kind, capacity in (("Average", 2), ("Maximum", 3), ("Minimum", 2), (None, 2)):
        target = ScalableTarget(0, 9, {"p": stepping(*rows, MetricAggregationType=kind)})
        assert after(target.act(0, [fire("p", *values)], 1, 1)) == capacity


def test_a_wake_up_sets_one_task_and_lets_it_start():
    target = ScalableTarget(0, 3, {"wake": stepping("ExactCapacity", (0, None, 1), Cooldown=60)})
    assert after(target.act(0, [fire("wake", 4, threshold=1)], 0, 0)) == 1
    activities = target.act(60, [fire("wake", 4, threshold=1)], 0, 1)
    assert (after(activities), codes(activities)) == (None, ["AlreadyAtDesiredCapacity"])


def test_a_service_through_half_an_hour():
    """CPU over the target for 3 minutes, then idle for 15; a schedule then closes."""
    began = 1_795_514_400.0
    schedules = {
        "close": {"Schedule": "cron(25 10 * * ? *)", "ScalableTargetAction": {"MinCapacity": 0, "MaxCapacity": 0}}
    }
    requests = Requests(
        SERVICE, {"MinCapacity": 1, "MaxCapacity": 3}, {"cpu": tracking(ScaleInCooldown=60)}, (), schedules
    )
    scaler, desired, seen = Autoscaler(requests, began), 1, []
    series = [None] * 20 + [90.0] * 3 + [1.0] * 40
    for minute in range(1, 31):

        def source(metric, statistic, period, end, count, last=minute + 20):
            return series[last - count : last]

        for activity in scaler.step(began + minute * 60, source, desired, desired):
            if activity.after != activity.before:
                seen.append((minute, activity.before, activity.after, activity.cause))
            desired = activity.after
    assert seen == [
        (3, 1, 2, "monitor alarm cpu-AlarmHigh in state ALARM triggered policy cpu"),
        (18, 2, 1, "monitor alarm cpu-AlarmLow in state ALARM triggered policy cpu"),
        (25, 1, 0, "scheduled action name close was triggered"),
    ]
    assert [item.state for item in scaler.alarms] == ["OK", "ALARM"]


def test_policies_of_20_seconds_and_of_a_minute_agree_to_scale_in():
    brief = {"PredefinedMetricType": "ECSServiceAverageCPUUtilizationHighResolution"}
    memory = {"PredefinedMetricType": "ECSServiceAverageMemoryUtilization"}
    policies = {
        name: {
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 50.0, "PredefinedMetricSpecification": metric},
        }
        for name, metric in (("brief", brief), ("memory", memory))
    }
    scaler, began, seen = Autoscaler(Requests(SERVICE, {"MinCapacity": 1, "MaxCapacity": 9}, policies), 0.0), 1000, []

    def source(metric, statistic, period, end, count):
        return [10.0 if end - period * back > began else None for back in range(count - 1, -1, -1)]

    for now in range(1000, 3000, 10):
        seen += [(now, item.after) for item in scaler.step(now, source, 4, 4) if item.after != item.before]
    # The last datapoint of CPU that is needed comes at 1900, the one of memory at 1920.
    assert seen[0] == (1920, 1)
