# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Traffic to simulate: shapes, or a trace in a CSV file, as the number of requests that arrive in each tick."""

from __future__ import annotations

import csv
import math
import random
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

Rate = Callable[[float], float]

#: Shape -> the options it takes, with their defaults; None is one that must be given. Rates are requests per second.
SHAPES: dict[str, dict[str, float | None]] = {
    "steady": {"rate": None},
    "daily": {"low": None, "high": None, "peak_hour": 14.0, "weekend": 1.0},
    "spike": {"low": None, "high": None, "begin_minute": 60.0, "minutes": 15.0},
    "ramp": {"low": None, "high": None, "begin_minute": 0.0, "minutes": 60.0},
}
_COLUMNS = {"requests_per_second": 1.0, "requests_per_minute": 60.0}


class SimulationError(ValueError):
    """What is wrong with what is to be simulated; problems is a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def traffic(given: Mapping[str, Any], start: float) -> tuple[Rate, float | None]:
    """Return the mean requests per second at a time (seconds since the epoch), and where a trace ends (shapes do not).

    given has csv (the file's text, under its path) or shape with that shape's options. Raises SimulationError.
    """
    asked = {name: value for name, value in given.items() if value is not None}
    shape, path = asked.pop("shape", None), asked.pop("csv", None)
    if (shape is None) == (path is None):
        raise SimulationError([f"traffic needs either shape ({', '.join(SHAPES)}) or csv, the path of a trace"])
    if path is not None:
        if asked:
            raise SimulationError([f"traffic.{name} goes with shape, not with csv: drop it" for name in asked])
        return trace(path, start)
    known = SHAPES.get(shape)
    if known is None:
        raise SimulationError([f"traffic.shape is {shape!r}: it must be one of {', '.join(SHAPES)}"])
    problems = [
        f"traffic.{name} is not known to shape {shape}: it takes {', '.join(known)}"
        for name in asked
        if name not in known
    ]
    values = {**known, **{name: value for name, value in asked.items() if name in known}}
    problems += [
        f"traffic.{name} is missing: shape {shape} needs it" for name, value in values.items() if value is None
    ]
    problems += [
        f"traffic.{name} is {value:g}: it must be 0 or more" for name, value in values.items() if value and value < 0
    ]
    if not problems and "high" in values and values["low"] > values["high"]:
        problems.append(f"traffic.low {values['low']:g} is over traffic.high {values['high']:g}: swap them")
    if problems:
        raise SimulationError(problems)
    return _SHAPES[shape](start, **values), None


def _steady(start: float, rate: float) -> Rate:
    return lambda at: rate


def _daily(start: float, low: float, high: float, peak_hour: float, weekend: float) -> Rate:
    """A wave with one peak a day (UTC), on Saturday and Sunday times weekend."""

    def rate(at: float) -> float:
        wave = (1 + math.cos((at / 3600 - peak_hour) * math.pi / 12)) / 2
        # 1970-01-01 was a Thursday.
        share = weekend if (at // 86_400 + 4) % 7 in (0, 6) else 1.0
        return share * (low + (high - low) * wave * wave)

    return rate


def _spike(start: float, low: float, high: float, begin_minute: float, minutes: float) -> Rate:
    begin = start + begin_minute * 60
    return lambda at: high if begin <= at < begin + minutes * 60 else low


def _ramp(start: float, low: float, high: float, begin_minute: float, minutes: float) -> Rate:
    begin, seconds = start + begin_minute * 60, max(minutes * 60, 1)
    return lambda at: low + (high - low) * min(max((at - begin) / seconds, 0), 1)


_SHAPES: dict[str, Callable[..., Rate]] = {"steady": _steady, "daily": _daily, "spike": _spike, "ramp": _ramp}


def trace(path: str, start: float) -> tuple[Rate, float]:
    """Return the rates in a CSV file, and when its last row ends.

    It has a row a time, with the columns time and requests_per_second or requests_per_minute. A time is in seconds or
    as in V(2026-01-31T08:00:00Z); the first row's becomes start. A rate holds until the next row, the last one as long
    as the one before. Raises SimulationError with file and line.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as lines:
            rows = [row for row in csv.reader(lines) if row and not row[0].startswith("#")]
    except (OSError, UnicodeDecodeError) as error:
        raise SimulationError([f"traffic.csv is {path}: it cannot be read: {error}"]) from error
    header = [name.strip().lower() for name in rows[0]] if rows else []
    column = next((name for name in _COLUMNS if name in header), None)
    if "time" not in header or column is None:
        raise SimulationError(
            [f"traffic.csv is {path}: its first line must name the columns time and requests_per_second, not {header}"]
        )
    times, rates, problems = [], [], []
    for number, row in enumerate(rows[1:], start=2):
        try:
            times.append(_time(row[header.index("time")]))
            rates.append(float(row[header.index(column)]) / _COLUMNS[column])
            if not math.isfinite(rates[-1]) or rates[-1] < 0:
                problems.append(f"row {number}: {column} must be 0 or more, not {row[header.index(column)]}")
            if len(times) > 1 and times[-1] <= times[-2]:
                problems.append(f"row {number}: its time {row[header.index('time')]} is not after the row before")
        except (ValueError, IndexError) as error:
            problems.append(f"row {number}: {error}")
    if not problems and len(times) < 2:
        problems.append("it needs two rows at least")
    if problems:
        raise SimulationError([f"traffic.csv is {path}: {problem}" for problem in problems[:5]])
    shift = start - times[0]
    times = [at + shift for at in times]
    end = times[-1] + times[-1] - times[-2]
    return lambda at: rates[max(bisect_right(times, at) - 1, 0)], end


def _time(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return instant(text.strip())


def instant(text: str) -> float:
    """Return a time as seconds since the epoch; one without a zone is in UTC. Raises ValueError."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=timezone(timedelta()))).timestamp()


def arrivals(rate: Rate, start: float, end: float, tick: int, seed: int) -> Iterator[int]:
    """Give how many requests arrive in each tick: as chance has it (Poisson), the same for the same seed."""
    chance = random.Random(seed)
    at = start
    while at < end:
        yield _poisson(rate(at) * tick, chance)
        at += tick


def _poisson(mean: float, chance: random.Random) -> int:
    if mean > 30:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count
