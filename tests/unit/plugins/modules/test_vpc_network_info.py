# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.modules import vpc_network_info

DEFAULT = {"Filters": [{"Name": "is-default", "Values": ["true"]}]}
IN_VPC = {"Filters": [{"Name": "vpc-id", "Values": ["vpc-1"]}]}
ATTACHED = {"Filters": [{"Name": "attachment.vpc-id", "Values": ["vpc-1"]}]}
VPC = {
    "VpcId": "vpc-1",
    "CidrBlock": "10.0.0.0/16",
    "OwnerId": "123456789012",
    "IsDefault": True,
    "Tags": [{"Key": "Name", "Value": "main"}],
}
SUBNETS = [
    {"SubnetId": "subnet-b", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "eu-west-1b"},
    {"SubnetId": "subnet-a", "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "eu-west-1a"},
]
ROUTE_TABLES = [
    {"RouteTableId": "rtb-1", "Associations": [{"Main": True}], "Routes": []},
    {
        "RouteTableId": "rtb-2",
        "Associations": [{"Main": False, "SubnetId": "subnet-a"}],
        "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}],
    },
]
GROUP = {
    "GroupId": "sg-1",
    "GroupName": "tasks",
    "Tags": [{"Key": "llmops:deployment", "Value": "demo"}],
    "IpPermissions": [
        {
            "IpProtocol": "tcp",
            "FromPort": 8080,
            "ToPort": 8080,
            "IpRanges": [{"CidrIp": "203.0.113.5/32", "Description": "callers: alice"}],
        }
    ],
}
ZONE = {"ZoneName": "eu-west-1a", "ZoneId": "euw1-az3", "State": "available", "ZoneType": "availability-zone"}


@pytest.fixture
def ec2(aws, monkeypatch):
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    return aws("ec2")


def add_attributes(ec2, hostnames=True):
    for attribute, value in (("enableDnsSupport", True), ("enableDnsHostnames", hostnames)):
        answer = {"VpcId": "vpc-1", attribute[0].upper() + attribute[1:]: {"Value": value}}
        ec2.add_response("describe_vpc_attribute", answer, {"VpcId": "vpc-1", "Attribute": attribute})


def add_network(ec2, filters, gateway_filters):
    ec2.add_response("describe_route_tables", {"RouteTables": ROUTE_TABLES}, filters)
    ec2.add_response("describe_subnets", {"Subnets": SUBNETS[:1], "NextToken": "more"}, filters)
    ec2.add_response("describe_subnets", {"Subnets": SUBNETS[1:]}, {**filters, "NextToken": "more"})
    gateways = {"InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1"}]}]}
    ec2.add_response("describe_internet_gateways", gateways, gateway_filters)
    ec2.add_response("describe_security_groups", {"SecurityGroups": [GROUP]}, filters)


def add_zones(ec2):
    ec2.add_response("describe_availability_zones", {"AvailabilityZones": [ZONE]}, {})


def test_reads_the_whole_network_of_the_default_vpc(ec2, run):
    ec2.add_response("describe_vpcs", {"Vpcs": [VPC]}, DEFAULT)
    add_attributes(ec2, hostnames=False)
    add_network(ec2, IN_VPC, ATTACHED)
    add_zones(ec2)

    result = run(vpc_network_info, check_mode=True)

    assert not result["changed"]
    vpc = result["vpc"]
    assert (vpc["vpc_id"], vpc["cidr_blocks"], vpc["owner_id"]) == ("vpc-1", ["10.0.0.0/16"], "123456789012")
    assert (vpc["is_default"], vpc["enable_dns_support"], vpc["enable_dns_hostnames"]) == (True, True, False)
    assert vpc["tags"] == {"Name": "main"}
    assert [(s["subnet_id"], s["route_table_id"], s["internet_route"]) for s in result["subnets"]] == [
        ("subnet-a", "rtb-2", True),
        ("subnet-b", "rtb-1", False),
    ]
    assert [(t["route_table_id"], t["main"], t["internet_route"]) for t in result["route_tables"]] == [
        ("rtb-1", True, False),
        ("rtb-2", False, True),
    ]
    assert result["internet_gateways"][0]["internet_gateway_id"] == "igw-1"
    (group,) = result["security_groups"]
    assert group["tags"] == {"llmops:deployment": "demo"}
    assert group["ip_permissions"][0]["ip_ranges"] == [{"cidr_ip": "203.0.113.5/32", "description": "callers: alice"}]
    assert result["availability_zones"] == ["eu-west-1a"]


@pytest.mark.parametrize(
    ("params", "asked"),
    [
        ({"vpc_id": "vpc-1"}, {"VpcIds": ["vpc-1"]}),
        ({"vpc_tags": {"Name": "main"}}, {"Filters": [{"Name": "tag:Name", "Values": ["main"]}]}),
    ],
)
def test_finds_the_vpc_that_is_named(ec2, run, params, asked):
    ec2.add_response("describe_vpcs", {"Vpcs": [VPC]}, asked)
    add_attributes(ec2)
    add_network(ec2, IN_VPC, ATTACHED)
    add_zones(ec2)

    result = run(vpc_network_info, **params)

    assert result["vpc"]["vpc_id"] == "vpc-1"
    assert [vpc["vpc_id"] for vpc in result["vpcs"]] == ["vpc-1"]


def test_reads_what_carries_tags_in_any_vpc(ec2, run):
    tagged = {"Filters": [{"Name": "tag:llmops:deployment", "Values": ["demo"]}]}
    ec2.add_response("describe_vpcs", {"Vpcs": []}, tagged)
    add_network(ec2, tagged, tagged)
    add_zones(ec2)

    result = run(vpc_network_info, resource_tags={"llmops:deployment": "demo"})

    assert result["vpc"] is None
    assert result["vpcs"] == []
    assert [subnet["subnet_id"] for subnet in result["subnets"]] == ["subnet-a", "subnet-b"]


def test_a_vpc_that_may_be_missing_is_null(ec2, run):
    ec2.add_response("describe_vpcs", {"Vpcs": []})
    add_zones(ec2)

    result = run(vpc_network_info, vpc_tags={"Name": "mine"}, missing_ok=True)

    assert result["vpc"] is None
    assert result["subnets"] == result["security_groups"] == result["route_tables"] == result["internet_gateways"] == []
    assert result["availability_zones"] == ["eu-west-1a"]


@pytest.mark.parametrize(
    ("params", "vpcs", "message"),
    [
        ({"vpc_id": "vpc-9"}, None, "There is no VPC vpc-9 in eu-west-1. Check the value"),
        ({"vpc_tags": {"Name": "x"}}, [], "There is no VPC with the tags {'Name': 'x'} in eu-west-1. Check the value"),
        ({}, [], "There is no default VPC in eu-west-1. Name a VPC by its ID or its tags"),
        (
            {"vpc_tags": {"Name": "x"}},
            [VPC, {**VPC, "VpcId": "vpc-0"}],
            "There are several VPCs with the tags {'Name': 'x'} in eu-west-1: vpc-0, vpc-1. Name one by its ID.",
        ),
    ],
)
def test_says_which_vpc_is_not_the_one(ec2, run, params, vpcs, message):
    if vpcs is None:
        ec2.add_client_error("describe_vpcs", "InvalidVpcID.NotFound", "The vpc ID 'vpc-9' does not exist")
    else:
        ec2.add_response("describe_vpcs", {"Vpcs": vpcs})

    result = run(vpc_network_info, **params)

    assert result["failed"]
    assert result["msg"].startswith(message)


@pytest.mark.parametrize(("option", "value"), [("vpc_id", ""), ("vpc_tags", {}), ("resource_tags", {})])
def test_refuses_to_take_nothing_for_the_default_vpc(ec2, run, option, value):
    assert run(vpc_network_info, **{option: value})["msg"].startswith(f"{option} is empty")


def test_reports_a_denied_call(ec2, run):
    ec2.add_client_error("describe_vpcs", "UnauthorizedOperation", "no")

    assert run(vpc_network_info)["msg"].startswith("Failed to describe VPCs: An error occurred (UnauthorizedOperation)")
