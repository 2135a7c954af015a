# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CloudWatch answers about metrics, from the one store that load balancers, tasks and callers fill.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import BaseResponse

from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation import metric_math
from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.metrics import statistic

from ..base.actions import Document, action
from ..base.pages import paged
from ..base.refused import Refused
from .store import METRICS, Key

# Values that one datum of PutMetricData may stand for.
MOST_VALUES = 10_000
MOST_DATAPOINTS = 1440
PAGE = 500


class MetricActions(BaseResponse):
    """Metrics: put, listed, read."""

    @action
    def put_metric_data(self, request: Document) -> Document:
        for datum in request.get("MetricData", []):
            named = frozenset((item["Name"], item["Value"]) for item in datum.get("Dimensions", []))
            name, unit = datum["MetricName"], datum.get("Unit") or "None"
            key = Key(self.current_account, self.region, request["Namespace"], name, named, unit)
            METRICS.add_all(key, _values(datum), _seconds(datum["Timestamp"]) if "Timestamp" in datum else None)
        return {}

    @action
    def list_metrics(self, request: Document) -> Document:
        found = {(key.namespace, key.name, key.dimensions) for key in self._keys() if _is_meant(key, request)}
        listed = sorted((namespace, name, sorted(dimensions)) for namespace, name, dimensions in found)
        metrics = [
            {"Namespace": namespace, "MetricName": name, "Dimensions": _listed(dimensions)}
            for namespace, name, dimensions in listed
        ]
        return paged(metrics, request, "Metrics", PAGE, "InvalidParameterValue")

    @action
    def get_metric_statistics(self, request: Document) -> Document:
        plain, extended = request.get("Statistics", []), request.get("ExtendedStatistics", [])
        if not plain and not extended:
            message = "Must specify either Statistics or ExtendedStatistics"
            raise Refused("InvalidParameterCombination", message)
        period, name = int(request["Period"]), request["MetricName"]
        wanted = frozenset((item["Name"], item["Value"]) for item in request.get("Dimensions", []))
        start, end = _span(request, period)
        datapoints = []
        for key in self._keys():
            if (key.namespace, key.name, key.dimensions) != (request["Namespace"], name, wanted):
                continue
            if request.get("Unit") not in (None, key.unit):
                continue
            samples: dict[int, list[float]] = {}
            for second, value in METRICS.values(key, start, end):
                samples.setdefault(second // period * period, []).append(value)
            for began, values in sorted(samples.items()):
                point = {"Timestamp": _time(began), "Unit": key.unit, **{its: statistic(its, values) for its in plain}}
                more = {its: statistic(its, values) for its in extended}
                datapoints.append({**point, **({"ExtendedStatistics": more} if more else {})})
        if len(datapoints) > MOST_DATAPOINTS:
            message = (
                f"You have requested up to {len(datapoints)} datapoints, which exceeds the limit of {MOST_DATAPOINTS}. "
                "You may reduce the datapoints requested by increasing Period, or decreasing the time range."
            )
            raise Refused("InvalidParameterCombination", message)
        return {"Label": name, "Datapoints": datapoints}

    @action
    def get_metric_data(self, request: Document) -> Document:
        queries = request.get("MetricDataQueries", [])
        newest_first = request.get("ScanBy", "TimestampDescending") == "TimestampDescending"
        results = []
        for query in queries:
            if query.get("ReturnData", True):
                alone = [{**item, "ReturnData": item is query} for item in queries]
                results.append(self._result(alone, query, request, newest_first=newest_first))
        return {"MetricDataResults": results, "Messages": []}

    def _result(self, queries: list[Document], query: Document, request: Document, *, newest_first: bool) -> Document:
        periods = [item["MetricStat"]["Period"] for item in queries if "MetricStat" in item]
        period = int(query.get("MetricStat", query).get("Period") or max(periods, default=60))
        start, end = _span(request, period)
        count = math.ceil((end - start) / period)
        source = METRICS.source(self.current_account, self.region)
        try:
            found = metric_math.datapoints(queries, source, period, start + count * period, count)
        except ValueError as error:
            raise Refused("ValidationError", f"Error in expression '{query['Id']}': {error}") from error
        points = [(_time(start + index * period), value) for index, value in enumerate(found) if value is not None]
        points = points[::-1] if newest_first else points
        label = query.get("Label") or query.get("MetricStat", {}).get("Metric", {}).get("MetricName") or query["Id"]
        return {
            "Id": query["Id"],
            "Label": label,
            "Timestamps": [at for at, _value in points],
            "Values": [value for _at, value in points],
            "StatusCode": "Complete",
        }

    def _keys(self) -> list[Key]:
        return [key for key in METRICS.series() if key[:2] == (self.current_account, self.region)]


def _values(datum: Document) -> list[float]:
    """Return the single values that a datum stands for; of a statistic set ones that have its statistics."""
    if "StatisticValues" in datum:
        given = {name: float(value) for name, value in datum["StatisticValues"].items()}
        count, least, most = round(given["SampleCount"]), given["Minimum"], given["Maximum"]
        _limit(count)
        if count < 3:
            return [least, most][:count]
        return [least, most, *[(given["Sum"] - least - most) / (count - 2)] * (count - 2)]
    if "Values" not in datum:
        return [float(datum["Value"])]
    counts = [round(float(count)) for count in datum.get("Counts") or [1] * len(datum["Values"])]
    _limit(sum(counts))
    return [float(value) for value, count in zip(datum["Values"], counts, strict=True) for _sample in range(count)]


def _limit(count: int) -> None:
    if count > MOST_VALUES:
        message = f"The embedded AWS keeps single values, at most {MOST_VALUES} of one datum, not {count}."
        raise Refused("InvalidParameterValue", message)


def _is_meant(key: Key, request: Document) -> bool:
    dimensions = dict(key.dimensions)
    return (
        request.get("Namespace") in (None, key.namespace)
        and request.get("MetricName") in (None, key.name)
        and all(
            item["Name"] in dimensions and item.get("Value") in (None, dimensions[item["Name"]])
            for item in request.get("Dimensions", [])
        )
    )


def _listed(dimensions: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in dimensions]


def _span(request: Document, period: int) -> tuple[int, int]:
    """Return the seconds from which and before which is asked for: the first begins a period."""
    return int(_seconds(request["StartTime"]) // period * period), math.ceil(_seconds(request["EndTime"]))


def _seconds(given: Any) -> float:
    if isinstance(given, int | float):
        return float(given)
    at = given if isinstance(given, datetime) else datetime.fromisoformat(str(given))
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
