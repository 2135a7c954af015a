# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch's metrics: values by the second in which they came.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
"""

from __future__ import annotations

import threading
from collections import deque
from typing import NamedTuple

from .clock import CLOCK

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


class Bucket(NamedTuple):
    """The values of one second, which is counted since the epoch."""

    second: int
    values: list[float]


class Metrics:
    """All series. Safe to use from any thread."""

    def __init__(self) -> None:
        self._series: dict[Key, deque[Bucket]] = {}
        self._lock = threading.Lock()

    def add(self, key: Key, value: float, at: float | None = None) -> None:
        """Add a value, of now unless at (seconds since the epoch, on CLOCK) says otherwise."""
        second = int(CLOCK.now() if at is None else at)
        with self._lock:
            series = self._series.setdefault(key, deque(maxlen=KEPT))
            for bucket in reversed(series):
                if bucket.second == second:
                    bucket.values.append(value)
                    return
                if bucket.second < second:
                    break
            series.append(Bucket(second, [value]))

    def keys(self) -> list[Key]:
        """Return what there are series of."""
        with self._lock:
            return list(self._series)

    def values(self, key: Key, start: float, end: float) -> list[tuple[int, float]]:
        """Return (second, value) from start on and before end, in the order of their seconds."""
        with self._lock:
            buckets = [bucket for bucket in self._series.get(key, ()) if start <= bucket.second < end]
            return sorted((bucket.second, value) for bucket in buckets for value in bucket.values)


METRICS = Metrics()
