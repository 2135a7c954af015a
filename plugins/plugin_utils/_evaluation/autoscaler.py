# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Alarms, scalable target and schedules of one service together, stepped through time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .alarms import Alarm
from .metrics import Document, Source
from .policies import tracking_alarms
from .schedules import next_time
from .target import Activity, ScalableTarget, Trigger


@dataclass
class _Watch:
    """An alarm and the policy that it triggers."""

    alarm: Alarm
    policy: str
    role: str = ""


@dataclass(frozen=True)
class Requests:
    """How one service scales, in the documents that AWS takes.

    * target: MinCapacity, MaxCapacity, SuspendedState of RegisterScalableTarget;
    * policies: name -> PutScalingPolicy's PolicyType and configuration;
    * alarms: PutMetricAlarm's requests, in each of which AlarmActions names policies (by name here, or by an ARN that
      ends in V(policyName/) and the name);
    * schedules: name -> PutScheduledAction's Schedule, Timezone, StartTime, EndTime, ScalableTargetAction.

    resource_id is as in V(service/cluster/name).
    """

    resource_id: str
    target: Document
    policies: Mapping[str, Document]
    alarms: Sequence[Document] = ()
    schedules: Mapping[str, Document] = field(default_factory=dict)


class Autoscaler:
    """One service's scaling through time; began is when all of it was made (seconds since the epoch)."""

    def __init__(self, requests: Requests, began: float) -> None:
        target = requests.target
        self.target = ScalableTarget(
            int(target["MinCapacity"]), int(target["MaxCapacity"]), requests.policies, target.get("SuspendedState")
        )
        self.began = began
        self.schedules = dict(requests.schedules)
        self._due = {name: next_time(request, began, began) for name, request in self.schedules.items()}
        self._watches = [
            *_own(requests.policies, requests.resource_id),
            *_given(requests.alarms, requests.policies),
        ]

    @property
    def alarms(self) -> list[Alarm]:
        """All alarms, target tracking's own ones named V(<policy>-AlarmHigh) and V(<policy>-AlarmLow)."""
        return [item.alarm for item in self._watches]

    def step(self, now: float, source: Source, running: int, desired: int) -> list[Activity]:
        """Return what is done at now, in the order in which it is done; the last one's after is the new desired count.

        It is to be called at least once a minute (10 seconds with high-resolution alarms), with now never going back.
        """
        activities = []
        for name, due in self._due.items():
            if due is not None and due <= now:
                action = self.schedules[name]["ScalableTargetAction"]
                activity = self.target.scheduled(now, name, action, desired)
                if activity:
                    activities.append(activity)
                    desired = activity.after
                self._due[name] = next_time(self.schedules[name], now, self.began)
        triggers = []
        for item in self._watches:
            if item.alarm.step(now, source):
                alarm = item.alarm
                values = alarm.judgement.values
                triggers.append(Trigger(item.policy, alarm.name, alarm.settings.threshold, values, item.role))
        self.target.settle(now, running, desired)
        if triggers:
            activities += self.target.act(now, triggers, running, desired)
        return activities


def _own(policies: Mapping[str, Document], resource_id: str) -> list[_Watch]:
    watches = []
    for name, policy in policies.items():
        configuration = policy.get("TargetTrackingScalingPolicyConfiguration")
        if configuration:
            for role, request in tracking_alarms(configuration, resource_id).items():
                watches.append(_Watch(Alarm({**request, "AlarmName": f"{name}-{role}"}), name, role))
    return watches


def _given(alarms: Sequence[Document], policies: Mapping[str, Document]) -> list[_Watch]:
    watches = []
    for request in alarms:
        for action in request.get("AlarmActions") or []:
            name = action.rpartition("policyName/")[2]
            if name in policies:
                watches.append(_Watch(Alarm(request), name))
    return watches
