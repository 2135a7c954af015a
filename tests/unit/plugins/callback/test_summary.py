# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.llmops.ecs.plugins.callback.summary import lines


def test_nothing_was_deployed():
    assert lines({}) == []


def test_services_are_told_by_name():
    services = {
        "b": {"url": "http://127.0.0.2:8080", "command": "", "answer": ""},
        "a": {
            "url": "http://127.0.0.1:8080",
            "command": "curl --silent x",
            "answer": "Paris.",
            "warning": "Plain HTTP.",
        },
    }

    assert lines(services) == [
        "",
        "a: http://127.0.0.1:8080",
        "curl --silent x",
        "Paris.",
        "Plain HTTP.",
        "",
        "b: http://127.0.0.2:8080",
    ]
