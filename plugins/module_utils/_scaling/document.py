# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""The document that says how one service scales: parsed, checked as a whole.

V(parse(document)) gives it in one form, M(_scaling_render) makes AWS's requests of that.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Iterable, Mapping

from .._documents.shapes import Document
from .._facts.cloudwatch import LONGEST_ALARM_NAME
from . import options
from .metrics import REPORTED, Place, identity, kinds
from .options import IN, OUT
from .policies import Policy, policy
from .schedules import schedule
from .validation import ScalingError, each, validated


def parse(given: Mapping[str, t.Any]) -> Document:
    """Return the document in one form; a list that is not given is None. Raises ScalingError with all that is wrong.

    given has min_capacity, max_capacity, suspended, policies and schedules, each of which can be left out.
    """
    found = validated(given, options.DOCUMENT)
    found["suspended"] = {name: value for name, value in (found["suspended"] or {}).items() if value is not None}
    problems = []
    for name, convert in (("policies", policy), ("schedules", schedule)):
        try:
            found[name] = None if found[name] is None else each(found[name], convert, name)
        except ScalingError as error:
            problems += error.problems
            found[name] = None
    problems += _problems(found)
    if problems:
        raise ScalingError(problems)
    return found


def policy_names(of: Policy) -> list[str]:
    """Return the names of the policies that AWS will have of one: a step policy becomes one each way."""
    if of["type"] != "step":
        return [of["name"]]
    return [f"{of['name']}-{way}" for way, side in (("out", OUT), ("in", IN)) if of[side]]


def needs_load_balancer(document: Document) -> bool:
    return any(_on_load_balancer(item) for item in document["policies"] or [])


def high_resolution(document: Document) -> list[str]:
    """Return the ECS metrics (V(CPUUtilization)) that policies want in less than 60 seconds."""
    wanted = set()
    for item in document["policies"] or []:
        brief = item.get("resolution") == 20 or any((item.get(side) or {}).get("period", 60) < 60 for side in (OUT, IN))
        if brief:
            wanted |= kinds(item["metric"])
    return [name for kind, name in (("cpu", "CPUUtilization"), ("memory", "MemoryUtilization")) if kind in wanted]


def place_problems(document: Document, place: Place, other_groups: Iterable[str]) -> list[str]:
    """Return what cannot be where the service is; other_groups share its load balancer and are not its own."""
    problems = []
    others = sorted(other_groups)
    for item in document["policies"] or []:
        where = f"policies[{item['name']}]"
        if _on_load_balancer(item) and not (place.load_balancer and place.target_group):
            problems.append(
                f"{where} needs an Application Load Balancer, and service {place.service} has none: give it one "
                "(loadBalancers with a target group that a listener leads to), or drop the policy"
            )
        elif item["type"] == "wake_from_zero" and others and not item["shared"]:
            problems.append(
                f"{where}: the load balancer also serves {', '.join(others)}, and AWS counts its 503s for all of them "
                "together: a request for another service would wake this one. Give the service a load balancer of its "
                "own, or set shared: true to take that"
            )
        for name in policy_names(item):
            if len(place.alarm_prefix + name) > LONGEST_ALARM_NAME:
                problems.append(
                    f"{where}.name is too long: with cluster and service an alarm's name has over {LONGEST_ALARM_NAME} "
                    "characters"
                )
    return problems


def warnings(document: Document, low: int | None, scheduled_up: bool = False) -> list[str]:
    """Return what AWS takes and the user may regret; low is the least capacity, scheduled_up whether a schedule that is
    there already lifts it over zero."""
    told = []
    policies = document["policies"]
    wakes = [item for item in policies or [] if item["type"] == "wake_from_zero"]
    lifted = scheduled_up or any((item["min_capacity"] or 0) > 0 for item in document["schedules"] or [])
    if low == 0 and policies and not lifted and not any(_leaves_zero(item) for item in policies):
        told.append(
            "min_capacity is 0, and no policy or schedule can leave zero: with no task there is no CPU, memory or "
            "request metric to act on, so a service that is at 0 stays there. Add a wake_from_zero policy, a schedule "
            "with min_capacity, or set min_capacity to 1."
        )
    if low == 0 and policies and not any(_reaches_zero(item) for item in policies):
        told.append(
            "min_capacity is 0, but tracking CPU or memory does not reach zero by itself: it needs a scale_in of a "
            "step policy, or a schedule that sets max_capacity to 0."
        )
    told += [f"policies[{item['name']}] never acts: min_capacity is {low}." for item in wakes if low]
    told += [
        f"policies[{item['name']}] is on a shared load balancer: a 503 of any service on it sets this one to "
        f"{item['capacity']}, also when it has more tasks."
        for item in wakes
        if item["shared"]
    ]
    return told


def limits_problem(low: int, high: int) -> str | None:
    if low > high:
        return f"min_capacity {low} is over max_capacity {high}"
    return None


def _on_load_balancer(item: Policy) -> bool:
    return item["type"] == "wake_from_zero" or "requests_per_target" in kinds(item["metric"])


def _leaves_zero(item: Policy) -> bool:
    if item["type"] == "wake_from_zero" or item.get("mode") == "forecast_and_scale":
        return True
    return (
        item["type"] in ("step", "target_tracking")
        and bool(kinds(item["metric"]) & {"custom"})
        and bool(item.get(OUT, True))
    )


def _reaches_zero(item: Policy) -> bool:
    if item["type"] == "step":
        return bool(item[IN])
    return item["type"] == "target_tracking" and bool(kinds(item["metric"]) & {"custom", *REPORTED})


def _problems(found: Document) -> t.Iterator[str]:
    low, high, policies = found["min_capacity"], found["max_capacity"], found["policies"] or []
    if low is not None and high is not None and limits_problem(low, high):
        yield str(limits_problem(low, high))
    names = Counter(name for item in policies for name in policy_names(item))
    yield from (f"policies: {count} would have the name {name}" for name, count in names.items() if count > 1)
    scheduled = Counter(item["name"] for item in found["schedules"] or [])
    yield from (f"schedules: {count} have the name {name}" for name, count in scheduled.items() if count > 1)
    yield from _fights(policies)
    wakes = [item for item in policies if item["type"] == "wake_from_zero"]
    if len(wakes) > 1:
        yield f"policies: only one can wake from zero, not {', '.join(item['name'] for item in wakes)}"
    for item in wakes:
        if high is not None and item["capacity"] > high:
            yield f"policies[{item['name']}].capacity {item['capacity']} is over max_capacity {high}"


def _fights(policies: list[Policy]) -> t.Iterator[str]:
    tracking = [item for item in policies if item["type"] == "target_tracking"]
    stepping = [item for item in policies if item["type"] == "step"]
    for position, item in enumerate(tracking):
        for other in tracking[position + 1 :]:
            if identity(item["metric"]) == identity(other["metric"]):
                yield f"policies: {item['name']} and {other['name']} track one metric, AWS takes one; drop one"
        for other in stepping:
            if identity(item["metric"]) == identity(other["metric"]):
                yield (
                    f"policies: {item['name']} tracks a target of the metric that {other['name']} steps on, and they "
                    "would fight, one scaling out while the other scales in; drop one"
                )
    for item in stepping:
        for other in stepping:
            if (
                item[OUT]
                and other[IN]
                and identity(item["metric"]) == identity(other["metric"])
                and _overlap(item[OUT], other[IN])
            ):
                yield (
                    f"policies: scale_out of {item['name']} (from {item[OUT]['threshold']:g}) and scale_in of "
                    f"{other['name']} (up to {other[IN]['threshold']:g}) overlap: in between "
                    "the service would do both; move them apart"
                )


def _overlap(out: Mapping[str, t.Any], in_: Mapping[str, t.Any]) -> bool:
    both = out["inclusive"] and in_["inclusive"]
    return out["threshold"] < in_["threshold"] or (both and out["threshold"] == in_["threshold"])
