# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who trusts ECS tasks."""

from __future__ import annotations

import pytest

from local_aws.tasks.execution_role import trusts as trusts_policy

CONTEXT = {"aws:SourceAccount": "123456789012", "aws:SourceArn": "arn:aws:ecs:eu-west-1:123456789012:task/*"}
STATEMENT = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}


def condition(operator, key, value):
    """Return the statement with a condition."""
    return {**STATEMENT, "Condition": {operator: {key: value}}}


@pytest.mark.parametrize(
    ("statement", "trusts"),
    [
        (STATEMENT, True),
        ({**STATEMENT, "Principal": {"Service": ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]}}, True),
        ({**STATEMENT, "Action": ["sts:TagSession", "sts:*"]}, True),
        (condition("StringEquals", "aws:SourceAccount", "123456789012"), True),
        (condition("StringEquals", "aws:SourceAccount", ["999999999999", "123456789012"]), True),
        (condition("ArnLike", "aws:SourceArn", "arn:aws:ecs:eu-west-1:123456789012:*"), True),
        (condition("ArnLike", "aws:SourceArn", "arn:aws:ecs:*:123456789012:*"), True),
        (condition("ArnLike", "aws:SourceArn", "arn:aws:ecs:eu-west-1:123456789012:task/llm/*"), True),
        ({**STATEMENT, "Principal": {"Service": "ecs.amazonaws.com"}}, False),
        ({**STATEMENT, "Principal": "*"}, False),
        ({**STATEMENT, "Effect": "Deny"}, False),
        ({**STATEMENT, "Action": "sts:AssumeRoleWithSAML"}, False),
        (condition("StringEquals", "aws:SourceAccount", "999999999999"), False),
        (condition("ArnLike", "aws:SourceArn", "arn:aws:ecs:us-east-1:123456789012:*"), False),
        (condition("StringEquals", "sts:ExternalId", "x"), False),
    ],
)
@pytest.mark.parametrize("listed", [True, False])
def test_trust(statement, trusts, listed):
    assert trusts_policy({"Statement": [statement] if listed else statement}, CONTEXT) is trusts
