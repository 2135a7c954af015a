# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What EC2 refuses and moto accepts: deletes of what is still used, words it does not take, gateways elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

from ansible_collections.llmops.ecs.plugins.module_utils._facts import ec2

from ..base.refused import Context, Refused, Row

LETTERS = ec2.DESCRIPTION_CHARACTERS.replace("\\", "")
WORDS = re.compile(rf"[{ec2.DESCRIPTION_CHARACTERS}]{{0,{ec2.LONGEST_DESCRIPTION}}}")
WORDS_TEXT = f"strings less than {ec2.LONGEST_DESCRIPTION + 1} characters from the following set: {LETTERS}"


def subnet_delete(params: dict[str, Any], context: Context) -> None:
    """A subnet goes when no interface is in it, not even one that lingers, and no load balancer."""
    subnet = params["SubnetId"]
    used = any(eni.subnet_id == subnet for eni in _interfaces(context))
    if used or any(subnet in [its.id for its in balancer.subnets] for balancer in _balancers(context)):
        raise Refused("DependencyViolation", f"The subnet '{subnet}' has dependencies and cannot be deleted.")


def security_group_delete(params: dict[str, Any], context: Context) -> None:
    """A security group goes when no interface and no load balancer has it and no other group's rule names it."""
    backend = context.backend("ec2")
    group = backend.get_security_group_by_name_or_id(params.get("GroupId") or params["GroupName"])
    if group is None:
        return
    if group.is_default:
        message = f'the specified group: "{group.id}" name: "default" cannot be deleted by a user'
        raise Refused("CannotDelete", message)
    if (
        any(group.id in [its.id for its in eni.group_set] for eni in _interfaces(context))
        or any(group.id in balancer.security_groups for balancer in _balancers(context))
        or group.id in _named_by_others(backend, group.id)
    ):
        raise Refused("DependencyViolation", f"resource {group.id} has a dependent object")


def _named_by_others(backend: Any, group_id: str) -> Iterator[str]:
    for groups in list(backend.groups.values()):
        for group in list(groups.values()):
            if group.id != group_id:
                for rule in [*group.ingress_rules, *group.egress_rules]:
                    yield rule.source_group.get("GroupId", "")


def vpc_delete(params: dict[str, Any], context: Context) -> None:
    """A VPC goes when its gateways, interfaces and security groups but the default one have gone."""
    backend, vpc = context.backend("ec2"), params["VpcId"]
    gateways = any(gateway.vpc and gateway.vpc.id == vpc for gateway in list(backend.internet_gateways.values()))
    groups = any(not group.is_default for group in list(backend.groups[vpc].values()))
    if gateways or groups or any(eni.vpc_id == vpc for eni in _interfaces(context)):
        raise Refused("DependencyViolation", f"The vpc '{vpc}' has dependencies and cannot be deleted.")


def gateway_detach(params: dict[str, Any], context: Context) -> None:
    """An internet gateway stays attached while a public address of the VPC needs it."""
    vpc = params["VpcId"]
    if any(eni.vpc_id == vpc and eni.public_ip for eni in _interfaces(context)):
        message = f"Network {vpc} has some mapped public address(es)."
        message += " Please unmap those public address(es) before detaching the gateway."
        raise Refused("DependencyViolation", message)


def route_create(params: dict[str, Any], context: Context) -> None:
    """A route leads to an internet gateway that is attached to the route table's own VPC."""
    backend = context.backend("ec2")
    gateway = backend.internet_gateways.get(params.get("GatewayId"))
    table = backend.route_tables.get(params["RouteTableId"])
    if gateway and table and (gateway.vpc is None or gateway.vpc.id != table.vpc_id):
        message = f"route table {table.id} and network gateway {gateway.id} belong to different networks"
        raise Refused("InvalidParameterValue", message)


def route_table_delete(params: dict[str, Any], context: Context) -> None:
    """The main route table goes with its VPC only."""
    table = context.backend("ec2").route_tables.get(params["RouteTableId"])
    if table and table.main_association_id:
        raise Refused("DependencyViolation", f"The routeTable '{table.id}' has dependencies and cannot be deleted.")


def route_table_associate(params: dict[str, Any], context: Context) -> None:
    """A subnet has one route table: another one replaces the association."""
    for table in list(context.backend("ec2").route_tables.values()):
        if table.id != params["RouteTableId"] and params.get("SubnetId") in table._associations.values():
            association = f"the specified association for route table {params['RouteTableId']}"
            raise Refused("Resource.AlreadyAssociated", f"{association} conflicts with an existing association")


def address_release(params: dict[str, Any], context: Context) -> None:
    """An elastic address is released when nothing has it."""
    for address in list(context.backend("ec2").addresses):
        named = params.get("AllocationId") == address.allocation_id or params.get("PublicIp") == address.public_ip
        if named and address.association_id:
            raise Refused("InvalidIPAddress.InUse", f"Address {address.public_ip} is in use.")


def interface_delete(params: dict[str, Any], context: Context) -> None:
    """An interface that a task uses is the task's."""
    eni = context.backend("ec2").enis.get(params["NetworkInterfaceId"])
    if eni and eni.status == "in-use":
        raise Refused("InvalidParameterValue", f"Network interface '{eni.id}' is currently in use.")


def subnet_create(params: dict[str, Any], context: Context) -> None:
    """A subnet is neither too large nor too small. Other faults are moto's to find."""
    cidr = params.get("CidrBlock", "")
    try:
        length = ip_network(cidr, strict=False).prefixlen
    except ValueError:
        return
    if not ec2.SUBNET_PREFIX_LENGTH[0] <= length <= ec2.SUBNET_PREFIX_LENGTH[1]:
        raise Refused("InvalidSubnet.Range", f"The CIDR '{cidr}' is invalid.")


def security_group_create(params: dict[str, Any], context: Context) -> None:
    """Names and descriptions have their letters; a name is no id, and its case does not make it another."""
    name = params["GroupName"]
    if name.lower().startswith("sg-"):
        raise Refused("InvalidParameterValue", "Group names may not be in the format sg-*.")
    _check_words("security group name. Valid names are", name)
    _check_words("security group description. Valid descriptions are", params.get("Description", ""))
    backend = context.backend("ec2")
    vpc = params.get("VpcId") or backend.default_vpc.id
    if any(group.name.lower() == name.lower() for group in list(backend.groups[vpc].values())):
        raise Refused("InvalidGroup.Duplicate", f"The security group '{name}' already exists for VPC '{vpc}'")


def rules_authorize(params: dict[str, Any], context: Context) -> None:
    """A rule's description has its letters, and its ports are in order."""
    for rule in params.get("IpPermissions", []):
        for kind in ("IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "PrefixListIds"):
            for source in rule.get(kind, []):
                _check_words("rule description. Valid descriptions are", source.get("Description", ""))
        first, last = rule.get("FromPort", 0), rule.get("ToPort", 65535)
        if rule.get("IpProtocol") in ("tcp", "udp") and not 0 <= first <= last <= 65535:
            raise Refused("InvalidParameterValue", f"Invalid {rule['IpProtocol']} range from {first} to {last}.")


def _check_words(what: str, text: str) -> None:
    if not WORDS.fullmatch(text):
        raise Refused("InvalidParameterValue", f"Invalid {what} {WORDS_TEXT}")


def _interfaces(context: Context) -> list[Any]:
    return list(context.backend("ec2").enis.values())


def _balancers(context: Context) -> list[Any]:
    return list(context.backend("elbv2").load_balancers.values())


ROWS = [
    Row("ec2", "DeleteSubnet", subnet_delete),
    Row("ec2", "DeleteSecurityGroup", security_group_delete),
    Row("ec2", "DeleteVpc", vpc_delete),
    Row("ec2", "DetachInternetGateway", gateway_detach),
    Row("ec2", "CreateRoute", route_create),
    Row("ec2", "ReplaceRoute", route_create),
    Row("ec2", "DeleteRouteTable", route_table_delete),
    Row("ec2", "AssociateRouteTable", route_table_associate),
    Row("ec2", "ReleaseAddress", address_release),
    Row("ec2", "DeleteNetworkInterface", interface_delete),
    Row("ec2", "CreateSubnet", subnet_create),
    Row("ec2", "CreateSecurityGroup", security_group_create),
    Row("ec2", "AuthorizeSecurityGroupIngress", rules_authorize),
    Row("ec2", "AuthorizeSecurityGroupEgress", rules_authorize),
]
