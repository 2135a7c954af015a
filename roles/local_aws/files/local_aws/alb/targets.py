# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The live targets of target groups: who is registered, how they are, and how many requests each is answering.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-register-targets.html
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from moto.elbv2.models import ELBv2Backend, FakeListener, FakeTargetGroup, elbv2_backends

from ..base.arns import account_and_region
from .health import DESCRIPTIONS, ZONE_NOT_ENABLED, Health

DELAY = "deregistration_delay.timeout_seconds"


class Address(NamedTuple):
    """Where a target's process listens, on this machine."""

    host: str
    port: int


class Target:
    """One IP address and port of a VPC; what changes is changed under the lock of the Targets it is in."""

    def __init__(self, ip: str, port: int, address: Address | None, zone: str) -> None:
        self.ip, self.port, self.address, self.zone = ip, port, address, zone
        self.registered_at = time.monotonic()
        self.health = Health()
        self.draining_since: float | None = None
        self.in_flight = 0


class Shown(NamedTuple):
    """A target as DescribeTargetHealth shows it."""

    ip: str
    port: int
    zone: str
    state: str
    reason: str
    description: str


class Targets:
    """The targets of every target group, by its ARN, then by IP address and port. Safe to use from any thread."""

    def __init__(self) -> None:
        self._groups: dict[str, dict[tuple[str, int], Target]] = {}
        self._lock = threading.Lock()

    def register(self, target_group_arn: str, ip: str, port: int, address: tuple[str, int] | None, zone: str) -> None:
        """Have the group's load balancer check the target and send it requests; what is registered stays as it is.

        ip is the VPC's address, which AWS shows; address is where the process listens on this machine, if there is one.
        """
        new = Target(ip, port, Address(*address) if address else None, zone)
        with self._lock:
            group = self._groups.setdefault(target_group_arn, {})
            old = group.get((ip, port))
            if old is None or old.draining_since is not None or old.address != new.address:
                group[ip, port] = new

    def deregister(self, target_group_arn: str, ip: str, port: int) -> None:
        """Send the target no more requests and let those in flight end; one that is not registered is no error."""
        with self._lock:
            target = self._groups.get(target_group_arn, {}).get((ip, port))
            if target and target.draining_since is None:
                target.draining_since = time.monotonic()

    def health(self, target_group_arn: str, ip: str, port: int) -> tuple[str, str] | None:
        """Return AWS's state and reason ("" for healthy), or None for what is not or no longer registered."""
        shown = next((its for its in self.shown(target_group_arn) if (its.ip, its.port) == (ip, port)), None)
        return (shown.state, shown.reason) if shown else None

    def is_drained(self, target_group_arn: str, ip: str, port: int) -> bool:
        """Return whether a deregistered target has no request left, or no more time for it; true for one that is gone.

        The group's deregistration delay is the time.
        """
        delay = _deregistration_delay(target_group_arn)
        with self._lock:
            target = self._groups.get(target_group_arn, {}).get((ip, port))
            if target is None:
                return True
            if target.draining_since is None:
                return False
            return target.in_flight == 0 or time.monotonic() - target.draining_since >= delay

    def shown(self, target_group_arn: str) -> list[Shown]:
        """Return the group's targets as AWS shows them: draining ones too, until the deregistration delay is over."""
        self._forget_drained(target_group_arn)
        balancers = balancers_of(target_group_arn)
        zones = _zones_of(target_group_arn, balancers)
        with self._lock:
            targets = list(self._groups.get(target_group_arn, {}).values())
        return [Shown(its.ip, its.port, its.zone, *_state(its, bool(balancers), zones)) for its in targets]

    def targets(self, target_group_arn: str) -> list[Target]:
        """Return the targets that are registered and not draining."""
        with self._lock:
            group = self._groups.get(target_group_arn, {})
            return [target for target in group.values() if target.draining_since is None]

    def begin_request(self, target: Target) -> bool:
        """Count one more request in flight; False if the target has been deregistered meanwhile."""
        with self._lock:
            if target.draining_since is None:
                target.in_flight += 1
            return target.draining_since is None

    def end_request(self, target: Target) -> None:
        """Count one request less in flight."""
        with self._lock:
            target.in_flight -= 1

    def keep(self, target_group_arns: set[str]) -> None:
        """Forget all groups but these."""
        with self._lock:
            for arn in self._groups.keys() - target_group_arns:
                del self._groups[arn]

    def _forget_drained(self, target_group_arn: str) -> None:
        now, delay = time.monotonic(), _deregistration_delay(target_group_arn)
        with self._lock:
            group = self._groups.get(target_group_arn, {})
            for key, target in list(group.items()):
                if target.draining_since is not None and now - target.draining_since >= delay:
                    del group[key]


def balancers_of(target_group_arn: str) -> list[str]:
    """Return the ARNs of the load balancers of which a listener or a rule leads to the target group."""
    return [
        balancer.arn
        for balancer in list(backend_of(target_group_arn).load_balancers.values())
        if any(target_group_arn in groups_of(listener) for listener in list(balancer.listeners.values()))
    ]


def groups_of(listener: FakeListener) -> set[str]:
    """Return the ARNs of the target groups that the listener's rules, the default one among them, forward to."""
    actions = [action.data for rule in all_rules(listener) for action in rule.actions]
    return set(itertools.chain.from_iterable(forwards_to(action) for action in actions))


def all_rules(listener: FakeListener) -> list[Any]:
    """Return the listener's rules, the default one last."""
    return [*list(listener._non_default_rules.values()), *listener._default_rule.values()]


def forwards_to(action: dict[str, Any]) -> Iterator[str]:
    """Yield the ARNs of the target groups of one action, as AWS has it."""
    if action.get("TargetGroupArn"):
        yield action["TargetGroupArn"]
    for group in action.get("ForwardConfig", {}).get("TargetGroups", []):
        yield group["TargetGroupArn"]


def _state(target: Target, used: bool, zones: set[str]) -> tuple[str, str, str]:
    if target.draining_since is not None:
        return _described("draining", "Target.DeregistrationInProgress")
    if not used:
        return _described("unused", "Target.NotInUse")
    if target.zone not in zones:
        return "unused", "Target.NotInUse", ZONE_NOT_ENABLED
    return target.health.state, target.health.reason, target.health.description


def _described(state: str, reason: str) -> tuple[str, str, str]:
    return state, reason, DESCRIPTIONS[reason]


def _zones_of(target_group_arn: str, balancers: list[str]) -> set[str]:
    known = backend_of(target_group_arn).load_balancers
    found = [known.get(arn) for arn in balancers]
    return {subnet.availability_zone for balancer in found if balancer for subnet in balancer.subnets} | {"all"}


def _deregistration_delay(target_group_arn: str) -> float:
    group: FakeTargetGroup | None = backend_of(target_group_arn).target_groups.get(target_group_arn)
    return float(group.attributes[DELAY]) if group else 0.0


def backend_of(arn: str) -> ELBv2Backend:
    """Return moto's load balancers and target groups of the account and region that an ARN names."""
    account, region = account_and_region(arn)
    return elbv2_backends[account][region]


TARGETS = Targets()
register, deregister, health, is_drained = TARGETS.register, TARGETS.deregister, TARGETS.health, TARGETS.is_drained
