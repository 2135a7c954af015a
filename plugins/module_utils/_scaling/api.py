# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What the modules ask of Application Auto Scaling, and of CloudWatch about alarms: one function an action.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_Operations.html
"""

from __future__ import annotations

import typing as t

from .._aws.errors import aws_call
from .._aws.pages import all_pages
from .._documents.shapes import Document
from .._facts.autoscaling import DIMENSION
from .._facts.cloudwatch import ALARMS_DELETED_AT_ONCE

#: What is gone already is as good as deleted.
GONE = ("ObjectNotFoundException", "No scaling policy found", "No scalable target found", "No scheduled action found")


def _of(resource_id: str) -> dict[str, str]:
    return {"ServiceNamespace": "ecs", "ResourceId": resource_id, "ScalableDimension": DIMENSION}


@aws_call("register the scalable target {resource_id}")
def register(client: t.Any, resource_id: str, fields: Document) -> str | None:
    """Make or change a scalable target, and return its ARN. AWS moves the desired count between its limits at once."""
    return client.register_scalable_target(**_of(resource_id), **fields).get("ScalableTargetARN")


@aws_call("deregister the scalable target {resource_id}", missing=GONE)
def deregister(client: t.Any, resource_id: str) -> None:
    client.deregister_scalable_target(**_of(resource_id))


@aws_call("list the tags of the scalable target {arn}", missing=("ResourceNotFoundException",), value={})
def list_tags(client: t.Any, arn: str) -> dict[str, str]:
    return client.list_tags_for_resource(ResourceARN=arn).get("Tags", {})


@aws_call("tag the scalable target {arn}")
def tag(client: t.Any, arn: str, tags: dict[str, str]) -> None:
    client.tag_resource(ResourceARN=arn, Tags=tags)


@aws_call("untag the scalable target {arn}")
def untag(client: t.Any, arn: str, keys: list[str]) -> None:
    client.untag_resource(ResourceARN=arn, TagKeys=keys)


@aws_call("describe the scaling policies of {resource_id}")
def describe_policies(client: t.Any, resource_id: str) -> dict[str, Document]:
    """Return all policies by their names."""
    found = all_pages(client, "describe_scaling_policies", "ScalingPolicies", **_of(resource_id))
    return {item["PolicyName"]: item for item in found}


@aws_call("put scaling policy {name} of {resource_id}")
def put_policy(client: t.Any, resource_id: str, name: str, fields: Document) -> str:
    """Make or change a policy, and return its ARN."""
    return client.put_scaling_policy(PolicyName=name, **_of(resource_id), **fields)["PolicyARN"]


@aws_call("delete scaling policy {name} of {resource_id}", missing=GONE)
def delete_policy(client: t.Any, resource_id: str, name: str) -> None:
    client.delete_scaling_policy(PolicyName=name, **_of(resource_id))


@aws_call("describe the scheduled actions of {resource_id}")
def describe_schedules(client: t.Any, resource_id: str) -> dict[str, Document]:
    """Return all scheduled actions by their names."""
    found = all_pages(client, "describe_scheduled_actions", "ScheduledActions", **_of(resource_id))
    return {item["ScheduledActionName"]: item for item in found}


@aws_call("put scheduled action {name} of {resource_id}")
def put_schedule(client: t.Any, resource_id: str, name: str, fields: Document) -> None:
    client.put_scheduled_action(ScheduledActionName=name, **_of(resource_id), **fields)


@aws_call("delete scheduled action {name} of {resource_id}", missing=GONE)
def delete_schedule(client: t.Any, resource_id: str, name: str) -> None:
    client.delete_scheduled_action(ScheduledActionName=name, **_of(resource_id))


@aws_call("describe the alarms that begin with {prefix}")
def describe_alarms(cloudwatch: t.Any, prefix: str) -> dict[str, Document]:
    """Return the metric alarms by their names.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
    """
    found = all_pages(cloudwatch, "describe_alarms", "MetricAlarms", AlarmNamePrefix=prefix, AlarmTypes=["MetricAlarm"])
    return {item["AlarmName"]: item for item in found}


@aws_call("put alarm {fields[AlarmName]}")
def put_alarm(cloudwatch: t.Any, fields: Document) -> None:
    """Make an alarm, or replace all of one.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    cloudwatch.put_metric_alarm(**fields)


@aws_call("delete alarms {names}", missing=("ResourceNotFound",))
def delete_alarms(cloudwatch: t.Any, names: list[str]) -> None:
    for start in range(0, len(names), ALARMS_DELETED_AT_ONCE):
        cloudwatch.delete_alarms(AlarmNames=names[start : start + ALARMS_DELETED_AT_ONCE])
