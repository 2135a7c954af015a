# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decisions of a rolling deployment on numbers: its steps, the circuit breaker, the back-off."""

from __future__ import annotations

import itertools
import math

import pytest

from local_aws.ecs.deployments.rolling import Group, Step, backoff, counts_as_failure, failure_threshold, next_step


@pytest.mark.parametrize(
    ("situation", "step"),
    [
        # A new service.
        ((2, 100, 200, Group(0, 0), Group(0, 0)), Step(start=2)),
        ((2, 100, 200, Group(2, 0), Group(0, 0)), Step()),
        # One lost.
        ((2, 100, 200, Group(1, 1), Group(0, 0)), Step(start=1)),
        # AWS's default: all new ones beside the old ones, which go as new ones get healthy.
        ((2, 100, 200, Group(0, 0), Group(2, 2)), Step(start=2)),
        ((2, 100, 200, Group(2, 0), Group(2, 2)), Step()),
        ((2, 100, 200, Group(2, 1), Group(2, 2)), Step(stop_old=1)),
        ((2, 100, 200, Group(2, 2), Group(1, 1)), Step(stop_old=1)),
        # Half as many more: rounded down.
        ((3, 100, 150, Group(0, 0), Group(3, 3)), Step(start=1)),
        ((4, 100, 150, Group(0, 0), Group(4, 4)), Step(start=2)),
        # No more than wanted: old ones go first, as many as may be missing.
        ((2, 50, 100, Group(0, 0), Group(2, 2)), Step(stop_old=1)),
        ((2, 50, 100, Group(0, 0), Group(1, 1)), Step(start=1)),
        ((1, 0, 100, Group(0, 0), Group(1, 1)), Step(stop_old=1)),
        # What may be missing is rounded up: of three, two stay.
        ((3, 50, 100, Group(0, 0), Group(3, 3)), Step(stop_old=1)),
        # Old tasks that never got healthy make room.
        ((1, 100, 200, Group(0, 0), Group(2, 1)), Step(stop_old=1)),
        # Scaled in, and to zero.
        ((1, 100, 200, Group(3, 3), Group(0, 0)), Step(stop_new=2)),
        ((0, 100, 200, Group(2, 2), Group(1, 1)), Step(stop_new=2, stop_old=1)),
    ],
)
def test_next_step(situation, step):
    """A situation: desired count, minimumHealthyPercent, maximumPercent, new and old tasks."""
    assert next_step(*situation) == step


LIMITS = [(0, 100), (50, 100), (0, 200), (50, 150), (100, 110), (100, 150), (100, 200)]


@pytest.mark.parametrize(("desired", "limits", "old"), list(itertools.product(range(6), LIMITS, range(6))))
def test_every_rolling_deployment_ends_within_its_limits(desired, limits, old):
    minimum, maximum = limits
    new_total = new_healthy = 0
    old_total = min(old, desired)
    for _turn in range(50):
        step = next_step(desired, minimum, maximum, Group(new_total, new_healthy), Group(old_total, old_total))
        healthy = new_healthy + old_total
        new_total, old_total = new_total + step.start - step.stop_new, old_total - step.stop_old
        assert old_total >= 0
        assert new_total + old_total <= max(desired * maximum // 100, 1 if desired else 0)
        floor = min(math.ceil(desired * minimum / 100), healthy)
        assert new_healthy + old_total >= floor, "a task was stopped that is needed"
        new_healthy = min(new_healthy + 1, new_total)
    # Where no task may be added and none be missing (one task at 50 to 150 %), it stays as it is, on AWS too.
    if math.ceil(desired * minimum / 100) < desired * maximum // 100 or old == 0 or desired == 0:
        assert (new_total, new_healthy, old_total) == (desired, desired, 0)


@pytest.mark.parametrize(
    ("desired", "configuration", "threshold"),
    [
        (1, {}, 3),
        (10, {}, 5),
        (25, {}, 13),
        (1000, {}, 200),
        (1, {"thresholdConfiguration": {"type": "COUNT", "value": 1}}, 1),
        (400, {"thresholdConfiguration": {"type": "COUNT", "value": 7}}, 7),
        (20, {"thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 100}}, 20),
        (2, {"thresholdConfiguration": {"type": "UNBOUNDED_PERCENT", "value": 50}}, 1),
        (1000, {"thresholdConfiguration": {"type": "UNBOUNDED_PERCENT", "value": 50}}, 500),
    ],
)
def test_failure_threshold(desired, configuration, threshold):
    assert failure_threshold(desired, configuration) == threshold


@pytest.mark.parametrize(
    ("facts", "counts"),
    [
        # Stage one: it did not get to RUNNING, and none has.
        ({}, True),
        ({"checked": True}, True),
        # Stage two: one has.
        ({"any_has_run": True}, False),
        # It was RUNNING without a health check, and ended: never.
        ({"was_running": True}, False),
        ({"was_running": True, "any_has_run": True}, False),
        # It was RUNNING and its health check never passed.
        ({"was_running": True, "checked": True}, True),
        ({"was_running": True, "checked": True, "any_has_run": True}, True),
        # It was healthy and ended: the command's business.
        ({"was_running": True, "checked": True, "was_healthy": True}, False),
        # It was healthy and is no more.
        ({"was_running": True, "checked": True, "was_healthy": True, "failed_health_check": True}, True),
    ],
)
def test_counts_as_failure(facts, counts):
    names = ("any_has_run", "was_running", "was_healthy", "failed_health_check", "checked")
    assert counts_as_failure(**{name: facts.get(name, False) for name in names}) is counts


def test_backoff_doubles_up_to_a_minute():
    assert [backoff(failures) for failures in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]
