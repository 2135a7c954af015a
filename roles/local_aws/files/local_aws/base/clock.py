# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time of CloudWatch and of what follows it: alarms, cooldowns, schedules. All else lives in real time.

LOCAL_AWS_SPEED says how many of its seconds pass in a real one: with 60, a CloudWatch minute is a second.
"""

from __future__ import annotations

import os
import threading
import time
from math import isfinite


class Clock:
    """Seconds since the epoch, from the real time at which it was made on; or, held, only as far as it is advanced."""

    def __init__(self, speed: float = 1.0) -> None:
        if speed <= 0 or not isfinite(speed):
            raise ValueError(f"LOCAL_AWS_SPEED: {speed:g} is not over 0")
        self.speed = speed
        self._lock = threading.Lock()
        self._base, self._since = time.time(), time.monotonic()
        self._held = False

    @property
    def held(self) -> bool:
        """Whether time passes only by advance()."""
        return self._held

    def now(self) -> float:
        """Return the time."""
        with self._lock:
            return self._base if self._held else self._base + (time.monotonic() - self._since) * self.speed

    def run(self, speed: float) -> None:
        """Go on from now at another speed. Raises ValueError for one that is not over 0."""
        if speed <= 0 or not isfinite(speed):
            raise ValueError(f"a speed of {speed:g} is not over 0")
        now = self.now()
        with self._lock:
            self._base, self._since, self.speed = now, time.monotonic(), speed

    def hold(self) -> None:
        """Let no time pass but by advance()."""
        now = self.now()
        with self._lock:
            self._base, self._held = now, True

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass at once; the clock is held or runs on."""
        if seconds < 0:
            raise ValueError(f"{seconds:g}: time does not go back")
        with self._lock:
            self._base += seconds


def speed_of(text: str) -> float:
    """Read LOCAL_AWS_SPEED; raises ValueError that names it."""
    try:
        return float(text or 1)
    except ValueError:
        raise ValueError(f"LOCAL_AWS_SPEED: {text!r} is no number such as 60") from None


CLOCK = Clock(speed_of(os.environ.get("LOCAL_AWS_SPEED", "")))
