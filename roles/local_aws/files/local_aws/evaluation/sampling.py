# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ECS's metrics: how much of what its task definition reserves each task of a service uses.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
"""

from __future__ import annotations

import time
from typing import Any
from weakref import WeakKeyDictionary

from ..cloudwatch.store import METRICS, Key
from ..ecs.service import Service
from ..ecs.state import EcsBackend, backends
from ..tasks.processes import Usage, usage_of_groups
from ..tasks.task import Task

MIB = 1024 * 1024
# Real seconds that a share of a processor is measured over, at least.
MEASURED_OVER = 0.2

_before: WeakKeyDictionary[Task, tuple[float, float, float]] = WeakKeyDictionary()


class _Gauge:
    """What process groups use, measured no more often than it can differ: CloudWatch's clock may go on much faster."""

    def __init__(self) -> None:
        self._usage: dict[int, Usage] = {}
        self._measured = float("-inf")

    def read(self) -> tuple[dict[int, Usage], float]:
        """Return the use by process group, and when it was measured."""
        if time.monotonic() - self._measured >= MEASURED_OVER:
            self._usage, self._measured = usage_of_groups(), time.monotonic()
        return self._usage, self._measured


_GAUGE = _Gauge()


def publish(now: float) -> None:
    """Put the use of every service's tasks into CloudWatch, of those whose metrics are due at now (on CLOCK)."""
    due = [
        (backend, service, due)
        for backend in backends()
        for service in list(backend.services.values())
        if service.status != "INACTIVE" and (due := metrics_due(service.settings, now))
    ]
    tasks = {service: _running(backend, service) for backend, service, _names in due}
    if not any(tasks.values()):
        return
    usage, measured = _GAUGE.read()
    for backend, service, names in due:
        dimensions = frozenset({"ClusterName": service.cluster, "ServiceName": service.name}.items())
        for task in tasks[service]:
            shares = _shares(task, usage, measured)
            for name in names:
                key = Key(backend.account_id, backend.region_name, "AWS/ECS", name, dimensions, "Percent")
                # Of the period that ends now.
                METRICS.add(key, shares[name], now - 1)


def metrics_due(settings: dict[str, Any], now: float) -> list[str]:
    """Return the metrics whose period ends at now: a minute, or what the service's monitoring says."""
    seconds = dict.fromkeys(("CPUUtilization", "MemoryUtilization"), 60)
    for configuration in settings.get("monitoring", {}).get("metricConfigurations", []):
        seconds |= dict.fromkeys(configuration["metricNames"], configuration["resolutionSeconds"])
    return [name for name, period in seconds.items() if now % period == 0]


def _running(backend: EcsBackend, service: Service) -> list[Task]:
    return [task for task in backend.tasks_of(service) if task.is_live and task.last_status == "RUNNING"]


def _shares(task: Task, usage: dict[int, Usage], measured: float) -> dict[str, float]:
    """Return percent of the task's own size; more of the processor than that no task gets on Fargate."""
    used = [usage[group] for container in task.containers if (group := container.process_group) in usage]
    seconds, resident = sum(its.cpu_seconds for its in used), sum(its.resident for its in used)
    since, before, share = _before.get(task, (task.running_since, 0.0, 0.0))
    if measured - since >= MEASURED_OVER:
        cores = int(task.task_definition["cpu"]) / 1024
        share = min(100.0, max(0.0, seconds - before) / (measured - since) / cores * 100)
        _before[task] = (measured, seconds, share)
    memory = resident / (int(task.task_definition["memory"]) * MIB) * 100
    return {"CPUUtilization": share, "MemoryUtilization": memory}
