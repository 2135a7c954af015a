# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts of Fargate: which, what we have of it, what an oracle has, and which oracle that is."""

from __future__ import annotations

import re

from ansible_collections.llmops.ecs.plugins.module_utils._facts import fargate
from ansible_collections.llmops.ecs.tests.unit.plugins.module_utils._facts import oracles
from ansible_collections.llmops.ecs.tests.unit.plugins.module_utils._facts.oracles import CFN, SAID, said


def on_fargate(path):
    found = oracles.rule("aws_ecs_taskdefinition/fargate_properties")
    for step in path:
        found = found[step]
    return set(found)


NOT_IN_CONTAINER = oracles.unsupported("ecs", "ContainerDefinition", "Fargate|awsvpc network mode")
NEEDED_OPTIONS = set(
    oracles.rule("aws_ecs_taskdefinition/logging_configuration")["then"]["properties"]["Options"]["required"]
)
IN_CONTAINERS = ("then", "allOf", 1, "properties", "ContainerDefinitions", "items", "properties", "LogConfiguration")

ROWS = [
    ("fargate.SIZES", {cpu: set(sizes) for cpu, sizes in fargate.SIZES.items()}, oracles.fargate_sizes(), CFN),
    (
        "fargate.SIZES",
        set(fargate.SIZES),
        {
            int(cpu)
            for cpu in re.findall(r"cpu values: (\d+)", oracles.words("ecs", "RegisterTaskDefinitionRequest", "memory"))
        },
        SAID,
    ),
    (
        "fargate.EPHEMERAL_STORAGE",
        fargate.EPHEMERAL_STORAGE,
        said(
            "ecs",
            "EphemeralStorage",
            "sizeInGiB",
            pattern=r"minimum supported value is (\d+) .* maximum supported value is (\d+)",
        ),
        SAID,
    ),
    *(
        (
            "fargate.CONTAINER_TIMEOUT",
            fargate.CONTAINER_TIMEOUT,
            said("ecs", "ContainerDefinition", of, pattern=r"for Fargate are (\d+)-(\d+)"),
            f"{SAID} of {of}",
        )
        for of in ("startTimeout", "stopTimeout")
    ),
    (
        "fargate.LOG_DRIVERS",
        set(fargate.LOG_DRIVERS),
        on_fargate((*IN_CONTAINERS, "then", "properties", "LogDriver", "enum")),
        CFN,
    ),
    ("fargate.AWSLOGS_OPTIONS", NEEDED_OPTIONS & set(fargate.AWSLOGS_OPTIONS), NEEDED_OPTIONS, CFN),
    (
        "fargate.NOT_OF_A_TASK",
        {"placementConstraints"} & set(fargate.NOT_OF_A_TASK),
        {name[0].lower() + name[1:] for name in on_fargate(("then", "allOf", 2, "not", "required"))},
        CFN,
    ),
    (
        "fargate.NOT_OF_A_TASK",
        {"ipcMode"} & set(fargate.NOT_OF_A_TASK),
        oracles.unsupported("ecs", "RegisterTaskDefinitionRequest", "run on Fargate"),
        SAID,
    ),
    ("fargate.NOT_OF_A_CONTAINER", NOT_IN_CONTAINER & set(fargate.NOT_OF_A_CONTAINER), NOT_IN_CONTAINER, SAID),
    ("fargate.NOT_OF_LINUX", set(fargate.NOT_OF_LINUX), oracles.unsupported("ecs", "LinuxParameters", "Fargate"), SAID),
    (
        "fargate.CAPABILITIES",
        fargate.CAPABILITIES,
        tuple(
            re.findall(
                r"Fargate only support adding the (\w+) kernel", oracles.words("ecs", "KernelCapabilities", "add")
            )
        ),
        SAID,
    ),
]
