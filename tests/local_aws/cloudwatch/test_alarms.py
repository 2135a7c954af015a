# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alarms over time: states, reasons, history and actions, on a clock that the tests advance."""

from __future__ import annotations

import itertools
import json

import pytest

NUMBERS = itertools.count(1)


class Watch:
    """An alarm on a metric of its own: over 5 in 2 of the last 3 minutes, unless told otherwise."""

    def __init__(self, server, **settings):
        self.server, self.cloudwatch = server, server.client("cloudwatch")
        self.name = f"alarm-{next(NUMBERS)}"
        server.advance(-server.now() % 60)
        self.put_alarm(**settings)

    def put_alarm(self, **settings):
        given = {
            "AlarmName": self.name,
            "Namespace": "llm",
            "MetricName": self.name,
            "Statistic": "Average",
            "Period": 60,
            "EvaluationPeriods": 3,
            "DatapointsToAlarm": 2,
            "Threshold": 5,
            "ComparisonOperator": "GreaterThanThreshold",
            **settings,
        }
        self.cloudwatch.put_metric_alarm(**{key: value for key, value in given.items() if value is not None})

    def minutes(self, *values, step=60):
        """Let a minute pass for each value, in which it comes; None for a minute without one. Return the states."""
        states = []
        for value in values:
            if value is not None:
                self.put(value)
            self.server.advance(step)
            states.append(self.described["StateValue"])
        return states

    def put(self, value):
        self.cloudwatch.put_metric_data(Namespace="llm", MetricData=[{"MetricName": self.name, "Value": value}])

    @property
    def described(self):
        return self.cloudwatch.describe_alarms(AlarmNames=[self.name])["MetricAlarms"][0]

    def history(self, kind):
        found = self.cloudwatch.describe_alarm_history(
            AlarmName=self.name, HistoryItemType=kind, ScanBy="TimestampAscending"
        )
        return [item["HistorySummary"] for item in found["AlarmHistoryItems"]]


def test_an_alarm_begins_with_insufficient_data_and_follows_its_datapoints(held):
    watch = Watch(held)
    assert (watch.described["StateValue"], watch.described["StateReason"]) == (
        "INSUFFICIENT_DATA",
        "Unchecked: Initial alarm creation",
    )
    assert watch.minutes(1, 9, 9, 9, 1, 1) == ["OK", "OK", "ALARM", "ALARM", "ALARM", "OK"]
    assert watch.history("StateUpdate") == [
        "Alarm updated from INSUFFICIENT_DATA to OK",
        "Alarm updated from OK to ALARM",
        "Alarm updated from ALARM to OK",
    ]
    assert watch.history("ConfigurationUpdate") == [f'Alarm "{watch.name}" created']


def test_the_reason_names_the_datapoints(held):
    watch = Watch(held)
    began = held.now()
    watch.minutes(1, 9, 8)
    told = watch.described
    assert told["StateReason"].startswith("Threshold Crossed: 2 out of the last 3 datapoints [8.0 (")
    assert told["StateReason"].endswith(
        "greater than the threshold (5.0) (minimum 2 datapoints for OK -> ALARM transition)."
    )
    data = json.loads(told["StateReasonData"])
    assert (data["recentDatapoints"], data["threshold"], data["period"]) == ([1.0, 9.0, 8.0], 5.0, 60)
    assert told["StateTransitionedTimestamp"].timestamp() == began + 180


@pytest.mark.parametrize(
    ("treatment", "states"),
    [
        ("missing", ["ALARM", "ALARM", "INSUFFICIENT_DATA"]),
        ("ignore", ["ALARM", "ALARM", "ALARM"]),
        ("breaching", ["ALARM", "ALARM", "ALARM"]),
        ("notBreaching", ["OK", "OK", "OK"]),
    ],
)
def test_missing_data_is_treated_as_the_alarm_says(held, treatment, states):
    watch = Watch(held, TreatMissingData=treatment, DatapointsToAlarm=3)
    assert watch.minutes(9, 9, 9)[-1] == "ALARM"
    assert watch.minutes(*[None] * 5)[2:] == states


def test_expressions_are_watched(held):
    stat = {"Metric": {"Namespace": "llm", "MetricName": "per-task"}, "Period": 60, "Stat": "Sum"}
    queries = [
        {"Id": "m", "MetricStat": stat, "ReturnData": False},
        {"Id": "e", "Expression": "FILL(m, 0) * 10", "ReturnData": True},
    ]
    alone = dict.fromkeys(("Namespace", "MetricName", "Statistic", "Period"))
    watch = Watch(held, Metrics=queries, EvaluationPeriods=1, DatapointsToAlarm=1, **alone)
    assert watch.minutes(None) == ["OK"]
    watch.cloudwatch.put_metric_data(Namespace="llm", MetricData=[{"MetricName": "per-task", "Value": 1}])
    assert watch.minutes(None) == ["ALARM"]


def test_a_high_resolution_alarm_is_evaluated_every_ten_seconds(held):
    watch = Watch(held, Period=10, EvaluationPeriods=1, DatapointsToAlarm=1)
    assert watch.minutes(9, 1, 9, step=10) == ["ALARM", "OK", "ALARM"]


def test_a_state_that_is_set_stays_until_the_next_evaluation(held):
    watch = Watch(held)
    watch.minutes(1, 1, 1)
    watch.cloudwatch.set_alarm_state(AlarmName=watch.name, StateValue="ALARM", StateReason="a drill")
    assert (watch.described["StateValue"], watch.described["StateReason"]) == ("ALARM", "a drill")
    held.advance(30)
    assert watch.described["StateValue"] == "ALARM"
    held.advance(30)
    assert watch.described["StateValue"] == "OK"
    assert watch.history("StateUpdate")[-2:] == ["Alarm updated from OK to ALARM", "Alarm updated from ALARM to OK"]


def test_new_settings_keep_the_state_and_are_told(held):
    watch = Watch(held)
    watch.minutes(9, 9, 9)
    watch.put_alarm(Threshold=20, AlarmDescription="edited")
    told = watch.described
    assert (told["StateValue"], told["Threshold"], told["AlarmDescription"]) == ("ALARM", 20.0, "edited")
    assert watch.minutes(9) == ["OK"]
    assert watch.history("ConfigurationUpdate")[-1] == f'Alarm "{watch.name}" updated'


def test_a_topic_is_told_once_a_change(held):
    sns, sqs = held.client("sns"), held.client("sqs")
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    queue = sqs.create_queue(QueueName="alarms")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    watch = Watch(held, AlarmActions=[topic], OKActions=[topic])
    watch.minutes(9, 9, 9, 9, 1, 1)
    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    messages = [json.loads(json.loads(item["Body"])["Message"]) for item in received]
    assert sorted((item["AlarmName"], item["NewStateValue"]) for item in messages) == [
        (watch.name, "ALARM"),
        (watch.name, "OK"),
    ]
    watch.cloudwatch.disable_alarm_actions(AlarmNames=[watch.name])
    assert watch.minutes(9, 9)[-1] == "ALARM"
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    assert watch.described["ActionsEnabled"] is False


def test_alarms_are_found_by_prefix_state_and_metric_and_in_pages(held):
    watch, other = Watch(held), Watch(held)
    cloudwatch = watch.cloudwatch
    watch.minutes(9, 9, 9)
    names = {item["AlarmName"] for item in cloudwatch.describe_alarms(StateValue="ALARM")["MetricAlarms"]}
    assert watch.name in names
    assert other.name not in names
    of_metric = cloudwatch.describe_alarms_for_metric(Namespace="llm", MetricName=other.name)["MetricAlarms"]
    assert [item["AlarmName"] for item in of_metric] == [other.name]
    pages = cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix="alarm-", PaginationConfig={"PageSize": 1}
    )
    listed = [item["AlarmName"] for item in pages.build_full_result()["MetricAlarms"]]
    assert len(listed) == len(set(listed))
    assert {watch.name, other.name} <= set(listed)
    cloudwatch.delete_alarms(AlarmNames=[watch.name, other.name])
    assert cloudwatch.describe_alarms(AlarmNames=[watch.name])["MetricAlarms"] == []
