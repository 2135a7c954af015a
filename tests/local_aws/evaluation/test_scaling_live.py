# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that scales, live: asked by many, left alone, woken, opened and closed. A CloudWatch minute is a second."""

from __future__ import annotations

import json

import pytest
from live_scaling import Live, play


@pytest.fixture(scope="module")
def run(fast, tmp_path_factory):
    """Play the whole once; return what was seen, by point, and the service."""
    with Live(fast, tmp_path_factory.mktemp("image")) as live:
        yield dict(play(live)), live


def counts(live, start, end):
    """Return the desired counts between two minutes, each as often as it changed."""
    found = [desired for minute, desired, _running in live.counts if start <= minute <= end]
    return [count for index, count in enumerate(found) if index == 0 or found[index - 1] != count]


def test_load_scales_out_to_three(run):
    seen, live = run
    desired = counts(live, seen["up"], seen["out"])
    assert (desired[0], desired[-1]) == (1, 3)
    assert desired == sorted(desired)


def test_idle_scales_in_to_zero_after_exactly_ten_datapoints(run):
    seen, live = run
    assert counts(live, seen["out"], seen["asleep"]) == [3, 2, 1, 0]
    at, item = next(
        its for its in live.history("load-in") if seen["left"] < its[0] and "to ALARM" in its[1]["HistorySummary"]
    )
    told = json.loads(item["HistoryData"])["newState"]["stateReasonData"]
    assert len(told["evaluatedDatapoints"]) == 10
    assert max(point["value"] for point in told["evaluatedDatapoints"]) < 0.1
    # The tenth minute in a row did it, and not one after: what was before them was load.
    minutes = live.in_flight(at - 11, at)
    assert minutes[0] >= 0.1 > max(minutes[1:])
    assert len(minutes) == 11
    assert at - seen["left"] >= 10
    assert min(minute for minute, desired, _running in live.counts if minute > seen["left"] and desired < 3) >= at - 0.1


def test_a_request_at_zero_gets_the_plain_503_and_wakes_the_service_which_stays_up(run):
    seen, live = run
    status, headers, body = seen["refused"]
    assert status == 503
    assert b"503 Service Temporarily Unavailable" in body
    assert "Retry-After" not in headers
    assert counts(live, seen["asleep"], seen["awake"] + 8) == [0, 1]
    causes = [item["Cause"] for item in live.activities()]
    alarm = live.alarm("wake")["AlarmName"]
    assert f"monitor alarm {alarm} in state ALARM triggered policy wake" in causes


def test_a_schedule_opens_and_another_closes(run):
    seen, live = run
    assert counts(live, seen["opens"] + 0.5, seen["closes"]) == [2]
    assert live.counts[-1][1:] == (0, 0)
    told = [item["Cause"] for item in live.activities()][-4:]
    assert told == [
        "scheduled action name open was triggered",
        "minimum capacity was set to 2",
        "scheduled action name close was triggered",
        "maximum capacity was set to 0",
    ]


def test_every_change_was_fulfilled(run):
    _seen, live = run
    assert {item["StatusCode"] for item in live.activities()} <= {"Successful", "Overridden"}
