# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Task definitions as ECS keeps them: the document that was registered, with AWS's defaults, and its revision.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from typing import Any

from moto.core.utils import utcnow

from ansible_collections.llmops.ecs.plugins.module_utils._facts import ecs

CONTAINER_DEFAULTS: dict[str, Any] = {
    "cpu": 0,
    "portMappings": [],
    "essential": True,
    "environment": [],
    "mountPoints": [],
    "volumesFrom": [],
    "systemControls": [],
}
# AWS answers with the start period only where it was given.
HEALTH_CHECK_DEFAULTS = {key: value for key, value in ecs.HEALTH_CHECK_DEFAULTS.items() if key != "startPeriod"}
SIZE = re.compile(r"\s*(?P<number>\d*\.?\d+)\s*(?P<unit>vcpu|gb)?\s*", re.IGNORECASE)


@dataclass(eq=False)
class TaskDefinition:
    """One revision; `document` is the TaskDefinition of DescribeTaskDefinition, without tags."""

    document: dict[str, Any]
    tags: list[dict[str, str]] = field(default_factory=list)

    @property
    def arn(self) -> str:
        return str(self.document["taskDefinitionArn"])

    @property
    def family(self) -> str:
        return str(self.document["family"])

    @property
    def status(self) -> str:
        return str(self.document["status"])

    def end(self, status: str) -> None:
        """Become INACTIVE or DELETE_IN_PROGRESS."""
        self.document["status"] = status
        self.document.setdefault("deregisteredAt", utcnow())


def units(size: str | None) -> int | None:
    """Return CPU units or MiB of "1024", "1 vCPU", ".5 vcpu" or "2 GB"; None if it is none of these or not whole.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#task_size
    """
    match = SIZE.fullmatch(size or "")
    if not match:
        return None
    number = float(match["number"]) * (1024 if match["unit"] else 1)
    return int(number) if number.is_integer() else None


def registered(request: dict[str, Any], arn: str, revision: int, registered_by: str) -> dict[str, Any]:
    """Return the document that AWS keeps of a RegisterTaskDefinition: with defaults, sizes in units, no tags."""
    asked = copy.deepcopy({key: value for key, value in request.items() if key != "tags" and value != ""})
    compatibilities = asked.get("requiresCompatibilities", [])
    sizes = {key: str(units(asked[key])) for key in ("cpu", "memory") if key in asked}
    fargate = "FARGATE" in compatibilities
    document = {
        "volumes": [],
        "placementConstraints": [],
        "networkMode": "awsvpc" if fargate else "bridge",
        **asked,
        **sizes,
        "taskDefinitionArn": arn,
        "revision": revision,
        "status": "ACTIVE",
        "requiresAttributes": [{"name": name} for name in _required_attributes(asked)],
        "compatibilities": ["EC2", "FARGATE"] if fargate else ["EC2"],
        "registeredAt": utcnow(),
        "registeredBy": registered_by,
    }
    document["containerDefinitions"] = [
        _container(item, document["networkMode"]) for item in asked["containerDefinitions"]
    ]
    for volume in document["volumes"]:
        if "efsVolumeConfiguration" in volume:
            volume["efsVolumeConfiguration"].setdefault("rootDirectory", "/")
        elif set(volume) == {"name"}:
            volume["host"] = {}
    return document


def _container(asked: dict[str, Any], network_mode: str) -> dict[str, Any]:
    container = {**copy.deepcopy(CONTAINER_DEFAULTS), **asked}
    for mapping in container["portMappings"]:
        mapping.setdefault("protocol", "tcp")
        mapping.setdefault("hostPort", mapping["containerPort"] if network_mode == "awsvpc" else 0)
    if "healthCheck" in container:
        container["healthCheck"] = HEALTH_CHECK_DEFAULTS | container["healthCheck"]
    if "logConfiguration" in container:
        container["logConfiguration"] = {"options": {}, "secretOptions": []} | container["logConfiguration"]
    return container


def _required_attributes(asked: dict[str, Any]) -> list[str]:
    containers = asked["containerDefinitions"]
    drivers = {
        container["logConfiguration"]["logDriver"] for container in containers if "logConfiguration" in container
    }
    names = [f"com.amazonaws.ecs.capability.logging-driver.{driver}" for driver in sorted(drivers)]
    if "taskRoleArn" in asked:
        names.append("com.amazonaws.ecs.capability.task-iam-role")
    if any(container.get("secrets") for container in containers):
        names.append("ecs.capability.secrets.asm.environment-variables")
    if any("healthCheck" in container for container in containers):
        names.append("ecs.capability.container-health-check")
    return [*names, "com.amazonaws.ecs.capability.docker-remote-api.1.18", "ecs.capability.task-eni"]
