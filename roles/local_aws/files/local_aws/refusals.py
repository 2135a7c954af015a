# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS refuses and moto accepts: the one table of it, asked before every write. Each area's rows: checks_*.py."""

from __future__ import annotations

from typing import Any

from . import checks_autoscaling, checks_cloudwatch, checks_ec2, checks_ecs, checks_elbv2, checks_iam, checks_logs
from .checks import Context, Row

AREAS = (checks_autoscaling, checks_cloudwatch, checks_ec2, checks_ecs, checks_elbv2, checks_iam, checks_logs)
REFUSALS: list[Row] = [row for area in AREAS for row in area.ROWS]


def refuse(service: str, action: str, params: dict[str, Any], context: Context) -> None:
    """Raise Refused with AWS's code and message if AWS would refuse this request."""
    for row in REFUSALS:
        if (row.service, row.action) == (service, action):
            row.check(params, context)
