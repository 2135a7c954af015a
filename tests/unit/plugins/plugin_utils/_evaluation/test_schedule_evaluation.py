# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When schedules are due."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

import pytest

from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.schedules import due_between, next_time

BEGAN = "2026-11-24T10:20:30"


def seconds(text):
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def due(schedule, count, after=BEGAN, **more):
    request = {"Schedule": schedule, **more}
    found = islice(due_between(request, seconds(after), seconds("2200-01-01"), seconds(BEGAN)), count)
    return [datetime.fromtimestamp(item, UTC).strftime("%Y-%m-%dT%H:%M:%S") for item in found]


# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html has most of these; 2026-11-24
# is a Tuesday.
@pytest.mark.parametrize(
    ("cron", "times"),
    [
        ("15 12 * * ? *", ["2026-11-24T12:15", "2026-11-25T12:15"]),
        (
            "0 18 ? * MON-FRI *",
            ["2026-11-24T18:00", "2026-11-25T18:00", "2026-11-26T18:00", "2026-11-27T18:00", "2026-11-30T18:00"],
        ),
        ("0 8 1 * ? *", ["2026-12-01T08:00", "2027-01-01T08:00"]),
        ("0/15 * * * ? *", ["2026-11-24T10:30", "2026-11-24T10:45", "2026-11-24T11:00"]),
        ("5-35/10 10 * * ? *", ["2026-11-24T10:25", "2026-11-24T10:35", "2026-11-25T10:05"]),
        ("0/30 20-2 ? * FRI-MON *", ["2026-11-27T00:00", "2026-11-27T00:30", "2026-11-27T01:00"]),
        ("30 6 ? * 2 *", ["2026-11-30T06:30", "2026-12-07T06:30"]),
        ("0 0 L * ? *", ["2026-11-30T00:00", "2026-12-31T00:00", "2027-01-31T00:00", "2027-02-28T00:00"]),
        ("0 0 LW * ? *", ["2026-11-30T00:00", "2026-12-31T00:00", "2027-01-29T00:00"]),
        ("0 0 15W * ? *", ["2026-12-15T00:00", "2027-01-15T00:00", "2027-02-15T00:00"]),
        ("0 0 15W 8 ? 2027", ["2027-08-16T00:00"]),
        ("0 0 1W 5 ? 2027", ["2027-05-03T00:00"]),
        ("0 9 ? * 2#1 *", ["2026-12-07T09:00", "2027-01-04T09:00"]),
        ("0 9 ? * 6L *", ["2026-11-27T09:00", "2026-12-25T09:00"]),
        ("0 9 ? * L *", ["2026-11-28T09:00", "2026-12-05T09:00"]),
        ("0 0 29 2 ? *", ["2028-02-29T00:00", "2032-02-29T00:00"]),
        ("0 0 1 JAN,jul ? 2027-2028", ["2027-01-01T00:00", "2027-07-01T00:00", "2028-01-01T00:00", "2028-07-01T00:00"]),
        ("0 0 31 4 ? *", []),
        ("0 0 1 1 ? 2020", []),
    ],
)
def test_cron(cron, times):
    count = len(times) if times else 1
    assert due(f"cron({cron})", count) == [f"{time}:00" for time in times]


def test_time_zones_and_their_changes():
    rome = {"Timezone": "Europe/Rome"}
    assert due("cron(0 8 * * ? *)", 2, "2027-03-26T12:00", **rome) == ["2027-03-27T07:00:00", "2027-03-28T06:00:00"]
    # On 2027-03-28 Rome has no 2:30, on 2027-10-31 it has two.
    assert due("cron(30 2 * * ? *)", 2, "2027-03-27T00:00", **rome) == ["2027-03-27T01:30:00", "2027-03-29T00:30:00"]
    assert due("cron(30 2 * * ? *)", 2, "2027-10-30T12:00", **rome) == ["2027-10-31T00:30:00", "2027-11-01T01:30:00"]
    assert due("at(2027-01-01T08:00:00)", 2, **rome) == ["2027-01-01T07:00:00"]


def test_rates_count_from_their_start():
    assert due("rate(1 hour)", 2) == ["2026-11-24T11:20:30", "2026-11-24T12:20:30"]
    assert due("rate(12 hours)", 3, StartTime=datetime(2026, 11, 25, 8, tzinfo=UTC)) == [
        "2026-11-25T08:00:00",
        "2026-11-25T20:00:00",
        "2026-11-26T08:00:00",
    ]


def test_a_start_is_due_and_an_end_ends():
    times = {"StartTime": "2026-11-26T09:30:00Z", "EndTime": "2026-11-27T12:00:00Z"}
    assert due("cron(0 10 * * ? *)", 9, **times) == [
        "2026-11-26T09:30:00",
        "2026-11-26T10:00:00",
        "2026-11-27T10:00:00",
    ]


def test_at_is_due_once():
    assert due("at(2026-11-24T10:20:31)", 2) == ["2026-11-24T10:20:31"]
    assert due("at(2026-11-24T10:20:30)", 2) == []


@pytest.mark.parametrize(
    ("schedule", "problem"),
    [
        ("cron(0 8 * * *)", "5 fields"),
        ("cron(0 8 * * * *)", "exactly one"),
        ("cron(0 24 * * ? *)", "24 is not within 0 to 23"),
        ("rate(0 minutes)", "no rate"),
        ("every(day)", "cron"),
    ],
)
def test_what_aws_would_refuse(schedule, problem):
    with pytest.raises(ValueError, match=problem):
        next_time({"Schedule": schedule}, 0.0, 0.0)
