# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One service's scalable target: what Application Auto Scaling does when alarms trigger policies and schedules are due.

https://docs.aws.amazon.com/autoscaling/application/userguide/what-is-application-auto-scaling.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html
https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scaling-activities.html
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .metrics import Document
from .policies import DEFAULT_COOLDOWN, HIGH, LOW, adjusted, aggregate, step_of, tracked_capacity

OUT, IN = "out", "in"


@dataclass(frozen=True)
class Trigger:
    """An alarm that invokes a policy: the alarm's name and threshold, and the datapoints it judged, oldest first.

    role is HIGH or LOW for target tracking's own alarms.
    """

    policy: str
    alarm: str
    threshold: float
    values: Sequence[float]
    role: str = ""


@dataclass(frozen=True)
class Activity:
    """A change of the desired count from before to after, or one that was not made, with AWS's reasons for that."""

    at: float
    name: str
    cause: str
    before: int
    after: int
    minimum: int
    maximum: int
    reasons: list[dict[str, t.Any]] = field(default_factory=list)
    scheduled: bool = False

    @property
    def description(self) -> str:
        """What AWS calls the activity."""
        if self.scheduled:
            return f"Setting min capacity to {self.minimum} and max capacity to {self.maximum}"
        return f"Setting desired count to {self.after}." if self.after != self.before else "Attempting to scale"


@dataclass
class _Scaled:
    """A policy's last change: of which base it was made, to what, and when it was there (None: not yet)."""

    way: str
    base: int
    capacity: int
    cooldown: int
    done: float | None = None

    def holds(self, now: float) -> bool:
        """Whether its cooldown, which begins when the change is there, is not over."""
        return self.done is None or now < self.done + self.cooldown


@dataclass(frozen=True)
class _Proposal:
    trigger: Trigger
    way: str
    base: int
    capacity: int


class ScalableTarget:
    """Limits, flags and policies of one service, and which changes are under way or in their cooldown.

    policies maps names to what PutScalingPolicy takes: PolicyType and the configuration. They and the limits can be
    changed at any time. suspended is AWS's SuspendedState.
    """

    def __init__(
        self,
        minimum: int,
        maximum: int,
        policies: Mapping[str, Document] | None = None,
        suspended: Mapping[str, bool] | None = None,
    ) -> None:
        self.minimum, self.maximum = minimum, maximum
        self.policies = dict(policies or {})
        self.suspended = dict(suspended or {})
        self._outs: dict[str, _Scaled] = {}
        self._in: _Scaled | None = None

    def settle(self, now: float, running: int, desired: int) -> None:
        """Note which changes are there, or were overtaken by another: their cooldowns begin now."""
        for change in (*self._outs.values(), *([self._in] if self._in else [])):
            there = running >= change.capacity if change.way == OUT else running <= change.capacity
            if change.done is None and (there or desired != change.capacity):
                change.done = now

    def scheduled(self, now: float, name: str, action: Document, desired: int) -> Activity | None:
        """Take a scheduled action's limits (ScalableTargetAction); cooldowns do not hold it. None while suspended."""
        if self.suspended.get("ScheduledScalingSuspended"):
            return None
        self.minimum = int(action.get("MinCapacity", self.minimum))
        self.maximum = int(action.get("MaxCapacity", self.maximum))
        after = self.clamp(desired)
        cause = f"scheduled action name {name} was triggered"
        return Activity(now, name, cause, desired, after, self.minimum, self.maximum, scheduled=True)

    def clamp(self, capacity: int) -> int:
        """Return the capacity moved into the limits; the lower one wins."""
        return max(min(capacity, self.maximum), self.minimum)

    def act(self, now: float, triggers: Iterable[Trigger], running: int, desired: int) -> list[Activity]:
        """Return what triggered policies lead to: at most one change, and those not made with their reasons.

        Policies reckon from the running tasks. Of several the largest capacity wins, and scaling out over scaling in.
        """
        self.settle(now, running, desired)
        triggers = list(triggers)
        proposals = [
            made
            for made in (self._proposal(now, item, triggers, running, desired) for item in triggers)
            if made and not self._suspended(made.way)
        ]
        outs = [item for item in proposals if item.way == OUT]
        ins = [] if outs else [item for item in proposals if item.way == IN and self._may_scale_in(now)]
        activities = []
        for item in outs or ins:
            reasons = self._reasons(item, desired)
            if reasons:
                activities.append(self._activity(now, item, desired, desired, reasons))
        open_ = [item for item in outs or ins if not self._reasons(item, desired)]
        if open_:
            best = max(open_, key=lambda item: item.capacity)
            activities.append(self._activity(now, best, desired, self.clamp(best.capacity)))
            self._remember(best)
        return activities

    def _proposal(
        self, now: float, trigger: Trigger, triggers: Sequence[Trigger], running: int, desired: int
    ) -> _Proposal | None:
        policy = self.policies.get(trigger.policy)
        if not policy or not trigger.values:
            return None
        tracking = policy.get("TargetTrackingScalingPolicyConfiguration")
        if tracking:
            way = OUT if trigger.role == HIGH else IN
            if way == IN and not self._all_low(triggers):
                return None
            base = self._base(now, trigger, running) if way == OUT else running
            return _Proposal(
                trigger, way, base, tracked_capacity(float(tracking["TargetValue"]), trigger.values[-1], base)
            )
        stepping = policy.get("StepScalingPolicyConfiguration")
        if not stepping:
            return None
        breach = round(aggregate(stepping, trigger.values) - trigger.threshold, 9)
        step = step_of(stepping, breach)
        if step is None:
            return None
        change = int(step["ScalingAdjustment"])
        base = self._base(now, trigger, running)
        capacity = adjusted(stepping, change, base)
        if stepping.get("AdjustmentType") == "ExactCapacity":
            way = OUT if capacity >= running else IN
        else:
            way = OUT if change > 0 else IN
        return _Proposal(trigger, way, base, capacity)

    def _base(self, now: float, trigger: Trigger, running: int) -> int:
        """Return the tasks that a change is reckoned from: those that run. Within the cooldown of the policy's last
        scaling out those before it, as what that added counts as part of what is asked for now."""
        before = self._outs.get(trigger.policy)
        return before.base if before and before.holds(now) else running

    def _all_low(self, triggers: Sequence[Trigger]) -> bool:
        """Whether every target-tracking policy that may scale in is ready to."""
        ready = {item.policy for item in triggers if item.role == LOW}
        configurations = {
            name: policy.get("TargetTrackingScalingPolicyConfiguration") for name, policy in self.policies.items()
        }
        return all(name in ready for name, item in configurations.items() if item and not item.get("DisableScaleIn"))

    def _suspended(self, way: str) -> bool:
        return bool(self.suspended.get("DynamicScalingOutSuspended" if way == OUT else "DynamicScalingInSuspended"))

    def _may_scale_in(self, now: float) -> bool:
        return not (self._in and self._in.holds(now))

    def _reasons(self, item: _Proposal, desired: int) -> list[dict[str, t.Any]]:
        """Return AWS's NotScaledReasons, none where the proposal changes something.

        A count outside the limits is moved in by a policy of the way that leads there, and left alone by the other.
        """
        after, current = self.clamp(item.capacity), {"CurrentCapacity": desired}
        if item.way == OUT and after > desired:
            return []
        if item.way == IN and after < desired:
            return []
        if item.way == OUT and desired >= self.maximum:
            return [{"Code": "AlreadyAtMaxCapacity", "MaxCapacity": self.maximum, **current}]
        if item.way == IN and desired <= self.minimum:
            return [{"Code": "AlreadyAtMinCapacity", "MinCapacity": self.minimum, **current}]
        return [{"Code": "AlreadyAtDesiredCapacity", **current}]

    def _activity(
        self, now: float, item: _Proposal, before: int, after: int, reasons: list[dict[str, t.Any]] | None = None
    ) -> Activity:
        cause = f"monitor alarm {item.trigger.alarm} in state ALARM triggered policy {item.trigger.policy}"
        return Activity(now, item.trigger.policy, cause, before, after, self.minimum, self.maximum, reasons or [])

    def _remember(self, item: _Proposal) -> None:
        change = _Scaled(item.way, item.base, self.clamp(item.capacity), self._cooldown(item))
        if item.way == OUT:
            self._outs[item.trigger.policy] = change
            # Scaling out ends a cooldown of scaling in.
            self._in = None
        else:
            self._in = change

    def _cooldown(self, item: _Proposal) -> int:
        policy = self.policies[item.trigger.policy]
        tracking = policy.get("TargetTrackingScalingPolicyConfiguration")
        if tracking:
            name = "ScaleOutCooldown" if item.way == OUT else "ScaleInCooldown"
            return int(tracking.get(name, DEFAULT_COOLDOWN))
        return int(policy["StepScalingPolicyConfiguration"].get("Cooldown", DEFAULT_COOLDOWN))
