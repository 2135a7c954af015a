# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module's own main() says where no answer of AWS's came."""

from __future__ import annotations

import pytest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from ansible_collections.llmops.ecs.plugins.modules import ecs_cluster, elb_target_group

URL = "https://api.eu-west-1.amazonaws.com/"
WAY_OUT = "Check that the endpoint answers"


@pytest.fixture
def breaks(monkeypatch):
    """Return a function that lets a call fail as it does when the connection broke after botocore's own retries."""

    def break_off(client, broken, error):
        answered = client._make_api_call

        def call(operation, parameters):
            if operation == broken:
                raise error(endpoint_url=URL)
            return answered(operation, parameters)

        monkeypatch.setattr(client, "_make_api_call", call)

    return break_off


@pytest.mark.parametrize("error", [ConnectionClosedError, ReadTimeoutError, EndpointConnectionError])
def test_a_call_without_an_answer_tells_what_was_being_done_and_what_to_do(aws, breaks, run, error):
    breaks(aws("ecs").client, "DescribeClusters", error)

    result = run(ecs_cluster, name="llm")

    assert result["failed"]
    assert result["msg"].startswith("Failed to describe cluster llm: ")
    assert URL in result["msg"]
    assert WAY_OUT in result["msg"]


@pytest.mark.parametrize("error", [ConnectionClosedError, ReadTimeoutError, EndpointConnectionError])
def test_nor_is_a_deletion_without_an_answer_waited_for(elbv2, breaks, run, error):
    arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/llm/0123456789abcdef"
    group = {"TargetGroupArn": arn, "TargetGroupName": "llm"}
    elbv2.add_response("describe_target_groups", {"TargetGroups": [group]}, {"Names": ["llm"]})
    elbv2.add_response("describe_tags", {"TagDescriptions": []}, {"ResourceArns": [arn]})
    breaks(elbv2.client, "DeleteTargetGroup", error)

    result = run(elb_target_group, name="llm", state="absent")

    assert result["failed"]
    assert result["msg"].startswith(f"Failed to delete target group {arn}: ")
    assert WAY_OUT in result["msg"]
