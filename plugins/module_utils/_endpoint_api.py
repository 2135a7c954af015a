# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What is asked of AWS to know where a service answers: its running tasks' interfaces, and its load balancers."""

from __future__ import annotations

import typing as t

from . import _endpoints, _service_api
from ._ecs import Document
from ._endpoints import Asked
from ._errors import aws_call
from ._network import describe_route_tables
from ._service_api import Clients


@aws_call("describe network interfaces {ids}")
def describe_interfaces(client: t.Any, ids: list[str]) -> list[Document]:
    """Return those of the interfaces that are still there, which a filter tells and a list of IDs does not.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html
    """
    pages = client.get_paginator("describe_network_interfaces").paginate(
        Filters=[{"Name": "network-interface-id", "Values": ids}]
    )
    return pages.build_full_result()["NetworkInterfaces"]


@aws_call("describe target groups {arns}", missing=("TargetGroupNotFound",), value=[])
def describe_target_groups(client: t.Any, arns: list[str]) -> list[Document]:
    return client.describe_target_groups(TargetGroupArns=arns)["TargetGroups"]


@aws_call("describe load balancers {arns}", missing=("LoadBalancerNotFound",), value=[])
def describe_load_balancers(client: t.Any, arns: list[str]) -> list[Document]:
    return client.describe_load_balancers(LoadBalancerArns=arns)["LoadBalancers"]


@aws_call("describe the listeners of {arn}", missing=("LoadBalancerNotFound",), value=[])
def describe_listeners(client: t.Any, arn: str) -> list[Document]:
    pages = client.get_paginator("describe_listeners").paginate(LoadBalancerArn=arn)
    return pages.build_full_result()["Listeners"]


@aws_call("describe the rules of {arn}", missing=("ListenerNotFound",), value=[])
def describe_rules(client: t.Any, arn: str) -> list[Document]:
    return client.get_paginator("describe_rules").paginate(ListenerArn=arn).build_full_result()["Rules"]


def endpoints(clients: Clients, service: Document, asked: Asked) -> list[Document]:
    """Return how each running task is reached, newest first."""
    ecs, cluster = clients("ecs"), service["clusterArn"]
    arns = _service_api.list_tasks(ecs, cluster, service["serviceName"], "RUNNING")
    tasks = _service_api.describe_tasks(ecs, cluster, arns) if arns else []
    running = [task for task in tasks if task.get("lastStatus") == "RUNNING"]
    definitions = {
        arn: _service_api.task_definition(ecs, arn)
        for arn in dict.fromkeys(task["taskDefinitionArn"] for task in running)
    }
    ids = [eni for eni in map(_endpoints.eni_of, running) if eni]
    enis = {eni["NetworkInterfaceId"]: eni for eni in (describe_interfaces(clients("ec2"), ids) if ids else [])}
    found = [
        _endpoints.endpoint(task, definitions[task["taskDefinitionArn"]], enis.get(_endpoints.eni_of(task)), asked)
        for task in running
    ]
    return _endpoints.newest_first(_with_reasons(clients, service, found, enis))


def _with_reasons(clients: Clients, service: Document, found: list[Document], enis: Document) -> list[Document]:
    hidden = [each for each in found if not each["public_ip"]]
    vpc_ids = sorted({enis[each["eni_id"]]["VpcId"] for each in hidden if each["eni_id"] in enis})
    of_vpcs = [{"Name": "vpc-id", "Values": vpc_ids}]
    tables = describe_route_tables(clients("ec2"), of_vpcs) if vpc_ids else []
    network = service.get("networkConfiguration", {}).get("awsvpcConfiguration", {})
    return [
        {**each, "reason": _endpoints.why_not_public(enis.get(each["eni_id"]), network, tables)}
        if each in hidden
        else each
        for each in found
    ]


def load_balancers(clients: Clients, service: Document, asked: Asked) -> list[Document]:
    """Return the load balancers that lead to the service, one entry for each of its target groups behind them."""
    arns = _service_api.target_groups_of(service)
    groups = describe_target_groups(clients("elbv2"), arns) if arns else []
    behind = {arn for group in groups for arn in group.get("LoadBalancerArns", [])}
    balancers = describe_load_balancers(clients("elbv2"), sorted(behind)) if behind else []
    found = []
    for balancer in balancers:
        arn = balancer["LoadBalancerArn"]
        listeners = [
            {**each, "Rules": describe_rules(clients("elbv2"), each["ListenerArn"])}
            for each in describe_listeners(clients("elbv2"), arn)
        ]
        for group in (group["TargetGroupArn"] for group in groups if arn in group.get("LoadBalancerArns", [])):
            counts = _endpoints.target_counts(_service_api.target_health(clients("elbv2"), group))
            found.append({**_endpoints.load_balancer(balancer, group, listeners, asked), **counts})
    return found
