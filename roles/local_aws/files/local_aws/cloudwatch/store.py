# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch's metrics: values by the second in which they came.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
"""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from collections.abc import Iterable
from typing import NamedTuple

from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.metrics import Metric, Source, statistic

from ..base.clock import CLOCK

# Seconds with a value that a series keeps: a day of them.
KEPT = 86400


class Key(NamedTuple):
    """What makes a series one of its own."""

    account: str
    region: str
    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]
    unit: str = "None"


class _Series:
    """The values of one series by the second, which is counted since the epoch."""

    def __init__(self) -> None:
        self.seconds: list[int] = []
        self.values: dict[int, list[float]] = {}

    def add(self, second: int, values: Iterable[float]) -> None:
        if second not in self.values:
            insort(self.seconds, second)
            self.values[second] = []
            if len(self.seconds) > KEPT:
                del self.values[self.seconds.pop(0)]
        if second in self.values:
            self.values[second] += values

    def between(self, start: float, end: float) -> list[tuple[int, float]]:
        chosen = self.seconds[bisect_left(self.seconds, start) : bisect_left(self.seconds, end)]
        return [(second, value) for second in chosen for value in self.values[second]]


class Metrics:
    """All series. Safe to use from any thread."""

    def __init__(self) -> None:
        self._series: dict[Key, _Series] = {}
        self._lock = threading.Lock()

    def add(self, key: Key, value: float, at: float | None = None) -> None:
        """Add a value, of now unless at (seconds since the epoch, on CLOCK) says otherwise."""
        self.add_all(key, [value], at)

    def add_all(self, key: Key, values: Iterable[float], at: float | None = None) -> None:
        """Add values of one time, as add() does one."""
        second = int(CLOCK.now() if at is None else at)
        with self._lock:
            self._series.setdefault(key, _Series()).add(second, values)

    def series(self) -> list[Key]:
        """Return what there are series of."""
        with self._lock:
            return list(self._series)

    def values(self, key: Key, start: float, end: float) -> list[tuple[int, float]]:
        """Return (second, value) from start on and before end, in the order of their seconds."""
        with self._lock:
            return self._series[key].between(start, end) if key in self._series else []

    def source(self, account: str, region: str) -> Source:
        """Return what alarms and scaling policies read an account's metrics by."""

        def read(metric: Metric, statistic_name: str, period: int, end: float, count: int) -> list[float | None]:
            start = end - count * period
            samples: list[list[float]] = [[] for _period in range(count)]
            for key in self._keys_of(account, region, metric):
                for second, value in self.values(key, start, end):
                    samples[int((second - start) // period)].append(value)
            return [statistic(statistic_name, values) for values in samples]

        return read

    def _keys_of(self, account: str, region: str, metric: Metric) -> list[Key]:
        """Return the series of a metric: of one unit, or of all if it names none."""
        wanted = (account, region, metric.namespace, metric.name, frozenset(metric.dimensions))
        return [key for key in self.series() if key[:5] == wanted and metric.unit in (None, key.unit)]


METRICS = Metrics()
