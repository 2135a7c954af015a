# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.module_utils._aws import arns
from ansible_collections.llmops.ecs.plugins.module_utils._services import tagging


@pytest.mark.parametrize(
    ("arn", "service", "resource_type", "resource_id"),
    [
        ("arn:aws:ecs:eu-west-1:123456789012:service/llm/chat", "ecs", "service", "llm/chat"),
        ("arn:aws:ecs:eu-west-1:123456789012:task-definition/chat:3", "ecs", "task-definition", "chat:3"),
        ("arn:aws-cn:ec2:cn-north-1:123456789012:subnet/subnet-1", "ec2", "subnet", "subnet-1"),
        ("arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/llm/chat", "logs", "log-group", "/ecs/llm/chat"),
        ("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:llm/chat:out", "cloudwatch", "alarm", "llm/chat:out"),
        (
            "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/llm/50dc6c495c0c9188",
            "elasticloadbalancing",
            "loadbalancer",
            "app/llm/50dc6c495c0c9188",
        ),
        ("arn:aws:sns:eu-west-1:123456789012:alerts", "sns", "", "alerts"),
        ("arn:aws:s3:::models", "s3", "", "models"),
    ],
)
def test_arn_parts(arn, service, resource_type, resource_id):
    parts = {"service": service, "resource_type": resource_type, "resource_id": resource_id}
    assert arns.arn_parts(arn) == parts


def test_selection_names_types_only_if_some_are_asked_for():
    filters = [{"Key": "a", "Values": ["1"]}, {"Key": "b", "Values": [""]}]

    assert tagging.selection({"b": "", "a": 1}, []) == {"TagFilters": filters}
    assert tagging.selection({"b": "", "a": 1}, ["ecs"]) == {"TagFilters": filters, "ResourceTypeFilters": ["ecs"]}
