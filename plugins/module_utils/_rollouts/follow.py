# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Watch a service until something changes that is worth a line, or the outcome is known."""

from __future__ import annotations

import time
import typing as t

from .._aws.errors import EcsError
from .._aws.session import Clients
from .._documents.shapes import Document
from .._ecs import service_api
from .._ecs.service_apply import Watched
from . import look as rollouts_look

#: Seconds between two looks: short while something happens, long while nothing does.
SHORTEST, LONGEST = 0.5, 5.0


class Step(t.NamedTuple):
    """What watching brought: lines to show, the verdict if there is one, the last look, the service as it is."""

    lines: list[str]
    verdict: str | None
    look: rollouts_look.Look
    service: Document | None


def watch(clients: Clients, watched: Watched, previous: rollouts_look.Look, seconds: float) -> Step:
    """Look again and again for so many seconds at most; return as soon as there is a line to show or a verdict."""
    deadline = time.monotonic() + seconds
    interval = SHORTEST
    while True:
        service, current = look(clients, watched, previous)
        lines, verdict = rollouts_look.next_step(previous, current)
        left = deadline - time.monotonic()
        if lines or verdict or left <= 0:
            return Step(lines, verdict, current, service)
        time.sleep(min(interval, left))
        interval = min(interval * 1.5, LONGEST)
        previous = current


def look(
    clients: Clients, watched: Watched, previous: rollouts_look.Look
) -> tuple[Document | None, rollouts_look.Look]:
    """Return the service as it is, and the look at it."""
    service = service_api.describe_service(clients("ecs"), watched.cluster, watched.name)
    goes = watched.tasks is not None
    beside = {"tasks": _not_stopped(clients, watched)} if goes else _beside(clients, service or {})
    return service, rollouts_look.look(service, watched.deployment, previous, {**beside, "at": time.time()})


def _not_stopped(clients: Clients, watched: Watched) -> int:
    tasks = service_api.describe_tasks(clients("ecs"), watched.cluster, watched.tasks or [])
    return sum(task.get("lastStatus") != "STOPPED" for task in tasks)


def _beside(clients: Clients, service: Document) -> dict[str, t.Any]:
    """Return what makes the lines richer. A wait must not fail because these calls are not allowed."""
    beside: dict[str, t.Any] = {}
    try:
        if service.get("loadBalancers"):
            targets = service_api.targets_of(clients("elbv2"), service)
            beside["targets"] = {target_name(target): target_state(target) for target in targets}
        if service.get("currentServiceDeployment"):
            beside["deployment"] = service_api.describe_deployment(clients("ecs"), service["currentServiceDeployment"])
    except EcsError:
        return beside
    return beside


def target_name(target: Document) -> str:
    """Return address and port of a target as DescribeTargetHealth gives it."""
    return f"{target['Target']['Id']}:{target['Target'].get('Port', '')}"


def target_state(target: Document) -> str:
    """Return state and reason of a target as DescribeTargetHealth gives it, in words."""
    health = target["TargetHealth"]
    reason = health.get("Description") or health.get("Reason")
    return f"{health['State']} ({reason})" if reason else health["State"]
