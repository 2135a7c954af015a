# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What a simulated course comes to, in numbers."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

from .._evaluation.alarms import ALARM, INSUFFICIENT_DATA
from .model import Course, Setting


def figures(course: Course, setting: Setting) -> dict[str, Any]:
    """Return a course in numbers."""
    requests = sum(course.arrived)
    no_task, timed_out = round(sum(course.no_task)), round(sum(course.timed_out))
    hours = course.task_seconds / 3600
    interval = course.interval
    total = len(course.arrived) * interval
    return {
        "requests": requests,
        "answered": requests - no_task - timed_out,
        "waited": round(sum(course.waited)),
        "failed_no_task": no_task,
        "failed_timed_out": timed_out,
        "failed_percent": round(100 * (no_task + timed_out) / requests, 3) if requests else 0.0,
        "wait_seconds_p50": _percentile(course.waits, 50),
        "wait_seconds_p95": _percentile(course.waits, 95),
        "wait_seconds_p99": _percentile(course.waits, 99),
        "task_hours": round(hours, 2),
        "cost": round(hours * setting.task.price_per_hour, 2),
        "tasks_mean": round(course.task_seconds / total, 2) if total else 0.0,
        "tasks_max": max(course.running, default=0),
        "hours_at_zero": round(sum(not tasks for tasks in course.running) * interval / 3600, 2),
        "scaled_out": sum(change["to"] > change["from"] for change in course.changes),
        "scaled_in": sum(change["to"] < change["from"] for change in course.changes),
    }


def alarm_figures(course: Course) -> list[dict[str, Any]]:
    """Return how often and how long each alarm was in which state."""
    told = []
    for name, states in course.alarms.items():
        spans = [(state, end - begin) for (begin, state), (end, _next) in pairwise(states)]
        told.append(
            {
                "name": name,
                "times_in_alarm": sum(state == ALARM for state, _length in spans),
                "minutes_in_alarm": round(sum(length for state, length in spans if state == ALARM) / 60, 1),
                "minutes_without_data": round(
                    sum(length for state, length in spans if state == INSUFFICIENT_DATA) / 60, 1
                ),
            }
        )
    return told


def _percentile(counts: Counter[int], percent: float) -> int:
    """Return the value that so many percent of what is counted are not over."""
    left = sum(counts.values()) * percent / 100
    for value in sorted(counts):
        left -= counts[value]
        if left <= 0:
            return value
    return 0
