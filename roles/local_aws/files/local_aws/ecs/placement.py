# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a new task goes: its subnet and its capacity provider."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from .cluster import FARGATE_PROVIDERS


def least_used(subnets: list[str], used: list[str]) -> str:
    """Return the subnet with the fewest tasks, the first of several."""
    counts = Counter(used)
    return min(subnets, key=lambda subnet: counts[subnet])


class Candidate(NamedTuple):
    """What counts for the choice of a task to stop: its health, its subnet, and since when it runs, in seconds."""

    is_healthy: bool
    subnet: str
    since: float


def leaving(candidates: Sequence[Candidate]) -> list[int]:
    """Return the candidates' numbers in the order in which they may go.

    Not healthy ones first; then one of the subnet, and so of the zone, that has the most; of these the newest.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
    """
    left, order = dict(enumerate(candidates)), []
    while left:
        crowd = Counter(candidate.subnet for candidate in left.values())
        number = min(
            left, key=lambda number: (left[number].is_healthy, -crowd[left[number].subnet], -left[number].since)
        )
        order.append(number)
        del left[number]
    return order


def placement(settings: dict[str, Any], providers: list[str]) -> dict[str, Any]:
    """Return a new task's launchType and capacityProviderName; providers: those of the tasks that run."""
    strategy = settings.get("capacityProviderStrategy")
    if not strategy:
        return {"launchType": settings.get("launchType", "EC2")}
    provider = choose_provider(strategy, Counter(providers))
    return {"launchType": "FARGATE" if provider in FARGATE_PROVIDERS else "EC2", "capacityProviderName": provider}


def choose_provider(strategy: list[dict[str, Any]], running: dict[str, int]) -> str:
    """Return the capacity provider of the next task, given how many tasks run on each: bases first, then by weight.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
    """
    for item in strategy:
        if running.get(item["capacityProvider"], 0) < item.get("base", 0):
            return str(item["capacityProvider"])
    weighted = [item for item in strategy if item.get("weight", 0) > 0]
    share = {
        item["capacityProvider"]: (running.get(item["capacityProvider"], 0) - item.get("base", 0) + 1) / item["weight"]
        for item in weighted
    }
    return min(share, key=lambda name: share[name])
