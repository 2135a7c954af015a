# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Policies of a scaling document, brought to one form, with all that AWS would refuse in one.

https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from .._facts import autoscaling, cloudwatch, ecs
from .metrics import kinds, metric, statistic_problem
from .options import HINTS, IN, OF_TYPE, OUT, POLICY
from .validation import ScalingError, validated

Policy = dict[str, t.Any]

_THRESHOLDS = {OUT: ("above", "at_or_above"), IN: ("below", "at_or_below")}
_CHANGES = {
    OUT: {"add": ("ChangeInCapacity", 1), "set": ("ExactCapacity", 1), "percent": ("PercentChangeInCapacity", 1)},
    IN: {"remove": ("ChangeInCapacity", -1), "set": ("ExactCapacity", 1), "percent": ("PercentChangeInCapacity", -1)},
}
#: As said in the description of treat_missing_data and cooldown, which can have no default of Ansible's.
_TREAT_MISSING_DATA, _WAKE_COOLDOWN = "notBreaching", 60
#: Forecasts are made of these only.
_PREDICTED = ("cpu", "memory", "requests_per_target")


def policy(given: t.Any, where: str) -> Policy:
    """Return a policy in the form that rendering takes. Raises ScalingError with all that is wrong with it."""
    found = validated(given, POLICY, where)
    kind = found["type"]
    problems = [f"{where}{problem}" for problem in _foreign(found)]
    if not found["name"].isprintable() or len(found["name"]) > 200:
        problems.append(f"{where}.name must be at most 200 printable characters")
    if problems:
        raise ScalingError(problems)
    return TYPES[kind]({name: found[name] for name in ("name", "type", *OF_TYPE[kind])}, where)


def _foreign(found: Policy) -> t.Iterator[str]:
    """Tell of options that mean nothing for the policy's type; a default cannot be told from what is given."""
    own = OF_TYPE[found["type"]]
    for name, option in POLICY["options"].items():
        if name not in ("name", "type", *own) and found[name] not in (None, option.get("default")):
            hint = HINTS.get(name, f"it has {', '.join(own)}")
            yield f".{name} is {found[name]!r}, which is no option of type: {found['type']}; {hint}"


def _target_tracking(found: Policy, where: str) -> Policy:
    found["metric"] = metric(found["metric"], f"{where}.metric")
    if found["resolution"] == 20 and found["metric"]["kind"] not in ("cpu", "memory"):
        raise ScalingError([f"{where}.resolution: ECS has 20 seconds for cpu and memory only; drop it"])
    if found["metric"].get("statistic") and statistic_problem(found["metric"]["statistic"]) is None:
        plain = autoscaling.TRACKED_STATISTICS
        if found["metric"]["statistic"] not in plain:
            raise ScalingError(
                [f"{where}.metric.statistic: target tracking takes {', '.join(plain)}; or use metric math"]
            )
    return found


def _predictive(found: Policy, where: str) -> Policy:
    if found["metric"] not in _PREDICTED:
        raise ScalingError([f"{where}.metric is {found['metric']!r}: it must be one of {', '.join(_PREDICTED)}"])
    return {**found, "metric": {"kind": found["metric"]}}


def _wake(found: Policy, where: str) -> Policy:
    return {**found, "cooldown": _WAKE_COOLDOWN if found["cooldown"] is None else found["cooldown"]}


def _step(found: Policy, where: str) -> Policy:
    found["treat_missing_data"] = found["treat_missing_data"] or _TREAT_MISSING_DATA
    found["metric"] = metric(found["metric"], f"{where}.metric")
    problems = [f"{where}{problem}" for problem in _statistic_problems(found)]
    if not found[OUT] and not found[IN]:
        problems.append(f"{where} needs scale_out, scale_in or both")
    for side in (OUT, IN):
        try:
            found[side] = _side(found[side], side, f"{where}.{side}", found) if found[side] else None
        except ScalingError as error:
            problems += error.problems
    if problems:
        raise ScalingError(problems)
    return found


def _statistic_problems(found: Policy) -> t.Iterator[str]:
    given = found["statistic"]
    if problem := statistic_problem(given):
        yield f".statistic {problem}"
    if given and found["metric"]["kind"] == "math":
        yield ".statistic: in metric math each metric has its own"
    if found["metric"]["kind"] == "requests_per_target" and given not in (None, "Sum"):
        yield f".statistic is {given!r}: of requests_per_target only Sum means something"


def _side(found: dict[str, t.Any], side: str, where: str, policy_: Policy) -> dict[str, t.Any]:
    names = _THRESHOLDS[side]
    thresholds = [name for name in names if found[name] is not None]
    if len(thresholds) != 1:
        raise ScalingError([f"{where} needs one of {' and '.join(names)}"])
    threshold = found[thresholds[0]]
    found["datapoints_to_alarm"] = found["datapoints_to_alarm"] or found["evaluation_periods"]
    steps, problems = _steps(found["steps"], side, f"{where}.steps")
    if problems:
        raise ScalingError(problems)
    problems = [
        f"{where}{problem}" for problem in (*_alarm_problems(found, policy_), *_step_problems(steps, side, threshold))
    ]
    if found["minimum_change"] and any(item["adjustment"] != "PercentChangeInCapacity" for item in steps):
        problems.append(f"{where}.minimum_change goes with percent only")
    if problems:
        raise ScalingError(problems)
    return {
        **{
            name: found[name]
            for name in ("evaluation_periods", "datapoints_to_alarm", "period", "cooldown", "minimum_change")
        },
        "treat_missing_data": found["treat_missing_data"] or policy_["treat_missing_data"],
        "threshold": threshold,
        "inclusive": thresholds[0].startswith("at_or_"),
        "adjustment": steps[0]["adjustment"],
        "steps": _bounds(steps, side, threshold),
    }


def _alarm_problems(found: Mapping[str, t.Any], policy_: Policy) -> t.Iterator[str]:
    period, periods = found["period"], found["evaluation_periods"]
    if found["datapoints_to_alarm"] > periods:
        yield f".datapoints_to_alarm {found['datapoints_to_alarm']} is over evaluation_periods {periods}"
    if period not in cloudwatch.SHORT_PERIODS and period % 60:
        short = ", ".join(map(str, cloudwatch.SHORT_PERIODS))
        yield f".period is {period}: CloudWatch has {short} and multiples of 60 seconds"
    elif period < 60 and "requests_per_target" in kinds(policy_["metric"]):
        yield f".period is {period}: a load balancer reports once in 60 seconds"
    elif period < 60 and period not in ecs.METRIC_RESOLUTIONS and kinds(policy_["metric"]) & {"cpu", "memory"}:
        yield f".period is {period}: ECS reports once in {' or '.join(map(str, ecs.METRIC_RESOLUTIONS))} seconds"
    is_long = period >= cloudwatch.LONG_PERIOD
    if period * periods > (cloudwatch.LONGEST_EVALUATION_OF_LONG_PERIODS if is_long else cloudwatch.LONGEST_EVALUATION):
        limit = "seven days" if is_long else "a day"
        yield f": {periods} periods of {period} seconds are more than {limit}, CloudWatch's limit"


def _steps(given: list[dict[str, t.Any]], side: str, where: str) -> tuple[list[dict[str, t.Any]], list[str]]:
    """Return the steps with what each changes, and what is wrong with them one by one."""
    changes, steps, problems = _CHANGES[side], [], []
    for position, item in enumerate(given):
        made = [name for name in changes if item[name] is not None]
        if len(made) != 1:
            problems.append(f"{where}[{position}] needs one of {', '.join(changes)}")
            continue
        adjustment, sign = changes[made[0]]
        if made[0] != "set" and not item[made[0]]:
            problems.append(f"{where}[{position}].{made[0]} is 0: the step would do nothing")
        change = sign * item[made[0]]
        steps.append({"above": item["above"], "below": item["below"], "adjustment": adjustment, "change": change})
    return steps, problems


def _step_problems(steps: list[dict[str, t.Any]], side: str, threshold: float) -> t.Iterator[str]:
    """Steps lead from the threshold away, one ending where the next begins, and the last has no end."""
    if not steps:
        yield ".steps is empty"
    if len({item["adjustment"] for item in steps}) > 1:
        yield ".steps: one kind of change in all steps, AWS takes no mix of add, remove, set and percent"
    near, far = ("above", "below") if side == OUT else ("below", "above")
    end: float | None = threshold
    for position, item in enumerate(steps):
        here = f".steps[{position}]"
        if end is None:
            yield f".steps[{position - 1}] has no {far}, so nothing is left for the next one"
            return
        begin = end if item[near] is None else item[near]
        if begin != end:
            apart = (begin > end) == (side == OUT)
            between = "a gap" if apart else "an overlap"
            yield f"{here}.{near} is {begin:g}: {between} lies between it and {end:g}, where it must begin"
        end = item[far]
        if end is not None and (end <= begin if side == OUT else end >= begin):
            way = "over" if side == OUT else "under"
            yield f"{here}.{far} is {end:g}, which is not {way} {begin:g}, where the step begins"
    if end is not None:
        values = "values from" if side == OUT else "values up to"
        yield f".steps: a gap, nothing is said of {values} {end:g}; drop {far} from the last step"


def _bounds(steps: list[dict[str, t.Any]], side: str, threshold: float) -> list[dict[str, t.Any]]:
    """Return steps with lower and upper bound in the metric's own values, None for no bound."""
    bounded, begin = [], threshold
    for item in steps:
        end = item["below"] if side == OUT else item["above"]
        lower, upper = (begin, end) if side == OUT else (end, begin)
        bounded.append({"lower": lower, "upper": upper, "change": item["change"]})
        begin = end
    return bounded


TYPES = {"target_tracking": _target_tracking, "step": _step, "wake_from_zero": _wake, "predictive": _predictive}
