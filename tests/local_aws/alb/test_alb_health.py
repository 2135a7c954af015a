# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What health checks make of a target, check by check."""

from __future__ import annotations

import pytest

from local_aws.alb.health import Failure, Health, after_check, check_status

FAILURE = Failure.of("Target.Timeout")


@pytest.mark.parametrize(
    ("checks", "states"),
    [
        ("+", "H"),
        ("-+", "iH"),
        ("--", "iU"),
        ("--+++", "iUUUH"),
        ("--++-+++", "iUUUUUUH"),
        ("+-+-+", "HHHHH"),
        ("+--", "HHU"),
        ("+--+++--", "HHUUUHHU"),
    ],
)
def test_states_after_checks(checks, states):
    health, seen = Health(), ""
    for check in checks:
        health = after_check(health, None if check == "+" else FAILURE, healthy_threshold=3, unhealthy_threshold=2)
        seen += {"initial": "i", "healthy": "H", "unhealthy": "U"}[health.state]
    assert seen == states


def test_an_unhealthy_target_says_why_it_failed_last():
    health = after_check(Health(), FAILURE, 3, 1)
    assert (health.reason, health.description) == ("Target.Timeout", "Request timed out")
    health = after_check(health, Failure.of("Target.FailedHealthChecks"), 3, 1)
    assert (health.reason, health.description) == ("Target.FailedHealthChecks", "Health checks failed")
    health = after_check(health, None, 1, 1)
    assert (health.state, health.reason) == ("healthy", "")


@pytest.mark.parametrize(
    ("status", "matcher", "matches"),
    [
        (200, "200", True),
        (201, "200", False),
        (204, "200-299", True),
        (300, "200-299", False),
        (202, "200,202", True),
        (401, "200, 400-499", True),
        (503, "200,400-499", False),
    ],
)
def test_matcher(status, matcher, matches):
    failure = check_status(status, matcher)
    assert (failure is None) is matches
    assert matches or failure.description == f"Health checks failed with these codes: [{status}]"
