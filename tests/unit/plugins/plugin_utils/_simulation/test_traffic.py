# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.plugin_utils._simulation.traffic import (
    SimulationError,
    arrivals,
    instant,
    traffic,
)

MONDAY = instant("2026-01-05T00:00:00Z")
HOUR = 3600


@pytest.mark.parametrize(
    ("given", "rates"),
    [
        ({"shape": "steady", "rate": 2.0}, {0: 2, 100: 2}),
        ({"shape": "spike", "low": 1.0, "high": 9.0}, {0: 1, 59.9: 1, 60: 9, 74.9: 9, 75: 1}),
        ({"shape": "spike", "low": 0.0, "high": 9.0, "begin_minute": 5.0, "minutes": 1.0}, {4: 0, 5: 9, 6: 0}),
        ({"shape": "ramp", "low": 1.0, "high": 3.0}, {0: 1, 30: 2, 60: 3, 90: 3}),
        ({"shape": "ramp", "low": 1.0, "high": 3.0, "begin_minute": 10.0, "minutes": 10.0}, {9: 1, 15: 2, 20: 3}),
        ({"shape": "daily", "low": 1.0, "high": 5.0}, {14 * 60: 5, 2 * 60: 1, 20 * 60: 2, 38 * 60: 5}),
        ({"shape": "daily", "low": 1.0, "high": 5.0, "peak_hour": 9.0}, {9 * 60: 5, 21 * 60: 1}),
        (
            {"shape": "daily", "low": 1.0, "high": 5.0, "weekend": 0.5},
            {4 * 1440 + 14 * 60: 5, 5 * 1440 + 14 * 60: 2.5, 6 * 1440 + 14 * 60: 2.5, 7 * 1440 + 14 * 60: 5},
        ),
    ],
)
def test_rates_of_shapes(given, rates):
    rate, end = traffic(given, MONDAY)
    assert end is None
    assert {minute: rate(MONDAY + minute * 60) for minute in rates} == pytest.approx(rates)


@pytest.mark.parametrize(
    ("rows", "rates", "end"),
    [
        ("time,requests_per_second\n0,1\n60,2.5\n120,0\n", {0: 1, 59: 1, 60: 2.5, 120: 0, 179: 0}, 180),
        ("requests_per_minute,time\n60,100\n120,400\n", {0: 1, 299: 1, 300: 2}, 600),
        (
            "# a comment\nTime, Requests_per_second\n2026-03-01T10:00:00Z,3\n2026-03-01T11:00:00+00:00,4\n",
            {0: 3, HOUR: 4},
            2 * HOUR,
        ),
    ],
)
def test_rates_of_a_trace(tmp_path, rows, rates, end):
    path = tmp_path / "trace.csv"
    path.write_text(rows)
    rate, found = traffic({"csv": str(path)}, MONDAY)
    assert found == MONDAY + end
    assert {second: rate(MONDAY + second) for second in rates} == rates


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ("", "its first line must name the columns time and requests_per_second, not []"),
        ("time,load\n0,1\n", "not ['time', 'load']"),
        ("time,requests_per_second\n0,1\n", "it needs two rows at least"),
        ("time,requests_per_second\n0,1\n60,much\n", "row 3: could not convert string to float: 'much'"),
        ("time,requests_per_second\n0,1\n60,-1\n", "row 3: requests_per_second must be 0 or more, not -1"),
        ("time,requests_per_second\n60,1\n60,1\n", "row 3: its time 60 is not after the row before"),
        ("time,requests_per_second\nnoon,1\n60,1\n", "row 2: Invalid isoformat string: 'noon'"),
    ],
)
def test_what_is_wrong_with_a_trace(tmp_path, rows, problem):
    path = tmp_path / "trace.csv"
    path.write_text(rows)
    with pytest.raises(SimulationError) as told:
        traffic({"csv": str(path)}, MONDAY)
    assert any(problem in item and f"traffic.csv is {path}" in item for item in told.value.problems)


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({}, ["traffic needs either shape (steady, daily, spike, ramp) or csv, the path of a trace"]),
        ({"shape": "noisy"}, ["traffic.shape is 'noisy': it must be one of steady, daily, spike, ramp"]),
        ({"shape": "steady"}, ["traffic.rate is missing: shape steady needs it"]),
        (
            {"shape": "steady", "rate": -1.0, "high": 2.0},
            ["traffic.high is not known to shape steady: it takes rate", "traffic.rate is -1: it must be 0 or more"],
        ),
        ({"shape": "ramp", "low": 3.0, "high": 2.0}, ["traffic.low 3 is over traffic.high 2: swap them"]),
        ({"csv": "a.csv", "rate": 1.0}, ["traffic.rate goes with shape, not with csv: drop it"]),
    ],
)
def test_what_is_wrong_with_a_shape(given, problems):
    with pytest.raises(SimulationError) as told:
        traffic(given, MONDAY)
    assert told.value.problems == problems


def test_a_trace_that_is_not_there():
    with pytest.raises(SimulationError, match=r"traffic.csv is /none/a.csv: it cannot be read"):
        traffic({"csv": "/none/a.csv"}, MONDAY)


@pytest.mark.parametrize("mean", [0.5, 5, 40])
def test_requests_arrive_by_chance_and_the_same_again(mean):
    drawn = [list(arrivals(lambda at: mean / 10, 0, 20_000, 10, seed)) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(drawn[0]) == 2000
    average = sum(drawn[0]) / 2000
    spread = sum((number - average) ** 2 for number in drawn[0]) / 2000
    assert average == pytest.approx(mean, rel=0.1)
    assert spread == pytest.approx(mean, rel=0.2)
