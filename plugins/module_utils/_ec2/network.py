# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What EC2 knows of a network, one function an action, and what of it matters to a Fargate task."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

from .._aws.errors import aws_call
from .._aws.pages import all_pages
from .._documents.shapes import Document
from .._facts import fargate


@aws_call("describe VPCs", missing=("InvalidVpcID.NotFound",), value=[])
def describe_vpcs(client: t.Any, selection: dict) -> list[dict]:
    return all_pages(client, "describe_vpcs", "Vpcs", **selection)


@aws_call("describe the attribute {attribute} of {vpc_id}")
def describe_vpc_attribute(client: t.Any, vpc_id: str, attribute: str) -> bool:
    answer = client.describe_vpc_attribute(VpcId=vpc_id, Attribute=attribute)
    return answer[attribute[0].upper() + attribute[1:]]["Value"]


@aws_call(
    "describe subnets by {selection}", missing=("InvalidSubnetID.NotFound", "InvalidSubnetID.Malformed"), value=[]
)
def describe_subnets(client: t.Any, selection: dict) -> list[dict]:
    """Return the subnets by C(Filters), or by C(SubnetIds): none at all if one of these does not exist.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html
    """
    return all_pages(client, "describe_subnets", "Subnets", **selection)


@aws_call("describe network interfaces by {name} {values}")
def describe_interfaces(client: t.Any, name: str, values: list[str]) -> list[Document]:
    """Return the interfaces that a filter of this name finds: of IDs, those that are still there.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html
    """
    filters = [{"Name": name, "Values": values}]
    return all_pages(client, "describe_network_interfaces", "NetworkInterfaces", Filters=filters)


@aws_call("describe route tables by {filters}")
def describe_route_tables(client: t.Any, filters: list[dict]) -> list[dict]:
    return all_pages(client, "describe_route_tables", "RouteTables", Filters=filters)


@aws_call("describe internet gateways")
def describe_internet_gateways(client: t.Any, filters: list[dict]) -> list[dict]:
    return all_pages(client, "describe_internet_gateways", "InternetGateways", Filters=filters)


@aws_call("describe security groups")
def describe_security_groups(client: t.Any, filters: list[dict]) -> list[dict]:
    return all_pages(client, "describe_security_groups", "SecurityGroups", Filters=filters)


@aws_call("describe availability zones")
def describe_availability_zones(client: t.Any) -> list[dict]:
    return client.describe_availability_zones()["AvailabilityZones"]


def tag_filters(tags: dict[str, str]) -> list[dict]:
    """EC2's filters for what carries all these tags."""
    return [{"Name": f"tag:{key}", "Values": [str(value)]} for key, value in sorted(tags.items())]


def snake(resource: dict) -> dict:
    """A resource of EC2 in snake_case, its tags a dictionary."""
    tags = boto3_tag_list_to_ansible_dict(resource.get("Tags", []))
    return {**camel_dict_to_snake_dict({key: value for key, value in resource.items() if key != "Tags"}), "tags": tags}


def vpc_cidr_blocks(vpc: dict) -> list[str]:
    """The IPv4 blocks that are associated with a VPC (as EC2 describes it), the first one first."""
    associations = vpc.get("CidrBlockAssociationSet", [])
    blocks = [a["CidrBlock"] for a in associations if a["CidrBlockState"]["State"] in ("associating", "associated")]
    return list(dict.fromkeys([vpc["CidrBlock"], *blocks]))


def has_internet_route(route_table: dict) -> bool:
    """Whether a route table (as EC2 describes it) sends everything else to an internet gateway, in IPv4.

    https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
    """
    return any(
        route.get("DestinationCidrBlock") == "0.0.0.0/0"
        and route.get("GatewayId", "").startswith("igw-")
        and route.get("State", "active") == "active"
        for route in route_table["Routes"]
    )


def route_table_of(subnet_id: str, route_tables: list[dict]) -> dict | None:
    """The route table that is in force for a subnet: the one that it is associated with, else its VPC's main one."""
    main = None
    for route_table in route_tables:
        for association in route_table.get("Associations", []):
            if association.get("SubnetId") == subnet_id:
                return route_table
            if association.get("Main"):
                main = route_table
    return main


def subnet_info(subnet: dict, route_tables: list[dict]) -> dict:
    """A subnet in snake_case, with the route table in force and whether that one leads to the internet."""
    route_table = route_table_of(subnet["SubnetId"], route_tables)
    return {
        **snake(subnet),
        "route_table_id": route_table and route_table["RouteTableId"],
        "internet_route": bool(route_table) and has_internet_route(route_table),
    }


def usable_zones(zones: list[dict]) -> list[str]:
    """The names of the zones that Fargate runs in, in the order in which to use them."""
    usable = [
        zone
        for zone in zones
        if zone.get("State") == "available"
        and zone.get("ZoneType", "availability-zone") == "availability-zone"
        and zone["ZoneId"] in fargate.ZONES.get(zone["ZoneId"].split("-")[0], {zone["ZoneId"]})
    ]
    usable.sort(key=lambda zone: (zone["ZoneId"] in fargate.LAST_ZONES, zone["ZoneName"]))
    return [zone["ZoneName"] for zone in usable]
