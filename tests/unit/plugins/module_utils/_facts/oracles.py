# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What others say of AWS: cfn-lint ships AWS's own resource schemas, and botocore AWS's own service models."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import botocore.session
import cfnlint.data.schemas

SCHEMAS = Path(next(iter(cfnlint.data.schemas.__path__)))
CFN, MODEL, SAID = "cfn-lint's schema", "botocore's model", "botocore's words"


@cache
def schema(resource):
    """Return AWS's schema of a resource: schema("AWS::ECS::Service")."""
    of_region = json.loads((SCHEMAS / "providers" / "us-east-1.json").read_text())
    return json.loads((SCHEMAS / "resources" / f"{of_region[resource]}.json").read_text())


def member(resource, path):
    """Return the schema of a member: member("AWS::ECS::Service", "CanaryConfiguration.CanaryPercent")."""
    whole = schema(resource)
    *of, name = path.split(".")
    return (whole["definitions"][of[0]] if of else whole)["properties"][name]


def span(resource, path):
    """Return the least and the most that a schema allows of a number."""
    found = member(resource, path)
    return found["minimum"], found["maximum"]


def rule(name):
    """Return a rule that cfn-lint adds to the schemas: rule("aws_ecs_taskdefinition/fargate_cpu_memory")."""
    return json.loads((SCHEMAS / "extensions" / f"{name}.json").read_text())


def fargate_sizes():
    """Return the sizes of cfn-lint's rule: CPU units -> set of MiB."""
    sizes = {}
    for pair in rule("aws_ecs_taskdefinition/fargate_cpu_memory")["then"]["anyOf"]:
        cpu, memory = (pair["properties"][name]["then"] for name in ("Cpu", "Memory"))
        step = memory.get("multipleOf")
        spread = range(memory["minimum"], memory["maximum"] + 1, step) if step else memory["enum"]
        sizes[int(cpu["enum"][0])] = set(spread)
    return sizes


@cache
def model(service):
    return botocore.session.get_session().get_service_model(service)


def shape(service, name):
    """Return a shape of a service model: metadata has min, max and pattern, enum its values."""
    return model(service).shape_for(name)


def span_of_shape(service, name):
    found = shape(service, name).metadata
    return found["min"], found["max"]


def words(service, name, of=None):
    """Return what botocore's model says in words of an operation, or of a structure's member, on one line."""
    found = model(service).shape_for(name).members[of] if of else model(service).operation_model(name)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", found.documentation or ""))


def said(service, name, of, pattern):
    """Return the numbers that the words say where the pattern has groups; one alone as it is, () if it is not said."""
    found = re.search(pattern, words(service, name, of))
    values = tuple(float(text.replace(",", "")) for text in found.groups()) if found else ()
    return values[0] if len(values) == 1 else values


def unsupported(service, name, where):
    """Return the members of which the words say that they are not supported there; where is a regular expression."""
    no = re.compile(rf"[^.]*(?:{where})[^.]*(?:isn't|not) supported|(?:isn't|not) supported [^.]*(?:{where})")
    return {of for of in model(service).shape_for(name).members if no.search(words(service, name, of))}
