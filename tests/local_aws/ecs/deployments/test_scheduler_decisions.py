# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decisions of the scheduler on numbers: steps of a rolling deployment, circuit breaker, back-off, placement."""

from __future__ import annotations

import itertools
import math

import pytest

from local_aws.ecs.deployments.rolling import Group, Step, backoff, counts_as_failure, failure_threshold, next_step
from local_aws.ecs.deployments.shifts import parts
from local_aws.ecs.placement import Candidate, choose_provider, least_used, leaving, placement


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


def test_subnets_are_used_evenly():
    assert least_used(["a", "b"], []) == "a"
    assert least_used(["a", "b"], ["a"]) == "b"
    assert least_used(["a", "b"], ["a", "b", "b"]) == "a"


@pytest.mark.parametrize(
    ("strategy", "shares"),
    [
        ([{"capacityProvider": "FARGATE", "weight": 1}], {"FARGATE": 8}),
        (
            [{"capacityProvider": "FARGATE", "weight": 1}, {"capacityProvider": "FARGATE_SPOT", "weight": 3}],
            {"FARGATE": 2, "FARGATE_SPOT": 6},
        ),
        (
            [
                {"capacityProvider": "FARGATE", "base": 2, "weight": 0},
                {"capacityProvider": "FARGATE_SPOT", "weight": 1},
            ],
            {"FARGATE": 2, "FARGATE_SPOT": 6},
        ),
        (
            [
                {"capacityProvider": "FARGATE", "base": 4, "weight": 1},
                {"capacityProvider": "FARGATE_SPOT", "weight": 1},
            ],
            {"FARGATE": 6, "FARGATE_SPOT": 2},
        ),
    ],
)
def test_capacity_providers_get_their_base_and_then_their_weight(strategy, shares):
    running = {}
    for _turn in range(8):
        chosen = choose_provider(strategy, running)
        running[chosen] = running.get(chosen, 0) + 1
    assert running == shares


@pytest.mark.parametrize(
    ("candidates", "order"),
    [
        ([], ""),
        # The newest.
        ([(True, "a", 1), (True, "a", 3), (True, "a", 2)], "120"),
        # Not healthy ones first, wherever they are.
        ([(True, "a", 3), (True, "a", 2), (False, "b", 1)], "201"),
        # The zones stay in balance.
        ([(True, "a", 1), (True, "a", 2), (True, "b", 9)], "120"),
        ([(True, "a", 1), (True, "a", 2), (True, "a", 3), (True, "b", 9), (True, "b", 8)], "23140"),
    ],
)
def test_who_leaves_first(candidates, order):
    assert leaving([Candidate(*candidate) for candidate in candidates]) == [int(number) for number in order]


def test_placement():
    assert placement({"launchType": "FARGATE"}, []) == {"launchType": "FARGATE"}
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    chosen = {"launchType": "FARGATE", "capacityProviderName": "FARGATE_SPOT"}
    assert placement({"capacityProviderStrategy": strategy}, []) == chosen


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        ({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5}, [(100, 5)]),
        ({"strategy": "CANARY", "bakeTimeInMinutes": 1}, [(5, 10), (100, 1)]),
        (
            {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 20.0, "canaryBakeTimeInMinutes": 3}},
            [(20, 3), (100, 0)],
        ),
        (
            {"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 40.0, "stepBakeTimeInMinutes": 2}},
            [(40, 2), (80, 2), (100, 0)],
        ),
    ],
)
def test_requests_are_shifted_in_parts(configuration, expected):
    assert parts(configuration) == expected
