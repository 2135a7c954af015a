# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._facts.ec2 import SUBNET_PREFIX_LENGTH
from .free_cidrs import free_cidrs

MARK = "llmops:deployment"
# https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html


@dataclass(frozen=True)
class Wanted:
    """What a deployment asks of its subnets."""

    deployment: str
    vpc_blocks: Sequence[str]
    zones: Sequence[str]
    count: int = 1
    cidrs: Sequence[str] = ()
    prefix_length: int = 24
    internet_route: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)


def subnet_plan(subnets: Iterable[Mapping[str, Any]], **wanted: Any) -> list[dict[str, Any]]:
    """Return the deployment's subnets as they should be, given all those of the VPC. Raises AnsibleFilterError."""
    want = Wanted(**wanted)
    present = list(subnets)
    kept = _kept(present, want)
    zones = [zone for zone in want.zones if zone not in {subnet["availability_zone"] for subnet in kept}]
    missing = int(want.count) - len(kept)
    if missing > len(zones):
        raise AnsibleFilterError(
            f"network_zones_count is {want.count}, but only {len(zones) + len(kept)} zones can be used: "
            f"{', '.join(want.zones)}. Set a lower number."
        )
    used = [subnet["cidr_block"] for subnet in present]
    if want.cidrs:
        cidrs = [cidr for cidr in want.cidrs if cidr not in {subnet["cidr_block"] for subnet in kept}]
    else:
        cidrs = free_cidrs(want.vpc_blocks, used, want.prefix_length, missing)
    new = [
        {"cidr_block": cidr, "availability_zone": zone, "internet_route": want.internet_route}
        for cidr, zone in zip(cidrs, zones, strict=False)
    ]
    return sorted((_planned(subnet, want) for subnet in kept + new), key=lambda subnet: subnet["az"])


def _kept(present: list[Mapping[str, Any]], want: Wanted) -> list[Mapping[str, Any]]:
    """The deployment's own subnets that go on being used: one a zone at most, the named blocks if any are named."""
    own = [subnet for subnet in present if subnet["tags"].get(MARK) == want.deployment]
    if want.cidrs:
        _check(want, present, own)
        return [subnet for subnet in own if subnet["cidr_block"] in want.cidrs]
    by_zone = {subnet["availability_zone"]: subnet for subnet in reversed(own)}
    return [by_zone[zone] for zone in want.zones if zone in by_zone][: int(want.count)]


def _planned(subnet: Mapping[str, Any], want: Wanted) -> dict[str, Any]:
    tags = {**want.tags, MARK: want.deployment, "Name": f"{want.deployment}-{subnet['availability_zone']}"}
    return {
        "subnet_id": subnet.get("subnet_id"),
        "cidr": subnet["cidr_block"],
        "az": subnet["availability_zone"],
        "tags": tags,
        "internet_route": subnet["internet_route"],
        "changed": subnet.get("tags") != tags,
    }


def _check(want: Wanted, present: list[Mapping[str, Any]], own: list[Mapping[str, Any]]) -> None:
    """Refuse named blocks that the VPC cannot have, or that somebody else has."""
    if len(want.cidrs) != int(want.count):
        raise AnsibleFilterError(
            f"network_subnet_cidrs has {len(want.cidrs)} blocks, network_zones_count is {want.count}: "
            "set one block per zone, or none to use free blocks."
        )
    blocks = [IPv4Network(block) for block in want.vpc_blocks]
    taken = [
        (IPv4Network(subnet["cidr_block"]), f"{subnet['subnet_id']} has")
        for subnet in present
        if not (subnet in own and subnet["cidr_block"] in want.cidrs)
    ]
    for cidr in want.cidrs:
        network = _network(cidr)
        if not any(network.subnet_of(block) for block in blocks):
            raise _bad(cidr, f"is outside the VPC's blocks ({', '.join(want.vpc_blocks)})", "Choose one inside")
        for block, who in taken:
            if network.overlaps(block):
                raise _bad(cidr, f"overlaps {block}, which {who}", "Choose a free one")
        taken.append((network, "the list has too"))


def _network(cidr: str) -> IPv4Network:
    try:
        network = IPv4Network(cidr)
    except ValueError as error:
        raise _bad(cidr, f"is not an IPv4 block: {error}", "Write it as in 10.0.0.0/24") from None
    largest, smallest = SUBNET_PREFIX_LENGTH
    if not largest <= network.prefixlen <= smallest:
        raise _bad(cidr, f"is not a size for a subnet, which is /{largest} to /{smallest}", "Choose another")
    return network


def _bad(cidr: str, what: str, way_out: str) -> AnsibleFilterError:
    return AnsibleFilterError(
        f"network_subnet_cidrs: {cidr} {what}. {way_out}, or leave the variable empty to use free blocks."
    )


class FilterModule:
    """What Ansible looks for in a filter plugin."""

    def filters(self):
        return {"subnet_plan": subnet_plan}
