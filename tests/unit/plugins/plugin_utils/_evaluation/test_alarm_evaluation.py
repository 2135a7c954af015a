# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alarms' states, as AWS's pages show them in tables."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.alarms import (
    ALARM,
    INSUFFICIENT_DATA,
    OK,
    Alarm,
    Settings,
    evaluate,
)
from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.metrics import Metric, statistic

KEPT = "the state before"
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
REQUEST = {
    "AlarmName": "busy",
    "Namespace": "AWS/ECS",
    "MetricName": "CPUUtilization",
    "Dimensions": [{"Name": "ServiceName", "Value": "s"}, {"Name": "ClusterName", "Value": "c"}],
    "Statistic": "Average",
    "Period": 60,
    "EvaluationPeriods": 3,
    "Threshold": 10.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
BUSY = Settings.of(REQUEST)
VALUES = {"0": 1.0, "X": 20.0, "-": None}


def points(drawn):
    return [VALUES[sign] for sign in drawn.split()]


# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html#alarms-evaluating-missing-data
# Both tables there: evaluation periods 3, evaluation range 5; datapoints to alarm 3 in the first, 2 in the second.
@pytest.mark.parametrize(
    ("drawn", "least", "filled", "states"),
    [
        ("0 - X - X", 3, 0, (OK, OK, OK, OK)),
        ("0 - - - -", 3, 2, (OK, OK, OK, OK)),
        ("- - - - -", 3, 3, (INSUFFICIENT_DATA, KEPT, ALARM, OK)),
        ("0 X X - X", 3, 0, (ALARM, ALARM, ALARM, ALARM)),
        ("- - X - -", 3, 2, (ALARM, KEPT, ALARM, OK)),
        ("0 - X - X", 2, 0, (ALARM, ALARM, ALARM, ALARM)),
        ("0 0 X 0 X", 2, 0, (ALARM, ALARM, ALARM, ALARM)),
        ("0 - X - -", 2, 1, (OK, OK, ALARM, OK)),
        ("- - - - 0", 2, 2, (OK, OK, ALARM, OK)),
        ("- - - X -", 2, 2, (ALARM, KEPT, ALARM, OK)),
    ],
)
def test_missing_data_as_in_aws_tables(drawn, least, filled, states):
    for treatment, state in zip(TREATMENTS, states, strict=True):
        settings = replace(BUSY, datapoints=least, missing=treatment)
        for before in (OK, ALARM, INSUFFICIENT_DATA):
            judged = evaluate(settings, points(drawn), before)
            assert judged.state == (before if state == KEPT else state), (treatment, before)
            assert judged.filled == filled


# The same page, «Avoiding premature transitions to alarm state»: one late datapoint is no alarm yet.
@pytest.mark.parametrize(
    ("drawn", "least", "state"),
    [
        ("- - - - X", 3, INSUFFICIENT_DATA),
        ("- - - X -", 3, INSUFFICIENT_DATA),
        ("- - X - -", 3, ALARM),
        ("- - - X 0", 3, OK),
        ("- - X - 0", 3, OK),
        ("- - - - X", 2, INSUFFICIENT_DATA),
    ],
)
def test_no_premature_alarm(drawn, least, state):
    assert evaluate(replace(BUSY, datapoints=least), points(drawn)).state == state


# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html: the figure with threshold 3, 3
# of 3 datapoints, which breach in the third to fifth period, do not in the sixth, and do once in the ninth.
def test_states_of_the_figure():
    values = [2, 2.5, 3.5, 3.6, 3.4, 2.9, 2.5, 2.4, 3.2, 2.8]
    settings = replace(BUSY, threshold=3.0)
    states = [evaluate(settings, values[:end]).state for end in range(3, len(values) + 1)]
    assert states == [OK, OK, ALARM, OK, OK, OK, OK, OK]


@pytest.mark.parametrize(
    ("comparison", "breaching"),
    [
        ("GreaterThanThreshold", [11]),
        ("GreaterThanOrEqualToThreshold", [10, 11]),
        ("LessThanThreshold", [9]),
        ("LessThanOrEqualToThreshold", [9, 10]),
    ],
)
def test_comparisons(comparison, breaching):
    settings = replace(BUSY, comparison=comparison)
    assert [value for value in (9, 10, 11) if settings.breaches(value)] == breaching


THRESHOLD = "greater than the threshold (10.0)"
REASONS = {
    ("X X X", 3, "missing"): (
        "3 datapoints [20.0 (24/11/26 10:02:00), 20.0 (24/11/26 10:01:00), 20.0 (24/11/26 10:00:00)] were " + THRESHOLD
    ),
    ("X 0 X", 2, "missing"): (
        "2 out of the last 3 datapoints [20.0 (24/11/26 10:02:00), 20.0 (24/11/26 10:00:00)] were "
        f"{THRESHOLD} (minimum 2 datapoints for OK -> ALARM transition)"
    ),
    ("- - X - 0", 3, "notBreaching"): (
        f"1 datapoint [1.0 (24/11/26 10:02:00)] was not {THRESHOLD} and "
        "1 missing datapoint was treated as [NonBreaching]"
    ),
    ("- - - - -", 3, "notBreaching"): (
        "no datapoints were received for 3 periods and 3 missing datapoints were treated as [NonBreaching]"
    ),
}


@pytest.mark.parametrize(("case", "reason"), REASONS.items())
def test_reasons_in_cloudwatchs_words(case, reason):
    drawn, least, treatment = case
    settings = replace(BUSY, datapoints=least, missing=treatment)
    assert evaluate(settings, points(drawn)).reason(1795514593.0) == f"Threshold Crossed: {reason}."


def test_the_reason_without_any_data():
    assert evaluate(BUSY, points("- - - - -")).reason(0.0) == "Insufficient Data: 3 datapoints were unknown."


def test_settings_of_a_request():
    assert BUSY.metric == Metric("AWS/ECS", "CPUUtilization", (("ClusterName", "c"), ("ServiceName", "s")))
    assert (BUSY.periods, BUSY.datapoints, BUSY.missing, BUSY.looks_at, BUSY.every) == (3, 3, "missing", 5, 60)
    brief = Settings.of({**REQUEST, "Period": 20, "DatapointsToAlarm": 2})
    assert (brief.datapoints, brief.every, brief.ends(119.0)) == (2, 10, 100)
    assert replace(BUSY, period=300).ends(665.0) == 660
    with pytest.raises(ValueError, match="LessThanLowerThreshold"):
        Settings.of({**REQUEST, "ComparisonOperator": "LessThanLowerThreshold"})


def test_actions_are_invoked_once_a_minute_while_in_alarm():
    alarm, seen = Alarm({**REQUEST, "EvaluationPeriods": 1}), []
    series = [5, 20, 20, 20, 5, 20]
    for minute in range(1, 7):
        for second in (0, 20, 40):
            acts = alarm.step(minute * 60 + second, lambda *_asked, at=minute: [series[at - 1]])
            seen.append(acts)
    assert [index // 3 for index, acts in enumerate(seen) if acts] == [1, 2, 3, 5]
    assert alarm.state == ALARM


# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Average", 5.5),
        ("Sum", 55),
        ("Minimum", 1),
        ("Maximum", 10),
        ("SampleCount", 10),
        ("p50", 5),
        ("p90", 9),
        ("p99.9", 10),
        ("tm90", 5),
        ("tc90", 9),
        ("ts80", 36),
        ("wm80", 5.2),
        ("IQM", 5.5),
        ("PR(:5)", 50),
        ("PR(3:5)", 30),
        ("TC(2:8)", 6),
        ("TM(10%:90%)", 5.5),
    ],
)
def test_statistics(name, value):
    assert statistic(name, [3, 1, 2, 10, 9, 8, 4, 5, 6, 7]) == pytest.approx(value)
    assert statistic(name, []) is None


def test_an_unknown_statistic_is_named():
    with pytest.raises(ValueError, match="no statistic Median"):
        statistic("Median", [1])
