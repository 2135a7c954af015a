# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Task definitions: how two are compared, and what ECS would refuse, told before anything is sent.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
"""

from __future__ import annotations

import re
import typing as t
from collections import Counter
from graphlib import CycleError, TopologicalSorter

from .._documents.compare import Rules
from .._documents.shapes import Document, DocumentError
from .._facts import ecs
from .fargate import fargate_problems
from .sizes import cpu_units, mebibytes, plain

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


CONTAINER = "containerDefinitions[]"
NAME = re.compile(ecs.NAME)
NAME_WORDS = f"must be 1 to {ecs.LONGEST_NAME} letters, digits, hyphens and underscores"
DEFAULTS = {
    "networkMode": "bridge",
    "runtimePlatform.cpuArchitecture": "X86_64",
    "runtimePlatform.operatingSystemFamily": "LINUX",
    "proxyConfiguration.type": "APPMESH",
    "volumes[].dockerVolumeConfiguration.scope": "task",
    "volumes[].efsVolumeConfiguration.rootDirectory": "/",
    "volumes[].efsVolumeConfiguration.transitEncryption": "DISABLED",
    "volumes[].efsVolumeConfiguration.authorizationConfig.iam": "DISABLED",
    f"{CONTAINER}.cpu": 0,
    f"{CONTAINER}.essential": True,
    f"{CONTAINER}.versionConsistency": "enabled",
    f"{CONTAINER}.portMappings[].protocol": "tcp",
    **{f"{CONTAINER}.healthCheck.{name}": value for name, value in ecs.HEALTH_CHECK_DEFAULTS.items()},
}
SETS = {
    "containerDefinitions": "name",
    "volumes": "name",
    "placementConstraints": "expression",
    "requiresCompatibilities": None,
    "inferenceAccelerators": "deviceName",
    "proxyConfiguration.properties": "name",
    f"{CONTAINER}.links": None,
    f"{CONTAINER}.portMappings": "containerPort",
    f"{CONTAINER}.environment": "name",
    f"{CONTAINER}.secrets": "name",
    f"{CONTAINER}.mountPoints": "containerPath",
    f"{CONTAINER}.volumesFrom": "sourceContainer",
    f"{CONTAINER}.dependsOn": "containerName",
    f"{CONTAINER}.ulimits": "name",
    f"{CONTAINER}.systemControls": "namespace",
    f"{CONTAINER}.resourceRequirements": "type",
    f"{CONTAINER}.extraHosts": "hostname",
    f"{CONTAINER}.dockerSecurityOptions": None,
    f"{CONTAINER}.credentialSpecs": None,
    f"{CONTAINER}.restartPolicy.ignoredExitCodes": None,
    f"{CONTAINER}.logConfiguration.secretOptions": "name",
    f"{CONTAINER}.linuxParameters.capabilities.add": None,
    f"{CONTAINER}.linuxParameters.capabilities.drop": None,
    f"{CONTAINER}.linuxParameters.devices": "hostPath",
    f"{CONTAINER}.linuxParameters.devices[].permissions": None,
    f"{CONTAINER}.linuxParameters.tmpfs": "containerPath",
    f"{CONTAINER}.linuxParameters.tmpfs[].mountOptions": None,
}
FORMS = {"cpu": plain(cpu_units), "memory": plain(mebibytes)}


def rules(document: Document) -> Rules:
    """Return how task definitions in this document's network mode are compared."""
    # Only a bridge gives a container another port on its host: any free one, if none is named.
    bridge = document.get("networkMode", "bridge") == "bridge"
    host_port = 0 if bridge else (lambda mapping: mapping.get("containerPort"))
    return Rules(defaults={**DEFAULTS, f"{CONTAINER}.portMappings[].hostPort": host_port}, sets=SETS, forms=FORMS)


def normalized(document: Document) -> Document:
    """Return the document with its sizes as ECS keeps them, strings of digits."""
    return {name: FORMS[name](value) if name in FORMS else value for name, value in document.items()}


def check(document: Document, where: str = "definition") -> None:
    """Raise DocumentError with all that ECS would refuse in a document whose shape is right already."""
    problems = [f"{where}.{problem}" for problem in _problems(document)]
    if problems:
        raise DocumentError("; ".join(problems))


def _problems(document: Document) -> Iterator[str]:
    containers = document["containerDefinitions"]
    fewest, most = ecs.CONTAINERS
    if not NAME.fullmatch(document["family"]):
        yield f"family: {document['family']!r} {NAME_WORDS}"
    if not fewest <= len(containers) <= most:
        yield f"containerDefinitions: {len(containers)} containers; a task has {fewest} to {most}"
    elif not any(container.get("essential", True) for container in containers):
        yield "containerDefinitions: none is essential; leave essential out of at least one, or set it to true"
    yield from _repeated("containerDefinitions", "name", containers)
    yield from _repeated("volumes", "name", document.get("volumes", []))
    for position, container in enumerate(containers):
        for problem in (*_container(container), *_ports(container, document), *_references(container, document)):
            yield f"containerDefinitions[{position}].{problem}"
    yield from _sums(document, containers)
    yield from _order(containers)
    if "FARGATE" in document.get("requiresCompatibilities", []):
        yield from fargate_problems(document)


def _container(container: Document) -> Iterator[str]:
    if not NAME.fullmatch(container.get("name", "")):
        yield f"name: {container.get('name', '')!r} {NAME_WORDS}"
    if not container.get("image", "").strip():
        yield "image: is empty; name an image, as in 123456789012.dkr.ecr.eu-west-1.amazonaws.com/llm:latest"
    yield from _repeated("environment", "name", container.get("environment", []))
    variables = {variable.get("name") for variable in container.get("environment", [])}
    for name in sorted(secret["name"] for secret in container.get("secrets", []) if secret["name"] in variables):
        yield f"secrets: {name} is in environment too; keep one of them"
    yield from _repeated("secrets", "name", container.get("secrets", []))
    soft, hard = container.get("memoryReservation"), container.get("memory")
    if soft is not None and hard is not None and soft >= hard:
        yield f"memory: {hard} must be more than memoryReservation, {soft}"
    least, most = ecs.RESTART_ATTEMPT_PERIOD
    period = container.get("restartPolicy", {}).get("restartAttemptPeriod", least)
    if not least <= period <= most:
        yield f"restartPolicy.restartAttemptPeriod: {period} is not between {least} and {most} seconds"
    yield from _health_check(container.get("healthCheck"))


def _health_check(health_check: Document | None) -> Iterator[str]:
    if health_check is None:
        return
    if health_check["command"][:1] not in (["CMD"], ["CMD-SHELL"], ["NONE"]):
        yield "healthCheck.command: must begin with CMD (program, arguments) or CMD-SHELL (a line for a shell)"
    for name, (least, most) in ecs.HEALTH_CHECK.items():
        if not least <= health_check.get(name, least) <= most:
            yield f"healthCheck.{name}: {health_check[name]} is not between {least} and {most}"


def _ports(container: Document, document: Document) -> Iterator[str]:
    mode = document.get("networkMode", "bridge")
    for position, mapping in enumerate(container.get("portMappings", [])):
        port, host_port = mapping.get("containerPort"), mapping.get("hostPort")
        where = f"portMappings[{position}]"
        if (port is None) == ("containerPortRange" not in mapping):
            yield f"{where}: needs containerPort or containerPortRange, one of them"
        elif port is not None and not 1 <= port <= 65535:
            yield f"{where}.containerPort: {port} is not between 1 and 65535"
        elif mode in ("awsvpc", "host") and host_port is not None and host_port != port:
            yield f"{where}.hostPort: {host_port} must be containerPort, {port}, in network mode {mode}; leave it out"


def _references(container: Document, document: Document) -> Iterator[str]:
    volumes = [volume.get("name") for volume in document.get("volumes", [])]
    containers = {other.get("name"): other for other in document["containerDefinitions"]}
    for mount in container.get("mountPoints", []):
        if mount.get("sourceVolume") not in volumes:
            yield f"mountPoints: {mount.get('sourceVolume')} is not in volumes ({_listed(volumes)})"
    for source in container.get("volumesFrom", []):
        if source.get("sourceContainer") not in containers:
            yield f"volumesFrom: {source.get('sourceContainer')} is no container of this task ({_listed(containers)})"
    for other in container.get("dependsOn", []):
        name = other["containerName"]
        if name not in containers:
            yield f"dependsOn: {name} is no container of this task ({_listed(containers)})"
        elif other["condition"] == "HEALTHY" and "healthCheck" not in containers[name]:
            yield f"dependsOn: {name} cannot get HEALTHY, it has no healthCheck; give it one, or use START"


def _sums(document: Document, containers: list[Document]) -> Iterator[str]:
    cpu, memory = (
        None if document.get(name) is None else parse(document[name])
        for name, parse in (("cpu", cpu_units), ("memory", mebibytes))
    )
    reserved_cpu = sum(container.get("cpu", 0) for container in containers)
    if cpu is not None and reserved_cpu > cpu:
        yield f"cpu: the containers' {reserved_cpu} units are more than the task's {cpu}"
    reserved = [container.get("memoryReservation", container.get("memory")) for container in containers]
    if memory is None:
        for position, size in enumerate(reserved):
            if size is None and document.get("memory") is None:
                yield f"containerDefinitions[{position}].memory: is needed, as the task has no memory of its own"
        return
    if sum(size or 0 for size in reserved) > memory:
        yield f"memory: the containers' {sum(size or 0 for size in reserved)} MiB are more than the task's {memory}"
    for position, container in enumerate(containers):
        if container.get("memory", 0) > memory:
            yield f"containerDefinitions[{position}].memory: {container['memory']} is more than the task's {memory} MiB"


def _order(containers: list[Document]) -> Iterator[str]:
    graph = {
        container.get("name"): [other["containerName"] for other in container.get("dependsOn", [])]
        for container in containers
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield f"containerDefinitions: dependsOn goes round in a circle: {' -> '.join(reversed(error.args[1]))}"


def _repeated(where: str, key: str, items: Iterable[Document]) -> Iterator[str]:
    for name, count in Counter(item.get(key) for item in items).items():
        if count > 1:
            yield f"{where}: {name} is there {count} times; each {key} must be the only one"


def _listed(names: Iterable[t.Any]) -> str:
    return ", ".join(str(name) for name in names) or "it has none"
