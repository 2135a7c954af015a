# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ECS refuses in a task definition, and Fargate in particular: functions on the request.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from ansible_collections.llmops.ecs.plugins.module_utils._facts import ecs, fargate

from ..base.refused import Context, Refused
from ..ecs.task_definition import units

Document = dict[str, Any]
Problems = Iterator[str]


def task_definition(request: Document, context: Context) -> None:
    """Refuse the first thing in a RegisterTaskDefinition request that AWS would not take."""
    on_fargate = "FARGATE" in request.get("requiresCompatibilities", [])
    checks: list[Callable[[Document], Problems]] = [_names, _containers, _dependencies, _roles]
    for check in [*checks, *([_fargate_task, _fargate_containers] if on_fargate else [])]:
        for problem in check(request):
            raise Refused("ClientException", problem)


def _names(request: Document) -> Problems:
    if not re.fullmatch(ecs.NAME, request["family"]):
        yield "Family contains invalid characters."
    containers = request["containerDefinitions"]
    if not containers:
        yield "Container list cannot be empty."
    for container in containers:
        for key in ("name", "image"):
            if not container.get(key):
                yield f"Container.{key} should not be null or empty."
        if not re.fullmatch(ecs.NAME, container["name"]):
            yield f"Container name contains invalid characters: {container['name']}"
    for name, count in Counter(container["name"] for container in containers).items():
        if count > 1:
            yield f"Container names must be unique: {name}"
    if not any(container.get("essential", True) for container in containers):
        yield "Invalid setting for task definition: at least one container must be essential."


def _containers(request: Document) -> Problems:
    volumes = {volume["name"] for volume in request.get("volumes", [])}
    for container in request["containerDefinitions"]:
        name = container["name"]
        if not any(size in container for size in ("memory", "memoryReservation")) and "memory" not in request:
            yield f"{_invalid(name)} At least one of 'memory' or 'memoryReservation' must be specified."
        if container.get("memoryReservation", 0) > container.get("memory", float("inf")):
            yield f"{_invalid(name)} 'memory' must be greater than or equal to 'memoryReservation'."
        for mount in container.get("mountPoints", []):
            if mount["sourceVolume"] not in volumes:
                yield f"Unknown volume '{mount['sourceVolume']}'."
        yield from _health_check(name, container.get("healthCheck"))
        if container.get("logConfiguration", {}).get("logDriver") == "awslogs":
            yield from _awslogs(name, container["logConfiguration"].get("options", {}), request)


def _health_check(name: str, check: Document | None) -> Problems:
    if check is None:
        return
    kind, *words = check["command"] or [""]
    if kind not in ("CMD", "CMD-SHELL") or not words:
        yield f"{_invalid(name)} The health check command must start with CMD or CMD-SHELL."
    for key, (least, most) in ecs.HEALTH_CHECK.items():
        if key in check and not least <= check[key] <= most:
            yield f"{_invalid(name)} Health check {key} must be between {least} and {most}, not {check[key]}."


def _awslogs(name: str, options: Document, request: Document) -> Problems:
    on_fargate = "FARGATE" in request.get("requiresCompatibilities", [])
    needed = [option for option in fargate.AWSLOGS_OPTIONS if on_fargate or option != "awslogs-stream-prefix"]
    for option in needed:
        if not options.get(option):
            yield f"Log driver awslogs requires options: {', '.join(needed)} (container '{name}' lacks {option})."


def _dependencies(request: Document) -> Problems:
    containers = {container["name"]: container for container in request["containerDefinitions"]}
    depends = {
        name: [item["containerName"] for item in container.get("dependsOn", [])]
        for name, container in containers.items()
    }
    for name, container in containers.items():
        for item in container.get("dependsOn", []):
            other = containers.get(item["containerName"])
            if other is None or other is container:
                yield f"{_invalid(name)} It depends on '{item['containerName']}', no other container of the task."
            elif item["condition"] == "HEALTHY" and "healthCheck" not in other:
                yield f"{_invalid(name)} It depends on '{other['name']}' being HEALTHY, which has no health check."
            elif item["condition"] in ("COMPLETE", "SUCCESS") and other.get("essential", True):
                yield f"{_invalid(name)} It depends on the end of the essential container '{other['name']}'."
    # What depends on nothing that is left can start, again and again; what remains is a circle.
    waiting = dict(depends)
    while ready := [name for name, others in waiting.items() if not any(other in waiting for other in others)]:
        for name in ready:
            del waiting[name]
    if waiting:
        yield f"Containers depend on each other in a circle: {', '.join(sorted(waiting))}."


def _roles(request: Document) -> Problems:
    for key in ("executionRoleArn", "taskRoleArn"):
        # A role's name will do, and an empty one is none.
        if request.get(key) and not re.fullmatch(r"(arn:aws[\w-]*:iam::\d{12}:role/)?[\w+=,.@/-]+", request[key]):
            yield f"Role is not valid: {key} is {request[key]!r}"
    if request.get("executionRoleArn"):
        return
    for container in request["containerDefinitions"]:
        if container.get("secrets"):
            yield "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."
        if container.get("logConfiguration", {}).get("logDriver") == "awslogs":
            yield "Fargate requires task definition to have execution role ARN to support log driver awslogs."
        if ".dkr.ecr." in container["image"].partition("/")[0]:
            yield "Fargate requires task definition to have execution role ARN to support ECR images."


def _fargate_task(request: Document) -> Problems:
    for key in ("cpu", "memory"):
        if key not in request:
            yield f"Fargate requires that '{key}' be defined at the task level."
        if units(request[key]) is None:
            yield f"Invalid '{key}' setting for task: {request[key]}"
    cpu, memory = units(request["cpu"]) or 0, units(request["memory"]) or 0
    if memory not in fargate.SIZES.get(cpu, ()):
        yield (
            f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. See the Amazon ECS "
            "documentation for the valid values."
        )
    if request.get("networkMode", "awsvpc") != "awsvpc":
        yield "Fargate only supports network mode 'awsvpc'."
    if request.get("pidMode", "task") != "task":
        yield (
            f"Tasks using the Fargate launch type do not support pidMode '{request['pidMode']}'. "
            "The supported value for pidMode is 'task'."
        )
    for key in fargate.NOT_OF_A_TASK:
        if request.get(key):
            yield f"Fargate does not support '{key}'."
    least, most = fargate.EPHEMERAL_STORAGE
    storage = request.get("ephemeralStorage", {}).get("sizeInGiB", least)
    if not least <= storage <= most:
        yield f"Ephemeral storage must be between {least} and {most} GiB, not {storage}."
    if request.get("runtimePlatform", {}).get("cpuArchitecture") == "ARM64" and _system(request) != "LINUX":
        yield "Fargate supports the CPU architecture ARM64 only with the operating system family LINUX."
    for volume in request.get("volumes", []):
        if volume.get("dockerVolumeConfiguration") or volume.get("host", {}).get("sourcePath"):
            yield f"Fargate does not support the type of volume '{volume['name']}'."


def _fargate_containers(request: Document) -> Problems:
    cpu, memory = units(request["cpu"]) or 0, units(request["memory"]) or 0
    containers = request["containerDefinitions"]
    least, most = fargate.CONTAINER_TIMEOUT
    if sum(container.get("cpu", 0) for container in containers) > cpu:
        yield f"Invalid 'cpu' setting for task: the containers' sum is greater than the task's {cpu}."
    if sum(container.get("memoryReservation", container.get("memory", 0)) for container in containers) > memory:
        yield f"Invalid 'memory' setting for task: the containers' sum is greater than the task's {memory}."
    for container in containers:
        name = container["name"]
        if container.get("memory", 0) > memory:
            yield f"{_invalid(name)} Its memory, {container['memory']}, is greater than the task's {memory}."
        for mapping in container.get("portMappings", []):
            if mapping.get("hostPort", mapping.get("containerPort")) not in (0, mapping.get("containerPort")):
                yield "When networkMode=awsvpc, the host ports and container ports in port mappings must match."
        for key in ("startTimeout", "stopTimeout"):
            if key in container and not least <= container[key] <= most:
                yield f"{_invalid(name)} {key} must be between {least} and {most} on Fargate, not {container[key]}."
        yield from _not_on_fargate(container, _system(request))


def _system(request: Document) -> str:
    return str(request.get("runtimePlatform", {}).get("operatingSystemFamily", "LINUX"))


def _not_on_fargate(container: Document, system: str) -> Problems:
    name = container["name"]
    for key in fargate.NOT_OF_A_CONTAINER:
        if container.get(key):
            yield f"Fargate does not support '{key}': container '{name}'."
    for requirement in container.get("resourceRequirements", []):
        yield f"Fargate does not support resource requirements of the type {requirement['type']}: container '{name}'."
    linux = container.get("linuxParameters", {})
    for key in (*fargate.NOT_OF_LINUX, *(fargate.ONLY_OF_LINUX if system != "LINUX" else ())):
        if linux.get(key):
            yield f"Fargate does not support linuxParameters.{key}: container '{name}'."
    if set(linux.get("capabilities", {}).get("add", [])) - {*fargate.CAPABILITIES}:
        allowed = ", ".join(fargate.CAPABILITIES)
        yield f"Fargate supports adding the capability {allowed} only: container '{name}'."
    driver = container.get("logConfiguration", {}).get("logDriver", "awslogs")
    if driver not in fargate.LOG_DRIVERS:
        yield f"Fargate supports the log drivers {', '.join(fargate.LOG_DRIVERS)}, not {driver}: container '{name}'."


def _invalid(container: str) -> str:
    return f"Invalid setting for container '{container}'."
