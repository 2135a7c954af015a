# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that scale: alarms, policies, schedules and limits at work on tasks, on a clock that the tests advance."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

import pytest
from ecs_world import World, python, wait

DIMENSION = "ecs:service:DesiredCount"
BUSY = "while True: pass"
# One line in embedded metric format, then rest.
TELLS = """
import json, time
print(json.dumps({"_aws": {"Timestamp": 0, "CloudWatchMetrics": [{"Namespace": "llm", "Dimensions": [["Service"]],
    "Metrics": [{"Name": "InFlight", "Unit": "Count"}]}]}, "Service": "telling", "InFlight": 7}), flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def world(held):
    """Return a cluster in an AWS whose clock is held."""
    images = {
        "sleep:1": {"command": ["sleep", "600"]},
        "busy:1": python(BUSY),
        "telling:1": {"command": [sys.executable, "-u", "-c", TELLS]},
    }
    held.http("PUT", "/_local_aws/images", images)
    made = World(held, "scaled")
    yield made
    made.clean_up()


class Scaled:
    """A service with a scalable target."""

    def __init__(self, world, name, count=0, image="sleep:1", limits=(0, 3), **settings):
        self.world, self.name = world, name
        self.server = world.server
        self.client, self.cloudwatch = (self.server.client(its) for its in ("application-autoscaling", "cloudwatch"))
        self.of = {
            "ServiceNamespace": "ecs",
            "ResourceId": f"service/{world.name}/{name}",
            "ScalableDimension": DIMENSION,
        }
        self.server.advance(-self.server.now() % 60)
        world.create(name, world.register(name, image), count, **settings)
        self.arn = self.register(MinCapacity=limits[0], MaxCapacity=limits[1])
        self.settle()

    def register(self, **settings):
        return self.client.register_scalable_target(**self.of, **settings)["ScalableTargetARN"]

    @property
    def desired(self):
        return self.world.service(self.name)["desiredCount"]

    def settle(self):
        """Wait until as many tasks run as are desired; return how many."""
        service = wait(
            lambda: self.world.service(self.name),
            lambda its: its["runningCount"] == its["desiredCount"] and not its["pendingCount"],
        )
        return service["runningCount"]

    def step(self, name, *steps, adjustment="ChangeInCapacity", cooldown=60):
        """Put a step policy of (lower, upper, change); return its ARN."""
        bounds = ("MetricIntervalLowerBound", "MetricIntervalUpperBound", "ScalingAdjustment")
        adjustments = [
            {key: value for key, value in zip(bounds, its, strict=True) if value is not None} for its in steps
        ]
        configuration = {"AdjustmentType": adjustment, "StepAdjustments": adjustments, "Cooldown": cooldown}
        return self.put(name, "StepScaling", StepScalingPolicyConfiguration=configuration)["PolicyARN"]

    def track(self, name="cpu", target=50.0, **settings):
        predefined = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
        configuration = {"TargetValue": target, "PredefinedMetricSpecification": predefined, **settings}
        return self.put(name, "TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=configuration)

    def put(self, name, kind, **configuration):
        return self.client.put_scaling_policy(PolicyName=name, PolicyType=kind, **self.of, **configuration)

    def watch(self, policy_arn, comparison, threshold, periods, **settings):
        """Put an alarm on the service's queue that invokes a policy; return its name."""
        name = f"{self.name}-{comparison}-{threshold}"
        self.cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="llm",
            MetricName=f"queue-{self.name}",
            Statistic="Average",
            Period=60,
            EvaluationPeriods=periods,
            Threshold=threshold,
            ComparisonOperator=comparison,
            AlarmActions=[policy_arn],
            **settings,
        )
        return name

    def minutes(self, *values):
        """Let a minute pass for each value of the queue, and the tasks come and go; return the desired counts."""
        counts = []
        for value in values:
            if value is not None:
                datum = {"MetricName": f"queue-{self.name}", "Value": value}
                self.cloudwatch.put_metric_data(Namespace="llm", MetricData=[datum])
            self.server.advance(60)
            self.settle()
            counts.append(self.desired)
        return counts

    def activities(self, *, not_scaled=False):
        """Return the activities, oldest first."""
        found = self.client.describe_scaling_activities(**self.of, IncludeNotScaledActivities=not_scaled)
        return found["ScalingActivities"][::-1]

    def alarms(self):
        prefix = f"TargetTracking-{self.of['ResourceId']}-"
        found = self.cloudwatch.describe_alarms(AlarmNamePrefix=prefix)["MetricAlarms"]
        return {item["AlarmName"].removeprefix(prefix).partition("-")[0]: item for item in found}

    def measured(self, name, period=60, seconds=120, **which):
        now = self.server.now()
        found = self.cloudwatch.get_metric_statistics(
            MetricName=name,
            StartTime=datetime.fromtimestamp(now - seconds, UTC),
            EndTime=datetime.fromtimestamp(now, UTC),
            Period=period,
            Statistics=["Average", "SampleCount"],
            **which,
        )
        return found["Datapoints"]

    def used(self, name, **which):
        dimensions = {"ClusterName": self.world.name, "ServiceName": self.name}
        named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
        return self.measured(name, Namespace="AWS/ECS", Dimensions=named, **which)


def test_registering_moves_the_count_between_the_limits_at_once(world):
    its = Scaled(world, "limits", count=0, limits=(1, 2))
    assert its.desired == 1
    its.server.advance(60)
    its.register(MaxCapacity=0, MinCapacity=0)
    assert its.desired == 0
    its.settle()
    its.server.advance(60)
    told = [(item["Description"], item["Cause"], item["StatusCode"]) for item in its.activities()]
    assert told == [
        ("Setting desired count to 1.", "minimum capacity was set to 1", "Successful"),
        ("Setting desired count to 0.", "maximum capacity was set to 0", "Successful"),
    ]


def test_a_target_has_an_arn_tags_and_flags_of_its_own(world):
    its = Scaled(world, "tagged")
    assert its.register(SuspendedState={"DynamicScalingOutSuspended": True}) == its.arn
    its.register(SuspendedState={"ScheduledScalingSuspended": True})
    (told,) = its.client.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[its.of["ResourceId"]])[
        "ScalableTargets"
    ]
    assert told["ScalableTargetARN"] == its.arn
    assert told["SuspendedState"] == {
        "DynamicScalingInSuspended": False,
        "DynamicScalingOutSuspended": True,
        "ScheduledScalingSuspended": True,
    }
    assert told["RoleARN"].endswith("AWSServiceRoleForApplicationAutoScaling_ECSService")
    its.client.tag_resource(ResourceARN=its.arn, Tags={"a": "1", "b": "2"})
    its.client.untag_resource(ResourceARN=its.arn, TagKeys=["a"])
    assert its.client.list_tags_for_resource(ResourceARN=its.arn)["Tags"] == {"b": "2"}


def test_target_tracking_has_the_pair_of_alarms_of_aws_as_long_as_the_policy_is_there(world):
    its = Scaled(world, "tracked")
    first = its.track(target=50)
    pair = its.alarms()
    told = {
        role: [item[key] for key in ("Threshold", "ComparisonOperator", "EvaluationPeriods", "Period", "MetricName")]
        for role, item in pair.items()
    }
    assert told == {
        "AlarmHigh": [50.0, "GreaterThanThreshold", 3, 60, "CPUUtilization"],
        "AlarmLow": [45.0, "LessThanThreshold", 15, 60, "CPUUtilization"],
    }
    assert {item["AlarmName"] for item in first["Alarms"]} == {item["AlarmName"] for item in pair.values()}
    assert pair["AlarmHigh"]["AlarmActions"][0].startswith(first["PolicyARN"] + ":createdBy/")
    second = its.track(target=70, DisableScaleIn=True)
    assert second["PolicyARN"] == first["PolicyARN"]
    assert {role: item["Threshold"] for role, item in its.alarms().items()} == {"AlarmHigh": 70.0}
    its.client.delete_scaling_policy(PolicyName="cpu", **its.of)
    assert its.alarms() == {}


def test_deregistering_removes_policies_alarms_and_schedules(world):
    its = Scaled(world, "left")
    its.track()
    action = {"MinCapacity": 0}
    its.client.put_scheduled_action(
        ScheduledActionName="s", Schedule="rate(1 hour)", ScalableTargetAction=action, **its.of
    )
    its.client.deregister_scalable_target(**its.of)
    assert its.alarms() == {}
    assert (
        its.client.describe_scaling_policies(ServiceNamespace="ecs", ResourceId=its.of["ResourceId"])["ScalingPolicies"]
        == []
    )
    its.register(MinCapacity=0, MaxCapacity=1)
    assert its.client.describe_scheduled_actions(**its.of)["ScheduledActions"] == []


def test_steps_scale_out_by_how_far_the_alarm_is_breached_up_to_the_limit(world):
    its = Scaled(world, "steps", count=1, limits=(1, 4))
    arn = its.step("out", (0, 10, 1), (10, None, 2))
    name = its.watch(arn, "GreaterThanThreshold", 5, 1)
    told = its.client.describe_scaling_policies(ServiceNamespace="ecs", PolicyNames=["out"])["ScalingPolicies"][0]
    assert [alarm["AlarmName"] for alarm in told["Alarms"]] == [name]
    assert its.minutes(1, 6) == [1, 2]
    # In the cooldown only what goes beyond the step that was made is added; then the alarm invokes it each minute.
    assert its.minutes(30) == [3]
    assert its.minutes(30, 30, 30)[-1] == 4
    last = its.activities()[-1]
    assert last["Description"] == "Setting desired count to 4."
    assert last["Cause"] == f"monitor alarm {name} in state ALARM triggered policy out"
    assert "NotScaledReasons" not in last
    reason = its.activities(not_scaled=True)[-1]["NotScaledReasons"]
    assert reason == [{"Code": "AlreadyAtMaxCapacity", "MaxCapacity": 4, "CurrentCapacity": 4}]


def test_ten_datapoints_in_ten_minutes_scale_in_to_zero_and_not_nine(world):
    its = Scaled(world, "idle", count=3)
    arn = its.step("in", (None, 0, -1))
    its.watch(arn, "LessThanOrEqualToThreshold", 0, 10, DatapointsToAlarm=10, TreatMissingData="notBreaching")
    assert its.minutes(*[0] * 9) == [3] * 9
    assert its.minutes(0) == [2]
    # In ALARM it is invoked again every minute. A cooldown begins when the task is gone, so it holds every second one.
    assert its.minutes(*[0] * 7) == [2, 1, 1, 0, 0, 0, 0]
    reason = its.activities(not_scaled=True)[-1]["NotScaledReasons"]
    assert reason == [{"Code": "AlreadyAtMinCapacity", "MinCapacity": 0, "CurrentCapacity": 0}]


def test_one_datapoint_over_it_starts_the_count_anew(world):
    its = Scaled(world, "nearly-idle", count=1)
    arn = its.step("in", (None, 0, -1))
    its.watch(arn, "LessThanOrEqualToThreshold", 0, 10, DatapointsToAlarm=10, TreatMissingData="notBreaching")
    assert its.minutes(*[0] * 9, 1, *[0] * 9) == [1] * 19
    assert its.minutes(0) == [0]


def test_zero_is_left_by_a_step_policy_that_sets_the_count(world):
    its = Scaled(world, "asleep")
    arn = its.step("wake", (0, None, 1), adjustment="ExactCapacity")
    its.watch(arn, "GreaterThanOrEqualToThreshold", 1, 1, TreatMissingData="notBreaching")
    assert its.minutes(None, 1) == [0, 1]
    assert its.minutes(None, None) == [1, 1]


def test_a_cooldown_holds_scaling_in(world):
    its = Scaled(world, "cooling", count=3)
    its.watch(its.step("in", (None, 0, -1), cooldown=180), "LessThanThreshold", 5, 1)
    assert its.minutes(1) == [2]
    counts = its.minutes(1, 1, 1, 1)
    assert counts.index(1) in (2, 3)
    assert counts == sorted(counts, reverse=True)


def test_suspended_scaling_does_nothing_until_it_is_resumed(world):
    its = Scaled(world, "suspended", count=1)
    its.watch(its.step("out", (0, None, 1)), "GreaterThanThreshold", 5, 1)
    its.register(SuspendedState={"DynamicScalingOutSuspended": True})
    assert its.minutes(9, 9) == [1, 1]
    its.register(SuspendedState={"DynamicScalingOutSuspended": False})
    assert its.minutes(9) == [2]


def test_schedules_open_and_close_at_their_times(world):
    its = Scaled(world, "scheduled", limits=(0, 0))
    its.server.advance(-its.server.now() % 3600)
    for name, hours, limits in (("open", 2, (2, 3)), ("close", 4, (0, 0))):
        action = dict(zip(("MinCapacity", "MaxCapacity"), limits, strict=True))
        hour = datetime.fromtimestamp(its.server.now() + hours * 3600, UTC).hour
        its.client.put_scheduled_action(
            ScheduledActionName=name, Schedule=f"cron(0 {hour} * * ? *)", ScalableTargetAction=action, **its.of
        )
    its.server.advance(2 * 3600 - 60)
    assert its.desired == 0
    its.server.advance(60)
    assert (its.desired, its.settle()) == (2, 2)
    its.server.advance(2 * 3600)
    assert its.desired == 0
    told = [(item["Description"], item["Cause"]) for item in its.activities()]
    assert told == [
        ("Setting min capacity to 2 and max capacity to 3", "scheduled action name open was triggered"),
        ("Setting desired count to 2.", "minimum capacity was set to 2"),
        ("Setting min capacity to 0 and max capacity to 0", "scheduled action name close was triggered"),
        ("Setting desired count to 0.", "maximum capacity was set to 0"),
    ]


def test_processor_and_memory_are_percent_of_the_reservation(world):
    its = Scaled(world, "busy", count=1, image="busy:1", limits=(1, 3))
    wait(lambda: None, lambda _none: its.world.tasks("busy"))
    its.server.advance(60)
    first = its.used("CPUUtilization")
    wait(
        lambda: its.server.advance(60) and its.used("CPUUtilization", seconds=60),
        lambda found: found[0]["Average"] > 90,
    )
    assert [(point["SampleCount"], point["Unit"]) for point in first] == [(1, "Percent")]
    (memory,) = its.used("MemoryUtilization", seconds=60)
    assert 0.2 < memory["Average"] < 20


def test_target_tracking_scales_out_in_proportion_and_in_after_fifteen_minutes(world):
    began = world.server.now()
    its = Scaled(world, "tracking", count=1, image="busy:1", limits=(1, 3))
    wait(
        lambda: its.server.advance(60) and its.used("CPUUtilization", seconds=60),
        lambda found: found and found[0]["Average"] > 90,
    )
    its.track(target=40.0, ScaleOutCooldown=60, ScaleInCooldown=60)
    # What was before the policy counts: an alarm looks back.
    assert max(its.minutes(None, None, None)) == 3
    its.track(target=400.0, ScaleOutCooldown=60, ScaleInCooldown=60)
    assert its.minutes(*[None] * 16)[-1] == 1
    out, in_ = its.activities()
    high, low = (its.alarms()[role]["AlarmName"] for role in ("AlarmHigh", "AlarmLow"))
    assert out["Cause"] == f"monitor alarm {high} in state ALARM triggered policy cpu"
    assert in_["Cause"] == f"monitor alarm {low} in state ALARM triggered policy cpu"
    assert in_["StartTime"].timestamp() >= began + 900


def test_twenty_second_metrics_come_where_monitoring_asks_for_them(world):
    names = ["CPUUtilization"]
    monitoring = {"metricConfigurations": [{"metricNames": names, "resolutionSeconds": 20}]}
    its = Scaled(world, "fine", count=1, monitoring=monitoring)
    its.server.advance(60)
    assert len(its.used("CPUUtilization", period=20, seconds=60)) == 3
    assert len(its.used("MemoryUtilization", period=20, seconds=60)) == 1


def test_log_lines_in_embedded_metric_format_become_metrics(world):
    its = Scaled(world, "telling", count=1, image="telling:1", limits=(1, 1))
    named = [{"Name": "Service", "Value": "telling"}]

    def found():
        now = its.server.now()
        return its.cloudwatch.get_metric_statistics(
            Namespace="llm",
            MetricName="InFlight",
            Dimensions=named,
            StartTime=datetime.fromtimestamp(now - 60, UTC),
            EndTime=datetime.fromtimestamp(now + 60, UTC),
            Period=60,
            Statistics=["Maximum"],
        )["Datapoints"]

    (point,) = wait(found, bool)
    assert (point["Maximum"], point["Unit"]) == (7, "Count")
    streams = its.world.logs.describe_log_streams(logGroupName="/ecs/scaled")["logStreams"]
    lines = [
        event["message"]
        for stream in streams
        for event in its.world.logs.get_log_events(logGroupName="/ecs/scaled", logStreamName=stream["logStreamName"])[
            "events"
        ]
    ]
    assert any(json.loads(line)["InFlight"] == 7 for line in lines)
