# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What EC2 has on AWS and moto lacks: who may reach an interface, and which subnet reaches the internet."""

from __future__ import annotations

import itertools
from ipaddress import ip_address, ip_network
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.internet_gateways import InternetGateway
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.models.subnets import Subnet

ANYWHERE = "0.0.0.0/0"


def ingress_allows(eni: NetworkInterface, peer_ip: str, port: int) -> bool:
    """Return whether a rule of one of the interface's security groups lets TCP from peer_ip in to the port.

    https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
    """
    rules = itertools.chain.from_iterable(list(group.ingress_rules) for group in list(eni.group_set))
    return any(_covers(rule, port) and _names(rule, peer_ip, eni.ec2_backend) for rule in rules)


def has_internet_route(subnet: Subnet) -> bool:
    """Return whether the subnet is public: its route table sends 0.0.0.0/0 to an internet gateway that is attached."""
    gateways = [route.gateway for route in route_table(subnet).routes if route.destination_cidr_block == ANYWHERE]
    return any(isinstance(gateway, InternetGateway) and gateway.vpc for gateway in gateways)


def route_table(subnet: Subnet) -> Any:
    """Return the subnet's route table: its own, or else the VPC's main one."""
    tables = [table for table in list(subnet.ec2_backend.route_tables.values()) if table.vpc_id == subnet.vpc_id]
    own = [table for table in tables if subnet.id in table._associations.values()]
    return (own or [table for table in tables if table.main_association_id])[0]


def connect_interface(eni: NetworkInterface, public_ip: str | None) -> None:
    """Make a task's interface look like one that ECS made: an address of its subnet, a public one if given, in use."""
    private_ip = eni.subnet.get_available_subnet_ip(eni)
    eni.private_ip_address = private_ip
    eni.private_ip_addresses = [{"Primary": True, "PrivateIpAddress": private_ip}]
    eni.public_ip = public_ip
    eni.requester_managed = True
    eni.status = "in-use"


def _covers(rule: SecurityGroupRule, port: int) -> bool:
    if rule.ip_protocol == "-1":
        return True
    return rule.ip_protocol == "tcp" and rule.from_port <= port <= rule.to_port


def _names(rule: SecurityGroupRule, peer_ip: str, backend: EC2Backend) -> bool:
    if rule.cidr_ipv4:
        return ip_address(peer_ip) in ip_network(rule.cidr_ipv4, strict=False)
    source = rule.source_group.get("GroupId")
    return any(
        peer_ip in (eni.public_ip, eni.private_ip_address) and source in [group.id for group in eni.group_set]
        for eni in list(backend.enis.values())
    )


def install() -> None:
    """Connect each region's default VPC to the internet, and make rules, blocks and filters AWS's."""
    create_default_vpc = EC2Backend.create_default_vpc

    def create_connected_default_vpc(backend: EC2Backend) -> Any:
        vpc = create_default_vpc(backend)
        gateway = backend.create_internet_gateway()
        backend.attach_internet_gateway(gateway.id, vpc.id)
        main = next(table for table in backend.route_tables.values() if table.vpc_id == vpc.id)
        backend.create_route(main.id, ANYWHERE, gateway_id=gateway.id)
        return vpc

    EC2Backend.create_default_vpc = create_connected_default_vpc
    SecurityGroupRule.__eq__ = lambda rule, other: _identity(rule) == _identity(other)
    SecurityGroupRule.description = property(lambda rule: (rule.ip_range or rule.source_group).get("Description"))
    _canonical_blocks()
    filter_value = NetworkInterface.get_filter_value
    NetworkInterface.private_ip_addresses = property(_private_addresses, _set_private_addresses)
    NetworkInterface.get_filter_value = lambda eni, name, method=None: (
        eni.public_ip if name == "association.public-ip" else filter_value(eni, name, method)
    )


def _private_addresses(eni: NetworkInterface) -> list[Any]:
    """Return the addresses; the primary one carries the public address's association, as the interface itself does."""
    for address in eni._private_ip_addresses:
        if isinstance(address, dict) and address.get("Primary"):
            if getattr(eni, "public_ip", None):
                address["Association"] = eni.association
            else:
                address.pop("Association", None)
    return eni._private_ip_addresses


def _set_private_addresses(eni: NetworkInterface, addresses: list[Any]) -> None:
    eni._private_ip_addresses = addresses


def _canonical_blocks() -> None:
    """Have 10.0.0.5/8 become 10.0.0.0/8 wherever a block is given, as AWS documents."""
    create_vpc, create_subnet, make_rule = EC2Backend.create_vpc, EC2Backend.create_subnet, SecurityGroupRule.__init__

    def vpc(backend: EC2Backend, cidr_block: str, *args: Any, **kwargs: Any) -> Any:
        return create_vpc(backend, canonical(cidr_block), *args, **kwargs)

    def subnet(backend: EC2Backend, vpc_id: str, cidr_block: str, *args: Any, **kwargs: Any) -> Any:
        return create_subnet(backend, vpc_id, canonical(cidr_block), *args, **kwargs)

    def rule(self: SecurityGroupRule, *args: Any, **kwargs: Any) -> None:
        make_rule(self, *args, **kwargs)
        for family in ("CidrIp", "CidrIpv6"):
            if family in self.ip_range:
                self.ip_range[family] = canonical(self.ip_range[family])

    EC2Backend.create_vpc, EC2Backend.create_subnet, SecurityGroupRule.__init__ = vpc, subnet, rule


def canonical(cidr: str) -> str:
    """Return a block without host bits; what is no block is left to be refused."""
    try:
        return str(ip_network(cidr, strict=False))
    except ValueError:
        return cidr


def _identity(rule: SecurityGroupRule) -> tuple[Any, ...]:
    return (
        rule.ip_protocol,
        rule.from_port,
        rule.to_port,
        rule.cidr_ipv4,
        rule.cidr_ipv6,
        rule.source_group.get("GroupId"),
        rule.prefix_list_id,
    )
