# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of a simulation: whole, readable by everybody, and in need of nothing beside itself."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from ansible_collections.llmops.ecs.plugins.plugin_utils._simulation import charts
from ansible_collections.llmops.ecs.plugins.plugin_utils._simulation.input import SPEC, TASK, TRAFFIC, Simulation
from ansible_collections.llmops.ecs.plugins.plugin_utils._simulation.traffic import SimulationError

CPU = {"name": "cpu", "type": "target_tracking", "metric": "cpu", "target": 50}
WAKE = {"name": "wake", "type": "wake_from_zero"}
DOCUMENTS = {
    "<b>one</b>": {"min_capacity": 0, "max_capacity": 2, "policies": [CPU]},
    "two": {"min_capacity": 0, "max_capacity": 3, "policies": [WAKE]},
}
VOID = {"meta", "br", "rect", "path"}


def asked(**more):
    given = {name: option.get("default") for name, option in SPEC.items()}
    given |= {
        "documents": DOCUMENTS,
        "hours": 3.0,
        "traffic": dict.fromkeys(TRAFFIC) | {"shape": "spike", "low": 0.1, "high": 2.0},
        "task": {name: option.get("default") for name, option in TASK.items()}
        | {"concurrent": 4.0, "seconds_per_answer": 8.0, "price_per_hour": 0.93},
    }
    return given | more


class Page(HTMLParser):
    """Elements of a page, each with its attributes; fails where one is not closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.found, self.words = [], [], ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data

    def all(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def simulation():
    return Simulation(asked())


def test_the_page_needs_nothing_beside_itself(simulation):
    text = simulation.page()
    page = Page(text)
    assert {tag for tag, _attributes in page.found}.isdisjoint({"script", "img", "link", "iframe", "object", "b-one"})
    assert not re.search(r"https?:|url\(|@import|src=|href=", text)
    assert "<b>one</b>" not in text
    assert "<b>one</b>" in page.words


def test_everybody_can_read_the_charts(simulation):
    page = Page(simulation.page())
    identities = [attributes["id"] for _tag, attributes in page.found if "id" in attributes]
    assert len(identities) == len(set(identities))
    drawn = page.all("svg")
    assert len(drawn) == 5 * len(DOCUMENTS)
    for attributes in drawn:
        assert attributes["role"] == "img"
        assert set(attributes["aria-labelledby"].split()) <= set(identities)
    assert page.all("html")[0]["lang"] == "en"
    assert all(attributes.get("scope") in ("row", "col") for attributes in page.all("th"))


def test_the_same_is_told_as_page_and_as_data(simulation):
    data, page = json.loads(simulation.data()), Page(simulation.page())
    assert list(data["simulations"]) == sorted(DOCUMENTS)
    for name, found in data["simulations"].items():
        assert found["requests"] == sum(found["series"]["arrived"]) == sum(simulation.setting.arrivals)
        assert found["failed_no_task"] == round(sum(found["series"]["failed_no_task"]))
        assert f"{found['task_hours']:,}" in page.words
        assert name in page.words
    assert len(found["series"]["running_tasks"]) * found["interval_seconds"] == 3 * 3600
    assert Simulation(asked()).data() == simulation.data()


def test_what_is_simulated_is_said(simulation):
    words = Page(simulation.page()).words
    assert "Traffic: spike (low 0.1, high 2)" in words
    assert "A task answers 4 at a time in 8 s each, 0.5 a second, 120 s after it was asked for." in words
    assert simulation.summary()[1].startswith("two: ")


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"documents": {}}, "documents is empty: give each"),
        ({"hours": 0.0}, "hours is 0: it must be ten minutes"),
        ({"start": "noon"}, "start is 'noon': it must be a time as 2026-01-05T00:00:00Z"),
        ({"metrics": {"A/B": "speed"}}, "metrics.A/B is 'speed': it must be one of cpu, memory"),
        ({"metrics": {"B": "cpu"}}, "metrics has 'B': a metric is named by namespace and name"),
        ({"patience_seconds": -1.0}, "patience_seconds is -1: it must be 0 or more"),
    ],
)
def test_what_is_wrong_is_told(more, problem):
    with pytest.raises(SimulationError) as told:
        Simulation(asked(**more))
    assert any(item.startswith(problem) for item in told.value.problems)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"concurrent": None}, "task needs what one task can serve"),
        ({"requests_per_second": 1.0}, "task needs what one task can serve"),
        ({"seconds_per_answer": 0.0}, "task.seconds_per_answer is 0: it must be over 0"),
        ({"startup_seconds": -1}, "task.startup_seconds is -1: it must be 0 or more"),
        ({"memory": 120.0}, "task.memory is 120: it must be a percentage"),
        ({"cpu_idle": 95.0}, "task.cpu_idle 95 is over task.cpu_busy 90: swap them"),
    ],
)
def test_what_is_wrong_with_a_task_is_told(more, problem):
    with pytest.raises(SimulationError) as told:
        Simulation(asked(task=asked()["task"] | more))
    assert any(item.startswith(problem) for item in told.value.problems)


def test_a_task_by_its_requests_per_second():
    task = asked()["task"] | {"concurrent": None, "seconds_per_answer": None, "requests_per_second": 0.25}
    found = Simulation(asked(task=task)).setting.task
    assert (found.concurrent, found.seconds_per_answer, found.rate) == (1, 4, 0.25)


@pytest.mark.parametrize(
    ("top", "values"),
    [
        (0.5, [0, 0.1, 0.2, 0.3, 0.4, 0.5]),
        (4.5, [0, 1, 2, 3, 4]),
        (10, [0, 2, 4, 6, 8, 10]),
        (1500, [0, 500, 1000, 1500]),
    ],
)
def test_axes_have_round_values(top, values):
    assert charts.ticks(top) == pytest.approx(values)


@pytest.mark.parametrize(("value", "top"), [(0, 1), (0.9, 1), (1.1, 1.2), (7, 8), (101, 120), (950, 1000)])
def test_axes_end_over_the_greatest_value(value, top):
    assert charts.ceiling(value) == pytest.approx(top)


@pytest.mark.parametrize(("value", "shown"), [(0.5, "0.5"), (1500, "1.5k"), (2_000_000, "2M")])
def test_numbers_of_an_axis(value, shown):
    assert charts.number(value) == shown


def test_many_intervals_become_few_values():
    buckets = charts.Buckets(43_200, 60)
    assert (buckets.size, buckets.seconds) == (72, 4320)
    values = list(range(150))
    assert buckets.most(values) == [71, 143, 149]
    assert buckets.least(values) == [0, 72, 144]
    assert buckets.sum([1] * 150) == [72, 72, 6]
