# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deployment strategies behind a load balancer: one deployment with each, and a run after it that changes nothing."""

from __future__ import annotations

import pytest
from conftest import Play, World, generate

STRATEGIES = {
    "BLUE_GREEN": {},
    "CANARY": {"ecs_service_canary_percent": 20, "ecs_service_canary_bake_minutes": 0},
    "LINEAR": {"ecs_service_linear_step_percent": 50, "ecs_service_linear_step_bake_minutes": 0},
}


@pytest.fixture(scope="module")
def world(world):
    checks = {"interval": 5, "timeout": 2, "healthy_threshold": 2, "unhealthy_threshold": 2}
    world.guide_service(
        ecs_service_longest_answer_seconds=1, load_balancer_health_check=checks, load_balancer_deregistration_delay=1
    )
    world.variables("zz_door", load_balancer_state="present", ecs_service_bake_minutes=0)
    return world


def deploy(world: World, strategy: str, number: int) -> tuple[Play, Play]:
    """Deploy a new revision with a strategy; return the run, and one more."""
    world.variables(
        "zz_strategy",
        ecs_service_deployment_strategy=strategy,
        ecs_service_environment={"REVISION": str(number)},
        **STRATEGIES.get(strategy, {}),
    )
    return world.deploy(), world.deploy()


def service(world: World) -> dict:
    return world.client("ecs").describe_services(cluster="llm-local", services=["llm"])["services"][0]


def answering(world: World) -> set[int]:
    """Return by which of its target groups, the first or the second one, the service's rule leads to its tasks."""
    elb = world.client("elbv2")
    [load_balancer] = service(world)["loadBalancers"]
    rule = load_balancer["advancedConfiguration"]["productionListenerRule"]
    [found] = elb.describe_rules(RuleArns=[rule])["Rules"]
    weights = {each["TargetGroupArn"]: each["Weight"] for each in found["Actions"][0]["ForwardConfig"]["TargetGroups"]}
    groups = [load_balancer["targetGroupArn"], load_balancer["advancedConfiguration"]["alternateTargetGroupArn"]]
    return {number for number, group in enumerate(groups, 1) if weights[group]}


def test_each_strategy_deploys_and_a_second_run_changes_nothing(world):
    sides = []
    for number, strategy in enumerate(STRATEGIES, 1):
        first, second = deploy(world, strategy, number)

        assert "Deploy the service" in first.changed
        assert second.count == 0, second.output
        assert service(world)["deploymentConfiguration"]["strategy"] == strategy
        assert generate(first.urls["llm"]).startswith("hello")
        sides.append(answering(world))
    # The first deployment stays where it is, each other one moves the requests to the other target group.
    assert sides == [{1}, {2}, {1}]


def test_back_to_rolling_the_service_has_one_target_group(world):
    first, second = deploy(world, "ROLLING", 9)

    assert second.count == 0, second.output
    assert "advancedConfiguration" not in service(world)["loadBalancers"][0]
    assert generate(first.urls["llm"]).startswith("hello")
