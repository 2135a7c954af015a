# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What the modules ask of AWS about one service, its tasks and what stands around them: one function an action."""

from __future__ import annotations

import typing as t

from .._aws.errors import aws_call
from .._aws.pages import all_pages
from .._documents.shapes import Document
from .._elb.api import target_health
from .._facts import ecs

NO_SERVICE = ("ClusterNotFoundException", "ServiceNotFoundException", "ServiceNotActiveException")


@aws_call("describe service {name} in cluster {cluster}", missing=NO_SERVICE)
def describe_service(client: t.Any, cluster: str, name: str) -> Document | None:
    """Return the service of exactly this name with its tags, also one that is DRAINING or INACTIVE.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html
    """
    found = client.describe_services(cluster=cluster, services=[name], include=["TAGS"])["services"]
    return next((service for service in found if service["serviceName"] == name), None)


@aws_call(
    "create service {document[serviceName]} in cluster {document[cluster]}", passing=("ClusterNotFoundException",)
)
def create_service(client: t.Any, document: Document) -> Document:
    return client.create_service(**document)["service"]


@aws_call("update service {name} in cluster {cluster}")
def update_service(client: t.Any, cluster: str, name: str, fields: Document) -> Document:
    return client.update_service(cluster=cluster, service=name, **fields)["service"]


@aws_call("delete service {name} from cluster {cluster}", missing=NO_SERVICE)
def delete_service(client: t.Any, cluster: str, name: str) -> Document | None:
    """Scale the service to zero and delete it, in one call.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html
    """
    return client.delete_service(cluster=cluster, service=name, force=True)["service"]


@aws_call("describe service revisions {arns}")
def describe_revisions(client: t.Any, arns: list[str]) -> list[Document]:
    """Return the revisions, as many as one call takes, newest first.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceRevisions.html
    """
    found = client.describe_service_revisions(serviceRevisionArns=arns[: ecs.SERVICE_REVISIONS_AT_ONCE])[
        "serviceRevisions"
    ]
    return sorted(found, key=lambda revision: str(revision.get("createdAt", "")), reverse=True)


def newest_revision(client: t.Any, service: Document) -> Document | None:
    arns = [revision["arn"] for revision in service.get("currentServiceRevisions", [])]
    return next(iter(describe_revisions(client, arns)), None) if arns else None


@aws_call("describe service deployment {arn}")
def describe_deployment(client: t.Any, arn: str) -> Document | None:
    """Return the service deployment.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceDeployments.html
    """
    return next(iter(client.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"]), None)


@aws_call("list the {status} tasks of service {name} in cluster {cluster}", missing=NO_SERVICE, value=[])
def list_tasks(client: t.Any, cluster: str, name: str, status: str) -> list[str]:
    """Return the ARNs of the service's tasks that are meant to be RUNNING, or STOPPED.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html
    """
    return all_pages(client, "list_tasks", "taskArns", cluster=cluster, serviceName=name, desiredStatus=status)


@aws_call("describe tasks in cluster {cluster}", missing=NO_SERVICE, value=[])
def describe_tasks(client: t.Any, cluster: str, arns: list[str]) -> list[Document]:
    """Return those of the tasks that AWS still knows, in as many calls as it takes.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
    """
    size = ecs.TASKS_AT_ONCE
    batches = [arns[start : start + size] for start in range(0, len(arns), size)]
    return [task for batch in batches for task in client.describe_tasks(cluster=cluster, tasks=batch)["tasks"]]


def target_groups_of(service: Document) -> list[str]:
    """Return the target groups of the service's load balancers; a blue/green deployment moves between two of them."""
    entries = service.get("loadBalancers", [])
    named = [entry.get("targetGroupArn") for entry in entries]
    named += [entry.get("advancedConfiguration", {}).get("alternateTargetGroupArn") for entry in entries]
    return list(dict.fromkeys(filter(None, named)))


def targets_of(client: t.Any, service: Document) -> list[Document]:
    """Return the targets of all the service's load balancers, each with C(TargetGroupArn)."""
    return [
        {**found, "TargetGroupArn": arn} for arn in target_groups_of(service) for found in target_health(client, arn)
    ]
