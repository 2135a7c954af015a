# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Metric math over series with holes."""

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.metric_math import MathError, datapoints
from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.metrics import Metric

SERIES = {"a": [1, 2, None, 4], "b": [4, 0, 2, 2], "empty": [None] * 4}


def source(metric, statistic, period, end, count):
    assert (statistic, period, end) == ("Sum", 60, 600)
    return SERIES[metric.name][:count]


def query(name):
    return {
        "Id": name,
        "MetricStat": {"Metric": {"Namespace": "n", "MetricName": name}, "Stat": "Sum"},
        "ReturnData": False,
    }


def work_out(expression, *more):
    queries = [*(query(name) for name in SERIES), *more, {"Id": "result", "Expression": expression}]
    return datapoints(queries, source, 60, 600, 4)


# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("a + b", [5, 2, None, 6]),
        ("a / b", [0.25, None, None, 2]),
        ("-a * 2 ^ 2", [-4, -8, None, -16]),
        ("2 ^ 3 ^ 2 + 0 * b", [512] * 4),
        ("(a + 1) * b", [8, 0, None, 10]),
        ("FILL(a, 0) + b", [5, 2, 2, 6]),
        ("FILL(a, REPEAT)", [1, 2, 2, 4]),
        ("FILL(a, LINEAR)", [1, 2, 3, 4]),
        ("FILL(a, b)", [1, 2, 2, 4]),
        ("SUM([a, b])", [5, 2, 2, 6]),
        ("SUM(METRICS())", [5, 2, 2, 6]),
        ("MAX([a, b])", [4, 2, 2, 4]),
        ("AVG([a, 3])", [2, 2.5, 3, 3.5]),
        ("SUM(a)", [7] * 4),
        ("IF(b > 0, a, 9)", [1, 9, None, 4]),
        ("IF(b > 3 || b == 0, 1)", [1, 1, 0, 0]),
        ("a >= 2 AND b < 3", [0, 1, None, 1]),
        ("RATE(a) * PERIOD(a)", [None, 1, None, None]),
        ("DIFF(b)", [None, -4, 2, 0]),
        ("CEIL(b / 3)", [2, 0, 1, 1]),
        ("empty + 1", [None] * 4),
        ("SUM([empty])", [None] * 4),
        ("5", [5] * 4),
    ],
)
def test_expressions(expression, values):
    assert work_out(expression) == pytest.approx(values)


def test_an_expression_takes_another_one():
    assert work_out("half * 2", {"Id": "half", "Expression": "b / 2", "ReturnData": False}) == SERIES["b"]


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("a +", "a metric, a number"),
        ("a + c", "c is not the Id of a query"),
        ("(a", r"\) is missing at the end"),
        ("a b", "b does not belong there"),
        ("a $ b", r"\$ is not known"),
        ("ANOMALY_DETECTION_BAND(a, 2)", "ANOMALY_DETECTION_BAND is not known here; there are ABS"),
        ("SUM()", "SUM takes 1 arguments"),
        ("[a, b]", "gives 2 series, an alarm takes one"),
        ("result + 1", "result is made of itself"),
    ],
)
def test_what_is_wrong_is_named(expression, problem):
    with pytest.raises(MathError, match=problem):
        work_out(expression)


def test_dimensions_have_no_order():
    one, other = {"Name": "A", "Value": "1"}, {"Name": "B", "Value": "2"}
    given = {"Namespace": "n", "MetricName": "m"}
    assert Metric.of({**given, "Dimensions": [one, other]}) == Metric.of({**given, "Dimensions": [other, one]})
