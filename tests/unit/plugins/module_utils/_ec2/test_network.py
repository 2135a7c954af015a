# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.module_utils._ec2 import network

INTERNET = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}
LOCAL = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        pytest.param([LOCAL, INTERNET], True, id="internet gateway"),
        pytest.param([LOCAL], False, id="local only"),
        pytest.param([], False, id="no route"),
        pytest.param([{**INTERNET, "State": "blackhole"}], False, id="gateway is gone"),
        pytest.param([{**INTERNET, "DestinationCidrBlock": "10.1.0.0/16"}], False, id="another destination"),
        pytest.param(
            [{"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}], False, id="NAT: nothing comes in"
        ),
        pytest.param([{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "vgw-1"}], False, id="a VPN's gateway"),
        pytest.param([{"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-1"}], False, id="IPv6 only"),
    ],
)
def test_internet_route(routes, expected):
    assert network.has_internet_route({"Routes": routes}) is expected


MAIN = {"RouteTableId": "rtb-main", "Associations": [{"Main": True}], "Routes": [LOCAL]}
PUBLIC = {"RouteTableId": "rtb-public", "Associations": [{"Main": False, "SubnetId": "subnet-a"}], "Routes": [INTERNET]}


@pytest.mark.parametrize(
    ("subnet_id", "tables", "expected"),
    [
        pytest.param(
            "subnet-a", [MAIN, PUBLIC], {"route_table_id": "rtb-public", "internet_route": True}, id="explicit"
        ),
        pytest.param(
            "subnet-a", [PUBLIC, MAIN], {"route_table_id": "rtb-public", "internet_route": True}, id="any order"
        ),
        pytest.param("subnet-b", [MAIN, PUBLIC], {"route_table_id": "rtb-main", "internet_route": False}, id="main"),
        pytest.param(
            "subnet-b",
            [{**MAIN, "Routes": [LOCAL, INTERNET]}, PUBLIC],
            {"route_table_id": "rtb-main", "internet_route": True},
            id="main leads out",
        ),
        pytest.param("subnet-b", [], {"route_table_id": None, "internet_route": False}, id="no table"),
    ],
)
def test_route_table_in_force(subnet_id, tables, expected):
    info = network.subnet_info({"SubnetId": subnet_id, "CidrBlock": "10.0.0.0/24"}, tables)

    assert info == {"subnet_id": subnet_id, "cidr_block": "10.0.0.0/24", "tags": {}, **expected}


def zone(name, zone_id, **other):
    return {"ZoneName": name, "ZoneId": zone_id, "State": "available", "ZoneType": "availability-zone", **other}


@pytest.mark.parametrize(
    ("zones", "expected"),
    [
        pytest.param(
            [zone("eu-west-1b", "euw1-az1"), zone("eu-west-1a", "euw1-az3")], ["eu-west-1a", "eu-west-1b"], id="order"
        ),
        pytest.param([zone("eu-west-1a", "euw1-az3", State="impaired")], [], id="not available"),
        pytest.param([zone("us-west-2-lax-1a", "usw2-lax1-az1", ZoneType="local-zone")], [], id="a local zone"),
        pytest.param(
            [zone("us-west-1a", "usw1-az2"), zone("us-west-1b", "usw1-az1")], ["us-west-1b"], id="Fargate is not in all"
        ),
        pytest.param(
            [zone("us-east-1a", "use1-az3"), zone("us-east-1b", "use1-az1")],
            ["us-east-1b", "us-east-1a"],
            id="last resort",
        ),
    ],
)
def test_usable_zones(zones, expected):
    assert network.usable_zones(zones) == expected


def test_cidr_blocks_are_those_in_force_the_first_one_first():
    blocks = [("10.1.0.0/16", "associated"), ("10.0.0.0/16", "associated"), ("10.2.0.0/16", "disassociated")]
    associations = [{"CidrBlock": block, "CidrBlockState": {"State": state}} for block, state in blocks]

    vpc = {"CidrBlock": "10.0.0.0/16", "CidrBlockAssociationSet": associations}

    assert network.vpc_cidr_blocks(vpc) == ["10.0.0.0/16", "10.1.0.0/16"]
