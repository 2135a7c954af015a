# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What is asked of AWS to know where a service answers: its running tasks' interfaces, and its load balancers."""

from __future__ import annotations

from .._aws.session import Clients
from .._documents.shapes import Document
from .._ec2.network import describe_interfaces, describe_route_tables
from .._ecs import api, service_api
from .._elb import api as elb_api
from . import addresses
from .addresses import Asked


def endpoints(clients: Clients, service: Document, asked: Asked) -> list[Document]:
    """Return how each running task is reached, newest first."""
    ecs, cluster = clients("ecs"), service["clusterArn"]
    arns = service_api.list_tasks(ecs, cluster, service["serviceName"], "RUNNING")
    tasks = service_api.describe_tasks(ecs, cluster, arns) if arns else []
    running = [task for task in tasks if task.get("lastStatus") == "RUNNING"]
    definitions = {
        arn: api.describe_task_definition(ecs, arn)
        for arn in dict.fromkeys(task["taskDefinitionArn"] for task in running)
    }
    ids = [eni for eni in map(addresses.eni_of, running) if eni]
    interfaces = describe_interfaces(clients("ec2"), "network-interface-id", ids) if ids else []
    enis = {eni["NetworkInterfaceId"]: eni for eni in interfaces}
    found = [
        addresses.endpoint(task, definitions[task["taskDefinitionArn"]], enis.get(addresses.eni_of(task)), asked)
        for task in running
    ]
    return addresses.newest_first(_with_reasons(clients, service, found, enis))


def _with_reasons(clients: Clients, service: Document, found: list[Document], enis: Document) -> list[Document]:
    hidden = [each for each in found if not each["public_ip"]]
    vpc_ids = sorted({enis[each["eni_id"]]["VpcId"] for each in hidden if each["eni_id"] in enis})
    of_vpcs = [{"Name": "vpc-id", "Values": vpc_ids}]
    tables = describe_route_tables(clients("ec2"), of_vpcs) if vpc_ids else []
    network = service.get("networkConfiguration", {}).get("awsvpcConfiguration", {})
    return [
        {**each, "reason": addresses.why_not_public(enis.get(each["eni_id"]), network, tables)}
        if each in hidden
        else each
        for each in found
    ]


def load_balancers(clients: Clients, service: Document, asked: Asked) -> list[Document]:
    """Return the load balancers that lead to the service, one entry for each of its target groups behind them."""
    arns = service_api.target_groups_of(service)
    groups = elb_api.describe_target_groups(clients("elbv2"), arns)
    behind = {arn for group in groups for arn in group.get("LoadBalancerArns", [])}
    balancers = elb_api.describe_load_balancers(clients("elbv2"), sorted(behind))
    found = []
    for balancer in balancers:
        arn = balancer["LoadBalancerArn"]
        listeners = [
            {**each, "Rules": elb_api.rules_if_any(clients("elbv2"), each["ListenerArn"])}
            for each in elb_api.listeners_if_any(clients("elbv2"), arn)
        ]
        for group in (group["TargetGroupArn"] for group in groups if arn in group.get("LoadBalancerArns", [])):
            counts = addresses.target_counts(elb_api.target_health(clients("elbv2"), group))
            found.append({**addresses.load_balancer(balancer, group, listeners, asked), **counts})
    return found
