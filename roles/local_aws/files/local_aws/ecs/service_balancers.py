# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ECS refuses of a service's load balancers, and of deployments that shift requests between them.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb-considerations.html
"""

from __future__ import annotations

from typing import Any

from moto.elbv2.models import FakeTargetGroup

from ansible_collections.llmops.ecs.plugins.module_utils._facts import ecs

from ..alb.targets import backend_of, balancers_of
from ..base.arns import account_and_region
from ..base.refused import Refused
from ..tasks.execution_role import find_role, trusts_ecs
from .deployments.shifts import PRODUCTION, TEST, rules_of

REQUIRED = ("alternateTargetGroupArn", "productionListenerRule", "roleArn")
STEPS = {
    "CANARY": ("canaryConfiguration", {"canaryPercent": ecs.CANARY_PERCENT, "canaryBakeTimeInMinutes": ecs.BAKE_TIME}),
    "LINEAR": ("linearConfiguration", {"stepPercent": ecs.STEP_PERCENT, "stepBakeTimeInMinutes": ecs.BAKE_TIME}),
}
ROUNDING = 1e-6
NOT_ASSUMED = (
    "Unable to assume role and validate the specified targetGroupArn. Please verify that the ECS service role being "
    "passed has the proper permissions."
)


def check_target_groups(load_balancers: list[dict[str, Any]]) -> None:
    """Raise Refused for a target group that is not there, not for addresses, or behind no load balancer."""
    for load_balancer in load_balancers:
        alternate = load_balancer.get("advancedConfiguration", {}).get("alternateTargetGroupArn")
        for arn in filter(None, (load_balancer.get("targetGroupArn"), alternate)):
            group = _group(arn)
            if group is None:
                raise _invalid(f"The target group with targetGroupArn {arn} does not exist.")
            if group.target_type != "ip":
                raise _invalid(
                    f"The provided target group {arn} has target type {group.target_type}, which is incompatible with "
                    "the awsvpc network mode specified in the task definition."
                )
            if not balancers_of(arn):
                raise _invalid(f"The target group with targetGroupArn {arn} does not have an associated load balancer.")


def check_shift(configuration: dict[str, Any], load_balancers: list[dict[str, Any]]) -> None:
    """Raise Refused for what a blue/green, canary or linear deployment lacks."""
    strategy = configuration["strategy"]
    if strategy != "BLUE_GREEN" and not load_balancers:
        raise _invalid(f"The {strategy} deployment strategy requires a load balancer or Service Connect.")
    for load_balancer in load_balancers:
        advanced = load_balancer.get("advancedConfiguration", {})
        missing = [name for name in REQUIRED if not advanced.get(name)]
        if missing:
            raise _invalid(
                f"advancedConfiguration with {', '.join(missing)} is required for load balancers when using the "
                f"{strategy} deployment strategy."
            )
        for name in (PRODUCTION, TEST):
            if advanced.get(name) and not any(rules_of(advanced[name])):
                raise _invalid(f"The {name} {advanced[name]} of advancedConfiguration does not exist.")
        account, region = account_and_region(load_balancer["targetGroupArn"])
        if not trusts_ecs(find_role(advanced["roleArn"], account, region), account, region):
            raise _invalid(NOT_ASSUMED)
    least, most = ecs.BAKE_TIME
    if not least <= configuration.get("bakeTimeInMinutes", least) <= most:
        raise _invalid(f"bakeTimeInMinutes must be between {least} and {most}.")


def check_steps(configuration: dict[str, Any]) -> None:
    """Raise Refused for steps of another strategy, or of a size that AWS does not know.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CanaryConfiguration.html
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinearConfiguration.html
    """
    for strategy, (name, ranges) in STEPS.items():
        given = configuration.get(name, {})
        if given and configuration["strategy"] != strategy:
            raise _invalid(f"{name} is only valid with the {strategy} deployment strategy.")
        for field, (least, most) in ranges.items():
            value = given.get(field, most)
            if not least <= value <= most:
                raise _invalid(f"{name}.{field} must be between {least:g} and {most:g}, not {value}.")
            if abs(value * 10 - round(value * 10)) > ROUNDING:
                raise _invalid(f"{name}.{field} must be a multiple of 0.1, not {value}.")


def _group(arn: str) -> FakeTargetGroup | None:
    return backend_of(arn).target_groups.get(arn)


def _invalid(message: str) -> Refused:
    return Refused("InvalidParameterException", message)
