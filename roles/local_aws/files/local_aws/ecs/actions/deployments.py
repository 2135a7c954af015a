# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions on service deployments and service revisions.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from datetime import UTC

from ansible_collections.llmops.ecs.plugins.module_utils._facts import ecs

from ...base.actions import Document, action
from ...base.refused import Refused
from ..deployments.deployment import ServiceDeployment
from ..service import Service
from .base import Actions, limited, page


class DeploymentActions(Actions):
    """Service deployments, newest first, and service revisions."""

    @action
    def list_service_deployments(self, request: Document) -> Document:
        service = self.state.service(request.get("cluster"), request["service"])
        statuses, created = request.get("status"), request.get("createdAt", {})
        found = []
        for deployment in reversed(service.service_deployments):
            at = deployment.times["createdAt"].replace(tzinfo=UTC)
            if (
                (not statuses or deployment.status in statuses)
                and ("before" not in created or at < created["before"])
                and ("after" not in created or at > created["after"])
            ):
                found.append(deployment.brief())
        return page(found, request, "serviceDeployments", default=20)

    @action
    def describe_service_deployments(self, request: Document) -> Document:
        documents, failures = [], []
        for arn in limited(request, "serviceDeploymentArns", ecs.SERVICE_DEPLOYMENTS_AT_ONCE):
            found = self._find_deployment(arn)
            if found is None:
                failures.append({"arn": arn, "reason": "MISSING"})
            else:
                service, deployment = found
                documents.append(deployment.describe(service.desired_count, self.state.tasks_of(service)))
        return {"serviceDeployments": documents, "failures": failures}

    @action
    def describe_service_revisions(self, request: Document) -> Document:
        known = {
            revision["serviceRevisionArn"]: revision
            for service in self.state.services.values()
            for revision in service.revisions
        }
        arns = limited(request, "serviceRevisionArns", ecs.SERVICE_REVISIONS_AT_ONCE)
        return {
            "serviceRevisions": [known[arn] for arn in arns if arn in known],
            "failures": [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in known],
        }

    @action
    def stop_service_deployment(self, request: Document) -> Document:
        found = self._find_deployment(request["serviceDeploymentArn"])
        if found is None:
            raise Refused("ServiceDeploymentNotFoundException", "The service deployment doesn't exist.")
        service, deployment = found
        if deployment.status not in ("PENDING", "IN_PROGRESS"):
            raise Refused(
                "ConflictException", f"The service deployment cannot be stopped while it is {deployment.status}."
            )
        if service.completed is None and request.get("stopType", "ROLLBACK") == "ROLLBACK":
            raise Refused(
                "ConflictException", "The service deployment cannot be rolled back: no earlier one has succeeded."
            )
        service.fail_deployment(
            request.get("stopType", "ROLLBACK") == "ROLLBACK",
            "rollback requested by the user.",
            "Service deployment stopped",
        )
        return {"serviceDeploymentArn": deployment.arn}

    def _find_deployment(self, arn: str) -> tuple[Service, ServiceDeployment] | None:
        for service in self.state.services.values():
            for deployment in service.service_deployments:
                if deployment.arn == arn:
                    return service, deployment
        return None
