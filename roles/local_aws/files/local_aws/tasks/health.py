# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a container is probed and what its health status is: Docker's state machine, without clock or process.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

UNKNOWN, HEALTHY, UNHEALTHY = "UNKNOWN", "HEALTHY", "UNHEALTHY"

# AWS probes every `interval`, 30 s by default, from the start on. Here a container that is starting is probed every
# second until its first success, as long as failures do not count yet: it is up as soon as its model is loaded.
STARTING_INTERVAL = 1.0
# A task without a health check counts as healthy when it has been RUNNING for so many seconds; on AWS it is 40.
SETTLED_AFTER = 1.0


@dataclass(frozen=True)
class HealthCheck:
    """A container definition's healthCheck with AWS's defaults; all times in seconds."""

    command: list[str]
    interval: float = 30
    timeout: float = 5
    retries: int = 3
    start_period: float = 0

    @classmethod
    def parse(cls, document: dict[str, Any]) -> HealthCheck:
        """Read `healthCheck` of a container definition."""
        names = {"startPeriod": "start_period"}
        return cls(**{names.get(key, key): value for key, value in document.items()})

    @property
    def argv(self) -> list[str]:
        """The words to run: after CMD as they are, after CMD-SHELL by a shell."""
        kind, *words = self.command
        return words if kind == "CMD" else ["/bin/sh", "-c", *words]


@dataclass
class Health:
    """One container's health since it started; times are seconds on one monotonic clock."""

    check: HealthCheck
    started: float
    status: str = UNKNOWN
    failures: int = 0
    next_probe: float = field(init=False)

    def __post_init__(self) -> None:
        self.next_probe = self.started + self._pause(self.started)

    def due(self, now: float) -> bool:
        """Return whether it is time for a probe."""
        return now >= self.next_probe

    def record(self, passed: bool, now: float) -> None:
        """Take in a probe's result; UNHEALTHY after `retries` failures in a row outside the start period."""
        if passed:
            self.status, self.failures = HEALTHY, 0
        elif not self._is_starting(now):
            self.failures += 1
            if self.failures >= self.check.retries:
                self.status = UNHEALTHY
        self.next_probe = now + self._pause(now)

    def _is_starting(self, now: float) -> bool:
        return self.status == UNKNOWN and now < self.started + self.check.start_period

    def _pause(self, now: float) -> float:
        return min(STARTING_INTERVAL, self.check.interval) if self._is_starting(now) else self.check.interval


def task_health(containers: list[tuple[bool, str | None]]) -> str:
    """Return a task's status from its containers' (essential, status; None without a health check).

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html
    """
    statuses = [status for essential, status in containers if essential and status is not None]
    if UNHEALTHY in statuses:
        return UNHEALTHY
    return HEALTHY if statuses and set(statuses) == {HEALTHY} else UNKNOWN
