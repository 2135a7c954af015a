# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Metrics: what identifies one, what a statistic of its samples is, and how a caller gives datapoints.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
"""

from __future__ import annotations

import math
import re
import typing as t
from collections.abc import Mapping, Sequence

Document = Mapping[str, t.Any]


class Metric(t.NamedTuple):
    """What CloudWatch knows a metric by; dimensions are sorted by name."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()
    unit: str | None = None

    @classmethod
    def of(cls, given: Document, unit: str | None = None) -> Metric:
        """Return the metric of a document with Namespace, MetricName and Dimensions, as AWS's requests have them."""
        listed = given.get("Dimensions") or []
        dimensions = tuple(sorted((item["Name"], item["Value"]) for item in listed))
        return cls(given["Namespace"], given["MetricName"], dimensions, given.get("Unit") or unit)


class Source(t.Protocol):
    """Gives the last count datapoints of a metric, oldest first, None for each that there is none for.

    The last period ends at end (seconds since the epoch); each is period seconds long.
    """

    def __call__(
        self, metric: Metric, statistic: str, period: int, end: float, count: int
    ) -> Sequence[float | None]: ...


def statistic(name: str, values: Sequence[float]) -> float | None:
    """Return a statistic of the samples of a period; None without samples. Raises ValueError for an unknown one."""
    if not values:
        return None
    plain = _PLAIN.get(name)
    if plain:
        return plain(values)
    ordered = sorted(values)
    if name == "IQM":
        return _range("TM", "25%", "75%", ordered)
    if found := re.fullmatch(r"(p|tm|tc|ts|wm)(\d+(?:\.\d+)?)", name):
        if found[1] == "p":
            return _percentile(ordered, float(found[2]))
        return _range(found[1].upper(), "", f"{found[2]}%", ordered)
    if found := re.fullmatch(r"(PR|TC|TM|TS|WM)\(\s*([\d.]*%?)\s*:\s*([\d.]*%?)\s*\)", name):
        return _range(found[1], found[2], found[3], ordered)
    raise ValueError(f"CloudWatch has no statistic {name}")


def _percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the value that so many percent of the samples are not over."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def _range(kind: str, low: str, high: str, ordered: Sequence[float]) -> float | None:
    """Return what a trimmed or winsorized statistic makes of samples; a bound is a value, a percentage, or open."""
    bottom = _bound(low, ordered, -math.inf, math.floor)
    top = _bound(high, ordered, math.inf, math.ceil)
    # Of values the lower bound is inclusive for PR only, of percentages it never is, so that ranges can be joined.
    inside = [value for value in ordered if bottom < value <= top or (kind == "PR" and value == bottom)]
    if kind == "PR":
        return 100 * len(inside) / len(ordered)
    if kind == "TC":
        return float(len(inside))
    if kind == "TS":
        return math.fsum(inside)
    if kind == "WM":
        return math.fsum(min(max(value, bottom), top) for value in ordered) / len(ordered)
    return math.fsum(inside) / len(inside) if inside else None


def _bound(given: str, ordered: Sequence[float], otherwise: float, rounded: t.Callable[[float], int]) -> float:
    """Return a bound as a value; of a percentage that of the sample at that rank."""
    if not given.endswith("%"):
        return float(given) if given else otherwise
    rank = rounded(len(ordered) * float(given[:-1]) / 100)
    return ordered[rank - 1] if rank else otherwise


_PLAIN: dict[str, t.Callable[[Sequence[float]], float]] = {
    "Average": lambda values: math.fsum(values) / len(values),
    "Sum": math.fsum,
    "Minimum": min,
    "Maximum": max,
    "SampleCount": lambda values: float(len(values)),
}
