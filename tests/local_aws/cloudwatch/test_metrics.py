# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch's clock, its store of metrics, and what it answers about them; the clock stands still unless advanced."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.error import HTTPError

import pytest
from botocore.exceptions import ClientError

from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.metrics import Metric
from local_aws.base.clock import Clock, speed_of
from local_aws.cloudwatch import emf
from local_aws.cloudwatch.store import Key, Metrics

KEY = Key("1", "eu-west-1", "llm", "Queue", frozenset({("Service", "a")}), "Count")


def at(seconds):
    return datetime.fromtimestamp(seconds, UTC)


def statistics(server, name, start, end, period=60, which=("Sum", "SampleCount"), **more):
    found = server.client("cloudwatch").get_metric_statistics(
        Namespace="llm",
        MetricName=name,
        StartTime=at(start),
        EndTime=at(end),
        Period=period,
        Statistics=list(which),
        **more,
    )["Datapoints"]
    return [(point["Timestamp"].timestamp() - start, *(point[its] for its in which)) for point in found]


def test_a_clock_runs_at_its_speed_and_held_only_as_it_is_advanced():
    clock = Clock(1000)
    began = clock.now()
    while clock.now() < began + 5:
        pass
    clock.hold()
    stopped = clock.now()
    assert clock.now() == stopped
    clock.advance(60)
    assert clock.now() == stopped + 60
    with pytest.raises(ValueError, match="time does not go back"):
        clock.advance(-1)


def test_a_clock_goes_on_from_now_at_another_speed():
    clock = Clock(1000)
    before = clock.now()
    clock.run(0.001)
    assert before <= clock.now() < before + 1000
    with pytest.raises(ValueError, match="0 is not over 0"):
        clock.run(0)


def test_the_speed_is_set_when_it_is_started_and_later(new_server):
    its = new_server()
    assert its.answer(its.run("start", "--speed", "60"))["changed"] is True
    assert json.loads(its.http("GET", "/_local_aws/clock"))["speed"] == 60
    assert its.answer(its.run("start", "--speed", "60"))["changed"] is False
    assert its.answer(its.run("start", "--speed", "1"))["changed"] is True
    assert json.loads(its.http("GET", "/_local_aws/clock"))["speed"] == 1


@pytest.mark.parametrize(("text", "speed"), [("", 1), ("60", 60), ("0.5", 0.5)])
def test_speed(text, speed):
    assert speed_of(text) == speed


def test_a_speed_that_is_none():
    with pytest.raises(ValueError, match="LOCAL_AWS_SPEED: 'fast' is no number"):
        speed_of("fast")
    with pytest.raises(ValueError, match="LOCAL_AWS_SPEED: 0 is not over 0"):
        Clock(0)


def test_values_come_back_in_the_order_of_their_time():
    metrics = Metrics()
    for second, value in ((120, 3.0), (60, 1.0), (60.9, 2.0), (180, 4.0)):
        metrics.add(KEY, value, second)
    assert metrics.values(KEY, 60, 180) == [(60, 1.0), (60, 2.0), (120, 3.0)]
    assert metrics.values(KEY._replace(name="Other"), 0, 1000) == []


def test_alarms_read_periods_and_missing_ones_of_one_unit_or_all():
    metrics = Metrics()
    metrics.add_all(KEY, [1.0, 3.0], 60)
    metrics.add(KEY._replace(unit="None"), 8.0, 61)
    source = metrics.source("1", "eu-west-1")
    watched = Metric("llm", "Queue", (("Service", "a"),))
    assert source(watched, "Average", 60, 180, 3) == [None, 4.0, None]
    assert source(watched._replace(unit="Count"), "Average", 60, 180, 3) == [None, 2.0, None]
    assert metrics.source("2", "eu-west-1")(watched, "Sum", 60, 180, 1) == [None]


def test_the_clock_is_held_on_a_whole_minute_and_advanced(held):
    before = held.now()
    assert before % 60 == 0
    assert held.advance(90) == before + 90
    assert held.advance(30) == before + 120


@pytest.mark.parametrize(
    ("method", "body", "told"),
    [
        ("POST", {"seconds": -1}, "0 to"),
        ("PUT", {"held": False}, "does not run again"),
        ("PUT", {"speed": 0}, "over 0, up to 3600"),
    ],
)
def test_the_clock_says_what_it_takes(held, method, body, told):
    with pytest.raises(HTTPError) as error:
        held.http(method, "/_local_aws/clock", body)
    assert error.value.code == 400
    assert told in error.value.read().decode()


def test_what_is_put_is_read_by_the_period(held):
    cloudwatch, start = held.client("cloudwatch"), held.now()
    dimensions = [{"Name": "Service", "Value": "chat"}]
    data = [
        {"MetricName": "Requests", "Dimensions": dimensions, "Value": 2},
        {"MetricName": "Requests", "Dimensions": dimensions, "Values": [1, 5], "Counts": [3, 1]},
        {
            "MetricName": "Requests",
            "Dimensions": dimensions,
            "Timestamp": at(start + 60),
            "StatisticValues": {"SampleCount": 4, "Sum": 10, "Minimum": 1, "Maximum": 6},
        },
    ]
    cloudwatch.put_metric_data(Namespace="llm", MetricData=data)
    which = ("Sum", "SampleCount", "Minimum", "Maximum", "Average")
    assert statistics(held, "Requests", start, start + 120, which=which, Dimensions=dimensions) == [
        (0, 10, 5, 1, 5, 2),
        (60, 10, 4, 1, 6, 2.5),
    ]
    assert statistics(held, "Requests", start, start + 120) == []
    listed = cloudwatch.list_metrics(Namespace="llm", Dimensions=[{"Name": "Service"}])["Metrics"]
    assert listed == [{"Namespace": "llm", "MetricName": "Requests", "Dimensions": dimensions}]


@pytest.mark.parametrize(("count", "total"), [(0, None), (1, 4), (2, 8), (5, 20)])
def test_a_statistic_set_counts_as_often_as_it_says(held, count, total):
    cloudwatch, name, start = held.client("cloudwatch"), f"Set{count}", held.now()
    given = {"SampleCount": count, "Sum": 4 * count, "Minimum": 4, "Maximum": 4}
    cloudwatch.put_metric_data(Namespace="llm", MetricData=[{"MetricName": name, "StatisticValues": given}])
    assert statistics(held, name, start, start + 60) == ([] if total is None else [(0, total, count)])


def test_expressions_are_worked_out(held):
    cloudwatch, start = held.client("cloudwatch"), held.now()
    for offset, value in ((0, 4), (60, 8)):
        datum = {"MetricName": "Tokens", "Value": value, "Timestamp": at(start + offset)}
        cloudwatch.put_metric_data(Namespace="llm", MetricData=[datum])
    stat = {"Metric": {"Namespace": "llm", "MetricName": "Tokens"}, "Period": 60, "Stat": "Sum"}
    queries = [{"Id": "m", "MetricStat": stat}, {"Id": "e", "Expression": "m / 2", "Label": "half"}]
    span = {"StartTime": at(start), "EndTime": at(start + 120)}
    results = cloudwatch.get_metric_data(MetricDataQueries=queries, ScanBy="TimestampAscending", **span)
    told = [(item["Id"], item["Label"], item["Values"]) for item in results["MetricDataResults"]]
    assert told == [("m", "Tokens", [4, 8]), ("e", "half", [2, 4])]
    newest = cloudwatch.get_metric_data(MetricDataQueries=queries[:1], **span)["MetricDataResults"][0]
    assert newest["Values"] == [8, 4]
    assert newest["Timestamps"] == [at(start + 60), at(start)]
    with pytest.raises(ClientError, match="nothing is not the Id of a query"):
        cloudwatch.get_metric_data(MetricDataQueries=[{"Id": "e", "Expression": "nothing * 2"}], **span)


LINE = {
    "_aws": {
        "Timestamp": 1,
        "CloudWatchMetrics": [
            {
                "Namespace": "llm",
                "Dimensions": [["Service"], []],
                "Metrics": [{"Name": "InFlight", "Unit": "Count"}, {"Name": "Seconds"}],
            }
        ],
    },
    "Service": "chat",
    "InFlight": 3,
    "Seconds": [0.5, 1],
}


def test_lines_in_embedded_metric_format_carry_metrics():
    found = {
        (name, tuple(sorted(dimensions)), unit): values
        for _space, name, dimensions, unit, values in emf.data(json.dumps(LINE))
    }
    assert found == {
        ("InFlight", (("Service", "chat"),), "Count"): [3.0],
        ("InFlight", (), "Count"): [3.0],
        ("Seconds", (("Service", "chat"),), "None"): [0.5, 1.0],
        ("Seconds", (), "None"): [0.5, 1.0],
    }


@pytest.mark.parametrize(
    "line",
    [
        "INFO started",
        'INFO "_aws" is a word',
        '{"_aws": {}}',
        '{"_aws": {"CloudWatchMetrics": 3}}',
        json.dumps({**LINE, "InFlight": "three", "Seconds": True}),
        json.dumps({key: value for key, value in LINE.items() if key != "Service"} | {"InFlight": None}),
    ],
)
def test_other_lines_carry_none(line):
    assert list(emf.data(line)) == []
