# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What of a service's scaling differs from its document: targets, policies, alarms, schedules. Pure functions.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html
https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from .._documents import compare
from .._documents.shapes import Document
from .document import limits_problem
from .metrics import Place
from .validation import ScalingError

Named = dict[str, Document]

#: On a scalable target with schedules: the limits that were asked for, since schedules change those that are there.
LIMITS_TAG = "llmops:capacity"
BOUNDS = {"min_capacity": "MinCapacity", "max_capacity": "MaxCapacity"}

_TRACKING = "TargetTrackingScalingPolicyConfiguration"
_CUSTOM = f"{_TRACKING}.CustomizedMetricSpecification"
_POLICY = ("PolicyType", "StepScalingPolicyConfiguration", _TRACKING, "PredictiveScalingPolicyConfiguration")
POLICY_RULES = compare.Rules(
    defaults={
        f"{_CUSTOM}.Metrics[].ReturnData": True,
        "StepScalingPolicyConfiguration.Cooldown": 300,
        "StepScalingPolicyConfiguration.MetricAggregationType": "Average",
    },
    sets={
        "StepScalingPolicyConfiguration.StepAdjustments": None,
        f"{_CUSTOM}.Dimensions": "Name",
        f"{_CUSTOM}.Metrics": "Id",
        f"{_CUSTOM}.Metrics[].MetricStat.Metric.Dimensions": "Name",
    },
)
_ALARM = (
    *("AlarmName", "AlarmDescription", "ActionsEnabled", "OKActions", "AlarmActions", "InsufficientDataActions"),
    *("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Dimensions", "Period", "Unit", "Metrics"),
    *("EvaluationPeriods", "DatapointsToAlarm", "Threshold", "ThresholdMetricId", "ComparisonOperator"),
    *("TreatMissingData", "EvaluateLowSampleCountPercentile"),
)
ALARM_RULES = compare.Rules(
    defaults={
        "ActionsEnabled": True,
        "DatapointsToAlarm": lambda alarm: alarm.get("EvaluationPeriods"),
        "TreatMissingData": "missing",
        "Metrics[].ReturnData": True,
    },
    sets={
        "AlarmActions": None,
        "OKActions": None,
        "InsufficientDataActions": None,
        "Dimensions": "Name",
        "Metrics": "Id",
        "Metrics[].MetricStat.Metric.Dimensions": "Name",
    },
)
_SCHEDULE = ("Schedule", "Timezone", "StartTime", "EndTime", "ScalableTargetAction")


def _utc(at: t.Any) -> t.Any:
    return at.astimezone(UTC).isoformat() if isinstance(at, datetime) else at


SCHEDULE_RULES = compare.Rules(defaults={"Timezone": "UTC"}, forms={"StartTime": _utc, "EndTime": _utc})


@dataclass(frozen=True)
class Changes:
    """What there is of one kind and what is to be, by name, in canonical form; and what leads from one to the other.

    to_remove are those that go, to_replace those that AWS does not change in place; to_put are new, replaced or
    changed.
    """

    before: Named
    after: Named
    to_remove: list[str]
    to_replace: list[str]
    to_put: list[str]

    def __bool__(self) -> bool:
        return bool(self.to_remove or self.to_put)


NONE = Changes({}, {}, [], [], [])


def _changes(
    there: Mapping[str, Document], wanted: Mapping[str, Document], members: Iterable[str], rules: compare.Rules
) -> Changes:
    kept = tuple(members)
    plain = {name: {key: item[key] for key in kept if key in item} for name, item in there.items()}
    before = {name: compare.canonical(item, rules) for name, item in sorted(plain.items())}
    after = {name: compare.canonical(item, rules) for name, item in sorted(wanted.items())}
    to_put = [name for name, item in after.items() if before.get(name) != item]
    return Changes(before, after, [name for name in before if name not in after], [], to_put)


def policy_changes(there: Mapping[str, Document], wanted: Mapping[str, Document]) -> Changes:
    """Compare policies. One of another type or metric is made anew: AWS takes no two policies that track one metric."""
    found = _changes(there, wanted, _POLICY, POLICY_RULES)
    return _replacing(found, lambda old, new: _kind(old) != _kind(new) or _loses(old, new))


def schedule_changes(there: Mapping[str, Document], wanted: Mapping[str, Document]) -> Changes:
    """Compare scheduled actions."""
    return _replacing(_changes(there, wanted, _SCHEDULE, SCHEDULE_RULES), _loses)


def alarm_changes(there: Mapping[str, Document], wanted: Mapping[str, Document], place: Place) -> Changes:
    """Compare alarms, all that can be set of them. Those of others, by their action, are not told."""
    own = {name: item for name, item in there.items() if name in wanted or _is_own(item, place)}
    return _changes(own, wanted, _ALARM, ALARM_RULES)


def _replacing(found: Changes, differ: t.Callable[[Document, Document], bool]) -> Changes:
    both = [name for name in found.to_put if name in found.before]
    replaced = [name for name in both if differ(found.before[name], found.after[name])]
    return Changes(found.before, found.after, found.to_remove, replaced, found.to_put)


def _is_own(alarm: Document, place: Place) -> bool:
    """Whether an alarm in our names' range scales this service, or nothing any more."""
    actions = alarm.get("AlarmActions") or []
    return not actions or any(f":resource/ecs/{place.resource_id}:" in action for action in actions)


def _kind(policy: Document) -> t.Any:
    tracking = policy.get(_TRACKING, {})
    return policy.get("PolicyType"), *(
        tracking.get(name) for name in ("PredefinedMetricSpecification", "CustomizedMetricSpecification")
    )


def _loses(old: t.Any, new: t.Any) -> bool:
    """Whether a map, at any depth, has members that the new one lacks: a put leaves them as they are."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return any(name not in new or _loses(value, new[name]) for name, value in old.items())
    return False


def limits(
    asked: Mapping[str, int | None],
    target: Document | None,
    tags: Mapping[str, str],
    schedules: Iterable[Document],
) -> dict[str, int]:
    """Return MinCapacity and MaxCapacity that the target is to have. Raises ScalingError.

    A limit that a schedule set since the same was asked for is that schedule's, and stays. schedules are those that
    were there and remain.
    """
    listed = list(schedules)
    before = dict(zip(BOUNDS, tags.get(LIMITS_TAG, "").split("-"), strict=False))
    found = {}
    for name, bound in BOUNDS.items():
        there = (target or {}).get(bound)
        wanted = asked[name]
        by_schedule = {item.get("ScalableTargetAction", {}).get(bound) for item in listed}
        scheduled = there in by_schedule and before.get(name) == str(wanted)
        found[bound] = there if wanted is None or (there is not None and scheduled) else wanted
    missing = [name for name, bound in BOUNDS.items() if found[bound] is None]
    if missing:
        raise ScalingError(
            [f"{' and '.join(missing)} must be given: the service has no scalable target yet that could have them"]
        )
    if problem := limits_problem(found["MinCapacity"], found["MaxCapacity"]):
        asked_for = {bound: asked[name] for name, bound in BOUNDS.items() if asked[name] is not None}
        if len(asked_for) == len(BOUNDS):
            return asked_for
        raise ScalingError([f"{problem}, which the scalable target has already; give both"])
    return found


def limits_tag(asked: Mapping[str, int | None], tags: Mapping[str, str], scheduled: bool) -> str | None:
    """Return what the tag of limits is to hold; None: there is none."""
    if not scheduled:
        return None
    before = dict(zip(BOUNDS, tags.get(LIMITS_TAG, "").split("-"), strict=False))
    values = [before.get(name, "") if asked[name] is None else str(asked[name]) for name in BOUNDS]
    return "-".join(values) if any(values) else None


def clamped(count: int | None, bounds: Mapping[str, int]) -> int | None:
    """Return the count to which AWS moves the service, None where it stays."""
    if count is None:
        return None
    moved = min(max(count, bounds["MinCapacity"]), bounds["MaxCapacity"])
    return moved if moved != count else None
