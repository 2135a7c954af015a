# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CloudWatch's alarms: which state datapoints lead to, and why.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from . import metric_math
from .metrics import Document, Metric, Source

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"
#: The reason of an alarm that was not evaluated yet.
UNCHECKED = "Unchecked: Initial alarm creation"
#: So many datapoints more than it evaluates does an alarm look back for ones that are there. AWS says that the number
#: depends on period and resolution, and shows 5 for 3.
LOOK_BACK = 2
COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}


@dataclass(frozen=True)
class Settings:
    """What decides of an alarm; periods are in seconds, datapoints is M of the last periods N."""

    period: int
    periods: int
    datapoints: int
    threshold: float
    comparison: str
    missing: str = "missing"
    statistic: str = "Average"
    metric: Metric | None = None
    queries: Sequence[Document] = ()

    @classmethod
    def of(cls, request: Document) -> Settings:
        """Return the settings in PutMetricAlarm's request or DescribeAlarms' answer. Raises ValueError."""
        queries = tuple(request.get("Metrics") or ())
        comparison = request["ComparisonOperator"]
        if comparison not in COMPARISONS:
            raise ValueError(f"alarms with ComparisonOperator {comparison} are not evaluated here")
        periods = int(request["EvaluationPeriods"])
        stated = [item["MetricStat"]["Period"] for item in queries if item.get("MetricStat", {}).get("Period")]
        return cls(
            period=int(request.get("Period") or (stated or [item.get("Period") or 60 for item in queries])[0]),
            periods=periods,
            datapoints=int(request.get("DatapointsToAlarm") or periods),
            threshold=float(request["Threshold"]),
            comparison=comparison,
            missing=request.get("TreatMissingData") or "missing",
            statistic=request.get("Statistic") or request.get("ExtendedStatistic") or "Average",
            metric=None if queries else Metric.of(request),
            queries=queries,
        )

    @property
    def looks_at(self) -> int:
        """How many datapoints an evaluation retrieves."""
        return self.periods + LOOK_BACK

    @property
    def every(self) -> int:
        """Seconds between evaluations: a minute, of a high-resolution alarm 10 seconds."""
        return 60 if self.period >= 60 else 10

    def ends(self, now: float) -> float:
        """Return when the last period ended that an evaluation at now looks at; long periods move on by the minute."""
        step = min(self.period, 60)
        return now // step * step

    def retrieve(self, source: Source, now: float) -> Sequence[float | None]:
        """Return the datapoints to evaluate, oldest first. Raises metric_math.MathError."""
        end = self.ends(now)
        if self.metric is None:
            return metric_math.datapoints(self.queries, source, self.period, end, self.looks_at)
        return source(self.metric, self.statistic, self.period, end, self.looks_at)

    def breaches(self, value: float) -> bool:
        return COMPARISONS[self.comparison][0](value, self.threshold)


@dataclass(frozen=True)
class Judgement:
    """What an evaluation came to: the state, and the datapoints it was made on, newest first, with how long ago (in
    periods, 1 for the last one) each began; filled is how many missing ones were treated as datapoints."""

    settings: Settings
    state: str
    points: list[tuple[int, float]] = field(default_factory=list)
    filled: int = 0

    @property
    def values(self) -> list[float]:
        """The datapoints, oldest first."""
        return [value for _age, value in reversed(self.points)]

    def reason(self, now: float) -> str:
        """Return why the alarm is in its state, in CloudWatch's words."""
        settings, total = self.settings, self.settings.periods
        if self.state == INSUFFICIENT_DATA:
            return f"Insufficient Data: {_count(total - len(self.points))} {_were(total - len(self.points))} unknown."
        treated = {"breaching": "Breaching", "notBreaching": "NonBreaching"}.get(settings.missing)
        filled = f"{_count(self.filled, 'missing ')} {_were(self.filled)} treated as [{treated}]"
        if not self.points:
            return f"Threshold Crossed: no datapoints were received for {_count(total, '', 'period')} and {filled}."
        wanted = [point for point in self.points if settings.breaches(point[1]) == (self.state == ALARM)] or self.points
        end = settings.ends(now)
        shown = ", ".join(f"{value!r} ({_stamp(end - age * settings.period)})" for age, value in wanted[:5])
        verb = _were(len(wanted)) + ("" if self.state == ALARM else " not")
        told = f"[{shown}] {verb} {COMPARISONS[settings.comparison][1]} the threshold ({settings.threshold!r})"
        if settings.datapoints == total:
            count = _count(len(wanted))
        else:
            least = settings.datapoints if self.state == ALARM else total - settings.datapoints + 1
            change = "OK -> ALARM" if self.state == ALARM else "ALARM -> OK"
            count = f"{len(wanted)} out of the last {_count(total)}"
            told += f" (minimum {_count(least)} for {change} transition)"
        more = f" and {filled}" if self.filled and treated else ""
        return f"Threshold Crossed: {count} {told}{more}."


def evaluate(settings: Settings, datapoints: Sequence[float | None], state: str = INSUFFICIENT_DATA) -> Judgement:
    """Return the state that datapoints (oldest first, None for missing) lead to; state is the present one.

    With as many datapoints as the alarm evaluates, the last of them decide. With fewer, all of them do, together with
    missing ones in the way that the alarm treats these.
    """
    total, least = settings.periods, settings.datapoints
    points = [(age, value) for age, value in enumerate(reversed(datapoints), start=1) if value is not None][:total]
    breaching = [age for age, value in points if settings.breaches(value)]
    filled = total - len(points)
    if len(breaching) + (filled if settings.missing == "breaching" else 0) >= least:
        found = ALARM
    elif not filled or settings.missing in ("breaching", "notBreaching") or len(breaching) < len(points):
        found = OK
    elif settings.missing == "ignore":
        found = state
    else:
        # All there is breaches. With the oldest M periods old it has lasted long enough; a later one may be a blip.
        found = ALARM if breaching and breaching[-1] >= least else INSUFFICIENT_DATA
    return Judgement(settings, found, points, filled)


def _count(number: int, kind: str = "", what: str = "datapoint") -> str:
    return f"{number} {kind}{what}{'' if number == 1 else 's'}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%d/%m/%y %H:%M:%S")


class Alarm:
    """An alarm over time: evaluated when it is due, it tells whether its actions are to be invoked.

    Scaling actions are invoked when an alarm goes to ALARM, and once a minute as long as it stays there.
    """

    def __init__(self, request: Document) -> None:
        self.name: str = request.get("AlarmName", "")
        self.actions: list[str] = list(request.get("AlarmActions") or [])
        self.settings = Settings.of(request)
        self.judgement = Judgement(self.settings, INSUFFICIENT_DATA)
        self._evaluated = self._invoked = float("-inf")

    @property
    def state(self) -> str:
        return self.judgement.state

    def step(self, now: float, source: Source) -> bool:
        """Evaluate the alarm if it is due. Returns whether its actions are to be invoked now."""
        settings = self.settings
        if now // settings.every <= self._evaluated:
            return False
        self._evaluated = now // settings.every
        before = self.judgement.state
        self.judgement = evaluate(settings, settings.retrieve(source, now), before)
        # By the minute, so that alarms of different periods invoke together what must agree to scale in.
        if self.judgement.state != ALARM or (before == ALARM and now // 60 <= self._invoked):
            return False
        self._invoked = now // 60
        return True
