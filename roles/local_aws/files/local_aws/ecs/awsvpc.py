# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The awsvpcConfiguration of services and tasks, checked against EC2.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends

from ..base.refused import Refused
from .task_definition import TaskDefinition

MISSING = "Network Configuration must be provided when networkMode 'awsvpc' is specified."


def checked_network(request: dict[str, Any], definition: TaskDefinition, account: str, region: str) -> dict[str, Any]:
    """Return the request's awsvpcConfiguration with its defaults; without security groups it is the VPC's default one.

    Raises Refused if it is missing, or names what does not exist or lies in several VPCs.
    """
    network = request.get("networkConfiguration", {}).get("awsvpcConfiguration")
    if not network:
        raise Refused("InvalidParameterException", MISSING)
    if definition.document["networkMode"] != "awsvpc":
        mode = definition.document["networkMode"]
        raise Refused(
            "InvalidParameterException",
            f"Network Configuration is not valid for the given networkMode '{mode}' of this task definition.",
        )
    ec2 = ec2_backends[account][region]
    if not network["subnets"]:
        raise Refused("InvalidParameterException", "subnets can not be empty.")
    known = {subnet.id: subnet for subnet in ec2.describe_subnets()}
    for subnet_id in network["subnets"]:
        if subnet_id not in known:
            raise Refused(
                "InvalidParameterException",
                f"Error retrieving subnet information for [{subnet_id}]: The subnet ID '{subnet_id}' does not exist "
                "(ErrorCode: InvalidSubnetID.NotFound)",
            )
    vpcs = {known[subnet_id].vpc_id for subnet_id in network["subnets"]}
    if len(vpcs) > 1:
        raise Refused("InvalidParameterException", "subnets must all be in the same VPC.")
    vpc = vpcs.pop()
    for group_id in network.get("securityGroups", []):
        _check_group(ec2.get_security_group_from_id(group_id), group_id, vpc)
    groups = network.get("securityGroups") or [ec2.get_default_security_group(vpc).id]
    return {"assignPublicIp": "DISABLED", **network, "securityGroups": groups}


def _check_group(group: Any, group_id: str, vpc: str) -> None:
    if group is None:
        raise Refused(
            "InvalidParameterException",
            f"Error retrieving security group information for [{group_id}]: The security group '{group_id}' does not "
            "exist (ErrorCode: InvalidGroup.NotFound)",
        )
    if group.vpc_id != vpc:
        raise Refused(
            "InvalidParameterException", f"security group {group_id} is not in the same VPC as the subnets ({vpc})."
        )
