# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What the modules ask of the ECS API, one function an action. Clusters and task definitions."""

from __future__ import annotations

import typing as t

from .._aws.arns import family_of, revision_of
from .._aws.errors import EcsError, aws_call
from .._aws.pages import all_pages
from .._aws.tags import to_list
from .._documents.shapes import Document
from .._facts.ecs import TASK_DEFINITIONS_DELETED_AT_ONCE

# As many as one DeleteTaskDefinitions takes.
DELETED_AT_ONCE = TASK_DEFINITIONS_DELETED_AT_ONCE


@aws_call("describe cluster {name}")
def describe_cluster(client: t.Any, name: str) -> Document | None:
    """Return the cluster with its settings, configuration and tags, or None; an INACTIVE one does not exist.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeClusters.html
    """
    found = client.describe_clusters(clusters=[name], include=["SETTINGS", "CONFIGURATIONS", "TAGS"])["clusters"]
    alive = (cluster for cluster in found if cluster["clusterName"] == name and cluster["status"] != "INACTIVE")
    return next(alive, None)


@aws_call("create cluster {document[clusterName]}")
def create_cluster(client: t.Any, document: Document) -> Document:
    return client.create_cluster(**document)["cluster"]


@aws_call("update cluster {name}")
def update_cluster(client: t.Any, name: str, fields: Document) -> Document:
    return client.update_cluster(cluster=name, **fields)["cluster"]


@aws_call("put capacity providers of cluster {name}")
def put_capacity_providers(client: t.Any, name: str, providers: list[str], strategy: list[Document]) -> Document:
    return client.put_cluster_capacity_providers(
        cluster=name, capacityProviders=providers, defaultCapacityProviderStrategy=strategy
    )["cluster"]


@aws_call("delete cluster {name}", missing=("ClusterNotFoundException",))
def delete_cluster(client: t.Any, name: str) -> None:
    client.delete_cluster(cluster=name)


@aws_call("describe task definition {name}", missing=("Unable to describe task definition",), value={})
def describe_task_definition(client: t.Any, name: str) -> Document:
    """Return a revision and, in it, its tags, also an INACTIVE one: tasks may run of it. {} if there is none.

    name: its ARN or V(family:revision); for a family it is the newest ACTIVE revision.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html
    """
    answer = client.describe_task_definition(taskDefinition=name, include=["TAGS"])
    return {**answer["taskDefinition"], "tags": answer.get("tags", [])}


def active_task_definition(client: t.Any, name: str) -> Document | None:
    """Return the same, None where there is none that is ACTIVE."""
    found = describe_task_definition(client, name)
    return found if found.get("status") == "ACTIVE" else None


@aws_call("register a revision of task definition {document[family]}")
def register_task_definition(client: t.Any, document: Document) -> Document:
    answer = client.register_task_definition(**document)
    return {**answer["taskDefinition"], "tags": answer.get("tags", [])}


@aws_call("list the {status} revisions of task definition {family}")
def list_revisions(client: t.Any, family: str, status: str = "ACTIVE") -> list[str]:
    """Return the ARNs of exactly this family's revisions, oldest first.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTaskDefinitions.html
    """
    arns = all_pages(client, "list_task_definitions", "taskDefinitionArns", familyPrefix=family, status=status)
    return sorted((arn for arn in arns if family_of(arn) == family), key=revision_of)


@aws_call("deregister task definition {arn}")
def deregister_task_definition(client: t.Any, arn: str) -> None:
    client.deregister_task_definition(taskDefinition=arn)


@aws_call("delete task definitions {arns}")
def delete_task_definitions(client: t.Any, arns: list[str]) -> None:
    """Delete revisions that are INACTIVE, ten at most.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteTaskDefinitions.html
    """
    failures = client.delete_task_definitions(taskDefinitions=arns).get("failures", [])
    if failures:
        told = "; ".join(f"{failure.get('arn')}: {failure.get('reason')}" for failure in failures)
        raise EcsError(f"Failed to delete task definitions: {told}")


@aws_call("tag {arn}")
def tag(client: t.Any, arn: str, tags: dict[str, str]) -> None:
    client.tag_resource(resourceArn=arn, tags=to_list(tags))


@aws_call("untag {arn}")
def untag(client: t.Any, arn: str, keys: list[str]) -> None:
    client.untag_resource(resourceArn=arn, tagKeys=keys)
