# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Application Auto Scaling and CloudWatch refuse."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from scenes import Cases, Scene, judge, refused_with

from local_aws.refusals import autoscaling, cloudwatch

refused = Cases()
DIMENSION = "ecs:service:DesiredCount"
STEPS = [
    {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 10, "ScalingAdjustment": 1},
    {"MetricIntervalLowerBound": 10, "ScalingAdjustment": 2},
]
ALARM = {
    "Namespace": "llm",
    "MetricName": "Queue",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 3,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanThreshold",
}
QUERY = {"Id": "m", "MetricStat": {"Metric": {"Namespace": "llm", "MetricName": "Q"}, "Period": 60, "Stat": "Sum"}}


class Scaled:
    """A service with a scalable target, which has no tasks."""

    def __init__(self, scene):
        self.client = scene.server.client("application-autoscaling")
        cluster, name, family = scene.name("cluster"), scene.name("service"), scene.name("family")
        scene.ecs.create_cluster(clusterName=cluster)
        scene.ecs.register_task_definition(
            family=family,
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            containerDefinitions=[{"name": "app", "image": "app:latest"}],
        )
        network = {"awsvpcConfiguration": {"subnets": scene.default_subnets()[:1], "assignPublicIp": "ENABLED"}}
        scene.ecs.create_service(
            cluster=cluster,
            serviceName=name,
            taskDefinition=family,
            desiredCount=0,
            launchType="FARGATE",
            networkConfiguration=network,
        )
        self.resource = f"service/{cluster}/{name}"
        self.of = {"ServiceNamespace": "ecs", "ResourceId": self.resource, "ScalableDimension": DIMENSION}

    def register(self, **settings):
        return self.client.register_scalable_target(**{**self.of, "MinCapacity": 0, "MaxCapacity": 3, **settings})

    def step(self, steps=None, name="step", **settings):
        given = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": STEPS if steps is None else steps}
        configuration = {"StepScalingPolicyConfiguration": {**given, **settings}}
        self.client.put_scaling_policy(PolicyName=name, PolicyType="StepScaling", **self.of, **configuration)

    def track(self, name="track", kind="ECSServiceAverageCPUUtilization", value=50.0, **predefined):
        specification = {"PredefinedMetricSpecification": {"PredefinedMetricType": kind, **predefined}}
        configuration = {"TargetTrackingScalingPolicyConfiguration": {"TargetValue": value, **specification}}
        self.client.put_scaling_policy(PolicyName=name, PolicyType="TargetTrackingScaling", **self.of, **configuration)

    def schedule(self, expression="rate(1 hour)", name="nightly", limits=None, **settings):
        action = {"MinCapacity": 1} if limits is None else limits
        self.client.put_scheduled_action(
            ScheduledActionName=name, Schedule=expression, ScalableTargetAction=action, **self.of, **settings
        )


def scaled(scene):
    made = Scaled(scene)
    made.register()
    return made


@refused("RegisterScalableTarget")
def target_of_a_service_that_is_not_there(scene):
    its = Scaled(scene)
    absent = {"ResourceId": f"{its.resource}-not"}
    yield lambda: its.register(**absent), "ValidationException", f"ECS service doesn't exist: {its.resource}-not"
    its.register()


@refused("RegisterScalableTarget")
def target_with_more_at_least_than_at_most(scene):
    its = Scaled(scene)
    wrong = {"MinCapacity": 4}
    yield lambda: its.register(**wrong), "ValidationException", "Maximum capacity cannot be less than minimum capacity"
    its.register(MinCapacity=3)


@refused("RegisterScalableTarget")
def first_registration_without_a_limit(scene):
    its = Scaled(scene)
    call = its.client.register_scalable_target
    yield lambda: call(**its.of, MinCapacity=0), "ValidationException", "Maximum capacity must be specified"
    its.register()
    call(**its.of, MinCapacity=1)


@refused("RegisterScalableTarget")
def target_of_another_dimension(scene):
    its = Scaled(scene)
    wrong = {"ServiceNamespace": "lambda"}
    yield lambda: its.register(**wrong), "ValidationException", "Unsupported service namespace"
    its.register()


@refused("PutScalingPolicy")
def policy_without_a_target(scene):
    its = Scaled(scene)
    yield (
        its.step,
        "ObjectNotFoundException",
        f"No scalable target registered for service namespace: ecs, resource ID: {its.resource}",
    )
    its.register()
    its.step()


@refused("PutScalingPolicy")
def steps_that_overlap(scene):
    its = scaled(scene)
    wrong = [STEPS[0], {**STEPS[1], "MetricIntervalLowerBound": 5}]
    yield lambda: its.step(wrong), "ValidationException", "intervals can't overlap"
    its.step()


@refused("PutScalingPolicy")
def steps_with_a_gap(scene):
    its = scaled(scene)
    wrong = [STEPS[0], {**STEPS[1], "MetricIntervalLowerBound": 20}]
    yield lambda: its.step(wrong), "ValidationException", "can't have gaps"
    its.step()


@refused("PutScalingPolicy")
def steps_of_none(scene):
    its = scaled(scene)
    yield lambda: its.step([]), "ValidationException", "At least one StepAdjustment"
    its.step()


@refused("PutScalingPolicy")
def step_of_no_bounds(scene):
    its = scaled(scene)
    yield lambda: its.step([{"ScalingAdjustment": 1}]), "ValidationException", "At least one of the bounds"
    its.step(STEPS[:1])


@refused("PutScalingPolicy")
def magnitude_of_a_change_that_is_no_percentage(scene):
    its = scaled(scene)
    yield lambda: its.step(MinAdjustmentMagnitude=2), "ValidationException", "only valid for PercentChangeInCapacity"
    its.step(AdjustmentType="PercentChangeInCapacity", MinAdjustmentMagnitude=2)


@refused("PutScalingPolicy")
def two_target_tracking_policies_on_one_metric(scene):
    its = scaled(scene)
    its.track()
    yield lambda: its.track("other", value=70.0), "ValidationException", "Only one TargetTrackingScaling policy"
    its.track(value=70.0)
    its.track("memory", "ECSServiceAverageMemoryUtilization")


@refused("PutScalingPolicy")
def requests_per_target_without_a_label(scene):
    its = scaled(scene)
    kind = "ALBRequestCountPerTarget"
    yield lambda: its.track(kind=kind), "ValidationException", "needs a ResourceLabel"
    its.track(kind=kind, ResourceLabel="app/llm/1/targetgroup/llm/2")


@refused("PutScalingPolicy")
def metric_that_ecs_does_not_have(scene):
    its = scaled(scene)
    yield lambda: its.track(kind="DynamoDBReadCapacityUtilization"), "ValidationException", "no predefined metric"
    its.track()


@refused("PutScalingPolicy")
def configuration_of_another_type(scene):
    its = scaled(scene)
    policy = {"PolicyName": "p", "PolicyType": "TargetTrackingScaling", **its.of}
    steps = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": STEPS}
    call = its.client.put_scaling_policy
    yield (
        lambda: call(**policy, StepScalingPolicyConfiguration=steps),
        "ValidationException",
        "must have a TargetTrackingScalingPolicyConfiguration",
    )
    its.track()


@refused("PutScheduledAction")
def schedule_without_a_target(scene):
    its = Scaled(scene)
    yield its.schedule, "ObjectNotFoundException", "No scalable target registered"
    its.register()
    its.schedule()


@refused("PutScheduledAction")
def schedule_that_is_none(scene):
    its = scaled(scene)
    yield lambda: its.schedule("whenever"), "ValidationException", "Invalid schedule expression whenever"
    its.schedule("cron(0 8 ? * MON-FRI *)")


@refused("PutScheduledAction")
def schedule_in_a_zone_that_is_none(scene):
    its = scaled(scene)
    yield lambda: its.schedule(Timezone="Mars/Olympus"), "ValidationException", "Invalid timezone: Mars/Olympus"
    its.schedule(Timezone="Europe/Zurich")


@refused("PutScheduledAction")
def schedule_that_ends_before_it_starts(scene):
    its = scaled(scene)
    first, last = datetime(2030, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
    wrong = {"StartTime": last, "EndTime": first}
    yield lambda: its.schedule(**wrong), "ValidationException", "end time must be after the start time"
    its.schedule(StartTime=first, EndTime=last)


@refused("PutScheduledAction")
def schedule_with_more_at_least_than_at_most(scene):
    its = scaled(scene)
    wrong = {"MinCapacity": 3, "MaxCapacity": 1}
    yield lambda: its.schedule(limits=wrong), "ValidationException", "Maximum capacity cannot be less"
    its.schedule(limits={"MaxCapacity": 1})


def alarm_case(name, code, message, **wrong):
    def case(scene):
        cloudwatch = scene.server.client("cloudwatch")
        given = {**ALARM, "AlarmName": scene.name(), **wrong}
        given = {key: value for key, value in given.items() if value is not None}
        yield lambda: cloudwatch.put_metric_alarm(**given), code, message
        cloudwatch.put_metric_alarm(**{**ALARM, "AlarmName": given["AlarmName"]})

    refused("PutMetricAlarm", name)(case)


NEITHER = {"MetricName": None, "Namespace": None, "Statistic": None, "Period": None}
for _name, _message, _wrong in [
    ("more datapoints than periods", "not greater than EvaluationPeriods", {"DatapointsToAlarm": 4}),
    ("a period that there is not", "a multiple of 60, not 45", {"Period": 45}),
    ("more than a day", "more than one day", {"Period": 300, "EvaluationPeriods": 289}),
    ("more than a week", "more than seven days", {"Period": 3600, "EvaluationPeriods": 169}),
    ("a comparison that there is not", "not AboveThreshold", {"ComparisonOperator": "AboveThreshold"}),
    ("missing data in no known way", "not zero", {"TreatMissingData": "zero"}),
    ("no threshold", "Threshold is required", {"Threshold": None}),
    ("no metric", "MetricName is required", {"MetricName": None}),
    ("two statistics", "Exactly one of Statistic", {"ExtendedStatistic": "p99"}),
    ("a statistic that there is not", "no statistic p", {"Statistic": None, "ExtendedStatistic": "pp"}),
    ("an action that is no ARN", "Invalid arn syntax: scale", {"AlarmActions": ["scale"]}),
    ("a metric and queries", "cannot be specified together", {"Metrics": [QUERY]}),
    ("two queries that return data", "Exactly one element", {**NEITHER, "Metrics": [QUERY, {**QUERY, "Id": "n"}]}),
]:
    alarm_case(_name, "ValidationError", _message, **_wrong)


@refused("PutMetricData")
def data_in_the_name_of_aws(scene):
    cloudwatch, data = scene.server.client("cloudwatch"), [{"MetricName": "CPUUtilization", "Value": 1}]
    put = cloudwatch.put_metric_data
    yield lambda: put(Namespace="AWS/ECS", MetricData=data), "InvalidParameterValue", "The value AWS/"
    put(Namespace="llm", MetricData=data)


@refused("PutMetricData")
def datum_of_no_value(scene):
    cloudwatch = scene.server.client("cloudwatch")
    put = cloudwatch.put_metric_data
    wrong = [{"MetricName": "Queue"}]
    yield lambda: put(Namespace="llm", MetricData=wrong), "InvalidParameterCombination", "exactly one of Value"
    put(Namespace="llm", MetricData=[{"MetricName": "Queue", "Values": [1, 2]}])


@refused("SetAlarmState")
def state_that_there_is_not(scene):
    cloudwatch, name = scene.server.client("cloudwatch"), scene.name()
    cloudwatch.put_metric_alarm(AlarmName=name, **ALARM)
    put = cloudwatch.set_alarm_state
    wrong = {"AlarmName": name, "StateValue": "BAD", "StateReason": "test"}
    yield lambda: put(**wrong), "ValidationError", "BAD is not OK, ALARM or INSUFFICIENT_DATA"
    put(**{**wrong, "StateValue": "OK"})


@pytest.mark.parametrize(("action", "case"), refused.marked)
def test_refused_as_on_aws_and_the_legitimate_twin_passes(server, action, case):
    judge(server, action, case)


def test_every_row_has_a_case():
    assert {row.action for row in [*autoscaling.ROWS, *cloudwatch.ROWS]} <= refused.actions


def test_what_is_not_there_is_not_deleted(server):
    its = Scaled(Scene(server))
    gone = {**its.of}
    code, _message = refused_with(its.client.deregister_scalable_target, **gone)
    assert code == "ObjectNotFoundException"
    its.register()
    code, message = refused_with(its.client.delete_scaling_policy, PolicyName="p", **gone)
    assert (code, "No scaling policy found" in message) == ("ObjectNotFoundException", True)
    code, message = refused_with(its.client.delete_scheduled_action, ScheduledActionName="s", **gone)
    assert (code, "No scheduled action found" in message) == ("ObjectNotFoundException", True)
    code, message = refused_with(server.client("cloudwatch").delete_alarms, AlarmNames=["no-such-alarm"])
    assert (code, "no-such-alarm" in message) == ("ResourceNotFound", True)
