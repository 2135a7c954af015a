# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What is wrong with an inventory, found before anything is made: pure functions that yield sentences."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ...module_utils._documents.masking import is_secret, redacted

MISSING = object()


def differing(hosts: Mapping[str, Mapping[str, Any]], group: str) -> Iterator[str]:
    """Name each variable that has more than one value in the group; hosts maps a host to its shared variables."""
    for name in sorted({name for values in hosts.values() for name in values}):
        found: list[tuple[Any, list[str]]] = []
        for host, values in hosts.items():
            value = values.get(name, MISSING)
            for known, those in found:
                if known == value:
                    those.append(host)
                    break
            else:
                found.append((value, [host]))
        if len(found) > 1:
            who = "; ".join(f"{_shown(name, value)} on {', '.join(those)}" for value, those in found)
            yield f"{name} is shared by all hosts of {group} but differs: {who}. Set it once, for the whole group."


def _shown(name: str, value: Any) -> str:
    """Return the value in words; what holds a secret by its name, or that of something in it, is not told."""
    if value is MISSING:
        return "not set"
    return "a value (hidden)" if _holds_secret(name, value) else redacted(repr(value), [])


def _holds_secret(name: str, value: Any) -> bool:
    if isinstance(value, Mapping):
        return is_secret(name) or any(_holds_secret(str(key), item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return is_secret(name) or any(_holds_secret("", item) for item in value)
    return is_secret(name)


def badly_typed(variables: Mapping[str, Any], options: Mapping[str, Any]) -> list[str]:
    """Say which role variables do not fit their role's argument specification."""
    given = {name: value for name, value in variables.items() if name in options}
    # A default is a role's own, and written as a template: it is not what is checked here.
    types = {name: {key: value for key, value in options[name].items() if key != "default"} for name in given}
    return ArgumentSpecValidator(types).validate(given).error_messages


def bad_region(region: str, known: Sequence[str], version: str) -> Iterator[str]:
    """Refuse a region that the installed botocore does not know."""
    if not region:
        yield "aws_region is not set: set the AWS region to deploy to, as in aws_region: eu-west-1"
    elif region not in known:
        close = difflib.get_close_matches(region, known, n=3, cutoff=0.6)
        hint = f"did you mean {' or '.join(close)}?" if close else "check its spelling,"
        yield (
            f"aws_region: botocore {version} knows no region {region!r} with Amazon ECS; "
            f"{hint} or upgrade botocore for a new one"
        )


def bad_names(deployment: str, service: str) -> Iterator[str]:
    """Refuse names that IAM, ECS or EC2 would refuse later, when half of the deployment is made."""
    if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9-]{0,39}", deployment):
        yield (
            f"deployment_name: {deployment!r} must begin with a letter and have at most 40 letters, digits and "
            "hyphens: it is the prefix of all names"
        )
    if not re.fullmatch(r"[a-zA-Z0-9_-]{1,200}", service):
        yield (
            f"the inventory host {service!r} is the service's name, which has at most 200 letters, digits, "
            "hyphens and underscores"
        )


def bad_image(image: str, preset: str, gpu: bool, fargate: bool) -> Iterator[str]:
    """Refuse an image that is missing and a server that Fargate cannot run."""
    if not image.strip():
        yield "ecs_service_image is empty: set the container image to run, as in ecs_service_image: ghcr.io/me/llm:1.0"
    elif re.search(r"\s", image):
        yield f"ecs_service_image: {image!r} has white space; write an image as registry/name:tag"
    if gpu and fargate:
        yield (
            f"ecs_service_preset: {preset} needs a GPU, and Fargate has none: set a capacity provider with GPUs in "
            "ecs_service_capacity_provider_strategy"
        )


def bad_rollout(definition: Mapping[str, Any]) -> Iterator[str]:
    """Refuse bounds between which no task can be replaced: the deployment would wait until it times out.

    ECS rounds the least number of healthy tasks up and the greatest number of running ones down.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
    """
    count = definition.get("desiredCount", 1)
    bounds = definition.get("deploymentConfiguration", {})
    if bounds.get("strategy", "ROLLING") != "ROLLING":
        return
    least, most = bounds.get("minimumHealthyPercent", 100), bounds.get("maximumPercent", 200)
    if count and math.ceil(count * least / 100) >= count >= count * most // 100:
        yield (
            f"With ecs_service_minimum_healthy_percent {least} and ecs_service_maximum_percent {most}, ECS cannot "
            f"replace any of {count} task(s): it may neither stop one nor start one more. Raise the second to "
            f"{math.ceil((count + 1) * 100 / count)}, or lower the first to {(count - 1) * 100 // count}."
        )
