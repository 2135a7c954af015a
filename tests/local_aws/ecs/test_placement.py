# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where tasks are placed, and which of them leave first."""

from __future__ import annotations

import pytest

from local_aws.ecs.placement import Candidate, choose_provider, least_used, leaving, placement


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
