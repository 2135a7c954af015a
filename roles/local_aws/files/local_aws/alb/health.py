# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a load balancer makes of its health checks: states, reasons and thresholds.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace

# What AWS says beside a reason; a mismatch names the codes.
DESCRIPTIONS = {
    "Elb.InitialHealthChecking": "Initial health checks in progress",
    "Target.DeregistrationInProgress": "Target deregistration is in progress",
    "Target.FailedHealthChecks": "Health checks failed",
    "Target.HealthCheckDisabled": "Health checks are disabled for this target group",
    "Target.NotInUse": "Target group is not configured to receive traffic from the load balancer",
    "Target.NotRegistered": "Target is not registered to the target group",
    "Target.ResponseCodeMismatch": "Health checks failed",
    "Target.Timeout": "Request timed out",
}
ZONE_NOT_ENABLED = "Target is in an Availability Zone that is not enabled for the load balancer"


@dataclass(frozen=True)
class Health:
    """A target's state, why it has it, and how many checks in a row spoke against that."""

    state: str = "initial"
    reason: str = "Elb.InitialHealthChecking"
    description: str = DESCRIPTIONS["Elb.InitialHealthChecking"]
    against: int = 0


@dataclass(frozen=True)
class Failure:
    """Why one check failed, in AWS's words."""

    reason: str
    description: str

    @classmethod
    def of(cls, reason: str) -> Failure:
        """Return a failure with the description that AWS gives with the reason."""
        return cls(reason, DESCRIPTIONS[reason])


HEALTHY = Health("healthy", "", "")


def after_check(health: Health, failure: Failure | None, healthy_threshold: int, unhealthy_threshold: int) -> Health:
    """Return the health after one more check, which failed so or passed (None).

    The first check that passes makes a new target healthy; from unhealthy back it takes healthy_threshold in a row.
    """
    if failure is None:
        if health.state == "unhealthy" and health.against + 1 < healthy_threshold:
            return replace(health, against=health.against + 1)
        return HEALTHY
    if health.state == "unhealthy":
        return Health("unhealthy", failure.reason, failure.description)
    if health.against + 1 >= unhealthy_threshold:
        return Health("unhealthy", failure.reason, failure.description)
    return replace(health, against=health.against + 1)


def check_status(status: int, matcher: str) -> Failure | None:
    """Return nothing if the status is one that the matcher ("200", "200,202", "200-299") names, else the failure."""
    for part in matcher.split(","):
        first, _dash, last = part.strip().partition("-")
        if int(first) <= status <= int(last or first):
            return None
    return Failure("Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{status}]")
