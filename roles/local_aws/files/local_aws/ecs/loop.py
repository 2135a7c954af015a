# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one thread in which time passes for ECS: every tick each task and each service goes one step further."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from ..base.lock import LOCK
from ..tasks.processes import memory_of_groups
from .reconcile import reconcile
from .state import EcsBackend, backends

LOG = logging.getLogger(__name__)
TICK = 0.1
MEMORY_INTERVAL = 1.0
# AWS lets stopped tasks be described for at least an hour.
STOPPED_TASKS_KEPT = 3600.0


def start() -> Callable[[], None]:
    """Let the time pass; what is returned stops it and ends all tasks."""
    stopping = threading.Event()
    thread = threading.Thread(target=_run, args=(stopping,), name="scheduler", daemon=True)
    thread.start()

    def stop() -> None:
        stopping.set()
        thread.join()
        with LOCK:
            for backend in backends():
                backend.destroy()

    return stop


def _run(stopping: threading.Event) -> None:
    memory: dict[int, int] = {}
    measured = 0.0
    while not stopping.wait(TICK):
        now = time.monotonic()
        with LOCK:
            if now - measured >= MEMORY_INTERVAL and any(backend.all_tasks() for backend in backends()):
                memory, measured = memory_of_groups(), now
            for backend in backends():
                step(backend, now, memory)


def step(backend: EcsBackend, now: float, memory: dict[int, int]) -> None:
    """Take one region's tasks and services one step further; memory: resident bytes by process group."""
    for task in backend.all_tasks():
        try:
            task.step(now, memory)
            task.release_interface(now)
        except Exception:
            LOG.exception("task %s", task.task_arn)
            task.stop("Internal error of the embedded AWS; see its log.", "TaskFailedToStart")
    for service in list(backend.services.values()):
        try:
            reconcile(backend, service, now)
        except Exception:
            LOG.exception("service %s", service.arn)
    for tasks in backend.tasks.values():
        for task in list(tasks.values()):
            if task.last_status == "STOPPED" and now - task.stopped_since > STOPPED_TASKS_KEPT:
                del tasks[task.task_arn]
