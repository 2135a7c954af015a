# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service's deployments: what DescribeServices shows of each, and the service deployment that follows it to its end.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html
"""

from __future__ import annotations

import random
import string
from dataclasses import dataclass, field
from typing import Any

from moto.core.utils import utcnow

from ...tasks.task import Task
from .rolling import failure_threshold
from .shifts import Shift

ENDED = ("SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED")
IN_DEPLOYMENT = (
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "platformFamily",
    "networkConfiguration",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)


def random_number() -> str:
    """Return 19 digits, as in the ids of deployments and service revisions."""
    return str(random.randint(10**18, 10**19 - 1))


@dataclass(eq=False)
class ServiceDeployment:
    """The rollout of one change of a service, including its rollback."""

    arn: str
    service_arn: str
    cluster_arn: str
    target: dict[str, Any]
    sources: list[dict[str, Any]]
    configuration: dict[str, Any]
    status: str = "IN_PROGRESS"
    status_reason: str | None = None
    rollback: dict[str, Any] | None = None
    failures: int = 0
    shift: Shift | None = None
    heeds_alarms: bool = True
    triggered_alarm: str | None = None
    times: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        now = utcnow()
        self.times = {"createdAt": now, "startedAt": now, "updatedAt": now}

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    def become(self, status: str, reason: str | None = None) -> None:
        """Take on a status; the reason stays until another one is given."""
        self.status, self.status_reason = status, reason or self.status_reason
        self.times["updatedAt"] = utcnow()
        if self.has_ended:
            self.times["finishedAt"] = utcnow()
        if status == "STOPPED" or self.rollback:
            self.times.setdefault("stoppedAt", utcnow())

    def roll_back(self, reason: str, revision: dict[str, Any]) -> None:
        """Start going back to the revision."""
        self.rollback = {"reason": reason, "startedAt": utcnow(), "serviceRevisionArn": revision["serviceRevisionArn"]}
        self.become("ROLLBACK_IN_PROGRESS", reason)

    def brief(self) -> dict[str, Any]:
        """Return the ServiceDeploymentBrief of ListServiceDeployments."""
        document = {
            "serviceDeploymentArn": self.arn,
            "serviceArn": self.service_arn,
            "clusterArn": self.cluster_arn,
            "targetServiceRevisionArn": self.target["serviceRevisionArn"],
            "status": self.status,
            "statusReason": self.status_reason,
            **{key: self.times.get(key) for key in ("createdAt", "startedAt", "finishedAt")},
        }
        return {key: value for key, value in document.items() if value is not None}

    def describe(self, desired: int, tasks: list[Task]) -> dict[str, Any]:
        """Return the ServiceDeployment of DescribeServiceDeployments; tasks: the service's.

        https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html
        """
        document = {key: value for key, value in self.brief().items() if key != "targetServiceRevisionArn"}
        return {
            **document,
            **self.times,
            "sourceServiceRevisions": [summary(source, None, tasks) for source in self.sources],
            "targetServiceRevision": summary(self.target, desired, tasks) | self._describe_weight(),
            "deploymentConfiguration": self.configuration,
            "deploymentCircuitBreaker": self._describe_breaker(desired),
            "alarms": self._describe_alarms(),
            "lifecycleStage": "CLEAN_UP" if self.has_ended else self.shift.stage if self.shift else "SCALE_UP",
            **({"rollback": self.rollback} if self.rollback else {}),
        }

    def _describe_breaker(self, desired: int) -> dict[str, Any]:
        breaker = self.configuration["deploymentCircuitBreaker"]
        threshold = failure_threshold(desired, breaker)
        if not breaker["enable"]:
            status = "DISABLED"
        elif self.failures >= threshold:
            status = "TRIGGERED"
        else:
            status = "MONITORING_COMPLETE" if self.has_ended else "MONITORING"
        return {"status": status, "failureCount": self.failures, "threshold": threshold}

    def _describe_weight(self) -> dict[str, Any]:
        if self.shift is None:
            return {}
        return {"requestedProductionTrafficWeight": 0.0 if self.rollback else float(self.shift.percent)}

    def _describe_alarms(self) -> dict[str, Any]:
        alarms = self.configuration.get("alarms", {})
        if self.triggered_alarm:
            status = "TRIGGERED"
        elif not alarms.get("enable") or not self.heeds_alarms:
            status = "DISABLED"
        else:
            status = "MONITORING_COMPLETE" if self.has_ended else "MONITORING"
        triggered = [self.triggered_alarm] if self.triggered_alarm else []
        return {"status": status, "alarmNames": alarms.get("alarmNames", []), "triggeredAlarmNames": triggered}


@dataclass(eq=False)
class Deployment:
    """One entry of a service's deployments: the tasks of one service revision."""

    revision: dict[str, Any]
    service_deployment: ServiceDeployment
    rollout_state: str = "IN_PROGRESS"
    reason: str = ""
    failed_tasks: int = 0
    any_has_run: bool = False

    def __post_init__(self) -> None:
        self.id = f"ecs-svc/{random_number()}"
        self.created_at = self.updated_at = utcnow()
        self.reason = self.reason or f"ECS deployment {self.id} in progress."

    @property
    def is_in_progress(self) -> bool:
        return self.rollout_state == "IN_PROGRESS"

    def owns(self, task: Task) -> bool:
        """Return whether the task runs this deployment's revision."""
        return task.revision == self.revision["serviceRevisionArn"]

    def owns_revision(self, revision: dict[str, Any]) -> bool:
        """Return whether this is a deployment of the revision."""
        return bool(self.revision["serviceRevisionArn"] == revision["serviceRevisionArn"])

    def become(self, rollout_state: str, reason: str) -> None:
        """Take on a rollout state."""
        self.rollout_state, self.reason, self.updated_at = rollout_state, reason, utcnow()

    def describe(self, is_primary: bool, desired: int, tasks: list[Task]) -> dict[str, Any]:
        """Return the Deployment of DescribeServices; tasks: the service's that are meant to run."""
        own = [task for task in tasks if self.owns(task)]
        running = sum(task.last_status == "RUNNING" for task in own)
        return {
            "id": self.id,
            "status": "PRIMARY" if is_primary else "ACTIVE",
            "taskDefinition": self.revision["taskDefinition"],
            "desiredCount": desired if is_primary else len(own),
            "pendingCount": len(own) - running,
            "runningCount": running,
            "failedTasks": self.failed_tasks,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            **{key: self.revision[key] for key in IN_DEPLOYMENT if key in self.revision},
            "rolloutState": self.rollout_state,
            "rolloutStateReason": self.reason,
        }


def service_deployment_id() -> str:
    """Return a service deployment's id: 21 letters and digits."""
    return "".join(random.choices(string.ascii_letters + string.digits, k=21))


def summary(revision: dict[str, Any], requested: int | None, tasks: list[Task]) -> dict[str, Any]:
    """Return a ServiceRevisionSummary; requested: the task count asked for, None for as many as run."""
    own = [task for task in tasks if task.is_live and task.revision == revision["serviceRevisionArn"]]
    running = sum(task.last_status == "RUNNING" for task in own)
    return {
        "arn": revision["serviceRevisionArn"],
        "requestedTaskCount": len(own) if requested is None else requested,
        "runningTaskCount": running,
        "pendingTaskCount": len(own) - running,
    }
