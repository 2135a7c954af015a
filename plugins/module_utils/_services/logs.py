# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What the modules ask of the CloudWatch Logs API about log groups, one function an action."""

from __future__ import annotations

import typing as t

from .._aws.errors import aws_call
from .._documents.shapes import Document


@aws_call("describe log group {name}")
def describe_log_group(client: t.Any, name: str) -> Document | None:
    """Return the log group of exactly this name, or None.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
    """
    pages = client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    return next((group for group in pages.search("logGroups[]") if group and group["logGroupName"] == name), None)


def arn_of(group: Document) -> str:
    """Return the ARN of a log group by which its tags are changed, from an answer that has it in either form.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
    """
    return group.get("logGroupArn") or group["arn"].removesuffix(":*")


@aws_call("list the tags of {arn}")
def tags_of(client: t.Any, arn: str) -> dict[str, str]:
    return client.list_tags_for_resource(resourceArn=arn)["tags"]


@aws_call("create log group {name}")
def create_log_group(client: t.Any, name: str, tags: dict[str, str]) -> None:
    client.create_log_group(logGroupName=name, **({"tags": tags} if tags else {}))


@aws_call("set how long log group {name} keeps events")
def set_retention(client: t.Any, name: str, days: int) -> None:
    """Keep events for so many days, 0 for ever.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    """
    if days:
        client.put_retention_policy(logGroupName=name, retentionInDays=days)
    else:
        client.delete_retention_policy(logGroupName=name)


@aws_call("tag {arn}")
def tag(client: t.Any, arn: str, tags: dict[str, str]) -> None:
    client.tag_resource(resourceArn=arn, tags=tags)


@aws_call("untag {arn}")
def untag(client: t.Any, arn: str, keys: list[str]) -> None:
    client.untag_resource(resourceArn=arn, tagKeys=keys)


@aws_call("delete log group {name}", missing=("ResourceNotFoundException",))
def delete_log_group(client: t.Any, name: str) -> None:
    client.delete_log_group(logGroupName=name)


@aws_call("read log stream {stream} of group {group}", missing=("ResourceNotFoundException",), value=[])
def last_log_lines(client: t.Any, group: str, stream: str, limit: int) -> list[str]:
    """Return the last lines of a log stream, oldest first; [] if there is none.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
    """
    found = client.get_log_events(logGroupName=group, logStreamName=stream, limit=limit, startFromHead=False)
    return [event["message"].rstrip() for event in found["events"]]
