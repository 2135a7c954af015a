# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What load balancers count, under CloudWatch's names and dimensions.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from moto.elbv2.models import FakeLoadBalancer

from ..base.arns import account_and_region
from ..cloudwatch.store import METRICS, Key
from .plane import DataPlane, backends
from .proxy import Outcome
from .targets import TARGETS, groups_of

NAMESPACE = "AWS/ApplicationELB"
Dimensions = dict[str, str]


class Datum(NamedTuple):
    """One value of a metric."""

    name: str
    dimensions: Dimensions
    value: float
    unit: str = "Count"


def count(outcome: Outcome) -> None:
    """Put what became of a request into CloudWatch."""
    add(outcome.balancer, counted(outcome))


def add(balancer: FakeLoadBalancer, data: Iterator[Datum], at: float | None = None) -> None:
    """Put values of a load balancer's account and region into CloudWatch, at a time on CLOCK, now by default."""
    account, region = account_and_region(balancer.arn)
    for datum in data:
        dimensions = frozenset(datum.dimensions.items())
        METRICS.add(Key(account, region, NAMESPACE, datum.name, dimensions, datum.unit), datum.value, at)


def publish(plane: DataPlane, now: float) -> None:
    """Put what is the case into CloudWatch, as of the minute that ends now (on CLOCK), if one does."""
    if now % 60:
        return
    for backend in backends():
        for balancer in list(backend.load_balancers.values()):
            add(balancer, sampled(balancer, plane.connections(balancer.arn)), now - 1)


def sampled(balancer: FakeLoadBalancer, connections: int) -> Iterator[Datum]:
    """Yield the load balancer's connections, if it has any, and the hosts of each target group with targets."""
    if connections:
        yield Datum("ActiveConnectionCount", {"LoadBalancer": balancer.arn.partition(":loadbalancer/")[2]}, connections)
    for group in sorted(set().union(*map(groups_of, list(balancer.listeners.values())))):
        # One that is being deregistered is neither healthy nor unhealthy.
        states = Counter(
            (its.zone, its.state) for its in TARGETS.shown(group) if its.state not in ("draining", "unused")
        )
        if states:
            yield from hosts(balancer, group, states)


def counted(outcome: Outcome) -> Iterator[Datum]:
    """Yield what AWS counts of a request: those for which no target was chosen are no RequestCount.

    RequestCountPerTarget adds up to the requests divided by the targets to choose from, of all zones or of one.
    """
    balancer = {"LoadBalancer": outcome.balancer.arn.partition(":loadbalancer/")[2]}
    if outcome.group is None or outcome.target is None:
        yield from _own(outcome, [balancer])
        return
    group = {"TargetGroup": outcome.group.rpartition(":")[2], **balancer}
    zone = {"AvailabilityZone": outcome.target.zone}
    everywhere = [balancer, {**balancer, **zone}, group, {**group, **zone}]
    for dimensions in everywhere:
        yield Datum("RequestCount", dimensions, 1)
    alone = {"TargetGroup": group["TargetGroup"]}
    for dimensions in (alone, group):
        yield Datum("RequestCountPerTarget", dimensions, 1 / len(outcome.among))
        in_zone = outcome.among.count(outcome.target.zone)
        yield Datum("RequestCountPerTarget", {**dimensions, **zone}, 1 / in_zone)
    if outcome.answered:
        for dimensions in everywhere:
            yield Datum(f"HTTPCode_Target_{outcome.status // 100}XX_Count", dimensions, 1)
            yield Datum("TargetResponseTime", dimensions, outcome.seconds, "Seconds")
        return
    if not outcome.connected:
        for dimensions in everywhere:
            yield Datum("TargetConnectionErrorCount", dimensions, 1)
    yield from _own(outcome, [balancer, {**balancer, **zone}])


def _own(outcome: Outcome, places: list[Dimensions]) -> Iterator[Datum]:
    """Yield the counters of an answer that the load balancer gave itself."""
    for dimensions in places:
        if outcome.action == "redirect":
            yield Datum("HTTP_Redirect_Count", dimensions, 1)
        elif outcome.action == "fixed-response":
            yield Datum("HTTP_Fixed_Response_Count", dimensions, 1)
        if outcome.status >= 300:
            yield Datum(f"HTTPCode_ELB_{outcome.status // 100}XX_Count", dimensions, 1)
        if outcome.status in (500, 502, 503, 504):
            yield Datum(f"HTTPCode_ELB_{outcome.status}_Count", dimensions, 1)


def hosts(balancer: FakeLoadBalancer, group: str, states: Mapping[tuple[str, str], int]) -> Iterator[Datum]:
    """Yield how many targets are healthy and how many are not; states: how many by (zone, "healthy" or another)."""
    named = {
        "TargetGroup": group.rpartition(":")[2],
        "LoadBalancer": balancer.arn.partition(":loadbalancer/")[2],
    }
    for name, is_healthy in (("HealthyHostCount", True), ("UnHealthyHostCount", False)):
        by_zone = {
            zone: sum(
                number for (its, state), number in states.items() if its == zone and (state == "healthy") == is_healthy
            )
            for zone in {zone for zone, _state in states}
        }
        yield Datum(name, named, sum(by_zone.values()))
        for zone, number in by_zone.items():
            yield Datum(name, {**named, "AvailabilityZone": zone}, number)
