# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What EC2 has on AWS and moto lacks: a connected default VPC, canonical blocks, rules and their identity."""

from __future__ import annotations

import pytest
from scenes import refused_with

from local_aws.network.vpc import canonical

ANYWHERE = "0.0.0.0/0"


def test_the_default_vpc_reaches_the_internet_in_every_region(server):
    for region in ("eu-west-1", "us-east-1"):
        ec2 = server.client("ec2", region)
        vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        of_vpc = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
        gateway = ec2.describe_internet_gateways(Filters=of_vpc)["InternetGateways"][0]["InternetGatewayId"]
        main = ec2.describe_route_tables(
            Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
        )["RouteTables"][0]
        routes = {route["DestinationCidrBlock"]: route["GatewayId"] for route in main["Routes"]}
        assert routes == {"172.31.0.0/16": "local", ANYWHERE: gateway}


def test_blocks_lose_their_host_bits(server):
    ec2 = server.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.60.1.2/16")["Vpc"]
    assert vpc["CidrBlock"] == "10.60.0.0/16"
    assert ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock="10.60.3.4/24")["Subnet"]["CidrBlock"] == "10.60.3.0/24"
    group = ec2.create_security_group(GroupName="canonical", Description="x", VpcId=vpc["VpcId"])["GroupId"]

    def rule(block):
        ports = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
        return {"GroupId": group, "IpPermissions": [{**ports, "IpRanges": [{"CidrIp": block}]}]}

    ec2.authorize_security_group_ingress(**rule("10.0.0.5/8"))
    given = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"][0]["IpRanges"]
    assert given == [{"CidrIp": "10.0.0.0/8"}]
    assert refused_with(ec2.authorize_security_group_ingress, **rule("10.0.0.0/8"))[0] == "InvalidPermission.Duplicate"
    assert canonical("nonsense") == "nonsense"


@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_a_description_is_no_part_of_a_rules_identity(server, direction):
    ec2 = server.client("ec2")
    authorize, revoke = (getattr(ec2, f"{verb}_security_group_{direction}") for verb in ("authorize", "revoke"))
    group, source = (
        ec2.create_security_group(GroupName=f"identity-{direction}-{name}", Description="x")["GroupId"] for name in "ab"
    )
    rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
    described = {**rule, "UserIdGroupPairs": [{"GroupId": source, "Description": "the first"}]}
    bare = {**rule, "UserIdGroupPairs": [{"GroupId": source}]}
    authorize(GroupId=group, IpPermissions=[described])
    assert refused_with(authorize, GroupId=group, IpPermissions=[bare])[0] == "InvalidPermission.Duplicate"
    of_group = [{"Name": "group-id", "Values": [group]}]
    listed = ec2.describe_security_group_rules(Filters=of_group)["SecurityGroupRules"]
    assert [its["Description"] for its in listed if "ReferencedGroupInfo" in its] == ["the first"]
    revoke(GroupId=group, IpPermissions=[bare])
    listed = ec2.describe_security_group_rules(Filters=of_group)["SecurityGroupRules"]
    assert not [its for its in listed if "ReferencedGroupInfo" in its]


def test_network_interfaces_are_found_by_what_they_have(server):
    ec2 = server.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    group = ec2.create_security_group(GroupName="filters", Description="x", VpcId=subnet["VpcId"])["GroupId"]
    interface = ec2.create_network_interface(SubnetId=subnet["SubnetId"], Groups=[group])["NetworkInterface"]
    eni = interface["NetworkInterfaceId"]
    address = ec2.allocate_address(Domain="vpc")
    ec2.associate_address(AllocationId=address["AllocationId"], NetworkInterfaceId=eni)

    def found(name, value):
        answer = ec2.describe_network_interfaces(Filters=[{"Name": name, "Values": [value]}])
        return [its["NetworkInterfaceId"] for its in answer["NetworkInterfaces"]]

    assert found("association.public-ip", address["PublicIp"]) == [eni]
    assert found("association.public-ip", "127.255.255.1") == []
    assert found("group-id", group) == [eni]
    assert eni in found("subnet-id", subnet["SubnetId"])
    assert eni in found("vpc-id", subnet["VpcId"])
