# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""A service's document: what AWS says of it, what differs from what is asked, and what to send. Pure.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._aws.arns import name_of
from .._documents.compare import Difference, Rules, changes, overlay
from .._documents.shapes import Document, DocumentError, known
from .._facts import ecs

DEPLOYMENT = "deploymentConfiguration"
RULES = Rules(
    defaults={
        "availabilityZoneRebalancing": "DISABLED",
        "capacityProviderStrategy[].base": 0,
        "capacityProviderStrategy[].weight": 0,
        "deploymentController.type": "ECS",
        f"{DEPLOYMENT}.bakeTimeInMinutes": 0,
        f"{DEPLOYMENT}.canaryConfiguration.canaryBakeTimeInMinutes": ecs.CANARY_BAKE_TIME_DEFAULT,
        f"{DEPLOYMENT}.canaryConfiguration.canaryPercent": ecs.CANARY_PERCENT_DEFAULT,
        f"{DEPLOYMENT}.deploymentCircuitBreaker.resetOnHealthyTask": True,
        f"{DEPLOYMENT}.deploymentCircuitBreaker.thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 50},
        f"{DEPLOYMENT}.lifecycleHooks[].targetType": "AWS_LAMBDA",
        f"{DEPLOYMENT}.lifecycleHooks[].timeoutConfiguration": {"timeoutInMinutes": 1440, "action": "ROLLBACK"},
        f"{DEPLOYMENT}.linearConfiguration.stepBakeTimeInMinutes": ecs.STEP_BAKE_TIME_DEFAULT,
        f"{DEPLOYMENT}.linearConfiguration.stepPercent": ecs.STEP_PERCENT_DEFAULT,
        f"{DEPLOYMENT}.maximumPercent": 200,
        f"{DEPLOYMENT}.minimumHealthyPercent": 100,
        f"{DEPLOYMENT}.strategy": "ROLLING",
        "healthCheckGracePeriodSeconds": 0,
        "monitoring.metricConfigurations[].resolutionSeconds": 60,
        "networkConfiguration.awsvpcConfiguration.assignPublicIp": "DISABLED",
        "platformVersion": "LATEST",
        "propagateTags": "NONE",
        "schedulingStrategy": "REPLICA",
    },
    sets={
        "capacityProviderStrategy": "capacityProvider",
        f"{DEPLOYMENT}.alarms.alarmNames": None,
        f"{DEPLOYMENT}.lifecycleHooks": "hookTargetArn",
        f"{DEPLOYMENT}.lifecycleHooks[].lifecycleStages": None,
        "gatewayConnectors": "portName",
        "loadBalancers": "targetGroupArn",
        "monitoring.metricConfigurations": "resolutionSeconds",
        "monitoring.metricConfigurations[].metricNames": None,
        "networkConfiguration.awsvpcConfiguration.securityGroups": None,
        "networkConfiguration.awsvpcConfiguration.subnets": None,
        "placementConstraints": "expression",
        "serviceConnectConfiguration.logConfiguration.secretOptions": "name",
        "serviceConnectConfiguration.services": "portName",
        "serviceConnectConfiguration.services[].clientAliases": "port",
        "serviceRegistries": "registryArn",
        "volumeConfigurations": "name",
        "volumeConfigurations[].managedEBSVolume.tagSpecifications[].tags": "key",
        "vpcLatticeConfigurations": "portName",
    },
    forms={
        "capacityProviderStrategy[].capacityProvider": name_of,
        "role": name_of,
        "taskDefinition": name_of,
    },
    ignored=frozenset({"clientToken", "cluster", "serviceName", "tags"}),
)

#: The member of the deployment configuration that only one strategy has.
OF_ONE_STRATEGY = {"canaryConfiguration": "CANARY", "linearConfiguration": "LINEAR"}
#: DescribeServices gives these only with the deployments, DescribeServiceRevisions gives all of them.
IN_DEPLOYMENTS = ("serviceConnectConfiguration", "volumeConfigurations", "vpcLatticeConfigurations")
IN_REVISIONS = ("gatewayConnectors", "monitoring")
#: In the items of these, AWS fills in members whose values its documentation does not tell.
FILLED_IN = (*IN_DEPLOYMENTS, "gatewayConnectors")
#: "This parameter triggers a new service deployment", says UpdateService's documentation. A capacity provider strategy
#: does not by itself: AWS refuses to change it without a forced deployment.
REDEPLOYS = frozenset(
    {
        "capacityProviderStrategy",
        "loadBalancers",
        "networkConfiguration",
        "platformVersion",
        "serviceRegistries",
        "taskDefinition",
        *IN_DEPLOYMENTS,
    }
)

AGAIN = "remove the service (state: absent) and create it anew, or give the new one another name"
WAY_OUT = {
    "launchType": "give definition.capacityProviderStrategy instead, which can be changed "
    "(for Fargate, [{capacityProvider: FARGATE, weight: 1}]), or " + AGAIN,
    "role": "leave definition.role out to use the service-linked role, or " + AGAIN,
}


@dataclass(frozen=True)
class Plan:
    """How an existing service comes to what is asked: what differs, what UpdateService is sent ({} for nothing)."""

    difference: Difference
    send: Document
    redeploys: bool


def check(asked: Document) -> None:
    """Refuse a definition that contradicts itself."""
    if asked.get("launchType") and asked.get("capacityProviderStrategy"):
        raise DocumentError(
            "definition.launchType and definition.capacityProviderStrategy exclude each other: keep the strategy for "
            "FARGATE_SPOT or a mix, else the launch type."
        )


def check_creation(asked: Document) -> None:
    """Refuse to create a service without what it cannot begin without."""
    if asked.get("deploymentController", {}).get("type") == "EXTERNAL":
        return
    needed = ["taskDefinition"] + (["desiredCount"] if asked.get("schedulingStrategy") != "DAEMON" else [])
    missing = [f"definition.{member}" for member in needed if member not in asked]
    if missing:
        raise DocumentError(
            f"There is no service {asked['serviceName']} yet: to create it, give {' and '.join(missing)}."
        )


def observed(service: Document, shape: t.Any, revision: Document | None = None) -> Document:
    """Return the service as the document that CreateService (shape) would take.

    service: as DescribeServices gives it; revision: the newest service revision, where something asked is only there.
    """
    deployment = primary(service)
    elsewhere = {field: deployment[field] for field in IN_DEPLOYMENTS if field in deployment}
    elsewhere |= {field: revision[field] for field in IN_REVISIONS if field in (revision or {})}
    if service.get("roleArn"):
        elsewhere["role"] = service["roleArn"]
    return known({**service, **elsewhere}, shape)


def plan_update(before: Document, asked: Document, shape: t.Any) -> Plan:
    """Compare, and say what UpdateService (shape) is to be sent.

    before: the service as observed() gives it; asked: the definition, without desiredCount where that is not ours.
    Raises DocumentError for what AWS fixes when a service is created.
    """
    asked = _off_strategy(before, asked)
    difference = changes(_as_asked(before, asked), asked, RULES, whole=False)
    fixed = [field for field in difference.fields if field not in shape.members]
    if fixed:
        raise DocumentError(" ".join(_refusal(field, difference) for field in fixed))
    send = {field: _to_send(field, before.get(field), asked[field]) for field in difference.fields}
    if "capacityProviderStrategy" in send:
        send["forceNewDeployment"] = True
    return Plan(difference, send, bool(REDEPLOYS.intersection(send)))


def _off_strategy(before: Document, asked: Document) -> Document:
    """A service leaves its capacity providers for the launch type that it was created with by an empty strategy."""
    if asked.get("launchType") and before.get("capacityProviderStrategy"):
        rest = {field: value for field, value in asked.items() if field != "launchType"}
        return {**rest, "capacityProviderStrategy": []}
    return asked


def _as_asked(before: Document, asked: Document) -> Document:
    """Return before without those members of list items that are not asked for and that AWS fills in."""
    return {
        field: _aligned(value, asked[field], field) if field in FILLED_IN and field in asked else value
        for field, value in before.items()
    }


def _aligned(value: t.Any, asked: t.Any, path: str) -> t.Any:
    if isinstance(value, dict) and isinstance(asked, dict):
        return {key: _aligned(value[key], asked[key], f"{path}.{key}") for key in value if key in asked}
    if isinstance(value, list) and isinstance(asked, list) and RULES.sets.get(path):
        key = RULES.sets[path]
        named = {item.get(key): item for item in asked}
        return [_aligned(item, named[item[key]], f"{path}[]") if item.get(key) in named else item for item in value]
    return value


def _to_send(field: str, before: t.Any, asked: t.Any) -> t.Any:
    """Return the field whole: AWS replaces it, so what is not asked for is sent as it is."""
    if not isinstance(asked, dict) or not isinstance(before, dict):
        return asked
    strategy = before.get("strategy", "ROLLING")
    other_kind = field == DEPLOYMENT and asked.get("strategy", strategy) != strategy
    switched_off = asked.get("enabled") is False
    if other_kind or switched_off:
        return asked
    # What AWS still tells of a strategy that the service had before, it does not take with another.
    others = [member for member, only in OF_ONE_STRATEGY.items() if field == DEPLOYMENT and strategy != only]
    return overlay({member: value for member, value in before.items() if member not in others}, asked)


def _refusal(field: str, difference: Difference) -> str:
    before, after = difference.before.get(field), difference.after.get(field)
    return (
        f"definition.{field} is {after!r} but the service has {before!r}, and AWS sets it only at creation: "
        f"{WAY_OUT.get(field, AGAIN)}."
    )


def owned_count(asked: int | None, target: Document | None) -> tuple[int | None, str | None]:
    """Return the desired count to create a service with, and a warning where its scalable target moves it.

    target: as DescribeScalableTargets gives it, None if autoscaling does not own the count.
    """
    if asked is None or target is None:
        return asked, None
    low, high = target["MinCapacity"], target["MaxCapacity"]
    count = min(max(asked, low), high)
    if count == asked:
        return asked, None
    return count, (
        f"definition.desiredCount is {asked}, but autoscaling keeps this service between {low} and {high} tasks: it is "
        f"created with {count}. Set desired_count_policy to enforce to override autoscaling."
    )


def primary(service: dict) -> dict:
    """Return the deployment that the service is on or moves to; {} with an external deployment controller."""
    return next((d for d in service.get("deployments", []) if d.get("status") == "PRIMARY"), {})
