# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A load balancer's place in its VPC: its address on this machine, its network interfaces, and who lets whom in."""

from __future__ import annotations

import time
from typing import Any

from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.elbv2.models import FakeLoadBalancer

from ..base.delays import DELAYS
from ..network import vpc
from ..network.addresses import ADDRESSES
from .targets import Target


class Place:
    """One load balancer's address and interfaces, which follow its subnets and security groups."""

    def __init__(self, balancer: FakeLoadBalancer, backend: Any) -> None:
        self._balancer, self._ec2 = balancer, backend
        self._interfaces: dict[str, NetworkInterface] = {}
        self._leaving: list[tuple[float, NetworkInterface]] = []
        self.address = ADDRESSES.take()
        self.follow()

    def follow(self) -> None:
        """Have one interface in each of the load balancer's subnets, with its security groups."""
        wanted = {subnet.id: subnet for subnet in self._balancer.subnets}
        for subnet_id in self._interfaces.keys() - wanted.keys():
            self._leave(self._interfaces.pop(subnet_id))
        for subnet_id in wanted.keys() - self._interfaces.keys():
            self._interfaces[subnet_id] = self._connect(wanted[subnet_id])
        groups = [self._ec2.get_security_group_from_id(group) for group in self._balancer.security_groups or []]
        for interface in self._interfaces.values():
            interface._group_set = [group for group in groups if group]

    def leave(self) -> None:
        """Give the address back; the interfaces linger, as on AWS."""
        ADDRESSES.give_back(self.address)
        for interface in self._interfaces.values():
            self._leave(interface)
        self._interfaces = {}

    def forget(self, now: float) -> bool:
        """Delete the interfaces whose time is over; return whether none is left to be deleted."""
        over = [interface for since, interface in self._leaving if now - since >= DELAYS.eni]
        self._leaving = [(since, interface) for since, interface in self._leaving if interface not in over]
        for interface in over:
            interface.delete()
        return not self._leaving

    def admits(self, peer: str, port: int) -> bool:
        """Return whether the load balancer's security groups let the peer in to one of its ports."""
        return any(vpc.ingress_allows(interface, peer, port) for interface in list(self._interfaces.values())[:1])

    def reaches(self, target: Target, port: int) -> bool:
        """Return whether the target's security groups let the load balancer in; one without an interface has none."""
        behind = next(
            (eni for eni in list(self._ec2.enis.values()) if eni.private_ip_address == target.ip and eni.group_set),
            None,
        )
        if behind is None:
            return True
        return any(vpc.ingress_allows(behind, eni.private_ip_address, port) for eni in list(self._interfaces.values()))

    def _connect(self, subnet: Any) -> NetworkInterface:
        name = "/".join(self._balancer.arn.split("/")[-2:])
        interface = self._ec2.create_network_interface(
            subnet, "", group_ids=self._balancer.security_groups or [], description=f"ELB app/{name}"
        )
        vpc.connect_interface(interface, self.address if self._balancer.scheme == "internet-facing" else None)
        return interface

    def _leave(self, interface: NetworkInterface) -> None:
        interface.public_ip = None
        self._leaving.append((time.monotonic(), interface))
