# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Target groups: how two are compared, and what AWS would refuse, told before anything is sent.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
"""

from __future__ import annotations

import re
import typing as t

from .._documents import problems
from .._documents.compare import Rules
from .._documents.shapes import Document, DocumentError
from .._facts import elb
from . import attributes as elb_attributes

# What ModifyTargetGroup takes. The rest of a target group is there from its creation on.
MODIFIED = (
    "HealthCheckEnabled",
    "HealthCheckIntervalSeconds",
    "HealthCheckPath",
    "HealthCheckPort",
    "HealthCheckProtocol",
    "HealthCheckTimeoutSeconds",
    "HealthyThresholdCount",
    "Matcher",
    "UnhealthyThresholdCount",
)
RULES = Rules(
    defaults={
        "HealthCheckEnabled": True,
        "HealthCheckPath": "/",
        "HealthCheckPort": "traffic-port",
        "IpAddressType": "ipv4",
        "Matcher.HttpCode": "200",
        "ProtocolVersion": "HTTP1",
        "TargetType": "instance",
    },
    forms={
        "Matcher.HttpCode": lambda codes: codes.replace(" ", ""),
        "ProtocolVersion": str.upper,
    },
)
# Lowest and highest: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
HTTP = ("HTTP", "HTTPS")


def check(document: Document, attributes: dict[str, str]) -> None:
    """Raise DocumentError with all that AWS would refuse in what is asked for, whatever there is."""
    problems.refuse(
        [
            *elb_attributes.name_problems(document["Name"], "target group"),
            *_form_problems(document),
            *elb_attributes.attribute_problems(attributes, elb.TARGET_GROUP_ATTRIBUTES),
            *_slow_start_problems(attributes.get("slow_start.duration_seconds", "0")),
        ]
    )


def check_against(before: Document | None, document: Document) -> None:
    """Raise DocumentError with what AWS would refuse in the target group as it would be; before is None if new."""
    problems.refuse([*_new_problems(document, before), *_time_problems({**(before or {}), **document})])


def check_fixed(name: str, fields: list[str], before: Document, after: Document) -> None:
    """Raise DocumentError where something differs that AWS sets only at creation."""
    fixed = [field for field in fields if field not in MODIFIED]
    if fixed:
        told = ", ".join(f"{field} is {before.get(field)}, not {after.get(field)}" for field in fixed)
        raise DocumentError(
            f"Target group {name}: {told}; AWS sets that only at creation. Give the new target group another name and "
            "let listeners, rules and services lead to it, or remove this one first (state=absent)"
        )


def _new_problems(document: Document, before: Document | None) -> t.Iterator[str]:
    if before is None and document.get("TargetType") != "lambda":
        for member in ("Protocol", "Port", "VpcId"):
            if member not in document:
                yield f"definition.{member} is missing, a new target group needs it"


def _form_problems(document: Document) -> t.Iterator[str]:
    path = document.get("HealthCheckPath", "/")
    if not path.startswith("/"):
        yield f"definition.HealthCheckPath: {path} must begin with /"
    codes = (document.get("Matcher") or {}).get("HttpCode")
    if codes is not None and not all(_in_range(part.strip()) for part in codes.split(",")):
        least, most = elb.MATCHED_CODES
        told = f"{codes} must be codes or ranges of them from {least} to {most}, as 200,204-299"
        yield f"definition.Matcher.HttpCode: {told}"


def _time_problems(document: Document) -> t.Iterator[str]:
    protocol = document.get("HealthCheckProtocol") or document.get("Protocol")
    if protocol not in HTTP or document.get("TargetType") == "lambda":
        return
    interval, timeout = document.get("HealthCheckIntervalSeconds", 30), document.get("HealthCheckTimeoutSeconds", 5)
    if timeout >= interval:
        yield (
            f"definition.HealthCheckTimeoutSeconds: {timeout} s must be below HealthCheckIntervalSeconds "
            f"({interval} s); lower the one or raise the other"
        )


def _in_range(part: str) -> bool:
    if not re.fullmatch(r"[0-9]{3}(-[0-9]{3})?", part):
        return False
    codes = [int(code) for code in part.split("-")]
    least, most = elb.MATCHED_CODES
    return least <= codes[0] and codes[-1] <= most and (len(codes) == 1 or codes[0] < codes[1])


def _slow_start_problems(seconds: str) -> t.Iterator[str]:
    least, most = elb.SLOW_START
    if seconds != "0" and not (seconds.isdigit() and least <= int(seconds) <= most):
        yield f"attributes: slow_start.duration_seconds is {seconds}, AWS takes 0 (off) or {least} to {most}"
