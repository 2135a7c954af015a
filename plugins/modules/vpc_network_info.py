#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpc_network_info
version_added: 0.1.0
short_description: Read a VPC with its subnets, routes and security groups
description:
  - Reads a VPC with its subnets, route tables, internet gateway and security groups, and the zones with Fargate.
  - The VPC is found by its ID or its tags. With neither, the Region's default VPC is read.
  - With O(resource_tags), it reads the resources that have these tags instead, in any VPC.
author:
  - The llmops.ecs contributors (@llmops)
options:
  vpc_id:
    description:
      - ID of the VPC.
    type: str
  vpc_tags:
    description:
      - Tags that identify the VPC. Exactly one VPC must have all of them.
    type: dict
  resource_tags:
    description:
      - Read only the resources that have all these tags, in any VPC.
    type: dict
  missing_ok:
    description:
      - What to do if the VPC does not exist. V(false) fails, V(true) returns empty lists.
    type: bool
    default: false
extends_documentation_fragment:
  - llmops.ecs.attributes.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: llmops.ecs.tagged_resources_info
"""

EXAMPLES = r"""
- name: Read the default VPC
  llmops.ecs.vpc_network_info:
  register: network

- name: Show the subnets with a route to the internet
  ansible.builtin.debug:
    msg: "{{ network.subnets | selectattr('internet_route') | map(attribute='subnet_id') }}"

- name: Read a VPC by its name
  llmops.ecs.vpc_network_info:
    vpc_tags:
      Name: llm-demo
    missing_ok: true

- name: Read all network resources of a deployment
  llmops.ecs.vpc_network_info:
    resource_tags:
      llmops:deployment: llm-demo
"""

RETURN = r"""
vpc:
  description: The VPC. V(null) if there is none, and with O(resource_tags).
  returned: success
  type: dict
  contains:
    vpc_id:
      description: ID of the VPC.
      type: str
      sample: vpc-0123456789abcdef0
    cidr_blocks:
      description: The IPv4 CIDR blocks, the VPC's primary block first.
      type: list
      elements: str
      sample: [172.31.0.0/16]
    owner_id:
      description: ID of the account that the VPC belongs to.
      type: str
      sample: "123456789012"
    is_default:
      description: Whether it is the Region's default VPC.
      type: bool
    enable_dns_support:
      description: Whether Amazon's DNS server answers in the VPC.
      type: bool
    enable_dns_hostnames:
      description: Whether instances with public addresses get DNS host names.
      type: bool
    tags:
      description: The tags.
      type: dict
vpcs:
  description: The VPCs found, as EC2 describes them. At most one, except with O(resource_tags).
  returned: success
  type: list
  elements: dict
subnets:
  description: The subnets, as EC2 describes them, sorted by availability zone.
  returned: success
  type: list
  elements: dict
  contains:
    subnet_id:
      description: ID of the subnet.
      type: str
    cidr_block:
      description: The IPv4 CIDR block.
      type: str
    availability_zone:
      description: Name of the zone.
      type: str
    route_table_id:
      description: The subnet's route table. This is the VPC's main one if the subnet has no association.
      type: str
    internet_route:
      description: Whether its route table has a route to an internet gateway. V(false) with O(resource_tags).
      type: bool
    tags:
      description: The tags.
      type: dict
route_tables:
  description: The route tables, as EC2 describes them.
  returned: success
  type: list
  elements: dict
  contains:
    route_table_id:
      description: ID of the route table.
      type: str
    main:
      description: Whether it is the VPC's main route table.
      type: bool
    internet_route:
      description: Whether it has a route to an internet gateway.
      type: bool
    routes:
      description: The routes.
      type: list
      elements: dict
    tags:
      description: The tags.
      type: dict
internet_gateways:
  description: The internet gateways, as EC2 describes them. A VPC has at most one.
  returned: success
  type: list
  elements: dict
security_groups:
  description: The security groups, as EC2 describes them, with their rules.
  returned: success
  type: list
  elements: dict
  contains:
    group_id:
      description: ID of the group.
      type: str
    group_name:
      description: Name of the group.
      type: str
    ip_permissions:
      description: The ingress rules, with their descriptions.
      type: list
      elements: dict
    tags:
      description: The tags.
      type: dict
availability_zones:
  description: Names of the Region's availability zones that Fargate runs in, in the order of preference.
  returned: success
  type: list
  elements: str
  sample: [eu-west-1a, eu-west-1b, eu-west-1c]
"""

import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.errors import EcsError
from ..module_utils._aws.outcome import failures_told
from ..module_utils._aws.session import connect
from ..module_utils._ec2 import network as ec2_network


def selection(params: dict) -> dict:
    """What to ask DescribeVpcs for."""
    if params["vpc_id"]:
        return {"VpcIds": [params["vpc_id"]]}
    tags = params["resource_tags"] or params["vpc_tags"]
    return {"Filters": ec2_network.tag_filters(tags) if tags else [{"Name": "is-default", "Values": ["true"]}]}


def the_vpc(vpcs: list[dict], params: dict, region: str) -> dict | None:
    """The one VPC that was meant, or an error that says how to name one."""
    wanted = f"with the tags {params['vpc_tags']}" if params["vpc_tags"] else params["vpc_id"]
    if len(vpcs) > 1:
        ids = ", ".join(sorted(vpc["VpcId"] for vpc in vpcs))
        raise EcsError(f"There are several VPCs {wanted} in {region}: {ids}. Name one by its ID.")
    if vpcs or params["missing_ok"]:
        return vpcs[0] if vpcs else None
    if wanted:
        raise EcsError(
            f"There is no VPC {wanted} in {region}. Check the value, the Region and the account; "
            "'aws ec2 describe-vpcs' lists what is there."
        )
    raise EcsError(
        f"There is no default VPC in {region}. Name a VPC by its ID or its tags, have one created, "
        "or bring the default one back with 'aws ec2 create-default-vpc'."
    )


def vpc_info(client: t.Any, vpc: dict) -> dict:
    return {
        **ec2_network.snake(vpc),
        "cidr_blocks": ec2_network.vpc_cidr_blocks(vpc),
        "enable_dns_support": ec2_network.describe_vpc_attribute(client, vpc["VpcId"], "enableDnsSupport"),
        "enable_dns_hostnames": ec2_network.describe_vpc_attribute(client, vpc["VpcId"], "enableDnsHostnames"),
    }


def network(client: t.Any, filters: list[dict], gateway_filters: list[dict]) -> dict:
    """What EC2 has under these filters. Gateways are not in a VPC, they are attached to it: a filter of their own."""
    route_tables = ec2_network.describe_route_tables(client, filters)
    found = ec2_network.describe_subnets(client, {"Filters": filters})
    subnets = [ec2_network.subnet_info(subnet, route_tables) for subnet in found]
    return {
        "subnets": sorted(subnets, key=lambda subnet: (subnet["availability_zone"], subnet["subnet_id"])),
        "route_tables": [
            {
                **ec2_network.snake(table),
                "main": any(association.get("Main") for association in table.get("Associations", [])),
                "internet_route": ec2_network.has_internet_route(table),
            }
            for table in route_tables
        ],
        "internet_gateways": [
            ec2_network.snake(g) for g in ec2_network.describe_internet_gateways(client, gateway_filters)
        ],
        "security_groups": [
            ec2_network.snake(group) for group in ec2_network.describe_security_groups(client, filters)
        ],
    }


def read(client: t.Any, params: dict) -> dict:
    for option in ("vpc_id", "vpc_tags", "resource_tags"):
        if params[option] in ("", {}):
            raise EcsError(f"{option} is empty, which would mean another VPC. Name one, or leave the option out.")
    vpcs = ec2_network.describe_vpcs(client, selection(params))
    vpc = None if params["resource_tags"] else the_vpc(vpcs, params, client.meta.region_name)
    if params["resource_tags"]:
        filters = gateway_filters = ec2_network.tag_filters(params["resource_tags"])
    elif vpc:
        filters = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
        gateway_filters = [{"Name": "attachment.vpc-id", "Values": [vpc["VpcId"]]}]
    else:
        filters = gateway_filters = None
    empty = {"subnets": [], "route_tables": [], "internet_gateways": [], "security_groups": []}
    return {
        "vpc": vpc and vpc_info(client, vpc),
        "vpcs": [ec2_network.snake(each) for each in vpcs],
        **(network(client, filters, gateway_filters) if filters else empty),
        "availability_zones": ec2_network.usable_zones(ec2_network.describe_availability_zones(client)),
    }


def main():
    module = AnsibleAWSModule(
        argument_spec={
            "vpc_id": {"type": "str"},
            "vpc_tags": {"type": "dict"},
            "resource_tags": {"type": "dict"},
            "missing_ok": {"type": "bool", "default": False},
        },
        mutually_exclusive=[("vpc_id", "vpc_tags", "resource_tags")],
        supports_check_mode=True,
    )
    with failures_told(module):
        network_info = read(connect(module, "ec2"), module.params)
    module.exit_json(changed=False, **network_info)


if __name__ == "__main__":
    main()
