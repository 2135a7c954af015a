# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Schedules of a scaling document: cron, rate and at expressions and time zones.

https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
"""

from __future__ import annotations

import re
import typing as t
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

from .._facts.autoscaling import LONGEST_SCHEDULED_ACTION_NAME, SCHEDULED_ACTION_NAME
from .options import SCHEDULE
from .validation import ScalingError, validated

Schedule = dict[str, t.Any]

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
#: Name, lowest, highest, names for numbers, what else may stand there.
CRON = (
    ("minutes", 0, 59, (), ()),
    ("hours", 0, 23, (), ()),
    ("day of month", 1, 31, (), (r"\?", r"L", r"LW", r"\d{1,2}W")),
    ("month", 1, 12, MONTHS, ()),
    ("day of week", 1, 7, DAYS, (r"\?", r"L", r"[1-7]L", r"[1-7]#[1-5]")),
    ("year", 1970, 2199, (), ()),
)


def schedule(given: t.Any, where: str) -> Schedule:
    """Return a schedule with its expression as AWS takes it. Raises ScalingError with all that AWS would refuse."""
    found = validated(given, SCHEDULE, where)
    problems = [f"{where}{problem}" for problem in _problems(found)]
    if problems:
        raise ScalingError(problems)
    kind = next(kind for kind in ("cron", "rate", "at") if found[kind])
    expression = f"{kind}({' '.join(_inner(found[kind], kind).split())})"
    times = {name: _instant(found[name]) for name in ("start_time", "end_time") if found[name]}
    kept = {name: found[name] for name in ("name", "timezone", "min_capacity", "max_capacity")}
    return {**kept, "schedule": expression, "start_time": times.get("start_time"), "end_time": times.get("end_time")}


def is_over(of: Schedule, now: datetime) -> bool:
    """Whether a schedule has no time left to come: AWS drops one for a single time then, and refuses it anew."""
    if of["end_time"] and datetime.fromisoformat(of["end_time"]) <= now:
        return True
    if not of["schedule"].startswith("at("):
        return False
    at = datetime.fromisoformat(of["schedule"][3:-1])
    return at.replace(tzinfo=ZoneInfo(of["timezone"]) if of["timezone"] else UTC) <= now


def _problems(found: Schedule) -> t.Iterator[str]:
    if not re.fullmatch(SCHEDULED_ACTION_NAME, found["name"]) or found["name"] != found["name"].strip():
        most = LONGEST_SCHEDULED_ACTION_NAME
        yield f".name is {found['name']!r}: at most {most} characters, none of them : / |, no space at its ends"
    kinds = [kind for kind in ("cron", "rate", "at") if found[kind]]
    if len(kinds) != 1:
        yield f" needs one of cron, rate, at; it has {' and '.join(kinds) or 'none'}"
    for kind in kinds:
        yield from (f".{kind} is {found[kind]!r}: {problem}" for problem in CHECKS[kind](_inner(found[kind], kind)))
    zones = available_timezones()
    if found["timezone"] and kinds == ["rate"]:
        yield ".timezone means nothing for a rate: drop it, or use cron"
    elif found["timezone"] and zones and found["timezone"] not in zones:
        yield f".timezone is {found['timezone']!r}: it must be an IANA name, as Europe/Rome"
    low, high = found["min_capacity"], found["max_capacity"]
    if low is None and high is None:
        yield " needs min_capacity or max_capacity: it would change nothing"
    elif low is not None and high is not None and low > high:
        yield f".min_capacity {low} is over max_capacity {high}"
    times = {}
    for name in ("start_time", "end_time"):
        try:
            times[name] = _instant(found[name]) if found[name] else None
        except ValueError:
            yield f".{name} is {found[name]!r}: it must be a time as 2030-01-31T08:00:00Z"
    if times.get("start_time") and times.get("end_time") and times["start_time"] >= times["end_time"]:
        yield ".start_time is not before end_time"


def _inner(expression: str, kind: str) -> str:
    """Return what is inside AWS's own way to write an expression, which may be given too."""
    around = re.fullmatch(rf"\s*{kind}\((.*)\)\s*", expression)
    return around[1].strip() if around else expression.strip()


def _instant(value: str) -> str:
    """Return a time in UTC; one that names no zone is in UTC."""
    at = datetime.fromisoformat(value)
    return (at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)).isoformat()


def cron_problems(expression: str) -> t.Iterator[str]:
    """Tell what AWS would refuse in a cron expression's six fields."""
    fields = expression.split()
    if len(fields) != len(CRON):
        yield f"cron has six fields ({', '.join(row[0] for row in CRON)}), this has {len(fields)}"
        return
    for value, (name, low, high, names, others) in zip(fields, CRON, strict=True):
        if not any(re.fullmatch(other, value, re.IGNORECASE) for other in others):
            for part in value.split(","):
                if problem := _part_problem(part, low, high, names):
                    yield f"{name} {value!r}: {problem}"
                    break
    if (fields[2] == "?") == (fields[4] == "?"):
        yield "exactly one of day of month and day of week must be ?"


def _part_problem(part: str, low: int, high: int, names: tuple[str, ...]) -> str | None:
    span, slash, step = part.partition("/")
    if slash and not (step.isdigit() and int(step) > 0):
        return f"after / stands a number over 0, not {step!r}"
    if span == "*":
        return None
    ends = span.split("-")
    numbers = [names.index(end.upper()) + low if end.upper() in names else end for end in ends]
    if len(ends) > 2 or not all(isinstance(end, int) or end.isdigit() for end in numbers):
        return f"{part!r} is no number, range or step"
    if not all(low <= int(end) <= high for end in numbers):
        return f"{part!r} is not within {low} to {high}"
    return None


def rate_problems(expression: str) -> t.Iterator[str]:
    """Tell what AWS would refuse in a rate."""
    found = re.fullmatch(r"(\d+)\s+(minute|hour|day)(s?)", expression)
    if not found or int(found[1]) < 1:
        yield "it must be a whole number over 0 and minutes, hours or days, as 12 hours"
    elif (int(found[1]) == 1) == bool(found[3]):
        yield f"{found[1]} goes with {found[2]}{'' if found[3] else 's'}"


def at_problems(expression: str) -> t.Iterator[str]:
    """Tell what AWS would refuse in a time."""
    try:
        fits = re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", expression) and datetime.fromisoformat(expression)
    except ValueError:
        fits = None
    if not fits:
        yield "it must be a time without a zone, as 2030-01-31T08:00:00; the zone goes to timezone"


CHECKS = {"cron": cron_problems, "rate": rate_problems, "at": at_problems}
