# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of ECS: its settings, and what may be set.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Cluster.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

NOT_ASSOCIATED = (
    "The specified capacity provider strategy cannot contain a capacity provider that is not associated with the "
    "cluster: {name}. Associate the capacity provider with the cluster and try again."
)
FARGATE_PROVIDERS = ("FARGATE", "FARGATE_SPOT")
# What DescribeClusters leaves out unless its `include` asks for it.
ON_REQUEST = {"TAGS": "tags", "SETTINGS": "settings", "CONFIGURATIONS": "configuration"}


@dataclass(eq=False)
class Cluster:
    """A cluster; `settings` are those that were set, on top of which AWS answers with its defaults."""

    name: str
    arn: str
    status: str = "ACTIVE"
    settings: list[dict[str, str]] = field(default_factory=list)
    configuration: dict[str, Any] | None = None
    capacity_providers: list[str] = field(default_factory=list)
    default_strategy: list[dict[str, Any]] = field(default_factory=list)
    service_connect_defaults: dict[str, str] | None = None
    tags: list[dict[str, str]] = field(default_factory=list)

    def update(self, request: dict[str, Any]) -> None:
        """Take over what an UpdateCluster or UpdateClusterSettings request sets, the rest stays."""
        settings = {item["name"]: item["value"] for item in [*self.settings, *request.get("settings", [])]}
        self.settings = [{"name": name, "value": value} for name, value in settings.items()]
        self.configuration = request.get("configuration", self.configuration)
        self.service_connect_defaults = request.get("serviceConnectDefaults", self.service_connect_defaults)

    def describe(self, statuses: list[str], services: int, include: list[str]) -> dict[str, Any]:
        """Return the Cluster document; statuses: lastStatus of its tasks, services: how many are active."""
        document = {
            "clusterArn": self.arn,
            "clusterName": self.name,
            "configuration": self.configuration,
            "status": self.status,
            "registeredContainerInstancesCount": 0,
            "runningTasksCount": statuses.count("RUNNING"),
            "pendingTasksCount": statuses.count("PENDING") + statuses.count("PROVISIONING"),
            "activeServicesCount": services,
            "statistics": [],
            "tags": self.tags,
            "settings": self.settings or [{"name": "containerInsights", "value": "disabled"}],
            "capacityProviders": self.capacity_providers,
            "defaultCapacityProviderStrategy": self.default_strategy,
            "serviceConnectDefaults": self.service_connect_defaults,
        }
        hidden = {key for name, key in ON_REQUEST.items() if name not in include}
        return {key: value for key, value in document.items() if value is not None and key not in hidden}
