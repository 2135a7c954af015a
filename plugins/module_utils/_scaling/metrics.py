# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Metrics that a policy can name: predefined, custom, metric math.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
"""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from .._facts.cloudwatch import STATISTICS
from .options import CUSTOM_METRIC, EXPRESSION, METRIC_MATH
from .validation import ScalingError, is_text, validated

Metric = dict[str, t.Any]

#: What a language model's server reports of itself through its log, one value a task: our name -> CloudWatch's.
REPORTED = {"requests_in_flight": "RequestsInFlight", "queue_length": "QueueLength"}
NAMESPACE = "llmops/ecs"
PREDEFINED = ("cpu", "memory", "requests_per_target", *REPORTED)
#: Statistics beside the plain ones: percentiles, and those of a range.
EXTENDED = r"p(100|\d{1,2})(\.\d+)?|(tm|tc|ts|wm)\d{1,2}(\.\d+)?|IQM|(PR|TC|TM|TS|WM)\([^)]*\)"
MAPS = "a custom metric has namespace and name, metric math has expression and metrics"


@dataclass(frozen=True)
class Place:
    """Where a document is applied: names of cluster and service, and the final parts of its load balancer's ARNs.

    load_balancer is as in V(app/llm/0123456789abcdef), target_group as in V(targetgroup/llm/0123456789abcdef); both are
    empty where the service has no load balancer.
    """

    cluster: str
    service: str
    load_balancer: str = ""
    target_group: str = ""

    @property
    def resource_id(self) -> str:
        return f"service/{self.cluster}/{self.service}"

    @property
    def alarm_prefix(self) -> str:
        """What the names of a service's own alarms begin with; neither cluster nor service can hold a slash."""
        return f"llmops/{self.resource_id}/"

    @property
    def resource_label(self) -> str:
        return f"{self.load_balancer}/{self.target_group}"


def metric(given: t.Any, where: str) -> Metric:
    """Return a metric with its kind: one of PREDEFINED, V(custom), V(math). Raises ScalingError."""
    if isinstance(given, str) and given in PREDEFINED:
        return {"kind": given}
    if isinstance(given, Mapping) and "expression" in given:
        return _math(given, where)
    if not isinstance(given, Mapping):
        raise ScalingError([f"{where} is {given!r}: it must be one of {', '.join(PREDEFINED)}, or a map: {MAPS}"])
    found = validated(given, CUSTOM_METRIC, where)
    problems = [
        f"{where}.dimensions.{name} is {value!r}: it must be a text that is not empty"
        for name, value in found["dimensions"].items()
        if not is_text(value)
    ]
    if problem := statistic_problem(found["statistic"]):
        problems.append(f"{where}.statistic {problem}")
    if problems:
        raise ScalingError(problems)
    dimensions = {str(name): str(value) for name, value in found["dimensions"].items()}
    return {"kind": "custom", **found, "dimensions": dimensions}


def _math(given: Mapping[str, t.Any], where: str) -> Metric:
    found = validated(given, METRIC_MATH, where)
    named = found["metrics"]
    if not named:
        raise ScalingError([f"{where}.metrics must be a map of ids to the metrics that the expression uses"])
    metrics, problems = {}, []
    for name, item in named.items():
        here = f"{where}.metrics.{name}"
        if not re.fullmatch(r"[a-z][A-Za-z0-9_]*", str(name)) or name == RESULT:
            problems.append(
                f"{here}: an id begins with a small letter, has letters, digits, _ only, and is not {RESULT}"
            )
        try:
            if isinstance(item, Mapping) and set(item) == {"expression"}:
                metrics[str(name)] = {"kind": "expression", **validated(item, EXPRESSION, here)}
            else:
                metrics[str(name)] = metric(item, here)
                if metrics[str(name)]["kind"] == "math":
                    problems.append(f"{here}: metrics lie beside the expression, not in one another")
        except ScalingError as error:
            problems += error.problems
    texts_used = [found["expression"], *(item["expression"] for item in metrics.values() if "expression" in item)]
    unused = [name for name in metrics if not any(re.search(rf"\b{name}\b", words) for words in texts_used)]
    problems += [f"{where}.metrics.{name} is not used by the expression" for name in unused]
    if problems:
        raise ScalingError(problems)
    return {"kind": "math", **found, "metrics": metrics}


def statistic_problem(statistic: str | None) -> str | None:
    if statistic is None or statistic in STATISTICS or re.fullmatch(EXTENDED, statistic):
        return None
    return f"is {statistic!r}: it must be one of {', '.join(STATISTICS)}, or a percentile as p90"


def identity(of: Metric) -> str:
    """Return a text that two metrics share if and only if they are one and the same, whatever the statistic."""
    return json.dumps(
        {name: value for name, value in of.items() if name not in ("statistic", "unit", "label")}, sort_keys=True
    )


def kinds(of: Metric) -> set[str]:
    """Return the kinds of all that the metric is made of."""
    return {of["kind"], *(item["kind"] for item in of.get("metrics", {}).values())}


RESULT = "result"
_ECS = {"cpu": "CPUUtilization", "memory": "MemoryUtilization"}


def source(of: Metric, place: Place) -> dict[str, t.Any]:
    """Return CloudWatch's Namespace, MetricName and Dimensions of a metric that is no math."""
    if of["kind"] in _ECS:
        dimensions = {"ClusterName": place.cluster, "ServiceName": place.service}
        return _named("AWS/ECS", _ECS[of["kind"]], dimensions)
    if of["kind"] == "requests_per_target":
        dimensions = {"LoadBalancer": place.load_balancer, "TargetGroup": place.target_group}
        return _named("AWS/ApplicationELB", "RequestCountPerTarget", dimensions)
    if of["kind"] in REPORTED:
        return _named(NAMESPACE, REPORTED[of["kind"]], {"ClusterName": place.cluster, "ServiceName": place.service})
    return _named(of["namespace"], of["name"], of["dimensions"])


def statistic_of(of: Metric, otherwise: str | None = None) -> str:
    """Return the statistic to take: requests a target are a sum, all else is averaged unless the metric says how."""
    return of.get("statistic") or otherwise or ("Sum" if of["kind"] == "requests_per_target" else "Average")


def queries(of: Metric, place: Place, period: int | None = None) -> list[dict[str, t.Any]]:
    """Return metric math as CloudWatch's list of queries; with a period where AWS takes one (alarms)."""
    listed = []
    for name, item in of["metrics"].items():
        if item["kind"] == "expression":
            listed.append({"Id": name, "Expression": item["expression"], "ReturnData": False})
            continue
        stat = {"Metric": source(item, place), "Stat": statistic_of(item)}
        if period:
            stat["Period"] = period
        if item.get("unit"):
            stat["Unit"] = item["unit"]
        listed.append({"Id": name, "MetricStat": stat, "ReturnData": False})
    result = {"Id": RESULT, "Expression": of["expression"], "ReturnData": True}
    return [*listed, {**result, "Label": of["label"]} if of["label"] else result]


def _named(namespace: str, name: str, dimensions: Mapping[str, str]) -> dict[str, t.Any]:
    listed = [{"Name": key, "Value": value} for key, value in sorted(dimensions.items())]
    return {"Namespace": namespace, "MetricName": name, **({"Dimensions": listed} if listed else {})}
