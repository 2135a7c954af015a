# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of ECS in one region.

It keeps AWS's documents where moto keeps models of its own; moto's tagging API and Application Auto Scaling work on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggedResource
from moto.ecs import models, urls
from moto.utilities.utils import get_partition

from ..base.refused import Refused
from ..tasks.task import Task
from .cluster import Cluster
from .service import Service
from .task_definition import TaskDefinition

Resource = Cluster | Service | Task | TaskDefinition
NOT_FOUND = {
    "cluster": ("ClusterNotFoundException", "Cluster not found."),
    "service": ("ServiceNotFoundException", "Service not found."),
    "task": ("InvalidParameterException", "The referenced task was not found."),
    "task-definition": ("ClientException", "Unable to describe task definition."),
}


class EcsBackend(models.EC2ContainerServiceBackend):
    """Everything that exists in ECS; what is INACTIVE or STOPPED stays to be described."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.clusters: dict[str, Cluster] = {}
        self.task_definitions: dict[str, dict[int, TaskDefinition]] = {}
        # Kept apart from the revisions that exist: a number is never used again.
        self.last_revisions: defaultdict[str, int] = defaultdict(int)
        self.services: dict[str, Service] = {}
        self.tasks: defaultdict[str, dict[str, Task]] = defaultdict(dict)

    @property
    def _url_module(self) -> Any:
        return urls

    def reset(self) -> None:
        """Forget everything, ending the tasks."""
        self.destroy()
        super().reset()

    def destroy(self) -> None:
        """End all tasks at once."""
        for task in self.all_tasks():
            task.destroy()

    def arn(self, resource: str) -> str:
        """Return the ARN of a resource of ECS, given as "cluster/name" and the like."""
        return f"arn:{get_partition(self.region_name)}:ecs:{self.region_name}:{self.account_id}:{resource}"

    def cluster(self, name_or_arn: str | None, *, active: bool = True) -> Cluster:
        """Return the cluster, "default" if none is named. Raises Refused if there is none, or none that is ACTIVE."""
        cluster = self.clusters.get((name_or_arn or "default").rpartition("/")[2])
        if cluster is None or (active and cluster.status != "ACTIVE"):
            raise Refused(*NOT_FOUND["cluster"])
        return cluster

    def find_service(self, cluster: Cluster, name_or_arn: str) -> Service | None:
        """Return the cluster's service of exactly this name or ARN, or None."""
        service = self.services.get(f"{cluster.name}:{name_or_arn.rpartition('/')[2]}")
        return service if service and name_or_arn in (service.name, service.arn) else None

    def service(self, cluster: str | None, name_or_arn: str) -> Service:
        """Return the service. Raises Refused if there is none."""
        service = self.find_service(self.cluster(cluster), name_or_arn)
        if service is None:
            raise Refused(*NOT_FOUND["service"])
        return service

    def task_definition(self, name: str) -> TaskDefinition:
        """Return the revision of an ARN or family:revision, or the newest ACTIVE one of a family. Raises Refused."""
        family, _colon, revision = name.rpartition("/")[2].partition(":")
        revisions = self.task_definitions.get(family, {})
        if revision:
            found = revisions.get(int(revision)) if revision.isdigit() else None
        else:
            found = next(
                (item for _number, item in sorted(revisions.items(), reverse=True) if item.status == "ACTIVE"), None
            )
        if found is None:
            raise Refused(*NOT_FOUND["task-definition"])
        return found

    def all_tasks(self) -> list[Task]:
        """Return the tasks of all clusters."""
        return [task for tasks in self.tasks.values() for task in tasks.values()]

    def tasks_of(self, service: Service) -> list[Task]:
        """Return the service's tasks, those that it started itself, stopped ones too."""
        return [task for task in self.tasks[service.cluster].values() if task.group == service.group and task.revision]

    def describe_services(
        self, cluster_str: str, service_names_or_arns: list[str]
    ) -> tuple[list[Service], list[dict[str, str]]]:
        """What moto's Application Auto Scaling asks: the services that are not INACTIVE."""
        cluster = self.cluster(cluster_str)
        found = [self.find_service(cluster, name) for name in service_names_or_arns]
        return [service for service in found if service and service.status != "INACTIVE"], []

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Yield what exists, for the tagging API."""
        for kind, resource in self._resources():
            if getattr(resource, "last_status", getattr(resource, "status", "")) not in ("INACTIVE", "STOPPED"):
                tags = {tag["key"]: tag.get("value", "") for tag in resource.tags}
                yield TaggedResource(arn=_arn_of(resource), tags=tags, resource_type=f"ecs:{kind}")

    def resource(self, arn: str) -> Resource:
        """Return what the ARN names. Raises Refused."""
        found = next((resource for _kind, resource in self._resources() if _arn_of(resource) == arn), None)
        if found is None:
            kind = arn.partition("/")[0].rpartition(":")[2]
            raise Refused(*NOT_FOUND.get(kind, ("InvalidParameterException", f"The ARN provided is invalid: {arn}")))
        return found

    def tag_resource(self, arn: str, tags: dict[str, str]) -> None:
        """Add the tags, or give those that exist their new value."""
        resource = self.resource(arn)
        merged = {tag["key"]: tag.get("value", "") for tag in resource.tags} | tags
        resource.tags = [{"key": key, "value": value} for key, value in merged.items()]

    def untag_resource(self, resource_arn: str, tag_keys: list[str]) -> None:
        """Remove the tags; those that are not there are no error."""
        resource = self.resource(resource_arn)
        resource.tags = [tag for tag in resource.tags if tag["key"] not in tag_keys]

    def _resources(self) -> Iterator[tuple[str, Resource]]:
        yield from (("cluster", cluster) for cluster in list(self.clusters.values()))
        yield from (("service", service) for service in list(self.services.values()))
        yield from (("task", task) for task in self.all_tasks())
        for revisions in list(self.task_definitions.values()):
            yield from (("task-definition", revision) for revision in list(revisions.values()))


def _arn_of(resource: Resource) -> str:
    return resource.task_arn if isinstance(resource, Task) else resource.arn


def backends() -> list[EcsBackend]:
    """Return the state of every account and region that has been asked for."""
    return [
        backend
        for _account, _region, backend in list(models.ecs_backends.iter_backends())
        if isinstance(backend, EcsBackend)
    ]
