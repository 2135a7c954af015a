# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.module_utils._documents.compare import changes
from ansible_collections.llmops.ecs.plugins.module_utils._documents.shapes import DocumentError
from ansible_collections.llmops.ecs.plugins.module_utils._ecs.cluster import RULES, check

SPOT = {"capacityProvider": "FARGATE_SPOT", "weight": 1}


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"settings": [{"name": "containerInsights", "value": "enhanced"}]},
        {"capacityProviders": ["FARGATE", "FARGATE_SPOT"], "defaultCapacityProviderStrategy": [SPOT]},
        {"capacityProviders": []},
        {
            "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
            "defaultCapacityProviderStrategy": [{"capacityProvider": "FARGATE", "base": 1}, SPOT],
        },
    ],
)
def test_what_ecs_takes_passes(members):
    check({"clusterName": "llm", **members})


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"clusterName": "bad name!"}, "definition.clusterName: 'bad name!' must be 1 to 255 letters"),
        (
            {"settings": [{"name": "containerInsights", "value": "maybe"}]},
            "definition.settings: containerInsights maybe is not one of enhanced, enabled, disabled",
        ),
        (
            {"capacityProviders": ["FARGATE"], "defaultCapacityProviderStrategy": [SPOT]},
            r"FARGATE_SPOT is not one of the cluster's capacityProviders \(FARGATE\); add it there",
        ),
        ({"defaultCapacityProviderStrategy": [SPOT]}, r"capacityProviders \(it has none\)"),
        (
            {
                "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
                "defaultCapacityProviderStrategy": [
                    {"capacityProvider": "FARGATE", "base": 1},
                    {"capacityProvider": "FARGATE_SPOT", "base": 1},
                ],
            },
            "base is set for more than one capacity provider",
        ),
    ],
)
def test_what_ecs_would_refuse_is_told(members, message):
    with pytest.raises(DocumentError, match=message):
        check({"clusterName": "llm", **members})


@pytest.mark.parametrize(
    ("answered", "changed"),
    [({"base": 0, "weight": 0}, False), ({"weight": 0}, False), ({"base": 1}, True), ({"weight": 1}, True)],
)
def test_base_and_weight_are_zero_where_they_are_left_out(answered, changed):
    asked = {"defaultCapacityProviderStrategy": [{"capacityProvider": "FARGATE"}]}
    before = {"defaultCapacityProviderStrategy": [{"capacityProvider": "FARGATE", **answered}]}

    assert changes(before, asked, RULES, whole=False).changed is changed
