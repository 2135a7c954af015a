# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service: what was asked of it, its revisions and deployments, and what DescribeServices says about it.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html
"""

from __future__ import annotations

import copy
import uuid
from typing import Any

from moto.core.utils import utcnow
from moto.utilities.utils import get_partition

from ..tasks.images import IMAGES
from ..tasks.registrations import Place
from ..tasks.task import Task
from .deployments.deployment import Deployment, ServiceDeployment, random_number, service_deployment_id, summary
from .deployments.shifts import ROLLING, TEST, Shift, alarm_that_is_on, group_of, send
from .task_definition import TaskDefinition

MOST_EVENTS = 100
# What starts a deployment when UpdateService changes it, and what a service revision consists of.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
DEPLOYED = (
    "taskDefinition",
    "networkConfiguration",
    "platformVersion",
    "loadBalancers",
    "serviceRegistries",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
IN_REVISION = (*DEPLOYED, "launchType", "capacityProviderStrategy", "platformFamily", "monitoring", "gatewayConnectors")
# Only a service revision, or a deployment, tells these.
NOT_IN_SERVICE = (
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
    "monitoring",
    "gatewayConnectors",
)


class Service:
    """A service; `settings` holds what was asked in AWS's spelling, with AWS's defaults."""

    def __init__(self, account: str, region: str, cluster: str, settings: dict[str, Any], created_by: str) -> None:
        self.account, self.region, self.cluster = account, region, cluster
        self.settings = settings
        self.tags: list[dict[str, str]] = settings.pop("tags", [])
        self.token: tuple[str | None, dict[str, Any]] = (None, {})
        self.name: str = settings["serviceName"]
        self.status = "ACTIVE"
        self.created_at, self.created_by = utcnow(), created_by
        self.events: list[dict[str, Any]] = []
        self.revisions: list[dict[str, Any]] = []
        self.deployments: list[Deployment] = []
        self.service_deployments: list[ServiceDeployment] = []
        self.completed: dict[str, Any] | None = None
        self._sides: dict[str, int] = {}
        self.is_steady = False
        self.failures_in_a_row, self.not_before = 0, 0.0
        self.drained_since: float | None = None

    @property
    def arn(self) -> str:
        return self._arn("service")

    @property
    def cluster_arn(self) -> str:
        return f"arn:{get_partition(self.region)}:ecs:{self.region}:{self.account}:cluster/{self.cluster}"

    @property
    def group(self) -> str:
        return f"service:{self.name}"

    @property
    def desired_count(self) -> int:
        return int(self.settings["desiredCount"])

    @property
    def primary(self) -> Deployment:
        return self.deployments[0]

    @property
    def circuit_breaker(self) -> dict[str, Any]:
        return dict(self.settings["deploymentConfiguration"]["deploymentCircuitBreaker"])

    def say(self, message: str) -> None:
        """Add an event."""
        event = {"id": str(uuid.uuid4()), "createdAt": utcnow(), "message": f"(service {self.name}) {message}"}
        self.events = [event, *self.events[: MOST_EVENTS - 1]]

    def deploy(self, task_definition: TaskDefinition) -> None:
        """Start a deployment of the current settings; one that is in progress ends here."""
        current = self.service_deployments[-1] if self.service_deployments else None
        if current and not current.has_ended:
            current.become("STOPPED", "Stopped because a new service deployment was started.")
        if current and self.primary.rollout_state != "COMPLETED":
            self._send_back()
        revision = self._new_revision(task_definition)
        service_deployment = ServiceDeployment(
            arn=f"{self._arn('service-deployment')}/{service_deployment_id()}",
            service_arn=self.arn,
            cluster_arn=self.cluster_arn,
            target=revision,
            sources=[deployment.revision for deployment in self.deployments],
            configuration=copy.deepcopy(self.settings["deploymentConfiguration"]),
        )
        service_deployment.heeds_alarms = self.alarm is None
        side = self._side(self.completed)
        if service_deployment.configuration["strategy"] != ROLLING:
            service_deployment.shift = Shift(service_deployment.configuration, is_first=self.completed is None)
            side = 1 - side if self.completed else side
        self._sides[revision["serviceRevisionArn"]] = side
        self.service_deployments.append(service_deployment)
        self._make_primary(Deployment(revision, service_deployment))

    @property
    def alarm(self) -> str | None:
        """The name of an alarm that is on and ends deployments."""
        return alarm_that_is_on(self.settings["deploymentConfiguration"], self.account, self.region)

    @property
    def shift(self) -> Shift | None:
        """How the primary deployment's requests come to it, unless it replaces tasks or goes back."""
        deployment = self.primary.service_deployment
        return deployment.shift if deployment.rollback is None and self.primary.is_in_progress else None

    def shift_to_primary(self, percent: float) -> None:
        """Send so many percent of the requests to the primary deployment's tasks."""
        revision = self.primary.revision
        load_balancers, side = revision.get("loadBalancers", []), self._side(revision)
        send(load_balancers, side, 100, TEST)
        send(load_balancers, side, percent)
        self.say(f"(deployment {self.primary.id}) sends {percent:g} percent of the requests to the new tasks.")

    def places(self, revision: dict[str, Any]) -> list[Place]:
        """Return where tasks of the revision are registered."""
        side = self._side(revision)
        return [Place(group_of(item, side), item["containerPort"]) for item in revision.get("loadBalancers", [])]

    def _side(self, revision: dict[str, Any] | None) -> int:
        return self._sides[revision["serviceRevisionArn"]] if revision else 0

    def _send_back(self) -> None:
        if self.completed:
            load_balancers, side = self.completed.get("loadBalancers", []), self._side(self.completed)
            send(load_balancers, side, 100, TEST)
            send(load_balancers, side, 100)

    def fail_deployment(
        self, rolls_back: bool, cause: str, requested_by: str = "ECS deployment circuit breaker"
    ) -> None:
        """Give the primary deployment up; going back is a new deployment of the revision that was last completed."""
        failed = self.primary
        was_rollback = failed.service_deployment.rollback is not None
        failed.become("FAILED", f"{requested_by}: {cause}")
        self.say(f"(deployment {failed.id}) deployment failed: {cause}")
        reason = f"{requested_by}: {cause}"
        if was_rollback:
            failed.service_deployment.become("ROLLBACK_FAILED", reason)
        elif rolls_back and self.completed and not failed.owns_revision(self.completed):
            failed.service_deployment.roll_back(reason, self.completed)
            self._send_back()
            before = next((item for item in self.deployments if item.owns_revision(self.completed)), failed)
            self._make_primary(Deployment(self.completed, failed.service_deployment))
            self.primary.reason = f"{requested_by}: rolling back to deploymentId {before.id}."
            self.settings |= copy.deepcopy({key: self.completed[key] for key in IN_REVISION if key in self.completed})
            self.say(f"rolling back to deployment {before.id}.")
            self.deployments = [item for item in self.deployments if item is not before]
        else:
            failed.service_deployment.become("STOPPED", reason)

    def complete_deployment(self) -> None:
        """The primary deployment's tasks run and no others do."""
        rolled_back = self.primary.service_deployment.rollback is not None
        reason = self.primary.reason if rolled_back else f"ECS deployment {self.primary.id} completed."
        self.primary.become("COMPLETED", reason)
        self.completed = self.primary.revision
        self.deployments = [self.primary]
        self.primary.service_deployment.become("ROLLBACK_SUCCESSFUL" if rolled_back else "SUCCESSFUL")
        self.say(f"(deployment {self.primary.id}) deployment completed.")

    def describe(self, tasks: list[Task], *, with_tags: bool) -> dict[str, Any]:
        """Return the Service of DescribeServices; tasks: all of the service's."""
        live = [task for task in tasks if task.is_live]
        running = sum(task.last_status == "RUNNING" for task in live)
        revisions = {deployment.revision["serviceRevisionArn"]: deployment.revision for deployment in self.deployments}
        return {
            "serviceArn": self.arn,
            "clusterArn": self.cluster_arn,
            **{key: value for key, value in self.settings.items() if key not in NOT_IN_SERVICE},
            "status": self.status,
            "runningCount": running,
            "pendingCount": len(live) - running,
            "deployments": [item.describe(item is self.primary, self.desired_count, live) for item in self.deployments],
            "currentServiceDeployment": self.service_deployments[-1].arn,
            "currentServiceRevisions": [
                summary(revision, self.desired_count if revision is self.primary.revision else None, live)
                for revision in revisions.values()
            ],
            "events": self.events,
            "createdAt": self.created_at,
            "createdBy": self.created_by,
            **({"tags": self.tags} if with_tags else {}),
        }

    def _make_primary(self, deployment: Deployment) -> None:
        self.deployments.insert(0, deployment)
        self.is_steady = False
        self.failures_in_a_row, self.not_before = 0, 0.0

    def _new_revision(self, task_definition: TaskDefinition) -> dict[str, Any]:
        """Return the ServiceRevision of the current settings, its images resolved to their digests.

        https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceRevision.html
        """
        images = []
        for container in task_definition.document["containerDefinitions"]:
            digest = IMAGES.digest(container["image"])
            known = {"imageDigest": digest} if digest else {}
            images.append({"containerName": container["name"], "image": container["image"], **known})
        revision = {
            **copy.deepcopy({key: self.settings[key] for key in IN_REVISION if key in self.settings}),
            "serviceRevisionArn": f"{self._arn('service-revision')}/{random_number()}",
            "serviceArn": self.arn,
            "clusterArn": self.cluster_arn,
            "containerImages": images,
            "guardDutyEnabled": False,
            "createdAt": utcnow(),
        }
        self.revisions.append(revision)
        return revision

    def _arn(self, kind: str) -> str:
        return f"arn:{get_partition(self.region)}:ecs:{self.region}:{self.account}:{kind}/{self.cluster}/{self.name}"
