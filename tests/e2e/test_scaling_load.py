# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The example server's own load, from an inventory's policy to the metric that the policy tracks."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

POLICY = {"name": "load", "type": "target_tracking", "metric": "requests_in_flight", "target": 2}


@pytest.fixture(scope="module")
def world(world):
    world.warm()
    world.variables(
        "scaling",
        ecs_service_scaling={"min_capacity": 1, "max_capacity": 3, "policies": [POLICY]},
        # So that the test does not wait ten seconds.
        ecs_service_environment={"LLM_SERVER_METRICS_SECONDS": "0.5"},
    )
    return world


def test_a_policy_tracks_what_the_server_reports(world):
    world.deploy()

    [policy] = world.client("application-autoscaling").describe_scaling_policies(ServiceNamespace="ecs")[
        "ScalingPolicies"
    ]
    tracked = policy["TargetTrackingScalingPolicyConfiguration"]["CustomizedMetricSpecification"]
    assert tracked["Dimensions"] == [
        {"Name": "ClusterName", "Value": "llm-local"},
        {"Name": "ServiceName", "Value": "llm"},
    ]
    watched = {name: tracked[name] for name in ("Namespace", "MetricName", "Dimensions")}
    deadline, found = time.monotonic() + 60, []
    while not found:
        assert time.monotonic() < deadline, watched
        now = datetime.now(UTC)
        found = world.client("cloudwatch").get_metric_statistics(
            **watched,
            StartTime=now - timedelta(minutes=10),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=[tracked["Statistic"]],
        )["Datapoints"]
    # Whoever deployed asked a question; nobody asks now.
    assert all(0 <= point["Average"] <= 1 for point in found)
    assert world.deploy().count == 0
    assert world.play("destroy.yml").code == 0
