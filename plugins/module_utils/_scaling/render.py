# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""A scaling document as the requests that AWS takes: policies, their alarms, schedules. Standard library only.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping
from datetime import datetime

from .._facts.autoscaling import AGGREGATIONS, DIMENSION
from .._facts.cloudwatch import STATISTICS
from .document import Document
from .metrics import REPORTED, Metric, Place, queries, source, statistic_of
from .options import IN, OUT
from .policies import Policy

TARGET_TRACKING = {
    ("cpu", 60): "ECSServiceAverageCPUUtilization",
    ("cpu", 20): "ECSServiceAverageCPUUtilizationHighResolution",
    ("memory", 60): "ECSServiceAverageMemoryUtilization",
    ("memory", 20): "ECSServiceAverageMemoryUtilizationHighResolution",
    ("requests_per_target", 60): "ALBRequestCountPerTarget",
}
PREDICTIVE = {
    "cpu": "ECSServiceCPUUtilization",
    "memory": "ECSServiceMemoryUtilization",
    "requests_per_target": "ALBRequestCount",
}
MODES = {"forecast_only": "ForecastOnly", "forecast_and_scale": "ForecastAndScale"}
#: For a policy that is not there yet: its ARN is known once it is made.
UNKNOWN_ARN = "(the ARN of policy {name}, which is to be made)"


def resource(place: Place) -> dict[str, str]:
    """Return the members by which Application Auto Scaling knows a service."""
    return {"ServiceNamespace": "ecs", "ResourceId": place.resource_id, "ScalableDimension": DIMENSION}


def policies(document: Document, place: Place) -> dict[str, Document]:
    """Return the policies that AWS is to have: name -> PutScalingPolicy's PolicyType and configuration."""
    rendered: dict[str, Document] = {}
    for item in document["policies"] or []:
        rendered |= _POLICIES[item["type"]](item, place)
    return rendered


def alarms(document: Document, place: Place, arns: Mapping[str, str] | None = None) -> dict[str, Document]:
    """Return the alarms that trigger step policies: name -> what PutMetricAlarm takes.

    arns: the ARN of each policy that is there, by its name.
    """
    rendered = {}
    for item in document["policies"] or []:
        for policy_name, request in _alarms_of(item, place):
            arn = (arns or {}).get(policy_name) or UNKNOWN_ARN.format(name=policy_name)
            name = place.alarm_prefix + policy_name
            described = f"Scales service {place.service} in cluster {place.cluster} by policy {policy_name}."
            # A description is at most 1024 characters; names together are fewer.
            rendered[name] = {"AlarmName": name, "AlarmDescription": described, "AlarmActions": [arn], **request}
    return rendered


def schedules(document: Document) -> dict[str, Document]:
    """Return the scheduled actions that AWS is to have: name -> the rest of PutScheduledAction."""
    rendered = {}
    for item in document["schedules"] or []:
        limits = {"MinCapacity": item["min_capacity"], "MaxCapacity": item["max_capacity"]}
        times = {"StartTime": item["start_time"], "EndTime": item["end_time"]}
        rendered[item["name"]] = {
            "Schedule": item["schedule"],
            **({"Timezone": item["timezone"]} if item["timezone"] else {}),
            **{name: datetime.fromisoformat(value) for name, value in times.items() if value},
            "ScalableTargetAction": {name: value for name, value in limits.items() if value is not None},
        }
    return rendered


def _target_tracking(item: Policy, place: Place) -> dict[str, Document]:
    configuration = {
        "TargetValue": item["target"],
        **_tracked(item["metric"], item["resolution"], place),
        "ScaleOutCooldown": item["scale_out_cooldown"],
        "ScaleInCooldown": item["scale_in_cooldown"],
        **({"DisableScaleIn": True} if item["disable_scale_in"] else {}),
    }
    return {
        item["name"]: {"PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": configuration}
    }


def _tracked(metric: Metric, resolution: int, place: Place) -> Document:
    if metric["kind"] == "math":
        return {"CustomizedMetricSpecification": {"Metrics": queries(metric, place)}}
    if metric["kind"] == "custom" or metric["kind"] in REPORTED:
        unit = {"Unit": metric["unit"]} if metric.get("unit") else {}
        return {"CustomizedMetricSpecification": {**source(metric, place), "Statistic": statistic_of(metric), **unit}}
    return {"PredefinedMetricSpecification": _predefined(TARGET_TRACKING[metric["kind"], resolution], metric, place)}


def _predefined(name: str, metric: Metric, place: Place) -> Document:
    label = {"ResourceLabel": place.resource_label} if metric["kind"] == "requests_per_target" else {}
    return {"PredefinedMetricType": name, **label}


def _predictive(item: Policy, place: Place) -> dict[str, Document]:
    pair = _predefined(PREDICTIVE[item["metric"]["kind"]], item["metric"], place)
    configuration = {
        "MetricSpecifications": [{"TargetValue": item["target"], "PredefinedMetricPairSpecification": pair}],
        "Mode": MODES[item["mode"]],
        "SchedulingBufferTime": item["scheduling_buffer_time"],
        "MaxCapacityBreachBehavior": "HonorMaxCapacity",
    }
    if item["max_capacity_buffer"] is not None:
        configuration |= {
            "MaxCapacityBreachBehavior": "IncreaseMaxCapacity",
            "MaxCapacityBuffer": item["max_capacity_buffer"],
        }
    return {item["name"]: {"PolicyType": "PredictiveScaling", "PredictiveScalingPolicyConfiguration": configuration}}


def _stepping(adjustment: str, steps: list[Document], cooldown: int, **more: t.Any) -> Document:
    return {
        "PolicyType": "StepScaling",
        "StepScalingPolicyConfiguration": {
            "AdjustmentType": adjustment,
            "StepAdjustments": steps,
            "Cooldown": cooldown,
            "MetricAggregationType": "Average",
            **more,
        },
    }


def _step(item: Policy, place: Place) -> dict[str, Document]:
    rendered = {}
    aggregation = _statistic(item) if _statistic(item) in AGGREGATIONS else "Average"
    for way, side in _sides(item):
        more = {"MinAdjustmentMagnitude": side["minimum_change"]} if side["minimum_change"] else {}
        rendered[f"{item['name']}-{way}"] = _stepping(
            side["adjustment"],
            [_adjustment(step, side["threshold"]) for step in side["steps"]],
            side["cooldown"],
            **{"MetricAggregationType": aggregation, **more},
        )
    return rendered


def _adjustment(step: Document, threshold: float) -> Document:
    """Return a step with its bounds relative to the alarm's threshold, as AWS has them."""
    bounds = {"MetricIntervalLowerBound": step["lower"], "MetricIntervalUpperBound": step["upper"]}
    relative = {name: round(value - threshold, 9) for name, value in bounds.items() if value is not None}
    return {**relative, "ScalingAdjustment": step["change"]}


def _wake(item: Policy, place: Place) -> dict[str, Document]:
    steps = [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": item["capacity"]}]
    return {item["name"]: _stepping("ExactCapacity", steps, item["cooldown"])}


def _alarms_of(item: Policy, place: Place) -> t.Iterator[tuple[str, Document]]:
    """Give the name of each policy that an alarm triggers, and the alarm without its name and action."""
    if item["type"] == "wake_from_zero":
        # At zero the load balancer counts a request only here: there is no target group to count it for.
        yield (
            item["name"],
            {
                "Namespace": "AWS/ApplicationELB",
                "MetricName": "HTTPCode_ELB_503_Count",
                "Dimensions": [{"Name": "LoadBalancer", "Value": place.load_balancer}],
                "Statistic": "Sum",
                "Period": 60,
                "EvaluationPeriods": 1,
                "DatapointsToAlarm": 1,
                "Threshold": 1.0,
                "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                "TreatMissingData": "notBreaching",
            },
        )
    elif item["type"] == "step":
        for way, side in _sides(item):
            operator = ("GreaterThan" if way == "out" else "LessThan") + ("OrEqualTo" if side["inclusive"] else "")
            yield (
                f"{item['name']}-{way}",
                {
                    **_watched(item, side["period"], place),
                    "EvaluationPeriods": side["evaluation_periods"],
                    "DatapointsToAlarm": side["datapoints_to_alarm"],
                    "Threshold": side["threshold"],
                    "ComparisonOperator": f"{operator}Threshold",
                    "TreatMissingData": side["treat_missing_data"],
                },
            )


def _watched(item: Policy, period: int, place: Place) -> Document:
    metric = item["metric"]
    if metric["kind"] == "math":
        return {"Metrics": queries(metric, place, period)}
    statistic = _statistic(item)
    how = {"Statistic": statistic} if statistic in STATISTICS else {"ExtendedStatistic": statistic}
    unit = {"Unit": metric["unit"]} if metric.get("unit") else {}
    return {**source(metric, place), **how, **unit, "Period": period}


def _statistic(item: Policy) -> str:
    return item["statistic"] or statistic_of(item["metric"])


def _sides(item: Policy) -> t.Iterator[tuple[str, Document]]:
    for way, name in (("out", OUT), ("in", IN)):
        if item[name]:
            yield way, item[name]


_POLICIES: dict[str, Callable[[Policy, Place], dict[str, Document]]] = {
    "target_tracking": _target_tracking,
    "predictive": _predictive,
    "step": _step,
    "wake_from_zero": _wake,
}
