# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Application Auto Scaling refuses: targets, policies and schedules that cannot work."""

from __future__ import annotations

import math
import re
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ansible_collections.llmops.ecs.plugins.module_utils._facts import ecs
from ansible_collections.llmops.ecs.plugins.module_utils._facts.autoscaling import ADJUSTMENT_TYPES, DIMENSION
from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.policies import tracking_alarms
from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.schedules import next_time

from ..autoscaling.target import TRACKING, Target, service
from ..base.refused import Context, Refused, Row

STEPPING, PREDICTIVE = "StepScalingPolicyConfiguration", "PredictiveScalingPolicyConfiguration"
CONFIGURATIONS = {"StepScaling": STEPPING, "TargetTrackingScaling": TRACKING, "PredictiveScaling": PREDICTIVE}
RESOURCE = re.compile(rf"service/{ecs.NAME}/{ecs.NAME}")
NAMESPACES = ("ecs",)

Document = dict[str, Any]


def resource(params: Document, context: Context) -> None:
    """The resource is a service of ECS, by its cluster's and its own name."""
    namespace, dimension = params["ServiceNamespace"], params["ScalableDimension"]
    if namespace not in NAMESPACES or dimension != DIMENSION or not RESOURCE.fullmatch(params["ResourceId"]):
        raise _invalid("Unsupported service namespace, resource type or scalable dimension")


def target(params: Document, context: Context) -> None:
    """There is such a service, and a new target has limits that can be kept."""
    name = params["ResourceId"]
    existing = _target(params, context)
    if service(context.account, context.region, name) is None:
        raise _invalid(f"ECS service doesn't exist: {name}")
    before = existing.scaling if existing else None
    least = params.get("MinCapacity", before and before.minimum)
    most = params.get("MaxCapacity", before and before.maximum)
    if least is None or most is None:
        missing = "Minimum" if least is None else "Maximum"
        raise _invalid(f"{missing} capacity must be specified when a new scalable target is registered")
    _check_limits(least, most)


def policy(params: Document, context: Context) -> None:
    """A policy has a target, and the one configuration of its type."""
    existing = _target(params, context)
    if existing is None:
        where = f"service namespace: ecs, resource ID: {params['ResourceId']}, scalable dimension: {DIMENSION}"
        raise Refused("ObjectNotFoundException", f"No scalable target registered for {where}")
    kind = params.get("PolicyType") or existing.policies.get(params["PolicyName"], {}).get("PolicyType", "StepScaling")
    if kind not in CONFIGURATIONS:
        allowed = ", ".join(CONFIGURATIONS)
        raise _invalid(
            f"1 validation error detected: Value '{kind}' at 'policyType' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{allowed}]"
        )
    given = [name for name in CONFIGURATIONS.values() if name in params]
    if given != [CONFIGURATIONS[kind]]:
        raise _invalid(f"A policy of type {kind} must have a {CONFIGURATIONS[kind]}, and no other configuration.")
    configuration = params[CONFIGURATIONS[kind]]
    if kind == "StepScaling":
        _check_steps(configuration)
    elif kind == "TargetTrackingScaling":
        _check_tracking(params["PolicyName"], configuration, existing)


def schedule(params: Document, context: Context) -> None:
    """A scheduled action has a target, a time that comes, and limits that can be kept."""
    existing = _target(params, context)
    if existing is None:
        where = f"service namespace: ecs, resource ID: {params['ResourceId']}, scalable dimension: {DIMENSION}"
        raise Refused("ObjectNotFoundException", f"No scalable target registered for {where}")
    merged = {**existing.schedules.get(params["ScheduledActionName"], {}), **params}
    action = merged.get("ScalableTargetAction") or {}
    if "Schedule" not in merged:
        raise _invalid("Schedule must be specified for a new scheduled action")
    if not action:
        raise _invalid("MinCapacity or MaxCapacity must be specified in ScalableTargetAction")
    _check_limits(action.get("MinCapacity", 0), action.get("MaxCapacity", math.inf))
    zone = merged.get("Timezone") or "UTC"
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise _invalid(f"Invalid timezone: {zone}") from error
    start, end = merged.get("StartTime"), merged.get("EndTime")
    if isinstance(start, datetime) and isinstance(end, datetime) and start >= end:
        raise _invalid("The end time must be after the start time")
    try:
        next_time(merged, 0.0, 0.0)
    except ValueError as error:
        raise _invalid(f"Invalid schedule expression {merged['Schedule']}: {error}") from error


def _check_steps(configuration: Document) -> None:
    kind, steps = configuration.get("AdjustmentType"), configuration.get("StepAdjustments") or []
    if kind not in ADJUSTMENT_TYPES:
        raise _invalid(f"AdjustmentType must be one of {', '.join(ADJUSTMENT_TYPES)}, not {kind}")
    if not steps:
        raise _invalid("At least one StepAdjustment must be specified")
    if configuration.get("MinAdjustmentMagnitude") and kind != "PercentChangeInCapacity":
        raise _invalid("MinAdjustmentMagnitude is only valid for PercentChangeInCapacity")
    spans = sorted(
        (float(step.get("MetricIntervalLowerBound", -math.inf)), float(step.get("MetricIntervalUpperBound", math.inf)))
        for step in steps
    )
    for low, high in spans:
        if low >= high:
            raise _invalid("The upper bound of a step adjustment must be greater than its lower bound")
        if (low, high) == (-math.inf, math.inf):
            raise _invalid("At least one of the bounds of a step adjustment must be specified")
    for (_low, high), (low, _high) in pairwise(spans):
        if low < high:
            raise _invalid("StepAdjustment intervals can't overlap")
        if low > high:
            raise _invalid("StepAdjustment intervals can't have gaps between them")


def _check_tracking(name: str, configuration: Document, existing: Target) -> None:
    specifications = [key for key in configuration if key.endswith("MetricSpecification")]
    if len(specifications) != 1:
        raise _invalid(
            "Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be specified"
        )
    predefined = configuration.get("PredefinedMetricSpecification", {})
    label = predefined.get("ResourceLabel", "")
    if predefined.get("PredefinedMetricType") == "ALBRequestCountPerTarget":
        if not re.fullmatch(r"app/[^/]+/[^/]+/targetgroup/[^/]+/[^/]+", label):
            raise _invalid("ALBRequestCountPerTarget needs a ResourceLabel app/<name>/<id>/targetgroup/<name>/<id>")
    elif label:
        raise _invalid("A ResourceLabel may only be given with ALBRequestCountPerTarget")
    if float(configuration["TargetValue"]) <= 0:
        raise _invalid("TargetValue must be greater than 0")
    try:
        tracking_alarms(configuration, existing.resource_id)
    except (ValueError, KeyError) as error:
        raise _invalid(f"Invalid metric specification: {error}") from error
    key = specifications[0]
    for other, its in existing.policies.items():
        if other != name and its.get(TRACKING, {}).get(key) == configuration[key]:
            raise _invalid("Only one TargetTrackingScaling policy for a given metric specification is allowed.")


def _check_limits(least: float, most: float) -> None:
    if least < 0 or most < 0:
        raise _invalid("Minimum and maximum capacity must not be negative")
    if least > most:
        raise _invalid("Maximum capacity cannot be less than minimum capacity")


def _target(params: Document, context: Context) -> Target | None:
    found: Target | None = context.backend("application-autoscaling").targets.get(params["ResourceId"])
    return found


def _invalid(message: str) -> Refused:
    return Refused("ValidationException", message)


CHECKS = {
    "RegisterScalableTarget": (resource, target),
    "PutScalingPolicy": (resource, policy),
    "PutScheduledAction": (resource, schedule),
}
ROWS = [Row("application-autoscaling", action, check) for action, checks in CHECKS.items() for check in checks]
