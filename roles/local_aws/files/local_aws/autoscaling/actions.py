# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions of Application Auto Scaling, in the place of moto's.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_Operations.html
"""

from __future__ import annotations

from typing import Any

from moto.applicationautoscaling import models
from moto.core.responses import BaseResponse

from ansible_collections.llmops.ecs.plugins.module_utils._facts.autoscaling import DIMENSION

from ..base.actions import Document, action
from ..base.lock import LOCK
from ..base.pages import paged
from ..base.refused import Refused
from ..cloudwatch.alarm_actions import alarms_of
from .target import Target

PAGE = 50
OF = f"for service namespace: ecs, resource ID: {{id}}, scalable dimension: {DIMENSION}"


class AutoscalingResponses(BaseResponse):
    """Targets, policies, scheduled actions, activities and tags."""

    def __init__(self) -> None:
        super().__init__(service_name="application-autoscaling")
        self.automated_parameter_parsing = True

    @classmethod
    def dispatch(cls, *args: Any, **kwargs: Any) -> Any:
        """Answer a request while nothing is evaluated and ECS's scheduler waits."""
        with LOCK:
            return super().dispatch(*args, **kwargs)

    @property
    def targets(self) -> dict[str, Target]:
        """The scalable targets of the request's account and region."""
        return models.applicationautoscaling_backends[self.current_account][self.region].targets

    @action
    def register_scalable_target(self, request: Document) -> Document:
        name = request["ResourceId"]
        if name not in self.targets:
            self.targets[name] = Target(self.current_account, self.region, name, request)
        self.targets[name].register(request)
        return {"ScalableTargetARN": self.targets[name].arn}

    @action
    def deregister_scalable_target(self, request: Document) -> Document:
        self._target(request, "No scalable target found").remove()
        del self.targets[request["ResourceId"]]
        return {}

    @action
    def describe_scalable_targets(self, request: Document) -> Document:
        wanted = request.get("ResourceIds") or list(self.targets)
        found = [target.describe() for name, target in self.targets.items() if name in wanted]
        return _page(found if request["ServiceNamespace"] == "ecs" else [], request, "ScalableTargets")

    @action
    def put_scaling_policy(self, request: Document) -> Document:
        policy = self._target(request).put_policy(request["PolicyName"], request)
        return {"PolicyARN": policy["PolicyARN"], "Alarms": policy["Alarms"]}

    @action
    def delete_scaling_policy(self, request: Document) -> Document:
        target, name = self._target(request, "No scaling policy found"), request["PolicyName"]
        if name not in target.policies:
            raise _missing(f"No scaling policy found {_of(request)}, policy name: {name}")
        target.delete_policy(name)
        return {}

    @action
    def describe_scaling_policies(self, request: Document) -> Document:
        found = [policy for target in self._chosen(request) for policy in target.policies.values()]
        names = request.get("PolicyNames")
        found = [policy for policy in found if not names or policy["PolicyName"] in names]
        # Alarms of one's own that invoke a policy are told as those that AWS made are.
        of = {
            policy["PolicyARN"]: alarms_of(self.current_account, self.region, policy["PolicyARN"]) for policy in found
        }
        return _page([{**its, "Alarms": of[its["PolicyARN"]]} for its in found], request, "ScalingPolicies")

    @action
    def put_scheduled_action(self, request: Document) -> Document:
        self._target(request).put_schedule(request["ScheduledActionName"], request)
        return {}

    @action
    def delete_scheduled_action(self, request: Document) -> Document:
        target, name = self._target(request, "No scheduled action found"), request["ScheduledActionName"]
        if name not in target.schedules:
            raise _missing(f"No scheduled action found {_of(request)}, scheduled action name: {name}")
        target.delete_schedule(name)
        return {}

    @action
    def describe_scheduled_actions(self, request: Document) -> Document:
        names = request.get("ScheduledActionNames")
        found = [action for target in self._chosen(request) for action in target.schedules.values()]
        found = [item for item in found if not names or item["ScheduledActionName"] in names]
        return _page(found, request, "ScheduledActions")

    @action
    def describe_scaling_activities(self, request: Document) -> Document:
        with_not_scaled = request.get("IncludeNotScaledActivities", False)
        found = [
            {key: value for key, value in item.items() if key != "to"}
            for target in self._chosen(request)
            for item in reversed(target.activities)
            if with_not_scaled or "NotScaledReasons" not in item
        ]
        return _page(found, request, "ScalingActivities")

    @action
    def list_tags_for_resource(self, request: Document) -> Document:
        return {"Tags": self._tagged(request).tags}

    @action
    def tag_resource(self, request: Document) -> Document:
        self._tagged(request).tags |= request["Tags"]
        return {}

    @action
    def untag_resource(self, request: Document) -> Document:
        target = self._tagged(request)
        target.tags = {key: value for key, value in target.tags.items() if key not in request["TagKeys"]}
        return {}

    def _target(self, request: Document, problem: str = "No scalable target registered") -> Target:
        target = self.targets.get(request["ResourceId"])
        if target is None:
            raise _missing(f"{problem} {_of(request)}")
        return target

    def _tagged(self, request: Document) -> Target:
        arn = request["ResourceARN"]
        found = [target for target in self.targets.values() if target.arn == arn]
        if not found:
            raise Refused("ResourceNotFoundException", f"The resource with ARN {arn} does not exist.")
        return found[0]

    def _chosen(self, request: Document) -> list[Target]:
        if request["ServiceNamespace"] != "ecs":
            return []
        return [target for name, target in self.targets.items() if request.get("ResourceId") in (None, name)]


def _of(request: Document) -> str:
    return OF.format(id=request["ResourceId"])


def _missing(message: str) -> Refused:
    return Refused("ObjectNotFoundException", message)


def _page(items: list[Any], request: Document, key: str) -> Document:
    return paged(items, request, key, request.get("MaxResults") or PAGE, "InvalidNextTokenException")
