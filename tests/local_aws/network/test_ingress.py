# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may reach an interface, by the rules of its security groups; and which subnet reaches the internet."""

from __future__ import annotations

import pytest
from moto.ec2.models import ec2_backends

from local_aws.network.vpc import has_internet_route, ingress_allows

ANYWHERE = "0.0.0.0/0"
PEER = "127.0.0.1"


@pytest.fixture
def backend():
    """Return the state of a region of an account that only this test has."""
    yield ec2_backends["210987654321"]["eu-west-1"]
    del ec2_backends["210987654321"]


def interface(backend, name, *rules):
    """Return an interface in the default VPC whose security group has ingress rules (protocol, first, last, source)."""
    vpc = backend.get_default_vpc().id
    group = backend.create_security_group(name, "x", vpc_id=vpc)
    for protocol, first, last, source in rules:
        of = {"source_groups": [{"GroupId": source}]} if source.startswith("sg-") else {}
        blocks = [] if of else [{"CidrIp": source}]
        backend.authorize_security_group_ingress(group.id, protocol, first, last, blocks, **of)
    subnet = backend.describe_subnets(filters={"vpc-id": vpc})[0]
    return backend.create_network_interface(subnet, "", group_ids=[group.id])


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ([], False),
        ([("tcp", 80, 80, f"{PEER}/32")], True),
        ([("tcp", 80, 80, ANYWHERE)], True),
        ([("tcp", 80, 80, "127.0.0.0/31")], True),
        ([("tcp", 80, 80, "127.0.0.2/31")], False),
        ([("tcp", 0, 65535, f"{PEER}/32")], True),
        ([("tcp", 81, 90, f"{PEER}/32")], False),
        ([("tcp", 70, 79, f"{PEER}/32")], False),
        ([("udp", 80, 80, f"{PEER}/32")], False),
        ([("6", 80, 80, f"{PEER}/32")], True),
        ([("-1", None, None, f"{PEER}/32")], True),
        ([("-1", None, None, "10.0.0.0/8")], False),
        ([("tcp", 81, 81, f"{PEER}/32"), ("tcp", 80, 80, ANYWHERE)], True),
    ],
)
def test_a_rule_lets_in_its_block_on_its_ports(backend, rules, allowed):
    assert ingress_allows(interface(backend, "rules", *rules), PEER, 80) is allowed


def test_a_rule_lets_in_the_interfaces_of_the_group_it_names(backend):
    peer, stranger = interface(backend, "peer"), interface(backend, "stranger")
    peer.public_ip, stranger.public_ip = "127.16.0.1", "127.16.0.2"
    eni = interface(backend, "target", ("tcp", 80, 80, peer.group_set[0].id))
    assert ingress_allows(eni, "127.16.0.1", 80)
    assert ingress_allows(eni, peer.private_ip_address, 80)
    assert not ingress_allows(eni, "127.16.0.2", 80)
    assert not ingress_allows(eni, PEER, 80)


def test_a_subnet_is_public_by_its_route_table(backend):
    vpc = backend.create_vpc("10.70.0.0/16")
    subnet = backend.create_subnet(vpc.id, "10.70.1.0/24", availability_zone="eu-west-1a")
    assert not has_internet_route(subnet)
    gateway = backend.create_internet_gateway()
    backend.attach_internet_gateway(gateway.id, vpc.id)
    main = next(table for table in backend.route_tables.values() if table.vpc_id == vpc.id)
    backend.create_route(main.id, ANYWHERE, gateway_id=gateway.id)
    assert has_internet_route(subnet)
    own = backend.create_route_table(vpc.id)
    association = backend.associate_route_table(own.id, subnet_id=subnet.id)
    assert not has_internet_route(subnet)
    backend.create_route(own.id, ANYWHERE, gateway_id=gateway.id)
    assert has_internet_route(subnet)
    backend.detach_internet_gateway(gateway.id, vpc.id)
    assert not has_internet_route(subnet)
    backend.attach_internet_gateway(gateway.id, vpc.id)
    backend.delete_route(own.id, ANYWHERE)
    backend.disassociate_route_table(association)
    assert has_internet_route(subnet)
