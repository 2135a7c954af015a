# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions on clusters, and on tags of any resource.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from typing import Any

from ...base.actions import Document, action
from ...base.refused import Refused
from ..cluster import FARGATE_PROVIDERS, NOT_ASSOCIATED, Cluster
from .base import Actions, page

ALL = ("TAGS", "SETTINGS", "CONFIGURATIONS")


class ClusterActions(Actions):
    """Clusters and tags."""

    @action
    def create_cluster(self, request: Document) -> Document:
        name = request.get("clusterName") or "default"
        cluster = self.state.clusters.get(name)
        if cluster is None or cluster.status != "ACTIVE":
            cluster = Cluster(name, self.state.arn(f"cluster/{name}"), tags=request.get("tags", []))
            cluster.update(request)
            self._provide(
                cluster, request.get("capacityProviders", []), request.get("defaultCapacityProviderStrategy", [])
            )
            self.state.clusters[name] = cluster
        return {"cluster": self._describe_cluster(cluster, ALL)}

    @action
    def update_cluster(self, request: Document) -> Document:
        cluster = self.state.cluster(request["cluster"])
        cluster.update(request)
        return {"cluster": self._describe_cluster(cluster, ALL)}

    @action
    def update_cluster_settings(self, request: Document) -> Document:
        cluster = self.state.cluster(request["cluster"])
        cluster.update(request)
        return {"cluster": self._describe_cluster(cluster, ALL)}

    @action
    def put_cluster_capacity_providers(self, request: Document) -> Document:
        cluster = self.state.cluster(request["cluster"])
        in_use = {
            item["capacityProvider"]
            for service in self.state.services.values()
            if service.cluster == cluster.name and service.status == "ACTIVE"
            for item in service.settings.get("capacityProviderStrategy", [])
        }
        if in_use - set(request["capacityProviders"]):
            raise Refused(
                "ResourceInUseException",
                "The specified capacity provider is in use and cannot be removed: " + ", ".join(sorted(in_use)),
            )
        self._provide(cluster, request["capacityProviders"], request["defaultCapacityProviderStrategy"])
        return {"cluster": self._describe_cluster(cluster, ALL)}

    @action
    def describe_clusters(self, request: Document) -> Document:
        names = [name.rpartition("/")[2] for name in request.get("clusters") or ["default"]]
        known = [self.state.clusters[name] for name in names if name in self.state.clusters]
        missing = [name for name in names if name not in self.state.clusters]
        return {
            "clusters": [self._describe_cluster(cluster, request.get("include", [])) for cluster in known],
            "failures": [{"arn": self.state.arn(f"cluster/{name}"), "reason": "MISSING"} for name in missing],
        }

    @action
    def list_clusters(self, request: Document) -> Document:
        arns = [cluster.arn for cluster in self.state.clusters.values() if cluster.status == "ACTIVE"]
        return page(sorted(arns), request, "clusterArns")

    @action
    def delete_cluster(self, request: Document) -> Document:
        cluster = self.state.cluster(request["cluster"], active=False)
        if any(item.cluster == cluster.name and item.status != "INACTIVE" for item in self.state.services.values()):
            raise Refused(
                "ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active."
            )
        if any(task.last_status != "STOPPED" for task in self.state.tasks[cluster.name].values()):
            raise Refused("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.")
        cluster.status = "INACTIVE"
        return {"cluster": self._describe_cluster(cluster, ALL)}

    @action
    def describe_capacity_providers(self, request: Document) -> Document:
        own = self.state.capacity_providers
        names = request.get("capacityProviders") or [*FARGATE_PROVIDERS, *own]
        names = [name.rpartition("/")[2] for name in names]
        known: list[Any] = [
            own.get(name)
            or {"capacityProviderArn": self.state.arn(f"capacity-provider/{name}"), "name": name, "status": "ACTIVE"}
            for name in names
            if name in own or name in FARGATE_PROVIDERS
        ]
        missing = [name for name in names if name not in own and name not in FARGATE_PROVIDERS]
        return {
            **page(known, request, "capacityProviders"),
            "failures": [{"arn": self.state.arn(f"capacity-provider/{name}"), "reason": "MISSING"} for name in missing],
        }

    @action
    def list_tags_for_resource(self, request: Document) -> Document:
        return {"tags": self.state.resource(request["resourceArn"]).tags}

    @action
    def tag_resource(self, request: Document) -> Document:
        self.state.tag_resource(request["resourceArn"], {tag["key"]: tag.get("value", "") for tag in request["tags"]})
        return {}

    @action
    def untag_resource(self, request: Document) -> Document:
        self.state.untag_resource(request["resourceArn"], request["tagKeys"])
        return {}

    def _provide(self, cluster: Cluster, providers: list[str], strategy: list[dict[str, Any]]) -> None:
        for name in providers:
            if name.rpartition("/")[2] not in (*FARGATE_PROVIDERS, *self.state.capacity_providers):
                raise Refused(
                    "InvalidParameterException",
                    f"The specified capacity provider {name} was not found. Specify a valid name or ARN and try again.",
                )
        for item in strategy:
            if item["capacityProvider"] not in providers:
                raise Refused("InvalidParameterException", NOT_ASSOCIATED.format(name=item["capacityProvider"]))
        cluster.capacity_providers, cluster.default_strategy = providers, strategy

    def _describe_cluster(self, cluster: Cluster, include: Any) -> Document:
        statuses = [task.last_status for task in self.state.tasks[cluster.name].values()]
        active = [
            item for item in self.state.services.values() if item.cluster == cluster.name and item.status != "INACTIVE"
        ]
        return cluster.describe(statuses, len(active), include)
