# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service's settings: AWS's defaults, and what AWS does not accept. Functions on documents.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
"""

from __future__ import annotations

import copy
from typing import Any

from ..base.refused import Refused
from .cluster import NOT_ASSOCIATED, Cluster
from .deployments.shifts import ROLLING
from .service_balancers import STEPS, check_shift, check_steps, check_target_groups
from .task_definition import TaskDefinition

DEFAULTS: dict[str, Any] = {
    "loadBalancers": [],
    "serviceRegistries": [],
    "placementConstraints": [],
    "placementStrategy": [],
    "schedulingStrategy": "REPLICA",
    "deploymentController": {"type": "ECS"},
    "propagateTags": "NONE",
    "enableECSManagedTags": False,
    "enableExecuteCommand": False,
    "availabilityZoneRebalancing": "ENABLED",
}
DEPLOYMENT_DEFAULTS: dict[str, Any] = {
    "deploymentCircuitBreaker": {"enable": False, "rollback": False},
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
    "strategy": "ROLLING",
    "bakeTimeInMinutes": 0,
}
NOT_SETTINGS = ("cluster", "service", "clientToken", "forceNewDeployment", "role")


def new_settings(request: dict[str, Any], cluster: Cluster) -> dict[str, Any]:
    """Return the settings that a CreateService request makes, but for what it names: task definition and network."""
    settings = copy.deepcopy(DEFAULTS | {key: value for key, value in request.items() if key not in NOT_SETTINGS})
    settings["deploymentConfiguration"] = DEPLOYMENT_DEFAULTS | request.get("deploymentConfiguration", {})
    if "launchType" not in request and not request.get("capacityProviderStrategy"):
        if cluster.default_strategy:
            settings["capacityProviderStrategy"] = copy.deepcopy(cluster.default_strategy)
        else:
            settings["launchType"] = "EC2"
    return settings


def updated_settings(settings: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """Return the settings after an UpdateService request: what it does not name stays."""
    changes = copy.deepcopy({key: value for key, value in request.items() if key not in NOT_SETTINGS})
    updated = {**copy.deepcopy(settings), **changes}
    updated["deploymentConfiguration"] = _updated_deployment(
        settings["deploymentConfiguration"], changes.get("deploymentConfiguration", {})
    )
    if changes.get("capacityProviderStrategy"):
        updated.pop("launchType", None)
    elif "capacityProviderStrategy" in changes:
        del updated["capacityProviderStrategy"]
        updated.setdefault("launchType", "FARGATE")
    if not updated["loadBalancers"] and "healthCheckGracePeriodSeconds" not in request:
        updated.pop("healthCheckGracePeriodSeconds", None)
    return updated


def _updated_deployment(configuration: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """What another strategy than the one asked for has of its own does not stay."""
    updated = configuration | changes
    others = [name for strategy, (name, _ranges) in STEPS.items() if strategy != updated["strategy"]]
    return {key: value for key, value in updated.items() if key in changes or key not in others}


def complete(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings with what follows from others: Fargate's platform, a load balancer's grace period."""
    names = {item["capacityProvider"] for item in settings.get("capacityProviderStrategy", [])}
    if settings.get("launchType") == "FARGATE" or any(name.startswith("FARGATE") for name in names):
        settings = {"platformVersion": "LATEST", "platformFamily": "Linux", **settings}
    if settings["loadBalancers"]:
        settings = {"healthCheckGracePeriodSeconds": 0, **settings}
    return settings


def check(settings: dict[str, Any], definition: TaskDefinition, cluster: Cluster) -> None:
    """Raise Refused for settings that AWS does not accept together."""
    if definition.status != "ACTIVE":
        raise Refused("ClientException", "TaskDefinition is inactive")
    if settings.get("launchType") and settings.get("capacityProviderStrategy"):
        raise _invalid(
            "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again."
        )
    if settings.get("launchType") == "FARGATE" and "FARGATE" not in definition.document["compatibilities"]:
        raise _invalid("Task definition does not support launch_type FARGATE.")
    if settings["enableExecuteCommand"] and "taskRoleArn" not in definition.document:
        raise _invalid(
            "The service couldn't be created because a valid taskRoleArn is not being used. Specify a valid task role "
            "in your task definition and try again."
        )
    _check_strategy(settings.get("capacityProviderStrategy", []), cluster)
    _check_load_balancers(settings["loadBalancers"], definition)
    check_target_groups(settings["loadBalancers"])
    if "healthCheckGracePeriodSeconds" in settings and not settings["loadBalancers"]:
        raise _invalid("Health check grace period is only valid for services configured to use load balancers")
    _check_deployment(settings["deploymentConfiguration"])
    check_steps(settings["deploymentConfiguration"])
    if settings["deploymentConfiguration"]["strategy"] != ROLLING:
        check_shift(settings["deploymentConfiguration"], settings["loadBalancers"])


def _check_deployment(configuration: dict[str, Any]) -> None:
    maximum, minimum = configuration["maximumPercent"], configuration["minimumHealthyPercent"]
    if maximum < 100:
        raise _invalid(f"maximumPercent must be at least 100, not {maximum}.")
    if maximum == 100 and minimum == 100:
        raise _invalid("Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.")
    if minimum > 100 or minimum > maximum:
        raise _invalid(f"minimumHealthyPercent must not be above 100 or maximumPercent, not {minimum}.")


def _check_strategy(strategy: list[dict[str, Any]], cluster: Cluster) -> None:
    for item in strategy:
        if item["capacityProvider"] not in cluster.capacity_providers:
            raise _invalid(NOT_ASSOCIATED.format(name=item["capacityProvider"]))
    if strategy and not any(item.get("weight", 0) for item in strategy):
        raise _invalid(
            "The specified capacity provider strategy must contain at least one capacity provider with a weight "
            "greater than zero."
        )
    if sum(item.get("base", 0) > 0 for item in strategy) > 1:
        raise _invalid(
            "The specified capacity provider strategy can have only one capacity provider with a base value above zero."
        )


def _check_load_balancers(load_balancers: list[dict[str, Any]], definition: TaskDefinition) -> None:
    containers = {container["name"]: container for container in definition.document["containerDefinitions"]}
    for load_balancer in load_balancers:
        name, port = load_balancer.get("containerName"), load_balancer.get("containerPort")
        if name not in containers:
            raise _invalid(f"The container {name} does not exist in the task definition.")
        if port not in [mapping["containerPort"] for mapping in containers[name]["portMappings"]]:
            raise _invalid(f"The container {name} did not have a container port {port} defined.")


def _invalid(message: str) -> Refused:
    return Refused("InvalidParameterException", message)
