# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime

import pytest

from ansible_collections.llmops.ecs.plugins.module_utils._scaling import document as scaling_document
from ansible_collections.llmops.ecs.plugins.module_utils._scaling import render
from ansible_collections.llmops.ecs.plugins.module_utils._scaling.metrics import Place
from ansible_collections.llmops.ecs.plugins.module_utils._scaling.schedules import is_over
from ansible_collections.llmops.ecs.plugins.module_utils._scaling.validation import ScalingError

PLACE = Place("llm-prod", "llm", "app/llm/0123", "targetgroup/llm/4567")
NO_BALANCER = Place("llm-prod", "llm")
GUIDE = {
    "name": "guide",
    "type": "target_tracking",
    "metric": "cpu",
    "target": 5.0,
    "scale_in_cooldown": 60,
    "scale_out_cooldown": 60,
}
OUT = {"above": 70, "evaluation_periods": 3, "cooldown": 60, "steps": [{"below": 90, "add": 1}, {"add": 2}]}
IN = {"below": 30, "evaluation_periods": 10, "datapoints_to_alarm": 10, "steps": [{"remove": 1}]}
FINE = {"name": "fine", "type": "step", "metric": "cpu", "statistic": "Average", "scale_out": OUT, "scale_in": IN}
WAKE = {"name": "wake", "type": "wake_from_zero"}
AHEAD = {"name": "ahead", "type": "predictive", "metric": "cpu", "target": 40, "max_capacity_buffer": 10}
OFFICE = {"name": "office", "cron": "0 8 ? * MON-FRI *", "timezone": "Europe/Rome", "min_capacity": 1}
CUSTOM = {"namespace": "LLM", "name": "RequestsInFlight", "dimensions": {"ServiceName": "llm"}, "statistic": "Sum"}
MATH = {"expression": "requests / tasks", "metrics": {"requests": CUSTOM, "tasks": {**CUSTOM, "name": "Tasks"}}}
ECS = {
    "Namespace": "AWS/ECS",
    "MetricName": "CPUUtilization",
    "Dimensions": [{"Name": "ClusterName", "Value": "llm-prod"}, {"Name": "ServiceName", "Value": "llm"}],
}


def parsed(*policies, **more):
    return scaling_document.parse({"policies": list(policies), **more})


def test_the_policy_of_the_guide_is_rendered_as_its_command_sends_it():
    assert render.policies(parsed(GUIDE), PLACE) == {
        "guide": {
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {
                "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
                "TargetValue": 5.0,
                "ScaleInCooldown": 60,
                "ScaleOutCooldown": 60,
            },
        }
    }
    assert render.alarms(parsed(GUIDE), PLACE) == {}


def test_ten_datapoints_in_ten_minutes():
    policies = render.policies(parsed(FINE), PLACE)
    alarms = render.alarms(parsed(FINE), PLACE, {"fine-out": "arn:out"})

    assert policies["fine-out"] == {
        "PolicyType": "StepScaling",
        "StepScalingPolicyConfiguration": {
            "AdjustmentType": "ChangeInCapacity",
            "StepAdjustments": [
                {"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 20.0, "ScalingAdjustment": 1},
                {"MetricIntervalLowerBound": 20.0, "ScalingAdjustment": 2},
            ],
            "Cooldown": 60,
            "MetricAggregationType": "Average",
        },
    }
    step_in = policies["fine-in"]["StepScalingPolicyConfiguration"]
    assert step_in["StepAdjustments"] == [{"MetricIntervalUpperBound": 0.0, "ScalingAdjustment": -1}]
    assert step_in["Cooldown"] == 300
    assert alarms["llmops/service/llm-prod/llm/fine-in"] == {
        "AlarmName": "llmops/service/llm-prod/llm/fine-in",
        "AlarmDescription": "Scales service llm in cluster llm-prod by policy fine-in.",
        "AlarmActions": ["(the ARN of policy fine-in, which is to be made)"],
        **ECS,
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 10,
        "DatapointsToAlarm": 10,
        "Threshold": 30.0,
        "ComparisonOperator": "LessThanThreshold",
        "TreatMissingData": "notBreaching",
    }
    out = alarms["llmops/service/llm-prod/llm/fine-out"]
    assert out["AlarmActions"] == ["arn:out"]
    assert (out["Threshold"], out["ComparisonOperator"], out["DatapointsToAlarm"]) == (70.0, "GreaterThanThreshold", 3)


def test_a_service_is_woken_by_the_503s_of_its_load_balancer():
    policies = render.policies(parsed(WAKE), PLACE)
    alarm = render.alarms(parsed(WAKE), PLACE)["llmops/service/llm-prod/llm/wake"]

    configuration = policies["wake"]["StepScalingPolicyConfiguration"]
    assert configuration["AdjustmentType"] == "ExactCapacity"
    assert configuration["StepAdjustments"] == [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}]
    assert alarm["MetricName"] == "HTTPCode_ELB_503_Count"
    assert alarm["Dimensions"] == [{"Name": "LoadBalancer", "Value": "app/llm/0123"}]
    assert (alarm["Statistic"], alarm["Threshold"], alarm["EvaluationPeriods"]) == ("Sum", 1.0, 1)


@pytest.mark.parametrize(
    ("metric", "specification"),
    [
        (
            {"metric": "requests_per_target"},
            {
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": "ALBRequestCountPerTarget",
                    "ResourceLabel": "app/llm/0123/targetgroup/llm/4567",
                }
            },
        ),
        (
            {"metric": "memory", "resolution": 20},
            {
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": "ECSServiceAverageMemoryUtilizationHighResolution"
                }
            },
        ),
        (
            {"metric": CUSTOM},
            {
                "CustomizedMetricSpecification": {
                    "Namespace": "LLM",
                    "MetricName": "RequestsInFlight",
                    "Dimensions": [{"Name": "ServiceName", "Value": "llm"}],
                    "Statistic": "Sum",
                }
            },
        ),
    ],
)
def test_metrics_that_are_tracked(metric, specification):
    configuration = render.policies(parsed({**GUIDE, **metric}), PLACE)["guide"][
        "TargetTrackingScalingPolicyConfiguration"
    ]

    assert configuration == {
        **specification,
        "TargetValue": 5.0,
        "ScaleInCooldown": 60,
        "ScaleOutCooldown": 60,
    }


def test_what_the_server_reports_of_itself_is_tracked_by_task():
    configuration = render.policies(parsed({**GUIDE, "metric": "requests_in_flight"}), PLACE)["guide"][
        "TargetTrackingScalingPolicyConfiguration"
    ]

    assert configuration["CustomizedMetricSpecification"] == {
        "Namespace": "llmops/ecs",
        "MetricName": "RequestsInFlight",
        "Dimensions": ECS["Dimensions"],
        "Statistic": "Average",
    }


def test_metric_math_has_a_period_in_alarms_only():
    tracked = render.policies(parsed({**GUIDE, "metric": MATH}), PLACE)["guide"]
    specification = tracked["TargetTrackingScalingPolicyConfiguration"]["CustomizedMetricSpecification"]
    stepped = {**FINE, "metric": MATH, "statistic": None}
    alarm = render.alarms(parsed(stepped), PLACE)["llmops/service/llm-prod/llm/fine-out"]

    assert [query["Id"] for query in specification["Metrics"]] == ["requests", "tasks", "result"]
    assert "Period" not in specification["Metrics"][0]["MetricStat"]
    assert alarm["Metrics"][0]["MetricStat"]["Period"] == 60
    assert alarm["Metrics"][-1] == {"Id": "result", "Expression": "requests / tasks", "ReturnData": True}
    assert not {"Period", "Statistic", "MetricName"} & set(alarm)


def test_predictive():
    configuration = render.policies(parsed(AHEAD), PLACE)["ahead"]["PredictiveScalingPolicyConfiguration"]

    pair = {"PredefinedMetricType": "ECSServiceCPUUtilization"}
    assert configuration["MetricSpecifications"] == [{"TargetValue": 40.0, "PredefinedMetricPairSpecification": pair}]
    assert configuration["MaxCapacityBreachBehavior"] == "IncreaseMaxCapacity"


@pytest.mark.parametrize(
    ("side", "adjustments"),
    [
        ({"above": 10, "steps": [{"percent": 50}], "minimum_change": 2}, [(0.0, None, 50)]),
        ({"at_or_above": 0.1, "steps": [{"below": 0.3, "set": 2}, {"set": 3}]}, [(0.0, 0.2, 2), (0.2, None, 3)]),
        (
            {"above": 1, "steps": [{"above": 1, "below": 5, "add": 1}, {"above": 5, "add": 2}]},
            [(0, 4, 1), (4, None, 2)],
        ),
    ],
)
def test_steps_are_told_in_the_metrics_own_values(side, adjustments):
    policies = render.policies(parsed({**FINE, "scale_in": None, "scale_out": side}), PLACE)

    told = policies["fine-out"]["StepScalingPolicyConfiguration"]["StepAdjustments"]
    bounds = ("MetricIntervalLowerBound", "MetricIntervalUpperBound", "ScalingAdjustment")
    assert [tuple(step.get(name) for name in bounds) for step in told] == adjustments


def test_steps_inwards_go_down_from_the_threshold():
    side = {"below": 30, "steps": [{"above": 10, "remove": 1}, {"remove": 2}]}
    told = render.policies(parsed({**FINE, "scale_in": side}), PLACE)["fine-in"]

    assert told["StepScalingPolicyConfiguration"]["StepAdjustments"] == [
        {"MetricIntervalLowerBound": -20.0, "MetricIntervalUpperBound": 0.0, "ScalingAdjustment": -1},
        {"MetricIntervalUpperBound": -20.0, "ScalingAdjustment": -2},
    ]


def fine(side="scale_out", **changes):
    return {**FINE, side: {**FINE[side], **changes}}


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"min_capacity": 4, "max_capacity": 3}, "min_capacity 4 is over max_capacity 3"),
        ({"min_capacity": -1}, "min_capacity is -1: it must be a whole number of 0 or more"),
        ({"suspended": {"all": True}}, "suspended.all is not known"),
        ({"policies": {}}, "argument 'policies' is of type dict and we were unable to convert to list"),
        ({"policies": [{"name": "x"}]}, "policies[x]: missing required arguments: type"),
        (
            {"policies": [{**GUIDE, "type": "tracking"}]},
            "policies[guide]: value of type must be one of: target_tracking, step, wake_from_zero, predictive, got: ",
        ),
        ({"policies": [GUIDE, GUIDE]}, "policies: 2 would have the name guide"),
        ({"policies": [FINE, {**GUIDE, "metric": "memory", "name": "fine-in"}]}, "2 would have the name fine-in"),
        ({"policies": [GUIDE, {**GUIDE, "name": "b"}]}, "guide and b track one metric"),
        ({"policies": [GUIDE, FINE]}, "would fight"),
        ({"policies": [{**GUIDE, "period": 60}]}, "use type: step for your own datapoints"),
        ({"policies": [{**GUIDE, "target": 0}]}, "policies[guide].target is 0: it must be over 0"),
        ({"policies": [{**GUIDE, "metric": "cpus"}]}, "it must be one of cpu, memory, requests_per_target"),
        (
            {"policies": [{**GUIDE, "metric": {"name": "x"}}]},
            "[guide].metric: missing required arguments: namespace",
        ),
        ({"policies": [{**GUIDE, "metric": CUSTOM, "resolution": 20}]}, "20 seconds for cpu and memory only"),
        ({"policies": [{**GUIDE, "metric": {**MATH, "expression": "1"}}]}, "metrics.requests is not used"),
        ({"policies": [{**GUIDE, "metric": {**CUSTOM, "statistic": "p90"}}]}, "or use metric math"),
        ({"policies": [{**FINE, "statistic": "Mean"}]}, "policies[fine].statistic is 'Mean'"),
        ({"policies": [{**FINE, "scale_out": None, "scale_in": None}]}, "needs scale_out, scale_in or both"),
        ({"policies": [{**FINE, "metric": "requests_per_target"}]}, "only Sum means something"),
        ({"policies": [fine(above=20, steps=[{"add": 1}])]}, "overlap: in between the service would do both"),
        ({"policies": [fine(datapoints_to_alarm=4)]}, "datapoints_to_alarm 4 is over evaluation_periods 3"),
        ({"policies": [fine(period=45)]}, "period is 45: CloudWatch has 10, 20, 30 and multiples of 60"),
        ({"policies": [fine(period=30)]}, "ECS reports once in 20 or 60 seconds"),
        ({"policies": [fine(evaluation_periods=1441)]}, "more than a day"),
        ({"policies": [fine(treat_missing_data="no")]}, "scale_out: value of treat_missing_data must be one of: notBr"),
        ({"policies": [fine(at_or_above=70)]}, "needs one of above and at_or_above"),
        ({"policies": [fine(steps=[])]}, "steps is empty"),
        ({"policies": [fine(steps=[{"add": 1}, {"add": 2}])]}, "has no below, so nothing is left"),
        (
            {"policies": [fine(steps=[{"below": 90, "add": 1}, {"above": 95, "add": 2}])]},
            "a gap lies between it and 90",
        ),
        ({"policies": [fine(steps=[{"below": 90, "add": 1}, {"above": 85, "add": 2}])]}, "an overlap lies between"),
        ({"policies": [fine(steps=[{"below": 60, "add": 1}, {"add": 2}])]}, "which is not over 70"),
        ({"policies": [fine(steps=[{"below": 90, "add": 1}])]}, "nothing is said of values from 90"),
        ({"policies": [fine(steps=[{"below": 90, "add": 1}, {"set": 2}])]}, "one kind of change"),
        ({"policies": [fine(steps=[{"remove": 1}])]}, "only scale_in removes"),
        ({"policies": [fine(steps=[{"add": 0}])]}, "the step would do nothing"),
        (
            {"policies": [fine(steps=[{"below": 90, "add": 1}, {"below": "high", "add": 2}])]},
            "policies[fine].scale_out.steps[1]: argument 'below' is of type str and we were unable to convert to float",
        ),
        (
            {"policies": [fine(steps=[{"below": True, "add": 1}])]},
            "scale_out.steps[0].below is True: it must be a ",
        ),
        ({"policies": [fine(steps=[{"below": 90, "plus": 1}])]}, "scale_out.steps[0].plus is not known: it can have a"),
        (
            {"policies": [fine(cooldown=-1)]},
            "[fine].scale_out.cooldown is -1: it must be a whole number of 0 or more",
        ),
        ({"policies": [fine(steps=[{"add": True}])]}, "steps[0].add is True: it must be a whole number of 0 or more"),
        ({"policies": [fine(above="nan")]}, "policies[fine].scale_out.above is 'nan': it must be a number"),
        ({"policies": [{**GUIDE, "target": None}]}, "policies[guide]: type is target_tracking but all of the followin"),
        ({"policies": [{**GUIDE, "name": " "}]}, "policies[ ].name is ' ': it must be a text that is not empty"),
        ({"policies": [{**GUIDE, "treat_missing_data": "missing"}]}, "use type: step for your own datapoints"),
        ({"policies": [{**GUIDE, "cooldown": 60}]}, ".cooldown is 60, which is no option of type: target_tracking"),
        ({"policies": [{**WAKE, "metric": "cpu"}]}, "metric is 'cpu', which is no option of type: wake_from_zero; it "),
        (
            {"policies": [{**GUIDE, "metric": {**CUSTOM, "dimensions": {"a": {}}}}]},
            "dimensions.a is {}: it must be a",
        ),
        ({"policies": [{**GUIDE, "metric": 5}]}, "metric is 5: it must be one of cpu, memory, requests_per_target"),
        ({"policies": [{**AHEAD, "metric": CUSTOM}]}, "it must be one of cpu, memory, requests_per_target"),
        ({"policies": [fine(minimum_change=2)]}, "minimum_change goes with percent only"),
        ({"policies": [fine("scale_in", steps=[{"above": 40, "remove": 1}, {"remove": 2}])]}, "not under 30"),
        ({"policies": [WAKE, {**WAKE, "name": "b"}]}, "only one can wake from zero"),
        ({"policies": [{**WAKE, "capacity": 4}], "max_capacity": 3}, "capacity 4 is over max_capacity 3"),
        ({"schedules": [OFFICE, OFFICE]}, "schedules: 2 have the name office"),
        ({"schedules": [{**OFFICE, "cron": "0 8 * * *"}]}, "six fields"),
        ({"schedules": [{**OFFICE, "cron": "0 8 * * MON *"}]}, "exactly one of day of month and day of week"),
        ({"schedules": [{**OFFICE, "cron": "61 8 ? * MON *"}]}, "minutes '61': '61' is not within 0 to 59"),
        ({"schedules": [{**OFFICE, "cron": "0 8 ? * MON-FOO *"}]}, "is no number, range or step"),
        ({"schedules": [{**OFFICE, "timezone": "Mars/X"}]}, "it must be an IANA name, as Europe/Rome"),
        ({"schedules": [{**OFFICE, "rate": "1 day"}]}, "needs one of cron, rate, at; it has cron and rate"),
        ({"schedules": [{"name": "a", "rate": "1 days", "min_capacity": 1}]}, "1 goes with day"),
        ({"schedules": [{"name": "a", "rate": "0 days", "min_capacity": 1}]}, "whole number over 0"),
        ({"schedules": [{"name": "a", "at": "tomorrow", "min_capacity": 1}]}, "a time without a zone"),
        ({"schedules": [{**OFFICE, "min_capacity": None}]}, "it would change nothing"),
        ({"schedules": [{**OFFICE, "max_capacity": 0}]}, "min_capacity 1 is over max_capacity 0"),
        ({"schedules": [{**OFFICE, "name": "a/b"}]}, "none of them : / |"),
        ({"schedules": [{**OFFICE, "start_time": "2030-01-02", "end_time": "2030-01-01"}]}, "is not before end_time"),
    ],
)
def test_what_is_refused_is_told_with_the_reason(document, problem):
    with pytest.raises(ScalingError) as told:
        scaling_document.parse(document)

    assert problem in str(told.value)


@pytest.mark.parametrize(
    ("policy", "place", "others", "problem"),
    [
        (WAKE, NO_BALANCER, [], "needs an Application Load Balancer, and service llm has none"),
        ({**GUIDE, "metric": "requests_per_target"}, NO_BALANCER, [], "needs an Application Load Balancer"),
        (WAKE, PLACE, ["other"], "the load balancer also serves other"),
        ({**WAKE, "shared": True}, PLACE, ["other"], None),
        (WAKE, PLACE, [], None),
        (GUIDE, Place("c" * 120, "s" * 120), [], "over 255 characters"),
    ],
)
def test_what_cannot_be_where_the_service_is(policy, place, others, problem):
    told = scaling_document.place_problems(parsed(policy), place, others)

    assert bool(told) is (problem is not None)
    assert (problem or "") in "".join(told)


@pytest.mark.parametrize(
    ("document", "low", "words"),
    [
        ({"policies": [GUIDE]}, 0, ["can leave zero", "does not reach zero by itself"]),
        ({"policies": [GUIDE]}, 1, []),
        ({"policies": [FINE]}, 0, ["can leave zero"]),
        ({"policies": [FINE, WAKE]}, 0, []),
        ({"policies": [FINE], "schedules": [OFFICE]}, 0, []),
        ({"policies": [{**GUIDE, "metric": CUSTOM}]}, 0, []),
        ({"policies": [WAKE, FINE]}, 1, ["never acts"]),
        ({"policies": [{**WAKE, "shared": True}, FINE]}, 0, ["also when it has more tasks"]),
        ({"policies": []}, 0, []),
    ],
)
def test_what_may_be_regretted_is_told(document, low, words):
    told = scaling_document.warnings(scaling_document.parse(document), low)

    assert len(told) == len(words)
    assert all(word in text for word, text in zip(words, told, strict=True))


@pytest.mark.parametrize(
    ("policy", "metrics"),
    [
        (GUIDE, []),
        ({**GUIDE, "resolution": "20"}, ["CPUUtilization"]),
        (fine(period=20), ["CPUUtilization"]),
        ({**fine(period=20), "metric": CUSTOM}, []),
    ],
)
def test_what_the_service_must_report_more_often(policy, metrics):
    assert scaling_document.high_resolution(parsed(policy)) == metrics


def test_schedules_are_rendered():
    once = {"name": "once", "at": "2030-01-31T08:00:00", "max_capacity": "5", "start_time": "2030-01-01T00:00:00+01:00"}

    rendered = render.schedules(scaling_document.parse({"schedules": [OFFICE, once]}))

    assert rendered["office"] == {
        "Schedule": "cron(0 8 ? * MON-FRI *)",
        "Timezone": "Europe/Rome",
        "ScalableTargetAction": {"MinCapacity": 1},
    }
    assert rendered["once"]["Schedule"] == "at(2030-01-31T08:00:00)"
    assert rendered["once"]["StartTime"].isoformat() == "2029-12-31T23:00:00+00:00"


@pytest.mark.parametrize(("now", "over"), [("2030-01-31T06:59:00+00:00", False), ("2030-01-31T07:00:00+00:00", True)])
def test_a_time_that_is_past_in_its_zone_is_over(now, over):
    once = {"name": "once", "at": "2030-01-31T08:00:00", "timezone": "Europe/Rome", "max_capacity": 5}
    [schedule] = scaling_document.parse({"schedules": [once]})["schedules"]
    [office] = scaling_document.parse({"schedules": [OFFICE]})["schedules"]

    assert is_over(schedule, datetime.fromisoformat(now)) is over
    assert not is_over(office, datetime.fromisoformat(now))


def test_a_schedule_is_over_at_its_end():
    [office] = scaling_document.parse({"schedules": [{**OFFICE, "end_time": "2030-01-31T08:00:00Z"}]})["schedules"]

    assert not is_over(office, datetime.fromisoformat("2030-01-31T07:59:59+00:00"))
    assert is_over(office, datetime.fromisoformat("2030-01-31T08:00:00+00:00"))
