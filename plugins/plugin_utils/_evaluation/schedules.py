# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When scheduled actions are due: cron, rate and at expressions, in a time zone.

https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from .metrics import Document

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
LAST_YEAR = 2199
_SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}


def next_time(request: Document, after: float, created: float) -> float | None:
    """Return when a scheduled action is due next, in seconds since the epoch; None for never again.

    request is what PutScheduledAction takes: Schedule, Timezone, StartTime, EndTime. With a StartTime it is due then
    first; a rate counts from there, else from created. Raises ValueError for an expression AWS would refuse.
    """
    start, end = _instant(request.get("StartTime")), _instant(request.get("EndTime"))
    kind, _bracket, inner = request["Schedule"].partition("(")
    inner, zone = inner.removesuffix(")").strip(), _zone(request.get("Timezone"))
    if kind == "at":
        at = datetime.fromisoformat(inner).replace(tzinfo=zone).timestamp()
        return at if at > after else None
    if start is not None and after < start:
        found: float | None = start
    elif kind == "rate":
        found = _next_rate(inner, after, created if start is None else start)
    elif kind == "cron":
        found = next_cron(inner, after, zone)
    else:
        raise ValueError(f"a schedule is cron(...), rate(...) or at(...), not {request['Schedule']!r}")
    return None if found is None or (end is not None and found > end) else found


def _instant(given: object) -> float | None:
    if given is None:
        return None
    if isinstance(given, (int, float)):
        return float(given)
    at = given if isinstance(given, datetime) else datetime.fromisoformat(str(given))
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _zone(name: str | None) -> tzinfo:
    return ZoneInfo(name) if name and name != "UTC" else UTC


def _next_rate(inner: str, after: float, start: float) -> float:
    found = re.fullmatch(r"(\d+)\s+(minute|hour|day)s?", inner)
    if not found or not int(found[1]):
        raise ValueError(f"rate({inner}) is no rate: as rate(12 hours)")
    step = int(found[1]) * _SECONDS[found[2]]
    return start + max(1, (after - start) // step + 1) * step


def next_cron(fields: str, after: float, zone: tzinfo = UTC) -> float | None:
    """Return the first time after after that the six fields name, in the zone; None for none up to 2199.

    A time that a change to summer time leaves out is not due that day; one that comes twice is due the first time.
    """
    minutes, hours, fits, months, years = _cron(fields)
    begin = datetime.fromtimestamp(after, zone)
    for day in _days(begin.date(), months, years):
        if not fits(day):
            continue
        for hour in hours:
            for minute in minutes:
                due = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
                moment = due.timestamp()
                shown = datetime.fromtimestamp(moment, zone)
                if moment > after and (shown.hour, shown.minute) == (hour, minute):
                    return moment
    return None


def _days(begin: date, months: frozenset[int], years: frozenset[int]) -> Iterator[date]:
    """Give the days from begin on that are in the months and years."""
    last = max(years)
    year, month, day = begin.year, begin.month, begin.day
    while year <= last:
        if year in years and month in months:
            for number in range(day, calendar.monthrange(year, month)[1] + 1):
                yield date(year, month, number)
        year, month, day = (year, month + 1, 1) if month < 12 else (year + 1, 1, 1)


_Cron = tuple[list[int], list[int], Callable[[date], bool], frozenset[int], frozenset[int]]


@lru_cache(maxsize=256)
def _cron(text: str) -> _Cron:
    fields = text.upper().split()
    if len(fields) != 6:
        raise ValueError(f"cron({text}) has {len(fields)} fields, AWS takes six")
    minute, hour, day, month, weekday, year = fields
    if (day == "?") == (weekday == "?"):
        raise ValueError(f"cron({text}): exactly one of day of month and day of week must be ?")
    months = frozenset(_numbers(month, 1, 12, MONTHS))
    years = frozenset(_numbers(year, 1970, LAST_YEAR, ()))
    fits = _weekday(weekday) if day == "?" else _day_of_month(day)
    return sorted(_numbers(minute, 0, 59, ())), sorted(_numbers(hour, 0, 23, ())), fits, months, years


def _numbers(field: str, low: int, high: int, names: tuple[str, ...]) -> set[int]:
    """Return the numbers of a field: V(*), lists, ranges (also over the end, as FRI-MON), steps, names."""
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        if span == "*":
            first, last = low, high
        else:
            ends = [names.index(end) + low if end in names else int(end) for end in span.split("-", 1)]
            first, last = ends[0], ends[-1] if len(ends) == 2 or not slash else high
        if not low <= first <= high or not low <= last <= high:
            raise ValueError(f"{part} is not within {low} to {high}")
        span_ = [*range(first, last + 1)] if first <= last else [*range(first, high + 1), *range(low, last + 1)]
        found.update(span_[:: int(step) if slash else 1])
    return found


def _day_of_month(field: str) -> Callable[[date], bool]:
    if field == "L":
        return lambda day: day.day == _last(day)
    if field == "LW":
        return lambda day: day.day == _nearest_weekday(day, _last(day))
    if found := re.fullmatch(r"(\d{1,2})W", field):
        return lambda day: day.day == _nearest_weekday(day, int(found[1]))
    numbers = _numbers(field, 1, 31, ())
    return lambda day: day.day in numbers


def _weekday(field: str) -> Callable[[date], bool]:
    if field == "L":
        field = "7"
    if found := re.fullmatch(r"(\w+)#([1-5])", field):
        (number,) = _numbers(found[1], 1, 7, DAYS)
        return lambda day: _day(day) == number and (day.day - 1) // 7 + 1 == int(found[2])
    if found := re.fullmatch(r"([1-7]|[A-Z]{3})L", field):
        (number,) = _numbers(found[1], 1, 7, DAYS)
        return lambda day: _day(day) == number and day.day + 7 > _last(day)
    numbers = _numbers(field, 1, 7, DAYS)
    return lambda day: _day(day) in numbers


def _day(day: date) -> int:
    """Return AWS's number of a weekday: 1 is Sunday."""
    return day.isoweekday() % 7 + 1


def _last(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _nearest_weekday(day: date, wanted: int) -> int:
    """Return the day of the month, Monday to Friday, that is nearest to the wanted one and in the same month."""
    if wanted > _last(day):
        return 0
    weekday = day.replace(day=wanted).isoweekday()
    if weekday == 6:
        return wanted - 1 if wanted > 1 else wanted + 2
    if weekday == 7:
        return wanted + 1 if wanted < _last(day) else wanted - 2
    return wanted


def due_between(request: Document, after: float, until: float, created: float) -> Iterator[float]:
    """Give the times after after, up to and with until, at which a scheduled action is due."""
    while (found := next_time(request, after, created)) is not None and found <= until:
        yield found
        after = found
