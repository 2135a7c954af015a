# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What scaling policies make of a metric: alarms of target tracking, step adjustments, proportional capacity.

https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
"""

from __future__ import annotations

import math
import typing as t
from collections.abc import Sequence

from .metrics import Document

HIGH, LOW = "AlarmHigh", "AlarmLow"
#: Target tracking scales in when the metric is under this share of the target.
SCALE_IN_SHARE = 0.9
#: Seconds over which every datapoint must be over the target, or under the share of it.
OUT_SECONDS, IN_SECONDS = 180, 900
DEFAULT_COOLDOWN = 300
_ECS = {
    "ECSServiceAverageCPUUtilization": ("CPUUtilization", 60),
    "ECSServiceAverageCPUUtilizationHighResolution": ("CPUUtilization", 20),
    "ECSServiceAverageMemoryUtilization": ("MemoryUtilization", 60),
    "ECSServiceAverageMemoryUtilizationHighResolution": ("MemoryUtilization", 20),
}
_REQUESTS = "ALBRequestCountPerTarget"


def tracking_alarms(configuration: Document, resource_id: str) -> dict[str, dict[str, t.Any]]:
    """Return what AWS makes for a TargetTrackingScalingPolicyConfiguration: HIGH and LOW (not with DisableScaleIn) to
    what PutMetricAlarm takes, without name and action. resource_id is as in V(service/cluster/name).

    3 of 3 datapoints of a minute over the target scale out, 15 of 15 under 90 % of it scale in. Of a metric of 20
    seconds the datapoints are of 20 seconds: 3 of 3, and 45 of 45. Raises ValueError for an unknown metric.
    """
    watched, period = _watched(configuration, resource_id)
    target = float(configuration["TargetValue"])
    high = _alarm(watched, period, 3, "GreaterThanThreshold", target)
    if configuration.get("DisableScaleIn"):
        return {HIGH: high}
    low = _alarm(watched, period, IN_SECONDS // period, "LessThanThreshold", round(target * SCALE_IN_SHARE, 9))
    return {HIGH: high, LOW: low}


def _alarm(watched: Document, period: int, periods: int, comparison: str, threshold: float) -> dict[str, t.Any]:
    """AWS leaves TreatMissingData at missing: without datapoints it does nothing."""
    timed = (
        {"Metrics": [_with_period(item, period) for item in watched["Metrics"]]}
        if "Metrics" in watched
        else {**watched, "Period": period}
    )
    return {
        **timed,
        "EvaluationPeriods": periods,
        "DatapointsToAlarm": periods,
        "Threshold": threshold,
        "ComparisonOperator": comparison,
        "TreatMissingData": "missing",
    }


def _with_period(query: Document, period: int) -> dict[str, t.Any]:
    stat = query.get("MetricStat")
    return {**query, "MetricStat": {**stat, "Period": period}} if stat else dict(query)


def _watched(configuration: Document, resource_id: str) -> tuple[dict[str, t.Any], int]:
    """Return the members of an alarm that say what it watches, and the period."""
    custom = configuration.get("CustomizedMetricSpecification")
    if custom:
        if custom.get("Metrics"):
            return {"Metrics": custom["Metrics"]}, 60
        kept = ("Namespace", "MetricName", "Dimensions", "Statistic", "Unit")
        return {name: custom[name] for name in kept if custom.get(name)}, 60
    predefined = configuration.get("PredefinedMetricSpecification") or {}
    kind = predefined.get("PredefinedMetricType")
    if kind in _ECS:
        name, period = _ECS[kind]
        _service, cluster, service = resource_id.split("/")
        dimensions = _dimensions(ClusterName=cluster, ServiceName=service)
        return _metric("AWS/ECS", name, dimensions, "Average"), period
    if kind == _REQUESTS:
        balancer, _slash, group = predefined["ResourceLabel"].partition("/targetgroup/")
        dimensions = _dimensions(LoadBalancer=balancer, TargetGroup=f"targetgroup/{group}")
        return _metric("AWS/ApplicationELB", "RequestCountPerTarget", dimensions, "Sum"), 60
    raise ValueError(f"a service has no predefined metric {kind}")


def _metric(namespace: str, name: str, dimensions: list[dict[str, str]], statistic: str) -> dict[str, t.Any]:
    return {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions, "Statistic": statistic}


def _dimensions(**values: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


def tracked_capacity(target: float, value: float, running: int) -> int:
    """Return the capacity that brings a metric of running tasks to its target, rounded up.

    At zero tasks a metric over its target makes it one: there is nothing to be in proportion to.
    """
    wanted = math.ceil(round(running * value / target, 9))
    return max(wanted, 1) if value > target else wanted


def aggregate(configuration: Document, values: Sequence[float]) -> float:
    """Return what a step policy compares: its alarm's datapoints, aggregated as MetricAggregationType says."""
    kind = configuration.get("MetricAggregationType") or "Average"
    if kind == "Average":
        return math.fsum(values) / len(values)
    return {"Minimum": min, "Maximum": max}[kind](values)


def step_of(configuration: Document, breach: float) -> Document | None:
    """Return the step adjustment for a metric that is breach over (under, if negative) the threshold; None for none.

    Over the threshold a step holds its lower bound and not its upper one, under it the other way round. Right on the
    threshold both readings hold, as alarms for «or equal to» there fire on it.
    """
    for step in configuration.get("StepAdjustments") or []:
        low = step.get("MetricIntervalLowerBound")
        high = step.get("MetricIntervalUpperBound")
        low, high = -math.inf if low is None else float(low), math.inf if high is None else float(high)
        over, under = breach >= 0 and low <= breach < high, breach <= 0 and low < breach <= high
        if over or under:
            return step
    return None


def adjusted(configuration: Document, adjustment: int, base: int) -> int:
    """Return the capacity that a scaling adjustment makes of base, before limits; never under zero."""
    kind = configuration.get("AdjustmentType")
    if kind == "ExactCapacity":
        return max(0, adjustment)
    if kind == "PercentChangeInCapacity":
        adjustment = percent_change(adjustment, base, int(configuration.get("MinAdjustmentMagnitude") or 0))
    return max(0, base + adjustment)


def percent_change(percent: int, base: int, least: int = 0) -> int:
    """Return so many percent of base: between -1 and 1 rounded away from zero, else towards it; at least least."""
    exact = base * percent / 100
    size = 0 if not exact else max(1, math.floor(abs(exact)))
    size = max(size, least) if percent else 0
    return size if percent > 0 else -size
