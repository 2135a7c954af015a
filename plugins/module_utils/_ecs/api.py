# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What the modules ask of the ECS API, one function an action. Clusters and task definitions."""

from __future__ import annotations

import typing as t

from .._aws.arns import family_of, revision_of
from .._aws.errors import EcsError, aws_call
from .._aws.tags import TagChange, to_list
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


@aws_call("describe task definition {name}", missing=("Unable to describe task definition",))
def describe_task_definition(client: t.Any, name: str) -> Document | None:
    """Return a task definition and, in it, its tags; for a family its newest ACTIVE revision. None if there is none.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html
    """
    answer = client.describe_task_definition(taskDefinition=name, include=["TAGS"])
    found = answer["taskDefinition"]
    return {**found, "tags": answer.get("tags", [])} if found["status"] == "ACTIVE" else None


@aws_call("register a revision of task definition {document[family]}")
def register_task_definition(client: t.Any, document: Document) -> Document:
    answer = client.register_task_definition(**document)
    return {**answer["taskDefinition"], "tags": answer.get("tags", [])}


@aws_call("list the {status} revisions of task definition {family}")
def list_revisions(client: t.Any, family: str, status: str = "ACTIVE") -> list[str]:
    """Return the ARNs of exactly this family's revisions, oldest first.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTaskDefinitions.html
    """
    pages = client.get_paginator("list_task_definitions").paginate(familyPrefix=family, status=status)
    arns = pages.build_full_result()["taskDefinitionArns"]
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


def change_tags(client: t.Any, arn: str, change: TagChange) -> None:
    """Set and remove tags of a cluster, a service, a task definition; no call where there is nothing to do."""
    if change.to_set:
        tag_resource(client, arn, to_list(change.to_set))
    if change.to_remove:
        untag_resource(client, arn, change.to_remove)


@aws_call("tag {arn}")
def tag_resource(client: t.Any, arn: str, tags: list[dict[str, str]]) -> None:
    client.tag_resource(resourceArn=arn, tags=tags)


@aws_call("untag {arn}")
def untag_resource(client: t.Any, arn: str, keys: list[str]) -> None:
    client.untag_resource(resourceArn=arn, tagKeys=keys)


@aws_call("describe task definition {arn}", missing=("Unable to describe task definition",), value={})
def task_definition(client: t.Any, arn: str) -> Document:
    """Return a revision, also an INACTIVE one: tasks may run of it. {} if it was deleted.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html
    """
    return client.describe_task_definition(taskDefinition=arn)["taskDefinition"]
