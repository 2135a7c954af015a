# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CloudWatch Logs refuses and moto accepts: names and retention periods."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.llmops.ecs.plugins.module_utils._facts import logs

from ..base.refused import Context, Refused, Row


def retention(params: dict[str, Any], context: Context) -> None:
    """Logs are kept for one of these numbers of days."""
    if params["retentionInDays"] not in logs.RETENTION_DAYS:
        found = f"Value '{params['retentionInDays']}' at 'retentionInDays' failed to satisfy constraint"
        message = f"1 validation error detected: {found}: Member must satisfy enum value set: {[*logs.RETENTION_DAYS]}"
        raise Refused("InvalidParameterException", message)


def group_name(params: dict[str, Any], context: Context) -> None:
    """A log group's name has at most 512 letters of its own set."""
    name = params["logGroupName"]
    if not re.fullmatch(logs.GROUP_NAME, name):
        found = f"Value '{name}' at 'logGroupName' failed to satisfy constraint"
        wanted = f"Member must satisfy regular expression pattern: {logs.GROUP_NAME}"
        message = f"1 validation error detected: {found}: {wanted}"
        raise Refused("InvalidParameterException", message)


ROWS = [Row("logs", "PutRetentionPolicy", retention), Row("logs", "CreateLogGroup", group_name)]
