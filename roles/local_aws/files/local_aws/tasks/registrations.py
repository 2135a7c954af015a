# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The target groups that a task is in: where its requests come from, and what the load balancers make of its health.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..alb import targets

HEALTHY = "healthy"


class Place(NamedTuple):
    """One port of a task in one target group, by the group's ARN."""

    group: str
    port: int


class Failed(NamedTuple):
    """What a target group says of a port of a task whose health checks fail."""

    group: str
    port: int
    description: str


class Registrations:
    """What a task has registered; nothing for a task without a load balancer."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = list(places)
        self._ip: str | None = None

    def __bool__(self) -> bool:
        return bool(self._places)

    @property
    def groups(self) -> list[str]:
        """The ARNs of the target groups."""
        return [place.group for place in self._places]

    def register(self, ip: str, host: str, zone: str) -> None:
        """Put the address of the VPC into the target groups; host is where the task listens on this machine."""
        self._ip = ip
        for place in self._places:
            targets.register(place.group, ip, place.port, (host, place.port), zone)

    def deregister(self) -> bool:
        """Have no new requests sent; return whether there was anything to deregister."""
        if self._ip is None:
            return False
        for place in self._places:
            targets.deregister(place.group, self._ip, place.port)
        return bool(self._places)

    @property
    def is_drained(self) -> bool:
        """Whether no request is left, or no more time for it, after deregister()."""
        return self._ip is None or all(targets.is_drained(place.group, self._ip, place.port) for place in self._places)

    @property
    def is_healthy(self) -> bool:
        """Whether every target group calls the task healthy; true of none."""
        return all(state == HEALTHY for state in self._states())

    @property
    def failed(self) -> Failed | None:
        """A target group that calls the task unhealthy, and why, if one does."""
        for place in self._places:
            for shown in targets.TARGETS.shown(place.group):
                if (shown.ip, shown.port) == (self._ip, place.port) and shown.state == "unhealthy":
                    return Failed(place.group, place.port, shown.description)
        return None

    def _states(self) -> list[str]:
        found = [targets.health(place.group, self._ip or "", place.port) for place in self._places]
        return [health[0] if health else "" for health in found]
