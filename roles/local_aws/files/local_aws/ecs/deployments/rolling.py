# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rolling deployment does next: decisions on numbers, without tasks.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

LONGEST_BACKOFF = 60.0


@dataclass(frozen=True)
class Group:
    """The tasks of one side of a deployment that are not stopping: all of them, and those that are healthy."""

    total: int
    healthy: int


@dataclass(frozen=True)
class Step:
    """How many tasks to start and to stop now."""

    start: int = 0
    stop_new: int = 0
    stop_old: int = 0


def next_step(desired: int, minimum_percent: int, maximum_percent: int, new: Group, old: Group) -> Step:
    """Return the next step towards `desired` new tasks and no old ones.

    Never more than maximum_percent of `desired` tasks in all (rounded down), and no healthy one stopped that is needed
    for minimum_percent (rounded up).
    """
    ceiling = max(desired * maximum_percent // 100, 1) if desired else 0
    floor = math.ceil(desired * minimum_percent / 100)
    spare_healthy = max(new.healthy + old.healthy - floor, 0)
    if new.healthy >= desired:
        stop_old = old.total
    else:
        # Old tasks that are not healthy go first: nobody relies on them.
        stop_old = min(
            old.total - old.healthy + min(spare_healthy, old.healthy), _room_needed(desired, ceiling, new, old)
        )
    return Step(
        start=max(min(desired - new.total, ceiling - new.total - old.total), 0),
        stop_new=max(new.total - desired, 0),
        stop_old=max(stop_old, 0),
    )


def _room_needed(desired: int, ceiling: int, new: Group, old: Group) -> int:
    """Return how many old tasks are in the way: of new ones that could not start, or of the healthy new ones' share."""
    blocked = max(new.total + old.total + (desired - new.total) - ceiling, 0)
    return max(blocked, new.healthy + old.total - desired)


def failure_threshold(desired: int, configuration: dict[str, Any]) -> int:
    """Return after how many failed tasks the circuit breaker of a deploymentCircuitBreaker document trips.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
    """
    threshold = configuration.get("thresholdConfiguration") or {"type": "BOUNDED_PERCENT", "value": 50}
    if threshold["type"] == "COUNT":
        return int(threshold["value"])
    count = math.ceil(desired * threshold["value"] / 100)
    return min(max(count, 3), 200) if threshold["type"] == "BOUNDED_PERCENT" else max(count, 1)


def counts_as_failure(
    *, any_has_run: bool, was_running: bool, was_healthy: bool, failed_health_check: bool, checked: bool
) -> bool:
    """Return whether a task that stopped by itself, or for its health, counts for the circuit breaker.

    Stage one, until a task of the deployment is RUNNING: those that did not get there. Stage two: failed health checks
    only, which a task with a health check that ended before it ever passed has failed too. A command without a health
    check that exits again and again therefore never counts.
    """
    if failed_health_check or (checked and was_running and not was_healthy):
        return True
    return not was_running and not any_has_run


def backoff(failures: int) -> float:
    """Return for how many seconds no task is started after so many failed in a row: 1, 2, 4, ..."""
    return min(2.0 ** (failures - 1), LONGEST_BACKOFF)
