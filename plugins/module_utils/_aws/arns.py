# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Amazon Resource Names: their parts, those that are known before a resource is made, and stand-ins for check mode.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"""

from __future__ import annotations

import re
import typing as t

from .errors import aws_call


def name_of(arn: str) -> str:
    """Return the last part of an ARN (V(family:revision) of a task definition's), or the name that it already is."""
    return arn.rsplit("/", 1)[-1]


def family_of(task_definition: str) -> str:
    """Return the family in a task definition's ARN, V(family:revision) or family."""
    return name_of(task_definition).partition(":")[0]


def revision_of(task_definition: str) -> int:
    """Return the revision in a task definition's ARN or V(family:revision)."""
    return int(name_of(task_definition).rpartition(":")[2])


@aws_call("tell the ARN that {resource} would get")
def predicted_arn(client: t.Any, sts: t.Any, resource: str, service: str = "ecs") -> str:
    """Return the ARN of a resource that is not there yet, such as V(cluster/llm)."""
    account = sts.get_caller_identity()["Account"]
    return f"arn:{client.meta.partition}:{service}:{client.meta.region_name}:{account}:{resource}"


def short(arn: str | None) -> str:
    """Return the part of an ARN that a person knows: family:revision, a task's ID, a target group's name."""
    if not arn or not arn.startswith("arn:"):
        return arn or ""
    kind, slash, rest = arn.split(":", 5)[5].partition("/")
    if kind == "targetgroup":
        return rest.split("/")[0]
    return rest.rsplit("/", 1)[-1] if slash else kind


#: The end of an ID that check mode makes up, and the account that it makes up ARNs with.
MADE_UP = "0" * 16
NO_ACCOUNT = "0" * 12


def made_up_arn(client: t.Any, resource: str, service: str = "elasticloadbalancing") -> str:
    """Return a well-formed ARN of what check mode would make; resource is V(targetgroup/llm), without its ID."""
    return f"arn:{client.meta.partition}:{service}:{client.meta.region_name}:{NO_ACCOUNT}:{resource}/{MADE_UP}"


def is_made_up(arn: str) -> bool:
    """Whether check mode made this ARN up, here or in a task before."""
    return MADE_UP in arn


def arn_parts(arn: str) -> dict[str, str]:
    """The service, type and ID that an ARN names. The type is empty where a service's ARNs have none.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    service, resource = arn.split(":", 5)[2::3]
    parts = re.split("[/:]", resource, maxsplit=1)
    return {"service": service, "resource_type": "".join(parts[:-1]), "resource_id": parts[-1]}
