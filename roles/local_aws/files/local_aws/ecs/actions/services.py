# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions on services.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from typing import Any

from ansible_collections.llmops.ecs.plugins.module_utils._facts import ecs

from ...base.actions import Document, action
from ...base.refused import Refused
from ..awsvpc import checked_network
from ..cluster import Cluster
from ..service import DEPLOYED, Service
from ..service_settings import check, complete, new_settings, updated_settings
from ..task_definition import TaskDefinition
from .base import Actions, limited, page

SERVICE_ROLE = "aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"


class ServiceActions(Actions):
    """Services; their tasks are the scheduler's business."""

    @action
    def create_service(self, request: Document) -> Document:
        cluster = self.state.cluster(request.get("cluster"))
        existing = self.state.find_service(cluster, request["serviceName"])
        if existing and existing.status == "DRAINING":
            raise Refused("InvalidParameterException", "Unable to Start a service that is still Draining.")
        if existing and existing.status == "ACTIVE":
            if existing.token == (request.get("clientToken"), request) and existing.token[0]:
                return {"service": self._describe_service(existing)}
            raise Refused("InvalidParameterException", "Creation of service was not idempotent.")
        if "taskDefinition" not in request:
            raise Refused("InvalidParameterException", "TaskDefinition can not be blank.")
        definition = self.state.task_definition(request["taskDefinition"])
        settings = self._resolved(new_settings(request, cluster), definition, cluster)
        settings["roleArn"] = f"arn:{self.partition}:iam::{self.current_account}:role/{SERVICE_ROLE}"
        service = Service(self.current_account, self.region, cluster.name, settings, self.caller)
        service.token = (request.get("clientToken"), request)
        service.deploy(definition)
        self.state.services[f"{cluster.name}:{service.name}"] = service
        return {"service": self._describe_service(service)}

    @action
    def update_service(self, request: Document) -> Document:
        service = self.state.service(request.get("cluster"), request["service"])
        if service.status != "ACTIVE":
            raise Refused("ServiceNotActiveException", "Service was not ACTIVE.")
        cluster = self.state.cluster(service.cluster)
        updated = updated_settings(service.settings, request)
        definition = self.state.task_definition(updated["taskDefinition"])
        if definition.arn == service.settings["taskDefinition"]:
            # The revision that runs goes on to, also when it was deregistered meanwhile.
            definition = TaskDefinition({**definition.document, "status": "ACTIVE"}, definition.tags)
        updated = self._resolved(updated, definition, cluster)
        is_deployed = request.get("forceNewDeployment") or any(
            updated.get(key) != service.settings.get(key) for key in DEPLOYED
        )
        service.settings = updated
        if is_deployed:
            service.deploy(definition)
        else:
            # It starts no deployment, and yet only a revision tells it.
            told = {key: updated[key] for key in ("monitoring", "gatewayConnectors") if key in updated}
            service.primary.revision |= told
        return {"service": self._describe_service(service)}

    @action
    def delete_service(self, request: Document) -> Document:
        service = self.state.service(request.get("cluster"), request["service"])
        if service.status == "INACTIVE":
            raise Refused("ServiceNotFoundException", "Service not found.")
        if service.desired_count > 0 and not request.get("force"):
            raise Refused("InvalidParameterException", "The service cannot be stopped while it is scaled above 0.")
        service.status = "DRAINING"
        service.settings["desiredCount"] = 0
        return {"service": self._describe_service(service)}

    @action
    def describe_services(self, request: Document) -> Document:
        cluster = self.state.cluster(request.get("cluster"))
        names = limited(request, "services", ecs.SERVICES_AT_ONCE)
        found = {name: self.state.find_service(cluster, name) for name in names}
        with_tags = "TAGS" in request.get("include", [])
        return {
            "services": [self._describe_service(service, with_tags=with_tags) for service in found.values() if service],
            "failures": [
                {
                    "arn": name if name.startswith("arn:") else self.state.arn(f"service/{cluster.name}/{name}"),
                    "reason": "MISSING",
                }
                for name, service in found.items()
                if service is None
            ],
        }

    @action
    def list_services(self, request: Document) -> Document:
        cluster = self.state.cluster(request.get("cluster"))
        wanted = {key: request[key] for key in ("launchType", "schedulingStrategy") if key in request}
        arns = [
            service.arn
            for service in self.state.services.values()
            if service.cluster == cluster.name
            and service.status != "INACTIVE"
            and all(service.settings.get(key) == value for key, value in wanted.items())
        ]
        return page(sorted(arns), request, "serviceArns", default=10)

    def _resolved(self, settings: dict[str, Any], definition: TaskDefinition, cluster: Cluster) -> dict[str, Any]:
        """Return the settings with ARN and network in full. Raises Refused for what AWS does not accept."""
        check(settings, definition, cluster)
        network = checked_network(settings, definition, self.current_account, self.region)
        return complete(
            {**settings, "taskDefinition": definition.arn, "networkConfiguration": {"awsvpcConfiguration": network}}
        )

    def _describe_service(self, service: Service, *, with_tags: bool = True) -> Document:
        return service.describe(self.state.tasks_of(service), with_tags=with_tags)
