# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What is asked of a simulation, checked as a whole, and what comes of it: figures, data, page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .figures import alarm_figures, figures
from .model import METRICS, QUANTITIES, TICK, Course, Setting, Task, rendered, simulate
from .report import report
from .traffic import SimulationError, arrivals, instant, traffic

DAY, YEAR = 24.0, 24.0 * 366
TRAFFIC = {
    "csv": {"type": "path"},
    "shape": {"type": "str"},
    **{name: {"type": "float"} for name in ("rate", "low", "high", "peak_hour", "weekend", "begin_minute", "minutes")},
}
TASK = {
    "concurrent": {"type": "float"},
    "seconds_per_answer": {"type": "float"},
    "requests_per_second": {"type": "float"},
    "startup_seconds": {"type": "int", "default": 120},
    "cpu_idle": {"type": "float", "default": 1.0},
    "cpu_busy": {"type": "float", "default": 90.0},
    "memory": {"type": "float", "default": 60.0},
    "price_per_hour": {"type": "float", "default": 0.0},
}
SPEC = {
    "documents": {"type": "dict", "required": True},
    "traffic": {"type": "dict", "required": True, "options": TRAFFIC},
    "hours": {"type": "float"},
    "start": {"type": "str", "default": "2026-01-05T00:00:00Z"},
    "task": {"type": "dict", "required": True, "options": TASK},
    "patience_seconds": {"type": "float", "default": 60.0},
    "initial_tasks": {"type": "int", "default": 1},
    "metrics": {"type": "dict", "default": {}},
    "metric_delay_seconds": {"type": "int"},
    "seed": {"type": "int", "default": 1},
    "title": {"type": "str", "default": "How a service would scale"},
    "report": {"type": "path"},
    "data": {"type": "path"},
}


class Simulation:
    """All documents' courses under one traffic. Raises SimulationError with all that is wrong with what is asked."""

    def __init__(self, asked: Mapping[str, Any]) -> None:
        self.asked = asked
        self.setting = _setting(asked)
        self.courses: dict[str, Course] = {
            str(name): simulate(str(name), document, self.setting) for name, document in asked["documents"].items()
        }

    def results(self) -> dict[str, dict[str, Any]]:
        """Return each document's figures, alarms and notes."""
        return {
            name: {
                **figures(course, self.setting),
                "alarms": alarm_figures(course),
                "not_scaled": dict(course.not_scaled),
                "notes": course.notes,
            }
            for name, course in self.courses.items()
        }

    def summary(self) -> list[str]:
        """Return a sentence a document."""
        return [
            f"{name}: {found['failed_percent']:g} % of {found['requests']:,} requests fail, {found['waited']:,} wait; "
            f"{found['task_hours']:,} task-hours"
            + (f" cost {found['cost']:,}" if self.setting.task.price_per_hour else "")
            for name, found in self.results().items()
        ]

    def data(self) -> str:
        """Return all that the page shows, and every interval, as JSON."""
        shown = {
            name: {
                **result,
                "changes": course.changes,
                "alarm_states": course.alarms,
                "interval_seconds": course.interval,
                "series": {
                    "arrived": course.arrived,
                    "running_tasks": course.running,
                    "desired_tasks": course.desired,
                    "queue": [round(value, 2) for value in course.queue],
                    "waited": [round(value, 2) for value in course.waited],
                    "failed_no_task": [round(value, 2) for value in course.no_task],
                    "failed_timed_out": [round(value, 2) for value in course.timed_out],
                },
            }
            for (name, result), course in zip(self.results().items(), self.courses.values(), strict=True)
        }
        asked = {name: value for name, value in self.asked.items() if name not in ("report", "data")}
        return json.dumps({"asked": asked, "simulations": shown}, sort_keys=True) + "\n"

    def page(self) -> str:
        documents = {str(name): document for name, document in self.asked["documents"].items()}
        return report(self.asked["title"], list(self._told()), documents, self.courses, self.setting)

    def _told(self) -> Iterator[str]:
        asked, task = self.asked["traffic"], self.setting.task
        named = ", ".join(f"{name} {value:g}" for name, value in asked.items() if isinstance(value, float))
        requests = sum(self.setting.arrivals)
        yield (
            f"Traffic: {asked['csv'] or asked['shape']}{f' ({named})' if named else ''}, {requests:,} requests in "
            f"{len(self.setting.arrivals) * TICK / 3600:g} hours, arriving by chance (seed {self.asked['seed']})."
        )
        price = f"; {task.price_per_hour:g} an hour" if task.price_per_hour else ""
        yield (
            f"A task answers {task.concurrent:g} at a time in {task.seconds_per_answer:g} s each, {task.rate:.3g} a "
            f"second, {task.startup_seconds} s after it was asked for. It uses {task.cpu_idle:g} to "
            f"{task.cpu_busy:g} % of its CPU and {task.memory:g} % of its memory{price}."
        )
        yield f"A request waits for {self.setting.patience:g} s and then has failed; at zero tasks it fails at once."


def _setting(asked: Mapping[str, Any]) -> Setting:
    problems: list[str] = []
    try:
        start = instant(asked["start"])
    except ValueError:
        problems.append(f"start is {asked['start']!r}: it must be a time as 2026-01-05T00:00:00Z")
        start = 0.0
    rate, end = None, None
    try:
        rate, end = traffic(asked["traffic"], start)
    except SimulationError as error:
        problems += error.problems
    hours = asked["hours"] if asked["hours"] is not None else DAY if end is None else (end - start) / 3600
    problems += _problems(asked, hours)
    for name, document in asked["documents"].items():
        try:
            rendered(str(name), document)
        except SimulationError as error:
            problems += error.problems
    if problems or rate is None:
        raise SimulationError(problems)
    return Setting(
        task=_task(asked["task"]),
        start=start,
        arrivals=list(arrivals(rate, start, start + round(hours * 60) * 60, TICK, asked["seed"])),
        patience=asked["patience_seconds"],
        initial=asked["initial_tasks"],
        metrics={str(name): str(quantity) for name, quantity in asked["metrics"].items()},
        delay=asked["metric_delay_seconds"],
    )


def _problems(asked: Mapping[str, Any], hours: float) -> Iterator[str]:
    if not asked["documents"]:
        yield "documents is empty: give each scaling document to simulate under a name of its own"
    if not 1 / 6 <= hours <= YEAR:
        yield f"hours is {hours:g}: it must be ten minutes (0.17) to a year ({YEAR:g})"
    for name in ("patience_seconds", "initial_tasks", "metric_delay_seconds"):
        if asked[name] is not None and asked[name] < 0:
            yield f"{name} is {asked[name]:g}: it must be 0 or more"
    for name, quantity in asked["metrics"].items():
        if quantity not in QUANTITIES:
            yield f"metrics.{name} is {quantity!r}: it must be one of {', '.join(QUANTITIES)}"
        if "/" not in str(name):
            yield f"metrics has {name!r}: a metric is named by namespace and name, as {min(METRICS)}"
    yield from _task_problems(asked["task"])


def _task_problems(task: Mapping[str, Any]) -> Iterator[str]:
    given = [name for name in ("concurrent", "seconds_per_answer", "requests_per_second") if task[name] is not None]
    if given not in (["requests_per_second"], ["concurrent", "seconds_per_answer"]):
        yield (
            "task needs what one task can serve, either requests_per_second or concurrent and seconds_per_answer, not "
            f"{' and '.join(given) or 'none of them'}"
        )
    yield from (f"task.{name} is {task[name]:g}: it must be over 0" for name in given if task[name] <= 0)
    for name in ("startup_seconds", "price_per_hour"):
        if task[name] < 0:
            yield f"task.{name} is {task[name]:g}: it must be 0 or more"
    for name in ("cpu_idle", "cpu_busy", "memory"):
        if not 0 <= task[name] <= 100:
            yield f"task.{name} is {task[name]:g}: it must be a percentage, 0 to 100"
    if task["cpu_idle"] > task["cpu_busy"]:
        yield f"task.cpu_idle {task['cpu_idle']:g} is over task.cpu_busy {task['cpu_busy']:g}: swap them"


def _task(given: Mapping[str, Any]) -> Task:
    """Return a task; of requests per second alone, one is answered at a time."""
    alone = given["requests_per_second"]
    return Task(
        concurrent=1.0 if alone else given["concurrent"],
        seconds_per_answer=1 / alone if alone else given["seconds_per_answer"],
        **{name: given[name] for name in ("startup_seconds", "cpu_idle", "cpu_busy", "memory", "price_per_hour")},
    )
