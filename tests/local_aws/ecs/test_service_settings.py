# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an update makes of a service's settings."""

from __future__ import annotations

import copy

import pytest

from local_aws.ecs.cluster import Cluster
from local_aws.ecs.service_settings import complete, new_settings, updated_settings

STRATEGY = [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}]
BALANCED = [{"targetGroupArn": "arn", "containerName": "app", "containerPort": 8080}]


def made(**request):
    """Return the settings of a new service."""
    return complete(new_settings({"serviceName": "llm", "desiredCount": 1, **request}, Cluster("c", "arn")))


@pytest.mark.parametrize(
    ("before", "request_", "changes"),
    [
        ({"launchType": "FARGATE"}, {"desiredCount": 2}, {"desiredCount": 2}),
        ({"launchType": "FARGATE"}, {"forceNewDeployment": True, "cluster": "c", "service": "llm"}, {}),
        (
            {"launchType": "FARGATE"},
            {"capacityProviderStrategy": STRATEGY},
            {"capacityProviderStrategy": STRATEGY, "launchType": None},
        ),
        (
            {"capacityProviderStrategy": STRATEGY},
            {"capacityProviderStrategy": []},
            {"capacityProviderStrategy": None, "launchType": "FARGATE"},
        ),
        (
            {"launchType": "FARGATE", "loadBalancers": BALANCED, "healthCheckGracePeriodSeconds": 60},
            {"loadBalancers": []},
            {"loadBalancers": [], "healthCheckGracePeriodSeconds": None},
        ),
        (
            {"launchType": "FARGATE", "deploymentConfiguration": {"maximumPercent": 150}},
            {"deploymentConfiguration": {"minimumHealthyPercent": 50}},
            {
                "deploymentConfiguration": {
                    "deploymentCircuitBreaker": {"enable": False, "rollback": False},
                    "maximumPercent": 150,
                    "minimumHealthyPercent": 50,
                    "strategy": "ROLLING",
                    "bakeTimeInMinutes": 0,
                }
            },
        ),
    ],
)
def test_what_an_update_changes(before, request_, changes):
    settings = made(**before)
    kept = copy.deepcopy(settings)
    updated = updated_settings(settings, request_)
    expected = {key: value for key, value in {**kept, **changes}.items() if value is not None}
    assert updated == expected
    assert settings == kept


def test_the_cluster_decides_where_the_service_does_not():
    cluster = Cluster("c", "arn", default_strategy=STRATEGY)
    settings = complete(new_settings({"serviceName": "llm"}, cluster))
    assert settings["capacityProviderStrategy"] == STRATEGY
    assert "launchType" not in settings
    assert (settings["platformVersion"], settings["platformFamily"]) == ("LATEST", "Linux")
    assert made()["launchType"] == "EC2"
    assert "platformVersion" not in made()


def test_a_load_balancer_brings_a_grace_period():
    assert made(launchType="FARGATE", loadBalancers=BALANCED)["healthCheckGracePeriodSeconds"] == 0
    assert "healthCheckGracePeriodSeconds" not in made(launchType="FARGATE")
