# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.modules import cloudwatch_log_group

NAME = "/llm/server"
ARN = f"arn:aws:logs:eu-west-1:123456789012:log-group:{NAME}"
TAGS = {"team": "llm", "llmops:deployment": "demo"}


def group(name=NAME, **members):
    return {"logGroupName": name, "logGroupArn": ARN, **members}


@pytest.fixture
def logs(aws):
    return aws("logs")


@pytest.fixture
def described(logs):
    """Return a function that lets these log groups be found, and the first one's tags be listed."""

    def describe(*groups, tags=None):
        logs.add_response("describe_log_groups", {"logGroups": list(groups)}, {"logGroupNamePrefix": NAME})
        if tags is not None:
            logs.add_response("list_tags_for_resource", {"tags": tags}, {"resourceArn": ARN})

    return describe


@pytest.mark.parametrize("there", [[], [group(name=f"{NAME}-other")]])
def test_creates_a_missing_group(logs, described, run, there):
    described(*there)
    logs.add_response("create_log_group", {}, {"logGroupName": NAME, "tags": TAGS})
    logs.add_response("put_retention_policy", {}, {"logGroupName": NAME, "retentionInDays": 30})
    described(group(retentionInDays=30))

    result = run(cloudwatch_log_group, name=NAME, retention_in_days=30, tags=TAGS)

    assert result["changed"]
    assert result["log_group"] == group(retentionInDays=30)
    assert result["tags"] == TAGS
    after = {"logGroupName": NAME, "retentionInDays": 30, "tags": TAGS}
    assert result["diff"] == {"before": {}, "after": after}


def test_writes_nothing_in_check_mode(described, run):
    described()

    result = run(cloudwatch_log_group, check_mode=True, name=NAME, retention_in_days=30)

    assert result["changed"]
    assert result["log_group"] == {"logGroupName": NAME, "retentionInDays": 30}


@pytest.mark.parametrize(
    ("there", "asked"),
    [
        ({"retentionInDays": 30}, {"retention_in_days": 30}),
        ({"retentionInDays": 30}, {}),
        ({}, {"retention_in_days": 0}),
        ({}, {"tags": {"team": "llm"}}),
        ({}, {"tags": {}, "purge_tags": False}),
    ],
)
def test_leaves_a_matching_group_alone(described, run, there, asked):
    described(group(**there), tags=TAGS)

    result = run(cloudwatch_log_group, name=NAME, **asked)

    assert not result["changed"]
    assert result["diff"]["before"] == result["diff"]["after"]


@pytest.mark.parametrize(("before", "after"), [(30, 7), (30, 0), (0, 7)])
def test_changes_the_retention_and_nothing_else(logs, described, run, before, after):
    def members(days):
        return {"retentionInDays": days} if days else {}

    described(group(**members(before)), tags=TAGS)
    call = "put_retention_policy" if after else "delete_retention_policy"
    logs.add_response(call, {}, {"logGroupName": NAME, **members(after)})
    described(group(**members(after)))

    result = run(cloudwatch_log_group, name=NAME, retention_in_days=after)

    assert result["changed"]
    assert [result["diff"][side]["retentionInDays"] for side in ("before", "after")] == [before, after]


def test_sets_and_purges_tags_but_never_ours(logs, described, run):
    described(group(), tags={"team": "web", "old": "x", "llmops:deployment": "demo"})
    logs.add_response("tag_resource", {}, {"resourceArn": ARN, "tags": {"team": "llm"}})
    logs.add_response("untag_resource", {}, {"resourceArn": ARN, "tagKeys": ["old"]})
    described(group())

    result = run(cloudwatch_log_group, name=NAME, tags={"team": "llm"})

    assert result["changed"]
    assert result["tags"] == TAGS


def test_finds_the_tags_of_a_group_whose_arn_is_told_in_the_old_form_only(logs, run):
    there = {"logGroupName": NAME, "arn": f"{ARN}:*"}
    found = ("describe_log_groups", {"logGroups": [there]}, {"logGroupNamePrefix": NAME})
    logs.add_response(*found)
    logs.add_response("list_tags_for_resource", {"tags": {"team": "web"}}, {"resourceArn": ARN})
    logs.add_response("tag_resource", {}, {"resourceArn": ARN, "tags": {"team": "llm"}})
    logs.add_response(*found)

    assert run(cloudwatch_log_group, name=NAME, tags={"team": "llm"})["tags"] == {"team": "llm"}


def test_deletes_a_group(logs, described, run):
    described(group())
    logs.add_response("delete_log_group", {}, {"logGroupName": NAME})

    assert run(cloudwatch_log_group, name=NAME, state="absent")["changed"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_has_nothing_to_delete(described, run, check_mode):
    described()

    assert not run(cloudwatch_log_group, check_mode=check_mode, name=NAME, state="absent")["changed"]


def test_deletes_nothing_in_check_mode(described, run):
    described(group())

    assert run(cloudwatch_log_group, check_mode=True, name=NAME, state="absent")["changed"]


def test_names_the_group_that_aws_refuses(logs, described, run):
    described()
    logs.add_client_error("create_log_group", "LimitExceededException", "Resource limit exceeded.")

    result = run(cloudwatch_log_group, name=NAME)

    assert result["failed"]
    assert f"Failed to create log group {NAME}" in result["msg"]
    assert "LimitExceededException" in result["msg"]
