# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CloudWatch Logs refuses and moto accepts: names and retention periods."""

from __future__ import annotations

import re
from typing import Any

from ..base.refused import Context, Refused, Row

NAME = r"[\.\-_/#A-Za-z0-9]+"
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]


def retention(params: dict[str, Any], context: Context) -> None:
    """Logs are kept for one of these numbers of days."""
    if params["retentionInDays"] not in RETENTION:
        found = f"Value '{params['retentionInDays']}' at 'retentionInDays' failed to satisfy constraint"
        message = f"1 validation error detected: {found}: Member must satisfy enum value set: {RETENTION}"
        raise Refused("InvalidParameterException", message)


def group_name(params: dict[str, Any], context: Context) -> None:
    """A log group's name has at most 512 letters of its own set."""
    name = params["logGroupName"]
    if not re.fullmatch(NAME, name):
        found = f"Value '{name}' at 'logGroupName' failed to satisfy constraint"
        message = f"1 validation error detected: {found}: Member must satisfy regular expression pattern: {NAME}"
        raise Refused("InvalidParameterException", message)


ROWS = [Row("logs", "PutRetentionPolicy", retention), Row("logs", "CreateLogGroup", group_name)]
