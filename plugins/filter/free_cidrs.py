# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network
from itertools import combinations, islice

from ansible.errors import AnsibleFilterError

from ..module_utils._facts.ec2 import SUBNET_PREFIX_LENGTH


def free_cidrs(
    blocks: str | Iterable[str], used: Iterable[str] = (), prefix_length: int = 24, count: int = 1
) -> list[str]:
    """Return count blocks of prefix_length that lie in blocks and overlap nothing in used, the lowest ones.

    https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
    """
    prefix_length, count = _number(prefix_length, "prefix_length"), _number(count, "count")
    largest, smallest = SUBNET_PREFIX_LENGTH
    if not largest <= prefix_length <= smallest:
        raise AnsibleFilterError(f"free_cidrs: prefix_length is {prefix_length}; a subnet's is {largest} to {smallest}")
    if count < 0:
        raise AnsibleFilterError(f"free_cidrs: count is {count}; it must be 0 or more")
    inside, taken = _networks(blocks, "the VPC's block"), _networks(used, "used")
    if not inside:
        raise AnsibleFilterError("free_cidrs: no block of a VPC is given")
    for one, other in combinations(inside, 2):
        if one.overlaps(other):
            raise AnsibleFilterError(f"free_cidrs: the VPC's blocks {one} and {other} overlap")
    found = [str(network) for network in islice(_free(inside, taken, prefix_length), count)]
    if len(found) < count:
        raise AnsibleFilterError(
            f"free_cidrs: {count} free blocks of /{prefix_length} are needed, {_listed(inside)} has {len(found)}; "
            f"in use: {_listed(taken) or 'nothing'}. Ask for smaller blocks (a longer prefix_length) or fewer, "
            "or associate another CIDR block with the VPC."
        )
    return found


def _free(inside: list[IPv4Network], taken: list[IPv4Network], prefix_length: int) -> Iterator[IPv4Network]:
    for block in inside:
        if block.prefixlen <= prefix_length:
            for network in block.subnets(new_prefix=prefix_length):
                if not any(network.overlaps(other) for other in taken):
                    yield network


def _networks(blocks: str | Iterable[str], what: str) -> list[IPv4Network]:
    if isinstance(blocks, str):
        blocks = [blocks]
    if not isinstance(blocks, Iterable):
        raise AnsibleFilterError(f"free_cidrs: {what} is {blocks!r}; it must be a list of CIDR blocks")
    return [_network(block, what) for block in blocks]


def _network(block: str, what: str) -> IPv4Network:
    try:
        return IPv4Network(str(block))
    except ValueError as error:
        raise AnsibleFilterError(f"free_cidrs: {what} {block!r} is no IPv4 CIDR block: {error}") from error


def _number(value: int | str, what: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise AnsibleFilterError(f"free_cidrs: {what} is {value!r}; it must be a number") from error


def _listed(networks: list[IPv4Network]) -> str:
    return ", ".join(str(network) for network in networks)


class FilterModule:
    """What Ansible looks for in a filter plugin."""

    def filters(self):
        return {"free_cidrs": free_cidrs}
