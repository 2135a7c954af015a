# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions on tasks.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from ansible_collections.llmops.ecs.plugins.module_utils._facts import ecs

from ...base.actions import Document, action
from ...base.refused import Refused
from ...tasks.task import Task
from ..awsvpc import checked_network
from ..placement import least_used, placement
from ..service import Service
from .base import Actions, limited, page


class TaskActions(Actions):
    """Tasks, those of services and those that were run on their own."""

    @action
    def run_task(self, request: Document) -> Document:
        cluster = self.state.cluster(request.get("cluster"))
        definition = self.state.task_definition(request["taskDefinition"])
        if definition.status != "ACTIVE":
            raise Refused("ClientException", "TaskDefinition is inactive")
        network = checked_network(request, definition, self.current_account, self.region)
        settings = dict(request)
        if "launchType" not in request and "capacityProviderStrategy" not in request and cluster.default_strategy:
            settings["capacityProviderStrategy"] = cluster.default_strategy
        started: list[Task] = []
        for _task in range(request.get("count", 1)):
            chosen = placement(settings, [task.placement.get("capacityProviderName", "") for task in started])
            if chosen["launchType"] == "EC2":
                raise Refused("InvalidParameterException", "No Container Instances were found in your cluster.")
            task = Task(
                account=self.current_account,
                region=self.region,
                cluster=cluster.name,
                task_definition=definition.document,
                network=network,
                group=request.get("group", f"family:{definition.family}"),
                subnet=least_used(network["subnets"], [task.subnet for task in started]),
                started_by=request.get("startedBy", ""),
                placement=chosen,
                tags=[
                    *request.get("tags", []),
                    *(definition.tags if request.get("propagateTags") == "TASK_DEFINITION" else []),
                ],
                overrides=request.get("overrides", {}),
                enable_execute_command=request.get("enableExecuteCommand", False),
            )
            self.state.tasks[cluster.name][task.task_arn] = task
            started.append(task)
        return {"tasks": [task.describe() for task in started], "failures": []}

    @action
    def stop_task(self, request: Document) -> Document:
        task = self._find_task(request.get("cluster"), request["task"])
        if task is None:
            raise Refused("InvalidParameterException", "The referenced task was not found.")
        task.stop(request.get("reason") or "Task stopped by user", "UserInitiated")
        return {"task": task.describe()}

    @action
    def describe_tasks(self, request: Document) -> Document:
        names = limited(request, "tasks", ecs.TASKS_AT_ONCE)
        found = {name: self._find_task(request.get("cluster"), name) for name in names}
        documents = [task.describe() for task in found.values() if task]
        if "TAGS" not in request.get("include", []):
            for document in documents:
                del document["tags"]
        return {
            "tasks": documents,
            "failures": [
                {"arn": name if name.startswith("arn:") else self.state.arn(f"task/{name}"), "reason": "MISSING"}
                for name, task in found.items()
                if task is None
            ],
        }

    @action
    def list_tasks(self, request: Document) -> Document:
        cluster = self.state.cluster(request.get("cluster"))
        tasks = list(self.state.tasks[cluster.name].values())
        wanted = {"desired_status": request.get("desiredStatus", "RUNNING"), "started_by": request.get("startedBy")}
        if "serviceName" in request:
            service: Service = self.state.service(cluster.name, request["serviceName"])
            wanted["group"] = service.group
        for attribute, value in wanted.items():
            tasks = [task for task in tasks if value in (None, getattr(task, attribute))]
        if "family" in request:
            tasks = [task for task in tasks if task.task_definition["family"] == request["family"]]
        if "launchType" in request:
            tasks = [task for task in tasks if task.placement["launchType"] == request["launchType"]]
        return page([task.task_arn for task in tasks], request, "taskArns")

    def _find_task(self, cluster: str | None, name_or_arn: str) -> Task | None:
        tasks = self.state.tasks[self.state.cluster(cluster).name]
        return next((task for task in tasks.values() if name_or_arn in (task.id, task.task_arn)), None)
