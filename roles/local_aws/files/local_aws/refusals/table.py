# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS refuses and moto accepts: the one table of it, asked before every write. Each file has an area's rows."""

from __future__ import annotations

from typing import Any

from ..base.refused import Context, Row
from . import autoscaling, cloudwatch, ec2, ecs, elbv2, iam, logs

AREAS = (autoscaling, cloudwatch, ec2, ecs, elbv2, iam, logs)
REFUSALS: list[Row] = [row for area in AREAS for row in area.ROWS]


def refuse(service: str, action: str, params: dict[str, Any], context: Context) -> None:
    """Raise Refused with AWS's code and message if AWS would refuse this request."""
    for row in REFUSALS:
        if (row.service, row.action) == (service, action):
            row.check(params, context)
