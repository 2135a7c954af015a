# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Charts of a simulation as SVG. Colours are the page's: each shape has a class, none a colour of its own."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

WIDTH, LEFT, RIGHT = 760, 52, 12
#: So many points has a chart at most.
POINTS = 600
_STEPS = (300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 259_200, 604_800, 2_592_000)


@dataclass(frozen=True)
class Frame:
    """The area of a chart: from start on, so many seconds wide and top high in the values' unit."""

    start: float
    seconds: float
    top: float
    height: int
    above: int = 8
    below: int = 22

    @property
    def bottom(self) -> int:
        return self.above + self.height

    def x(self, second: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * second / self.seconds, 1)

    def y(self, value: float) -> float:
        return round(self.bottom - self.height * min(value / self.top, 1) if self.top else self.bottom, 1)

    def axes(self, unit: str) -> str:
        """Return grid lines with their values, and times below."""
        parts = [f'<text class="unit" x="{LEFT}" y="{self.above - 6}">{escape(unit)}</text>']
        for value in ticks(self.top):
            y = self.y(value)
            parts.append(f'<path class="grid" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>')
            parts.append(f'<text class="value" x="{LEFT - 6}" y="{y + 4}">{number(value)}</text>')
        return "".join(parts) + self.times()

    def times(self) -> str:
        parts = []
        for second, label in _times(self.start, self.seconds):
            x = self.x(second)
            parts.append(f'<path class="tick" d="M{x} {self.bottom}v4"/>')
            parts.append(f'<text class="time" x="{x}" y="{self.bottom + 17}">{label}</text>')
        return "".join(parts) + f'<path class="axis" d="M{LEFT} {self.bottom}H{WIDTH - RIGHT}"/>'

    def line(self, values: Sequence[float], step: float, css: str) -> str:
        """Return a line of steps; a value holds for step seconds."""
        return f'<path class="{css}" d="{self._steps(values, step)}"/>'

    def area(self, values: Sequence[float], step: float, css: str) -> str:
        if not any(values):
            return ""
        path = self._steps(values, step)
        return f'<path class="{css}" d="{path}V{self.bottom}H{self.x(0)}Z"/>'

    def between(self, lower: Sequence[float], upper: Sequence[float], step: float, css: str) -> str:
        """Return what lies over lower and under upper, where upper is the greater one."""
        parts = []
        for index, (low, high) in enumerate(zip(lower, upper, strict=True)):
            if high > low:
                left, right = self.x(index * step), self.x(min((index + 1) * step, self.seconds))
                parts.append(f"M{left} {self.y(low)}V{self.y(high)}H{right}V{self.y(low)}Z")
        return f'<path class="{css}" d="{"".join(parts)}"/>' if parts else ""

    def _steps(self, values: Sequence[float], step: float) -> str:
        parts, last = [f"M{self.x(0)} {self.y(values[0])}"], values[0]
        for index, value in enumerate(values[1:], start=1):
            if value != last:
                parts.append(f"H{self.x(index * step)}V{self.y(value)}")
                last = value
        return "".join(parts) + f"H{self.x(self.seconds)}"


def ticks(top: float) -> list[float]:
    """Return round values from 0 to top, three to six of them."""
    if top <= 0:
        return [0.0]
    exponent = 10 ** math.floor(math.log10(top / 4))
    step = next(exponent * size for size in (1, 2, 2.5, 5, 10) if top / (exponent * size) <= 5)
    return [step * count for count in range(int(top / step + 1e-9) + 1)]


def ceiling(value: float, least: float = 1.0) -> float:
    """Return a round value over another, for the top of an axis."""
    value = max(value, least)
    exponent = 10 ** math.floor(math.log10(value))
    return next(exponent * size for size in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if exponent * size >= value)


def number(value: float) -> str:
    """Return a number as an axis shows it."""
    for size, sign in ((1_000_000, "M"), (1_000, "k")):
        if abs(value) >= size:
            return f"{value / size:g}{sign}"
    return f"{value:g}"


def _times(start: float, seconds: float) -> Iterable[tuple[float, str]]:
    """Give where on the axis to write which time (UTC)."""
    step = next((step for step in _STEPS if seconds / step <= 10), _STEPS[-1])
    style = "%H:%M" if step < 86_400 and seconds <= 86_400 else "%a %H:%M" if step < 86_400 else "%d %b"
    at = math.ceil(start / step) * step
    # A label right at the end would be cut off.
    while at - start <= seconds * 0.985:
        yield at - start, datetime.fromtimestamp(at, UTC).strftime(style)
        at += step


def drawing(height: int, title: str, described: str, name: str, inside: str) -> str:
    """Return an SVG that a screen reader can read out: a title, and a sentence that says what there is to see."""
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(described)}</desc>{inside}</svg>'
    )


class Buckets:
    """Series of many intervals as no more than POINTS values; seconds is how long one of these is."""

    def __init__(self, count: int, interval: int) -> None:
        self.size = max(1, math.ceil(count / POINTS))
        self.seconds = self.size * interval

    def mean(self, values: Sequence[float]) -> list[float]:
        return [sum(part) / len(part) for part in self._parts(values)]

    def sum(self, values: Sequence[float]) -> list[float]:
        return [sum(part) for part in self._parts(values)]

    def least(self, values: Sequence[float]) -> list[float]:
        return [min(part) for part in self._parts(values)]

    def most(self, values: Sequence[float]) -> list[float]:
        return [max(part) for part in self._parts(values)]

    def _parts(self, values: Sequence[float]) -> Iterable[Sequence[float]]:
        return (values[at : at + self.size] for at in range(0, len(values), self.size))


def strip(frame: Frame, top: float, spans: Iterable[tuple[float, float, str]], step: float) -> str:
    """Return a row of an alarm's states: a block while in ALARM, a line while OK, a broken one without data.

    spans are begin, end and state, in seconds. Blocks that would be no wider than a hair are drawn as one, the paler
    the less of the time there was an alarm.
    """
    share: dict[int, float] = {}
    parts = []
    for begin, end, state in spans:
        left, right = frame.x(begin), frame.x(end)
        if state == "ALARM":
            for index in range(int(begin // step), int(-(-end // step))):
                inside = min(end, (index + 1) * step) - max(begin, index * step)
                share[index] = share.get(index, 0.0) + inside / step
        else:
            css = "ok" if state == "OK" else "unknown"
            parts.append(f'<path class="{css}" d="M{left} {top + 8}H{right}"/>')
    merged: list[list[float]] = []
    for index in sorted(share):
        level = math.ceil(min(share[index], 1.0) * 4 - 1e-9) / 4
        if merged and merged[-1][1] == index and merged[-1][2] == level:
            merged[-1][1] = index + 1
        else:
            merged.append([index, index + 1, level])
    for first, last, level in merged:
        left = frame.x(first * step)
        width = max(round(frame.x(min(last * step, frame.seconds)) - left, 1), 1)
        parts.append(f'<rect class="alarm" x="{left}" y="{top}" width="{width}" height="16" opacity="{level}"/>')
    return "".join(parts)
