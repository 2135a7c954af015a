# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What is wrong with what stands before a service: deployment strategy, load balancer, API key. Yields sentences. Pure.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...module_utils._facts import ecs

Document = Mapping[str, Any]

#: What ECS needs to shift requests, and the variable that gives it.
NEEDED = {
    "alternateTargetGroupArn": "ecs_service_alternate_target_group_arn",
    "productionListenerRule": "ecs_service_listener_rule_arn",
    "roleArn": "ecs_service_infrastructure_role_arn",
}
LONGEST_BAKE = ecs.BAKE_TIME[1]
#: The member that only one strategy has: its share, least and default, and its bake time, each with its variable.
SHARES = {
    "CANARY": (
        *("canaryConfiguration", "canaryPercent", ecs.CANARY_PERCENT[0], ecs.CANARY_PERCENT_DEFAULT),
        "canaryBakeTimeInMinutes",
    ),
    "LINEAR": (
        *("linearConfiguration", "stepPercent", ecs.STEP_PERCENT[0], ecs.STEP_PERCENT_DEFAULT),
        "stepBakeTimeInMinutes",
    ),
}
VARIABLES = {
    "bakeTimeInMinutes": "ecs_service_bake_minutes",
    "canaryPercent": "ecs_service_canary_percent",
    "canaryBakeTimeInMinutes": "ecs_service_canary_bake_minutes",
    "stepPercent": "ecs_service_linear_step_percent",
    "stepBakeTimeInMinutes": "ecs_service_linear_step_bake_minutes",
}


def bad_strategy(definition: Document) -> Iterator[str]:
    """Name what AWS requires for the service's deployment strategy and is missing, or is not what AWS takes."""
    rollout = definition.get("deploymentConfiguration", {})
    strategy = rollout.get("strategy", "ROLLING")
    for kind, (member, *_rest) in SHARES.items():
        if kind != strategy and rollout.get(member):
            yield f"deploymentConfiguration.{member} is for the strategy {kind}, and the service's is {strategy}"
    if strategy == "ROLLING":
        return
    yield from _bad_figures(rollout, strategy)
    yield from _missing(definition, strategy)
    if rollout.get("deploymentCircuitBreaker", {}).get("enable"):
        yield (
            f"deploymentConfiguration.deploymentCircuitBreaker.enable: only ROLLING can have it; {strategy} is rolled "
            "back by itself if its tasks fail. Remove it from ecs_service_definition"
        )


def _bad_figures(rollout: Document, strategy: str) -> Iterator[str]:
    if rollout.get("bakeTimeInMinutes") is None:
        yield f"ecs_service_bake_minutes is missing: {strategy} needs the minutes for which the old tasks stay"
    else:
        yield from _bad_bake(rollout, "bakeTimeInMinutes")
    if strategy in SHARES:
        member, share, least, default, bake = SHARES[strategy]
        given = rollout.get(member, {})
        percent = given.get(share, default)
        if not least <= percent <= 100 or abs(percent * 10 - round(percent * 10)) > 1e-6:
            yield f"{VARIABLES[share]}: {percent} is not between {least} and 100 with at most one decimal"
        yield from _bad_bake(given, bake)


def _bad_bake(given: Document, member: str) -> Iterator[str]:
    minutes = given.get(member, 0)
    if not 0 <= minutes <= LONGEST_BAKE:
        yield f"{VARIABLES[member]}: {minutes} is not between 0 and {LONGEST_BAKE} minutes (one day)"


def _missing(definition: Document, strategy: str) -> Iterator[str]:
    balancers = [each for each in definition.get("loadBalancers", []) if each.get("targetGroupArn")]
    if not balancers and not definition.get("serviceConnectConfiguration", {}).get("enabled"):
        yield (
            f"ecs_service_deployment_strategy: {strategy} shifts requests between two target groups of a load "
            "balancer, and there is none: set load_balancer_state: present, or the strategy to ROLLING"
        )
    for each in balancers:
        given = each.get("advancedConfiguration", {})
        lacking = [variable for member, variable in NEEDED.items() if not given.get(member)]
        if lacking:
            yield (
                f"ecs_service_deployment_strategy: {strategy} needs {', '.join(lacking)} too; the roles load_balancer "
                "and iam set them, with load_balancer_state: present and iam_infrastructure_role: true"
            )
