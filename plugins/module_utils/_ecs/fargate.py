# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What Fargate asks of a task definition beyond what ECS does.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
"""

from __future__ import annotations

import re
import typing as t
from collections import Counter

from .._documents.shapes import Document
from .._facts import fargate
from .sizes import fargate_problem

if t.TYPE_CHECKING:
    from collections.abc import Iterator


ECR_IMAGE = re.compile(r"\d{12}\.dkr[.-]ecr[.-]")


def fargate_problems(document: Document) -> Iterator[str]:
    """Yield what Fargate would refuse in a task definition, each with the path of the field and the way out."""
    size = fargate_problem(document.get("cpu"), document.get("memory"))
    if size:
        yield f"{'memory' if 'no memory' in size else 'cpu'}: {size}"
    if document.get("networkMode") != "awsvpc":
        yield f"networkMode: {document.get('networkMode')} is not possible on Fargate; set awsvpc"
    if document.get("pidMode") == "host":
        yield "pidMode: host is not possible on Fargate; set task, or leave it out"
    least, most = fargate.EPHEMERAL_STORAGE
    storage = document.get("ephemeralStorage", {}).get("sizeInGiB", least)
    if not least <= storage <= most:
        yield (
            f"ephemeralStorage.sizeInGiB: {storage} is not between {least} and {most} GiB; "
            f"without it a task has {fargate.EPHEMERAL_STORAGE_DEFAULT}"
        )
    yield from _refused(document, fargate.NOT_OF_A_TASK, "")
    for position, volume in enumerate(document.get("volumes", [])):
        if volume.get("host", {}).get("sourcePath") or "dockerVolumeConfiguration" in volume:
            yield f"volumes[{position}]: a volume of the host or of Docker is not possible on Fargate; use EFS"
    for position, container in enumerate(document["containerDefinitions"]):
        for problem in _container(container, document):
            yield f"containerDefinitions[{position}].{problem}"
    yield from _shared_ports(document)


def _container(container: Document, document: Document) -> Iterator[str]:
    linux = container.get("linuxParameters", {})
    yield from _refused(container, fargate.NOT_OF_A_CONTAINER, "")
    yield from _refused(linux, fargate.NOT_OF_LINUX, "linuxParameters.")
    if document.get("runtimePlatform", {}).get("operatingSystemFamily", "LINUX") != "LINUX":
        yield from _refused(linux, fargate.ONLY_OF_LINUX, "linuxParameters.")
    for name in linux.get("capabilities", {}).get("add", []):
        if name not in fargate.CAPABILITIES:
            only = ", ".join(fargate.CAPABILITIES)
            yield f"linuxParameters.capabilities.add: {name} is not possible on Fargate, only {only} is"
    least, most = fargate.CONTAINER_TIMEOUT
    for name in ("startTimeout", "stopTimeout"):
        if not least <= container.get(name, least) <= most:
            yield f"{name}: {container[name]} is not between {least} and {most} seconds on Fargate"
    if any(need["type"] == "GPU" for need in container.get("resourceRequirements", [])):
        yield (
            "resourceRequirements: Fargate has no GPU; run the task on a capacity provider of GPU instances "
            "(requiresCompatibilities EC2 or MANAGED_INSTANCES)"
        )
    yield from _logging(container.get("logConfiguration"))
    if not document.get("executionRoleArn"):
        for need in _needs_execution_role(container):
            yield f"{need} on Fargate; set definition.executionRoleArn"


def _logging(configuration: Document | None) -> Iterator[str]:
    driver = (configuration or {}).get("logDriver", "awslogs")
    if driver not in fargate.LOG_DRIVERS:
        only = ", ".join(fargate.LOG_DRIVERS)
        yield f"logConfiguration.logDriver: {driver} is not possible on Fargate, only {only} are"
    elif configuration and driver == "awslogs":
        lacking = [name for name in fargate.AWSLOGS_OPTIONS if not configuration.get("options", {}).get(name)]
        if lacking:
            yield f"logConfiguration.options: lacks {', '.join(lacking)}, which awslogs needs on Fargate"


def _needs_execution_role(container: Document) -> Iterator[str]:
    if container.get("secrets"):
        yield "secrets: are read with the execution role"
    if container.get("logConfiguration", {}).get("logDriver") == "awslogs":
        yield "logConfiguration: awslogs writes with the execution role"
    if "repositoryCredentials" in container:
        yield "repositoryCredentials: are read with the execution role"
    if ECR_IMAGE.match(container.get("image", "")):
        yield "image: is pulled from ECR with the execution role"


def _shared_ports(document: Document) -> Iterator[str]:
    ports = Counter(
        (mapping["containerPort"], mapping.get("protocol", "tcp"))
        for container in document["containerDefinitions"]
        for mapping in container.get("portMappings", [])
        if "containerPort" in mapping
    )
    for (port, protocol), count in ports.items():
        if count > 1:
            yield f"containerDefinitions: {count} port mappings of {port}/{protocol}; the task has one address"


def _refused(members: Document, names: tuple[str, ...], where: str) -> Iterator[str]:
    for name in names:
        value = members.get(name)
        # False and empties ask for nothing; 0 does, swappiness for one.
        if value is not None and value is not False and value not in ([], {}):
            yield f"{where}{name}: is not possible on Fargate; leave it out"
