# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Fargate task: its network interface and addresses, its containers, and its way from PROVISIONING to STOPPED.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from moto.core.utils import utcnow
from moto.utilities.utils import get_partition

from ansible_collections.llmops.ecs.plugins.module_utils._facts import fargate

from ..base.delays import DELAYS
from .container import Container, overridden_by
from .health import HEALTHY, SETTLED_AFTER, UNHEALTHY, task_health
from .images import IMAGES
from .interface import TaskNetwork
from .registrations import Place, Registrations
from .start import Resources, StartFailure, pull, reach_registry

# By a dependsOn condition: the container has come so far.
CONDITIONS = {
    "START": lambda container: container.status != "PENDING",
    "COMPLETE": lambda container: container.status == "STOPPED",
    "SUCCESS": lambda container: container.status == "STOPPED" and container.exit_code == 0,
    "HEALTHY": lambda container: container.health == HEALTHY,
}


# What is stopped for these reasons first ends the requests that it has; what ended by itself has none.
DRAINED = ("ServiceSchedulerInitiated", "UserInitiated")


@dataclass(eq=False)
class Task:
    """A task; step() takes it one step further, describe() is the Task of DescribeTasks."""

    account: str
    region: str
    cluster: str
    task_definition: dict[str, Any]
    network: dict[str, Any]
    group: str
    subnet: str
    started_by: str = ""
    revision: str = ""
    placement: dict[str, Any] = field(default_factory=dict)
    tags: list[dict[str, str]] = field(default_factory=list)
    overrides: dict[str, Any] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    enable_execute_command: bool = False
    target_groups: list[Place] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.id = uuid.uuid4().hex
        prefix = f"arn:{get_partition(self.region)}:ecs:{self.region}:{self.account}"
        self.cluster_arn = f"{prefix}:cluster/{self.cluster}"
        self.task_arn = f"{prefix}:task/{self.cluster}/{self.id}"
        self.last_status, self.desired_status, self.version = "PROVISIONING", "RUNNING", 1
        self.stop_code: str | None = None
        self.stopped_reason: str | None = None
        self.was_healthy = self.counted = self.credited = self.announced = False
        self.ailment: str | None = None
        self.running_since = self.stopped_since = 0.0
        self.times: dict[str, Any] = {"createdAt": utcnow()}
        self._network = TaskNetwork(self.account, self.region, self.subnet, self.network)
        self.registrations = Registrations(self.target_groups)
        self._resources: Resources | None = None
        overridden = {item["name"]: item for item in self.overrides.get("containerOverrides", [])}
        self.containers = [
            Container(
                overridden_by(definition, overridden.get(definition["name"], {})), self.digests.get(definition["name"])
            )
            for definition in self.task_definition["containerDefinitions"]
        ]

    @property
    def health(self) -> str:
        return task_health([(container.essential, container.health) for container in self.containers])

    @property
    def is_checked(self) -> bool:
        """Whether an essential container has a health check."""
        return any(container.essential and container.health for container in self.containers)

    @property
    def is_live(self) -> bool:
        """Whether the task is meant to run."""
        return self.desired_status == "RUNNING"

    @property
    def is_unhealthy(self) -> bool:
        return self.is_live and self.health == UNHEALTHY

    @property
    def is_drained_first(self) -> bool:
        """Whether the task, when it is stopped, first ends the requests that it has."""
        return self.stop_code in DRAINED

    @property
    def is_draining(self) -> bool:
        return bool(self.registrations) and self.is_drained_first and self.last_status == "DEACTIVATING"

    @property
    def was_running(self) -> bool:
        return "startedAt" in self.times

    def is_healthy(self, now: float) -> bool:
        """Whether the task counts for its service: RUNNING, and healthy or, without any health check, for some time."""
        if not self.is_live or self.last_status != "RUNNING" or not self.registrations.is_healthy:
            return False
        if self.is_checked:
            return self.health == HEALTHY
        return bool(self.registrations) or now - self.running_since >= SETTLED_AFTER

    def step(self, now: float, memory: dict[int, int]) -> None:
        """Go on with what is next; memory: resident bytes by process group."""
        for container in self.containers:
            container.watch(now)
        try:
            if not self.is_live:
                self._stop_further(now)
            elif self.last_status == "PROVISIONING":
                self._provision()
            elif self.last_status == "PENDING":
                self._start_further(now)
            if self.is_live:
                self._look_after(now, memory)
        except StartFailure as failure:
            self.stop(str(failure), "TaskFailedToStart")

    def stop(self, reason: str, code: str) -> None:
        """Ask the task to end; the first reason stays."""
        if self.is_live:
            self.desired_status = "STOPPED"
            self.stop_code, self.stopped_reason = code, reason
            self.times["stoppingAt"] = utcnow()
            self.registrations.deregister()
            self._become("DEACTIVATING")

    def destroy(self) -> None:
        """End the processes and give the addresses back, at once and without a trace in AWS's state."""
        self.registrations.deregister()
        for container in self.containers:
            container.destroy()
        self._network.disconnect()

    def describe(self) -> dict[str, Any]:
        """Return the Task of DescribeTasks, with tags.

        https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
        """
        document = self.task_definition
        overridden = {item["name"]: item for item in self.overrides.get("containerOverrides", [])}
        interfaces = self._network.describe_interfaces()
        storage = document.get("ephemeralStorage", {"sizeInGiB": fargate.EPHEMERAL_STORAGE_DEFAULT})
        optional = {
            "stopCode": self.stop_code,
            "stoppedReason": self.stopped_reason,
            "startedBy": self.started_by or None,
        }
        return {
            "taskArn": self.task_arn,
            "clusterArn": self.cluster_arn,
            "taskDefinitionArn": document["taskDefinitionArn"],
            "attachments": [self._network.describe_attachment(deleted=self.last_status == "STOPPED")],
            "attributes": [
                {
                    "name": "ecs.cpu-architecture",
                    "value": document.get("runtimePlatform", {}).get("cpuArchitecture", "X86_64").lower(),
                }
            ],
            "containers": [container.describe(self.task_arn, interfaces) for container in self.containers],
            "cpu": document.get("cpu", "0"),
            "memory": document.get("memory", "0"),
            "desiredStatus": self.desired_status,
            "lastStatus": self.last_status,
            "enableExecuteCommand": self.enable_execute_command,
            "ephemeralStorage": storage,
            "fargateEphemeralStorage": storage,
            "group": self.group,
            "healthStatus": self.health,
            "overrides": {
                **self.overrides,
                "containerOverrides": [
                    overridden.get(container.name, {"name": container.name}) for container in self.containers
                ],
                "inferenceAcceleratorOverrides": [],
            },
            "platformFamily": "Linux",
            "platformVersion": "1.4.0",
            "tags": self.tags,
            "version": self.version,
            **self.placement,
            **self.times,
            **{key: value for key, value in optional.items() if value is not None},
        }

    def release_interface(self, now: float) -> None:
        """Delete the network interface when it has lingered long enough after the task's end."""
        if self.last_status == "STOPPED" and now - self.stopped_since >= DELAYS.eni:
            self._network.delete_interface()

    def _become(self, status: str) -> None:
        self.last_status = status
        self.version += 1

    def _provision(self) -> None:
        mappings = [mapping for item in self.containers for mapping in item.definition.get("portMappings", [])]
        managed_tags = {tag["key"]: tag["value"] for tag in self.tags if tag["key"].startswith("aws:ecs:")}
        self._network.connect(sorted({mapping["containerPort"] for mapping in mappings}), managed_tags)
        self.times |= {"connectivityAt": utcnow(), "pullStartedAt": utcnow()}
        self.placement |= {"connectivity": "CONNECTED", "availabilityZone": self._network.availability_zone}
        self._become("PENDING")

    def _start_further(self, now: float) -> None:
        """Start the containers whose dependencies are met; with the last one the task is RUNNING."""
        if self._resources is None:
            self._resources = self._prepare()
        for container in self.containers:
            if container.status == "PENDING" and self._may_start(container):
                environment = self._environment(container.definition) | self._resources.secrets(container.definition)
                container.start(self._network.host, environment, self._resources.log_writer(container.definition), now)
        if all(container.status != "PENDING" for container in self.containers):
            self.times["startedAt"], self.running_since = utcnow(), now
            self._become("RUNNING")
            self._register()

    def _register(self) -> None:
        eni, host = self._network.eni, self._network.host
        assert eni
        assert host
        self.registrations.register(str(eni.private_ip_address), host, str(self._network.availability_zone))

    def _prepare(self) -> Resources:
        """Fetch everything that every container needs before the first of them starts."""
        assert self._network.eni
        images = [container.definition["image"] for container in self.containers]
        reach_registry(self._network.eni.subnet, self._network.public_ip, images[0])
        resources = Resources(self.task_definition, self.account, self.region, self.id)
        for container in self.containers:
            resources.registry_auth(container.definition["image"])
            resources.secrets(container.definition)
        for image in images:
            pull(image)
        for container in self.containers:
            resources.log_writer(container.definition)
            container.digest = container.digest or IMAGES.digest(container.definition["image"])
        self.times["pullStoppedAt"] = utcnow()
        return resources

    def _environment(self, definition: dict[str, Any]) -> dict[str, str]:
        given = {item["name"]: item["value"] for item in definition.get("environment", [])}
        return {
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE",
        } | given

    def _may_start(self, container: Container) -> bool:
        others = {other.name: other for other in self.containers}
        dependencies = container.definition.get("dependsOn", [])
        return all(CONDITIONS[item["condition"]](others[item["containerName"]]) for item in dependencies)

    def _look_after(self, now: float, memory: dict[int, int]) -> None:
        for container in self.containers:
            container.enforce_memory(memory, int(self.task_definition.get("memory", 0)))
            if container.essential and container.status == "STOPPED":
                self.stop("Essential container in task exited", "EssentialContainerExited")
        self.was_healthy = self.was_healthy or self.is_healthy(now)

    def _stop_further(self, now: float) -> None:
        """End the containers, those first that no other one depends on; then give everything back."""
        running = [container for container in self.containers if container.is_running]
        if self.is_drained_first and running and not self.registrations.is_drained:
            return
        needed = {item["containerName"] for container in running for item in container.definition.get("dependsOn", [])}
        for container in running:
            if container.name not in needed:
                container.end(now)
        if running:
            if self.last_status == "DEACTIVATING":
                self._become("STOPPING")
        elif self.last_status != "STOPPED":
            self._network.disconnect()
            for container in self.containers:
                container.status = "STOPPED"
                if self.stop_code == "TaskFailedToStart":
                    container.reason = container.reason or self.stopped_reason
            self.times |= {"executionStoppedAt": utcnow(), "stoppedAt": utcnow()}
            self.stopped_since = now
            self._become("STOPPED")
