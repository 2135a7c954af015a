# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health state machine, second by second."""

from __future__ import annotations

import pytest

from local_aws.tasks.health import Health, HealthCheck, task_health


def run(document, results):
    """Let a container be probed, each probe taking no time; return [(second, status after it)]."""
    health = Health(HealthCheck.parse({"command": ["CMD", "true"], **document}), started=0)
    seen = []
    second = 0
    for passed in results:
        while not health.due(second):
            second += 1
        health.record(passed, second)
        seen.append((second, health.status))
    return seen


@pytest.mark.parametrize(
    ("document", "results", "seen"),
    [
        # Without a start period: every interval, unhealthy after the retries.
        ({"interval": 5, "retries": 2}, [False, False], [(5, "UNKNOWN"), (10, "UNHEALTHY")]),
        # AWS's defaults.
        ({}, [False, False, False], [(30, "UNKNOWN"), (60, "UNKNOWN"), (90, "UNHEALTHY")]),
        # A success in between starts the count anew.
        (
            {"interval": 5, "retries": 2},
            [False, True, False, True],
            [(5, "UNKNOWN"), (10, "HEALTHY"), (15, "HEALTHY"), (20, "HEALTHY")],
        ),
        # In the start period failures do not count, and the probes come every second until the first success.
        (
            {"interval": 5, "retries": 1, "startPeriod": 3},
            [False, False, True, True],
            [(1, "UNKNOWN"), (2, "UNKNOWN"), (3, "HEALTHY"), (8, "HEALTHY")],
        ),
        # After the success they count, also within the start period.
        ({"interval": 5, "retries": 1, "startPeriod": 60}, [True, False], [(1, "HEALTHY"), (6, "UNHEALTHY")]),
        # When it is over they count.
        ({"interval": 5, "retries": 1, "startPeriod": 2}, [False, False], [(1, "UNKNOWN"), (2, "UNHEALTHY")]),
        # What was unhealthy can recover.
        ({"interval": 5, "retries": 1}, [False, True], [(5, "UNHEALTHY"), (10, "HEALTHY")]),
    ],
)
def test_status_after_each_probe(document, results, seen):
    assert run(document, results) == seen


@pytest.mark.parametrize(
    ("command", "argv"),
    [
        (["CMD", "curl", "-f", "http://x"], ["curl", "-f", "http://x"]),
        (["CMD-SHELL", "curl -f http://x || exit 1"], ["/bin/sh", "-c", "curl -f http://x || exit 1"]),
    ],
)
def test_command(command, argv):
    assert HealthCheck.parse({"command": command}).argv == argv


@pytest.mark.parametrize(
    ("containers", "status"),
    [
        ([(True, None)], "UNKNOWN"),
        ([(True, "HEALTHY")], "HEALTHY"),
        ([(True, "HEALTHY"), (True, None)], "HEALTHY"),
        ([(True, "HEALTHY"), (True, "UNKNOWN")], "UNKNOWN"),
        ([(True, "HEALTHY"), (True, "UNHEALTHY")], "UNHEALTHY"),
        ([(True, "HEALTHY"), (False, "UNHEALTHY")], "HEALTHY"),
        ([(True, None), (False, "HEALTHY")], "UNKNOWN"),
    ],
)
def test_only_essential_containers_make_a_task_healthy(containers, status):
    assert task_health(containers) == status
