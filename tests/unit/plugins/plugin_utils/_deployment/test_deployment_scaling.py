# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.plugin_utils._deployment import scaling

LIMITS = {"min_capacity": 1, "max_capacity": "3"}
CPU = {"name": "cpu", "type": "target_tracking", "metric": "cpu", "target": 60}
MATH = {"expression": "a / b", "metrics": {"a": "queue_length", "b": "cpu"}}


@pytest.mark.parametrize(
    ("document", "balanced", "reports"),
    [
        ({}, False, False),
        ({**LIMITS, "policies": [CPU]}, False, False),
        ({**LIMITS, "policies": [{**CPU, "metric": "requests_per_target"}]}, True, False),
        ({**LIMITS, "policies": [{**CPU, "metric": "requests_in_flight"}]}, False, True),
        ({**LIMITS, "policies": [{"name": "wake", "type": "wake_from_zero"}]}, True, False),
    ],
)
def test_what_can_be(document, balanced, reports):
    assert list(scaling.bad_scaling(document, "llm", balanced, reports)) == []


@pytest.mark.parametrize(
    ("document", "problems"),
    [
        ({"max_capacity": 3}, ["ecs_service_scaling.min_capacity is missing"]),
        ({**LIMITS, "policy": []}, ["ecs_service_scaling: policy is not known"]),
        (
            {**LIMITS, "policies": [{**CPU, "target": 0}, {**CPU, "name": "b", "period": 60}]},
            ["ecs_service_scaling: policies[cpu].target is 0", "ecs_service_scaling: policies[b].period is not known"],
        ),
        (
            {**LIMITS, "policies": [{"name": "wake", "type": "wake_from_zero"}]},
            ["policies[wake] needs an Application Load Balancer, and service llm has none"],
        ),
        (
            {**LIMITS, "policies": [{**CPU, "metric": MATH}]},
            ["policies[cpu] uses queue_length, which the server of ecs_service_preset does not report"],
        ),
    ],
)
def test_what_cannot_be_is_told_with_the_variable(document, problems):
    told = list(scaling.bad_scaling(document, "llm", False, False))

    assert len(told) == len(problems), told
    for said, problem in zip(told, problems, strict=True):
        assert problem in said
