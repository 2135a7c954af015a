# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Blue/green, canary and linear deployments: the requests go from one target group to the other by a rule's weights.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

from moto.cloudwatch.models import cloudwatch_backends
from moto.elbv2.models import FakeAction

from ansible_collections.llmops.ecs.plugins.module_utils._facts import ecs

from ...alb.targets import all_rules, backend_of
from ...base.clock import CLOCK

ROLLING = "ROLLING"
PRODUCTION, TEST = "productionListenerRule", "testListenerRule"


class Part(NamedTuple):
    """So many percent of the requests go to the new tasks, for so many minutes."""

    percent: float
    minutes: float


def parts(configuration: dict[str, Any]) -> list[Part]:
    """Return how a deploymentConfiguration shifts the requests; the last part is the bake time."""
    last = Part(100, configuration.get("bakeTimeInMinutes") or 0)
    strategy = configuration["strategy"]
    if strategy == "CANARY":
        canary = configuration.get("canaryConfiguration", {})
        percent = canary.get("canaryPercent", ecs.CANARY_PERCENT_DEFAULT)
        return [Part(percent, canary.get("canaryBakeTimeInMinutes", ecs.CANARY_BAKE_TIME_DEFAULT)), last]
    if strategy == "LINEAR":
        linear = configuration.get("linearConfiguration", {})
        step = linear.get("stepPercent", ecs.STEP_PERCENT_DEFAULT)
        minutes = linear.get("stepBakeTimeInMinutes", ecs.STEP_BAKE_TIME_DEFAULT)
        steps = itertools.takewhile(lambda percent: percent < 100, itertools.count(step, step))
        return [*(Part(percent, minutes) for percent in steps), last]
    return [last]


class Shift:
    """The way of one deployment's requests; stage is one of AWS's lifecycle stages."""

    def __init__(self, configuration: dict[str, Any], *, is_first: bool) -> None:
        # Where nothing runs yet there is nothing to bake.
        self._parts = [Part(100, 0)] if is_first else parts(configuration)
        self._until: float | None = None
        self.stage = "SCALE_UP"
        self.percent = 0.0

    def step(self, is_up: bool) -> float | None:
        """Go on if it is time; is_up: all new tasks are healthy. Return the percentage to shift to now, if any."""
        if self.stage == "SCALE_UP" and not is_up:
            return None
        if self._until is not None and CLOCK.now() < self._until:
            return None
        if not self._parts:
            self.stage = "CLEAN_UP"
            return None
        part = self._parts.pop(0)
        self._until = CLOCK.now() + part.minutes * 60
        self.stage = "PRODUCTION_TRAFFIC_SHIFT" if self._parts else "BAKE_TIME"
        self.percent = part.percent
        return part.percent

    @property
    def is_over(self) -> bool:
        """Whether the old tasks may go."""
        return self.stage == "CLEAN_UP"


def send(load_balancers: list[dict[str, Any]], side: int, percent: float, rule_name: str = PRODUCTION) -> None:
    """Have each load balancer's rule send so many percent of the requests to the groups of one side, the rest away."""
    for load_balancer in load_balancers:
        advanced = load_balancer.get("advancedConfiguration", {})
        if advanced.get(rule_name):
            groups = [load_balancer["targetGroupArn"], advanced["alternateTargetGroupArn"]]
            weights = [percent if number == side else 100 - percent for number in (0, 1)]
            shared = [
                {"TargetGroupArn": group, "Weight": round(weight)}
                for group, weight in zip(groups, weights, strict=True)
            ]
            for rule in rules_of(advanced[rule_name]):
                rule.actions = [
                    action if action.type != "forward" else _forward(action, shared) for action in rule.actions
                ]


def group_of(load_balancer: dict[str, Any], side: int) -> str:
    """Return the ARN of the target group of a side: 0 is the first, 1 the alternate one."""
    if side and "advancedConfiguration" in load_balancer:
        return str(load_balancer["advancedConfiguration"]["alternateTargetGroupArn"])
    return str(load_balancer["targetGroupArn"])


def alarm_that_is_on(configuration: dict[str, Any], account: str, region: str) -> str | None:
    """Return the name of an alarm of a deploymentConfiguration that is in ALARM, if it has any to heed."""
    alarms = configuration.get("alarms", {})
    if not alarms.get("enable"):
        return None
    known = cloudwatch_backends[account][region].alarms
    return next((name for name in alarms["alarmNames"] if name in known and known[name].alarm.state == "ALARM"), None)


def _forward(action: FakeAction, groups: list[dict[str, Any]]) -> FakeAction:
    order = {"Order": action.data["Order"]} if "Order" in action.data else {}
    return FakeAction({"Type": "forward", **order, "ForwardConfig": {"TargetGroups": groups}})


def rules_of(arn: str) -> Iterator[Any]:
    """Yield the listener rule of an ARN, if there is one."""
    for balancer in list(backend_of(arn).load_balancers.values()):
        for listener in list(balancer.listeners.values()):
            yield from (rule for rule in all_rules(listener) if rule.arn == arn)
