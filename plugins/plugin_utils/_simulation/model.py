# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""A service under traffic: a model of its tasks, scaled by the code that the embedded AWS evaluates alarms and policies
with. See docs/simulate.md for the model.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...module_utils._scaling import document as scaling_document
from ...module_utils._scaling import render
from ...module_utils._scaling.metrics import Place
from ...module_utils._scaling.validation import ScalingError
from .._evaluation.autoscaler import Autoscaler, Requests
from .._evaluation.metric_math import MathError
from .._evaluation.metrics import Metric
from .traffic import SimulationError

TICK = 10
PLACE = Place("cluster", "service", "app/service/0123456789abcdef", "targetgroup/service/0123456789abcdef")
#: What the model can say of itself, for metrics of one's own.
QUANTITIES = (
    "cpu",
    "memory",
    "requests_in_flight",
    "queue_length",
    "requests_per_target",
    "requests",
    "answers_503",
    "answers_504",
    "answers_5xx",
    "response_time",
    "healthy_tasks",
    "desired_tasks",
)
#: Namespace/MetricName -> quantity.
METRICS = {
    "AWS/ECS/CPUUtilization": "cpu",
    "AWS/ECS/MemoryUtilization": "memory",
    "AWS/ApplicationELB/RequestCountPerTarget": "requests_per_target",
    "AWS/ApplicationELB/RequestCount": "requests",
    "AWS/ApplicationELB/HTTPCode_ELB_503_Count": "answers_503",
    "AWS/ApplicationELB/HTTPCode_ELB_504_Count": "answers_504",
    "AWS/ApplicationELB/HTTPCode_ELB_5XX_Count": "answers_5xx",
    "AWS/ApplicationELB/TargetResponseTime": "response_time",
    "AWS/ApplicationELB/HealthyHostCount": "healthy_tasks",
    "ECS/ContainerInsights/RunningTaskCount": "healthy_tasks",
    "ECS/ContainerInsights/DesiredTaskCount": "desired_tasks",
    "llmops/ecs/RequestsInFlight": "requests_in_flight",
    "llmops/ecs/QueueLength": "queue_length",
}
#: Sum, count, least and greatest of the samples in one interval.
Samples = tuple[float, float, float, float]


@dataclass(frozen=True)
class Task:
    """What one task can do: answers at a time, seconds that one takes, seconds until a new task answers; shares of CPU
    and memory in percent, with no and with full load; and what it costs an hour."""

    concurrent: float
    seconds_per_answer: float
    startup_seconds: int = 120
    cpu_idle: float = 1.0
    cpu_busy: float = 90.0
    memory: float = 60.0
    price_per_hour: float = 0.0

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.concurrent / self.seconds_per_answer


@dataclass(frozen=True)
class Setting:
    """What all documents are simulated with: requests that arrive in each TICK from start on, how long a request waits
    at most, how many tasks there are at first (moved into the document's limits), metrics of one's own
    (Namespace/MetricName to one of QUANTITIES), seconds after which CloudWatch has a datapoint (None: one period)."""

    task: Task
    start: float
    arrivals: Sequence[int]
    patience: float = 60.0
    initial: int = 1
    metrics: Mapping[str, str] = field(default_factory=dict)
    delay: int | None = None

    @property
    def end(self) -> float:
        return self.start + len(self.arrivals) * TICK


@dataclass
class Course:
    """How it went. Series have a value an interval of so many seconds."""

    interval: int
    notes: list[str]
    arrived: list[int] = field(default_factory=list)
    running: list[int] = field(default_factory=list)
    desired: list[int] = field(default_factory=list)
    queue: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    no_task: list[float] = field(default_factory=list)
    timed_out: list[float] = field(default_factory=list)
    task_seconds: float = 0.0
    waits: Counter[int] = field(default_factory=Counter)
    #: Alarm -> when (seconds from the start) it went to which state.
    alarms: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    changes: list[dict[str, Any]] = field(default_factory=list)
    not_scaled: Counter[str] = field(default_factory=Counter)


def rendered(name: str, given: Mapping[str, Any]) -> tuple[Requests, list[str]]:
    """Return a scaling document as AWS's requests, and what of it is not simulated. Raises SimulationError."""
    try:
        document = scaling_document.parse(given)
    except ScalingError as error:
        raise SimulationError([f"documents[{name}]: {problem}" for problem in error.problems]) from error
    missing = [limit for limit in ("min_capacity", "max_capacity") if document[limit] is None]
    if missing:
        raise SimulationError(
            [f"documents[{name}] needs {limit}: a simulation has no scalable target to ask" for limit in missing]
        )
    policies = render.policies(document, PLACE)
    predictive = [key for key, item in policies.items() if item["PolicyType"] == "PredictiveScaling"]
    notes = [f"Policy {key} is left out: AWS's forecasts cannot be simulated." for key in predictive]
    notes += scaling_document.warnings(document, document["min_capacity"])
    flags = {
        "".join(word.title() for word in key.split("_")) + "Suspended": on for key, on in document["suspended"].items()
    }
    requests = Requests(
        PLACE.resource_id,
        {"MinCapacity": document["min_capacity"], "MaxCapacity": document["max_capacity"], "SuspendedState": flags},
        {key: item for key, item in policies.items() if key not in predictive},
        list(render.alarms(document, PLACE, {key: key for key in policies}).values()),
        render.schedules(document),
    )
    return requests, notes


def simulate(name: str, given: Mapping[str, Any], setting: Setting) -> Course:
    """Return how a service with a scaling document fares. Raises SimulationError."""
    requests, notes = rendered(name, given)
    scaler = Autoscaler(requests, setting.start)
    service = _Service(scaler, setting, notes)
    problems = service.problems(name)
    if problems:
        raise SimulationError(problems)
    try:
        return service.run()
    except MathError as error:
        raise SimulationError([f"documents[{name}] has an expression that cannot be worked out: {error}"]) from error


class _Service:
    """A service's tasks and the requests that wait for them."""

    def __init__(self, scaler: Autoscaler, setting: Setting, notes: list[str]) -> None:
        self.scaler, self.setting = scaler, setting
        self.course = Course(math.gcd(60, *(item.settings.period for item in scaler.alarms)), notes)
        self.delay = self.course.interval if setting.delay is None else setting.delay
        self.known = {**METRICS, **setting.metrics}
        self.samples: dict[str, list[Samples | None]] = {quantity: [] for quantity in QUANTITIES}
        self.values: dict[tuple[str, str], list[float | None]] = {}
        self.quantities: dict[Metric, str] = {}
        self.running = scaler.target.clamp(setting.initial)
        self.desired = self.running
        self.starting: list[float] = []
        self.queue = 0.0
        self.states = {item.name: "" for item in scaler.alarms}

    def problems(self, name: str) -> list[str]:
        """Find which quantity each metric is; return a sentence for each metric that the model knows nothing of."""
        told = []
        for metric in {item for alarm in self.scaler.alarms for item in _metrics(alarm.settings)}:
            key = f"{metric.namespace}/{metric.name}"
            if key in self.known:
                self.quantities[metric] = self.known[key]
            else:
                told.append(
                    f"documents[{name}] scales on the metric {key}, of which the simulation knows nothing: say in "
                    f"metrics what it is, as metrics: {{{key}: requests_in_flight}}; there are {', '.join(QUANTITIES)}"
                )
        return sorted(told)

    def run(self) -> Course:
        course, interval = self.course, self.course.interval
        ticks = interval // TICK
        now = self.setting.start
        arrived = self.setting.arrivals
        for begin in range(0, len(arrived) - ticks + 1, ticks):
            self._interval(now, arrived[begin : begin + ticks])
            now += interval
            self._scale(now)
        for state in course.alarms.values():
            state.append((int(now - self.setting.start), "end"))
        return course

    def _interval(self, now: float, arrived: Sequence[int]) -> None:
        """Let requests arrive, wait, be answered or fail, tick by tick, and note what metrics there are of it."""
        course, task, patience = self.course, self.setting.task, self.setting.patience
        busy = waited = no_task = timed_out = seconds = 0.0
        for number in arrived:
            while self.starting and self.starting[0] <= now:
                self.starting.pop(0)
                self.running += 1
            now += TICK
            seconds += (self.running + len(self.starting)) * TICK
            if not self.running:
                no_task += number
                continue
            rate = self.running * task.rate
            can = rate * TICK
            work = self.queue + number
            done = min(work, can)
            wait = self.queue / rate
            rest = work - done
            # Who would wait longer than anybody waits, gives up.
            if rest > rate * patience:
                timed_out += rest - rate * patience
                rest = rate * patience
            if number:
                course.waits[round(wait)] += number
                if wait >= 1:
                    waited += number
            self.queue = rest
            busy += done / can
        course.task_seconds += seconds
        course.arrived.append(sum(arrived))
        course.running.append(self.running)
        course.desired.append(self.desired)
        course.queue.append(self.queue)
        course.waited.append(waited)
        course.no_task.append(no_task)
        course.timed_out.append(timed_out)
        self._note(busy / len(arrived), sum(arrived) - no_task, no_task, timed_out)

    def _note(self, busy: float, taken: float, no_task: float, timed_out: float) -> None:
        """Add an interval's samples of each quantity: one a task, or one a request."""
        task, running = self.setting.task, self.running
        found: dict[str, Samples | None] = dict.fromkeys(QUANTITIES)
        if running:
            each = {
                "cpu": task.cpu_idle + (task.cpu_busy - task.cpu_idle) * busy,
                "memory": task.memory,
                "requests_in_flight": busy * task.concurrent + self.queue / running,
                "queue_length": self.queue / running,
            }
            for quantity, value in each.items():
                found[quantity] = (value * running, running, value, value)
            found["requests_per_target"] = (taken / running, 1, taken / running, taken / running)
            if taken:
                found["requests"] = (taken, taken, 1, 1)
                mean = task.seconds_per_answer + self.queue / (running * task.rate)
                found["response_time"] = (mean * taken, taken, mean, mean)
        for quantity, value in (
            ("answers_503", no_task),
            ("answers_504", timed_out),
            ("answers_5xx", no_task + timed_out),
        ):
            if value:
                found[quantity] = (value, value, 1, 1)
        found["healthy_tasks"] = (running, 1, running, running)
        found["desired_tasks"] = (self.desired, 1, self.desired, self.desired)
        for quantity, series in self.samples.items():
            series.append(found[quantity])

    def source(self, metric: Metric, statistic: str, period: int, end: float, count: int) -> list[float | None]:
        """Give datapoints as CloudWatch would, the delay later."""
        quantity = self.quantities[metric]
        interval = self.course.interval
        last = int(end - self.delay - self.setting.start) // interval
        samples = self.samples[quantity]
        if period == interval:
            values = self.values.setdefault((quantity, statistic), [])
            values.extend(_value(statistic, [item]) for item in samples[len(values) :])
            shown = values[max(0, last - count) : max(0, last)]
        else:
            step = period // interval
            ends = (last - step * back for back in range(count - 1, -1, -1))
            shown = [_value(statistic, samples[max(0, at - step) : max(0, at)]) for at in ends]
        return [None] * (count - len(shown)) + shown

    def _scale(self, now: float) -> None:
        course, at = self.course, int(now - self.setting.start)
        for activity in self.scaler.step(now, self.source, self.running, self.desired):
            course.not_scaled.update(reason["Code"] for reason in activity.reasons)
            if activity.after != activity.before:
                course.changes.append(
                    {
                        "second": at,
                        "from": activity.before,
                        "to": activity.after,
                        "name": activity.name,
                        "cause": _short(activity.cause),
                    }
                )
            self._set(now, activity.after)
        for alarm in self.scaler.alarms:
            if alarm.state != self.states[alarm.name]:
                self.states[alarm.name] = alarm.state
                course.alarms.setdefault(_short(alarm.name), []).append((at, alarm.state))

    def _set(self, now: float, desired: int) -> None:
        """Start tasks, or stop the newest ones; what a stopping task has begun it ends."""
        self.desired = desired
        excess = self.running + len(self.starting) - desired
        if excess < 0:
            self.starting += [now + self.setting.task.startup_seconds] * -excess
        for _task in range(excess):
            if self.starting:
                self.starting.pop()
            else:
                self.running -= 1
        if not self.running:
            self.queue = 0.0


def _short(text: str) -> str:
    """Return a text without what the names of alarms begin with: cluster and service are the simulation's own."""
    return text.replace(PLACE.alarm_prefix, "")


def _metrics(settings: Any) -> Iterable[Metric]:
    if settings.metric:
        yield settings.metric
    for query in settings.queries:
        if stat := query.get("MetricStat"):
            yield Metric.of(stat["Metric"], stat.get("Unit"))


def _value(statistic: str, samples: Iterable[Samples | None]) -> float | None:
    """Return a statistic of intervals together. All tasks of an interval being alike, a percentile is the average."""
    known = [item for item in samples if item]
    if not known:
        return None
    if statistic == "Sum":
        return math.fsum(item[0] for item in known)
    if statistic == "Maximum":
        return max(item[3] for item in known)
    if statistic == "Minimum":
        return min(item[2] for item in known)
    count = math.fsum(item[1] for item in known)
    return count if statistic == "SampleCount" else math.fsum(item[0] for item in known) / count
