# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CloudWatch Logs refuses: names and retention periods."""

from __future__ import annotations

import pytest
from scenes import Cases, judge

from local_aws.refusals import logs

refused = Cases()


@refused("PutRetentionPolicy")
def retention_of_31_days(scene):
    name = f"/llm/{scene.name()}"
    scene.logs.create_log_group(logGroupName=name)

    def put(days):
        scene.logs.put_retention_policy(logGroupName=name, retentionInDays=days)

    yield lambda: put(31), "InvalidParameterException", "Member must satisfy enum value set: [1, 3, 5, 7, 14, 30, 60"
    put(30)


@refused("CreateLogGroup")
def log_group_with_a_bad_name(scene):
    yield lambda: scene.logs.create_log_group(logGroupName="/llm prod"), "InvalidParameterException", "'/llm prod'"
    scene.logs.create_log_group(logGroupName=f"/llm/{scene.name()}#1")


@pytest.mark.parametrize(("action", "case"), refused.marked)
def test_refused_as_on_aws_and_the_legitimate_twin_passes(server, action, case):
    judge(server, action, case)


def test_every_row_has_a_case():
    assert {row.action for row in logs.ROWS} <= refused.actions
