# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.llmops.ecs.plugins.filter.model_timing import model_timing


def container(timing):
    return tuple(timing["container_health_check"][name] for name in ("interval", "timeout", "retries", "startPeriod"))


def target(timing):
    names = ("interval", "timeout", "healthy_threshold", "unhealthy_threshold")
    return tuple(timing["health_check"][name] for name in names)


def delays(timing):
    names = ("grace_period", "idle_timeout", "deregistration_delay", "stop_timeout", "wait_timeout")
    return tuple(timing[name] for name in names)


@pytest.mark.parametrize(
    ("given_as", "of_container", "of_target", "of_others", "noted"),
    [
        pytest.param((60, 120), (10, 5, 3, 60), (10, 5, 2, 3), (80, 125, 120, 120, 795), False, id="a quick server"),
        pytest.param((60, 20), (10, 5, 3, 60), (10, 5, 2, 3), (80, 60, 20, 30, 605), False, id="short answers"),
        pytest.param((300, 300), (10, 5, 3, 300), (10, 5, 2, 3), (320, 305, 300, 120, 1695), True, id="Fargate cuts"),
        pytest.param(
            (300, 300, False, False), (10, 5, 3, 300), (10, 5, 2, 3), (320, 305, 300, 300, 1875), False, id="EC2"
        ),
        pytest.param((600, 120), (35, 5, 10, 300), (10, 5, 2, 3), (620, 125, 120, 120, 3300), False, id="slow start"),
        pytest.param((330, 120), (10, 5, 4, 300), (10, 5, 2, 3), (350, 125, 120, 120, 1635), False, id="slower start"),
        pytest.param(
            (300, 300, True), (60, 60, 10, 300), (65, 55, 2, 10), (430, 655, 600, 120, 3720), True, id="it blocks"
        ),
        pytest.param(
            (300, 30, True), (60, 60, 3, 300), (60, 55, 2, 3), (420, 115, 60, 60, 1860), False, id="it blocks briefly"
        ),
        pytest.param(
            (3000, 3600), (300, 5, 10, 300), (10, 5, 2, 3), (3020, 3605, 3600, 120, 21135), True, id="the most"
        ),
        pytest.param(
            (300, 2700, True),
            (300, 60, 10, 300),
            (300, 55, 2, 10),
            (900, 4000, 3600, 120, 13200),
            True,
            id="and blocks",
        ),
    ],
)
def test_timing(given_as, of_container, of_target, of_others, noted):
    timing = model_timing(*given_as)

    assert container(timing) == of_container
    assert target(timing) == of_target
    assert delays(timing) == of_others
    assert timing["start_period"] == of_container[3]
    assert bool(timing["notes"]) == noted


def test_says_what_fargate_cuts():
    (note,) = model_timing("300", "300", "yes", "true")["notes"]

    assert "(with the one before it, for which it waits) may take 600 s" in note
    assert "Fargate kills a task 120 s after it was told to stop" in note


@given(st.integers(1, 3000), st.integers(1, 2700), st.booleans(), st.booleans())
def test_what_aws_allows_and_a_model_needs(startup, answer, blocks, fargate):
    timing = model_timing(startup, answer, blocks, fargate)
    of_container, of_target = timing["container_health_check"], timing["health_check"]

    assert 5 <= of_container["interval"] <= 300
    assert 2 <= of_container["timeout"] <= min(60, of_container["interval"])
    assert 1 <= of_container["retries"] <= 10
    assert 0 <= of_container["startPeriod"] <= 300
    assert 5 <= of_target["interval"] <= 300
    assert 2 <= of_target["timeout"] < min(121, of_target["interval"])
    assert 2 <= of_target["healthy_threshold"] <= of_target["unhealthy_threshold"] <= 10
    assert 1 <= timing["idle_timeout"] <= 4000
    assert 0 <= timing["deregistration_delay"] <= 3600
    assert timing["stop_timeout"] <= 120 or not fargate
    # A container that starts in time is not killed, nor is a server in the middle of its longest answer.
    borne = (of_container["retries"] - 1) * of_container["interval"] + of_container["timeout"]
    assert startup <= timing["start_period"] + borne
    assert startup <= timing["grace_period"]
    if blocks:
        assert answer <= borne
        assert answer <= (of_target["unhealthy_threshold"] - 1) * of_target["interval"] + of_target["timeout"]
    assert answer <= timing["idle_timeout"]
    assert answer <= timing["deregistration_delay"]
    assert timing["wait_timeout"] > timing["grace_period"]


@pytest.mark.parametrize(
    ("given_as", "said"),
    [
        ((0, 60), "ecs_service_startup_seconds: 0 is not between 1 and 3000"),
        ((3001, 60), "ecs_service_startup_seconds: 3001 is not between"),
        (("soon", 60), "ecs_service_startup_seconds: 'soon' is not a whole number of seconds"),
        ((60, 0), "ecs_service_longest_answer_seconds: 0 is not between 1 and 3600"),
        ((60, 3601), "the longest time that a load balancer drains a target; limit the tokens"),
        ((60, 2701, True), "is not between 1 and 2700, the longest time that a blocked server's health check"),
    ],
)
def test_refuses_what_aws_cannot_be_set_to(given_as, said):
    with pytest.raises(AnsibleFilterError, match=said):
        model_timing(*given_as)
