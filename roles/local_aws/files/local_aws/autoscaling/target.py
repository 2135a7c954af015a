# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Application Auto Scaling's state: scalable targets of ECS services, their policies, schedules and activities.

https://docs.aws.amazon.com/autoscaling/application/userguide/what-is-application-auto-scaling.html
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from moto.applicationautoscaling import models, urls
from moto.core.base_backend import BaseBackend
from moto.ecs.models import ecs_backends
from moto.utilities.utils import get_partition

from ansible_collections.llmops.ecs.plugins.module_utils._facts.autoscaling import DIMENSION
from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.policies import tracking_alarms
from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.schedules import next_time
from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.target import Activity, ScalableTarget, Trigger

from ..base.clock import CLOCK
from ..cloudwatch.alarm_actions import delete_alarms, put_alarm
from ..ecs.service import Service

TRACKING = "TargetTrackingScalingPolicyConfiguration"
FLAGS = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
ROLE = "aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService"
ACTIVITIES_KEPT = 5000

Document = dict[str, Any]


class Target:
    """One service's scalable target, with everything that belongs to it."""

    def __init__(self, account: str, region: str, resource_id: str, request: Document) -> None:
        self.account, self.region, self.resource_id = account, region, resource_id
        prefix = f"arn:{get_partition(region)}:application-autoscaling:{region}:{account}"
        self.arn = f"{prefix}:scalable-target/{uuid.uuid4().hex}0000"
        self.tags: dict[str, str] = dict(request.get("Tags") or {})
        self.created = CLOCK.now()
        self.scaling = ScalableTarget(request["MinCapacity"], request["MaxCapacity"], {}, dict.fromkeys(FLAGS, False))
        self.policies: dict[str, Document] = {}
        self.schedules: dict[str, Document] = {}
        self.activities: list[Document] = []
        self._due: dict[str, float | None] = {}

    @property
    def identity(self) -> dict[str, str]:
        """The members that every document of the target has."""
        return {"ServiceNamespace": "ecs", "ResourceId": self.resource_id, "ScalableDimension": DIMENSION}

    @property
    def service(self) -> Service | None:
        """The ECS service, unless it is gone."""
        return service(self.account, self.region, self.resource_id)

    def register(self, request: Document) -> None:
        """Take new limits and flags, and move the desired count between the limits at once."""
        self.scaling.minimum = request.get("MinCapacity", self.scaling.minimum)
        self.scaling.maximum = request.get("MaxCapacity", self.scaling.maximum)
        self.scaling.suspended |= request.get("SuspendedState") or {}
        self._clamp(CLOCK.now())

    def describe(self) -> Document:
        """Return the ScalableTarget of DescribeScalableTargets."""
        return {
            **self.identity,
            "MinCapacity": self.scaling.minimum,
            "MaxCapacity": self.scaling.maximum,
            "RoleARN": f"arn:{get_partition(self.region)}:iam::{self.account}:role/{ROLE}",
            "CreationTime": datetime.fromtimestamp(self.created, UTC),
            "SuspendedState": dict(self.scaling.suspended),
            "ScalableTargetARN": self.arn,
        }

    def put_policy(self, name: str, request: Document) -> Document:
        """Make or change a policy, with the alarms of target tracking; return its document."""
        before = self.policies.get(name, {})
        prefix = f"arn:{get_partition(self.region)}:autoscaling:{self.region}:{self.account}:scalingPolicy"
        arn = f"{prefix}:{uuid.uuid4()}:resource/ecs/{self.resource_id}:policyName/{name}"
        kept = {"PolicyARN": arn, "CreationTime": datetime.fromtimestamp(CLOCK.now(), UTC), "Alarms": [], **before}
        kept = {key: kept[key] for key in ("PolicyARN", "CreationTime", "Alarms")}
        given = {key: request[key] for key in request if key == "PolicyType" or key.endswith("Configuration")}
        policy = {**self.identity, "PolicyName": name, **kept, **given}
        policy["Alarms"] = self._alarms(policy)
        gone = {item["AlarmName"] for item in kept["Alarms"]} - {item["AlarmName"] for item in policy["Alarms"]}
        delete_alarms(self.account, self.region, sorted(gone))
        self.policies[name] = self.scaling.policies[name] = policy
        return policy

    def delete_policy(self, name: str) -> None:
        """Remove a policy and the alarms that AWS made for it."""
        policy = self.policies.pop(name)
        del self.scaling.policies[name]
        delete_alarms(self.account, self.region, [alarm["AlarmName"] for alarm in policy["Alarms"]])

    def put_schedule(self, name: str, request: Document) -> None:
        """Make a scheduled action, or change what is named of one."""
        now = CLOCK.now()
        prefix = f"arn:{get_partition(self.region)}:autoscaling:{self.region}:{self.account}:scheduledAction"
        arn = f"{prefix}:{uuid.uuid4()}:resource/ecs/{self.resource_id}:scheduledActionName/{name}"
        made = {"ScheduledActionARN": arn, "CreationTime": datetime.fromtimestamp(now, UTC), "Timezone": "UTC"}
        before = {
            key: value for key, value in self.schedules.get(name, {}).items() if key not in ("StartTime", "EndTime")
        }
        self.schedules[name] = {**made, **before, **request}
        self._due[name] = self._next(name, now)

    def delete_schedule(self, name: str) -> None:
        """Remove a scheduled action."""
        del self.schedules[name], self._due[name]

    def remove(self) -> None:
        """Remove what goes with the target: the alarms of its policies."""
        for name in list(self.policies):
            self.delete_policy(name)

    def step(self, now: float, triggers: Iterable[Trigger]) -> None:
        """Do what is due: scheduled actions, then what alarms triggered."""
        its = self.service
        if its is None:
            return
        for name, due in list(self._due.items()):
            if due is not None and due <= now:
                self._run(name, now)
                self._due[name] = self._next(name, now)
        running = self.running
        for activity in self.scaling.act(now, triggers, running, its.desired_count):
            its.settings["desiredCount"] = activity.after
            self._note(activity)
        self._fulfil(now, running, its.desired_count)

    @property
    def running(self) -> int:
        """How many of the service's tasks are RUNNING."""
        its = self.service
        tasks = ecs_backends[self.account][self.region].tasks_of(its) if its else []
        return sum(task.is_live and task.last_status == "RUNNING" for task in tasks)

    def _next(self, name: str, after: float) -> float | None:
        created = self.schedules[name]["CreationTime"].timestamp()
        return next_time(self.schedules[name], after, created)

    def _run(self, name: str, now: float) -> None:
        its = self.service
        if its is None:
            return
        action = self.schedules[name]["ScalableTargetAction"]
        activity = self.scaling.scheduled(now, name, action, its.desired_count)
        if activity:
            told = f"Successfully set min capacity to {activity.minimum} and max capacity to {activity.maximum}"
            self._note(activity, ended=now, message=told)
            self._clamp(now)

    def _clamp(self, now: float) -> None:
        """Move the desired count between the limits."""
        its = self.service
        if its is None or self.scaling.clamp(its.desired_count) == its.desired_count:
            return
        before, after = its.desired_count, self.scaling.clamp(its.desired_count)
        cause = f"{'minimum' if after > before else 'maximum'} capacity was set to {after}"
        its.settings["desiredCount"] = after
        self._note(Activity(now, "", cause, before, after, self.scaling.minimum, self.scaling.maximum))

    def _alarms(self, policy: Document) -> list[dict[str, str]]:
        """Put the alarms that AWS makes for target tracking; return what DescribeScalingPolicies tells of them."""
        configuration: Mapping[str, Any] | None = policy.get(TRACKING)
        if not configuration:
            return []
        creator = f"{policy['PolicyARN']}:createdBy/{uuid.uuid4()}"
        known = {item["AlarmName"].split("-Alarm")[1].split("-")[0]: item["AlarmName"] for item in policy["Alarms"]}
        made = []
        for role, request in tracking_alarms(configuration, self.resource_id).items():
            name = known.get(role.removeprefix("Alarm"), f"TargetTracking-{self.resource_id}-{role}-{uuid.uuid4()}")
            described = f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy['PolicyARN']}."
            document = {"AlarmName": name, "AlarmDescription": described, "AlarmActions": [creator], **request}
            made.append({"AlarmName": name, "AlarmARN": put_alarm(self.account, self.region, document)})
        return made

    def _note(self, activity: Activity, ended: float | None = None, message: str = "") -> None:
        """Keep an activity in AWS's words; one that changes the count is in progress until the tasks are there."""
        told = f"Successfully set desired count to {activity.after}. Waiting for change to be fulfilled by ecs."
        document = {
            "ActivityId": str(uuid.uuid4()),
            **self.identity,
            "Description": activity.description,
            "Cause": activity.cause,
            "StartTime": datetime.fromtimestamp(activity.at, UTC),
            "StatusCode": "Successful" if ended else "InProgress",
            "StatusMessage": message or told,
            "to": activity.after,
        }
        if activity.reasons:
            document |= {"StatusCode": "Failed", "StatusMessage": "", "NotScaledReasons": activity.reasons}
            ended = activity.at
        if ended:
            document["EndTime"] = datetime.fromtimestamp(ended, UTC)
        elif self.activities:
            self._supersede(activity)
        self.activities = [*self.activities[-ACTIVITIES_KEPT + 1 :], document]

    def _supersede(self, activity: Activity) -> None:
        for item in self.activities:
            if item["StatusCode"] == "InProgress":
                told = f"Successfully set desired count to {item['to']}. Change was overridden by another."
                ended = datetime.fromtimestamp(activity.at, UTC)
                item |= {"StatusCode": "Overridden", "StatusMessage": told, "EndTime": ended}

    def _fulfil(self, now: float, running: int, desired: int) -> None:
        for item in self.activities:
            if item["StatusCode"] == "InProgress" and running == desired == item["to"]:
                told = f"Successfully set desired count to {item['to']}. Change successfully fulfilled by ecs."
                ended = datetime.fromtimestamp(now, UTC)
                item |= {"StatusCode": "Successful", "StatusMessage": told, "EndTime": ended}


class AutoscalingBackend(BaseBackend):
    """Application Auto Scaling in one region: the targets by their resource ids."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.targets: dict[str, Target] = {}

    @property
    def _url_module(self) -> Any:
        return urls


def service(account: str, region: str, resource_id: str) -> Service | None:
    """Return the ACTIVE service of service/cluster/name, or None."""
    _service, cluster, name = resource_id.split("/")
    found = ecs_backends[account][region].services.get(f"{cluster}:{name}")
    return found if found and found.status == "ACTIVE" else None


def backends() -> list[AutoscalingBackend]:
    """Return the state of every account and region that has been asked for."""
    found = list(models.applicationautoscaling_backends.iter_backends())
    return [backend for _account, _region, backend in found if isinstance(backend, AutoscalingBackend)]
