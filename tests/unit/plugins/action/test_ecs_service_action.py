# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.action import ecs_service

STATE = {"timeout": 60, "seconds": 60, "look": {}, "watched": {}}


class Clock:
    """Time as it passes for the action plugin: each run of the module takes a second."""

    now = 100.0


class Task:
    def __init__(self, no_log=False):
        self.args = {"cluster": "c1", "name": "web", "profile": "mine"}
        self.no_log = no_log


class Display:
    def __init__(self):
        self.lines = []

    def display(self, line):
        self.lines.append(line)


@pytest.fixture
def act(monkeypatch):
    """Return a function that runs the action plugin over scripted results of the module; it gives result and plugin."""

    def act(*results, no_log=False):
        plugin = object.__new__(ecs_service.ActionModule)
        plugin._task, plugin._display, plugin.asked = Task(no_log), Display(), []
        waiting = list(results)

        def execute(module_name, module_args, task_vars):
            assert module_name == "llmops.ecs.ecs_service"
            assert task_vars == {"inventory_hostname": "llm"}
            plugin.asked.append(module_args)
            Clock.now += 1
            return waiting.pop(0)

        plugin._execute_module = execute
        monkeypatch.setattr(ecs_service.time, "monotonic", lambda: Clock.now)
        monkeypatch.setattr(ecs_service.ActionBase, "run", lambda *_args: {})
        result = plugin.run(None, {"inventory_hostname": "llm"})
        assert not waiting
        return result, plugin

    return act


def test_a_service_that_needs_no_wait_is_one_run(act):
    result, plugin = act({"changed": False, "invocation": {"module_args": {"name": "web", "_follow": {}}}})

    assert result == {"changed": False, "invocation": {"module_args": {"name": "web"}}}
    assert plugin.asked == [{"cluster": "c1", "name": "web", "profile": "mine", "_follow": {}}]
    assert plugin._display.lines == []


def test_lines_are_shown_as_they_come_and_time_runs_out(act):
    result, plugin = act(
        {
            "changed": True,
            "service": {"runningCount": 0},
            "fields": ["tags"],
            "_following": STATE,
            "warnings": ["w"],
        },
        {"changed": False, "progress": ["one"], "_following": STATE, "service": {"runningCount": 0}},
        {"changed": False, "progress": ["two", "three"], "service": {"runningCount": 1}},
    )

    assert plugin._display.lines == ["[llm] one", "[llm] two", "[llm] three"]
    assert [asked["_follow"].get("seconds") for asked in plugin.asked] == [None, 59, 58]
    assert all(asked["profile"] == "mine" for asked in plugin.asked), "every run has the task's own credentials"
    assert result == {
        "changed": True,
        "fields": ["tags"],
        "service": {"runningCount": 1},
        "progress": ["one", "two", "three"],
        "warnings": ["w"],
    }


def test_a_deployment_that_failed_fails_the_task_that_changed_the_service(act):
    result, plugin = act(
        {"changed": True, "_following": STATE},
        {"changed": False, "progress": ["one"], "failed": True, "msg": "rolled back", "diagnosis": {"summary": ["x"]}},
    )

    assert result["failed"]
    assert result["changed"]
    assert result["msg"] == "rolled back"
    assert result["diagnosis"] == {"summary": ["x"]}
    assert plugin._display.lines == ["[llm] one"]


@pytest.mark.parametrize("how", ["failed", "unreachable"])
def test_a_run_that_breaks_ends_the_wait(act, how):
    result, _plugin = act({"changed": True, "_following": STATE}, {how: True, "msg": "broken"})

    assert result == {"changed": True, how: True, "msg": "broken"}


def test_a_secret_task_shows_nothing(act):
    _result, plugin = act({"changed": True, "_following": STATE}, {"progress": ["one"]}, no_log=True)

    assert plugin._display.lines == []
