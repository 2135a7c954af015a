# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What the modules ask of Elastic Load Balancing about the rules of a listener, one function an action."""

from __future__ import annotations

import typing as t

from .._aws.errors import aws_call
from .._aws.tags import from_list
from .._documents.shapes import Document
from . import api


@aws_call("describe the rules of listener {listener_arn}", passing=("ListenerNotFound",))
def describe_rules(client: t.Any, listener_arn: str) -> list[Document]:
    """Return the listener's rules but for the default one.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeRules.html
    """
    pages = client.get_paginator("describe_rules").paginate(ListenerArn=listener_arn)
    return [rule for rule in pages.build_full_result()["Rules"] if not rule.get("IsDefault")]


@aws_call("describe the rules of listener {listener_arn}", missing=("ListenerNotFound",), value=[])
def rules_if_any(client: t.Any, listener_arn: str) -> list[Document]:
    """Return the same; none where the listener is gone."""
    pages = client.get_paginator("describe_rules").paginate(ListenerArn=listener_arn)
    return [rule for rule in pages.build_full_result()["Rules"] if not rule.get("IsDefault")]


def with_tags(client: t.Any, rules: list[Document]) -> list[Document]:
    """Return the rules, each with C(tags) as a map."""
    found = api.describe_tags(client, [rule["RuleArn"] for rule in rules]) if rules else {}
    return [{**rule, "tags": from_list(found.get(rule["RuleArn"]))} for rule in rules]


@aws_call(
    "create a rule of listener {document[ListenerArn]}",
    missing=("PriorityInUse",),
    passing=("ListenerNotFound", "TargetGroupNotFound"),
)
def create_rule(client: t.Any, document: Document) -> Document | None:
    """Return the new rule; None if another one took the priority meanwhile.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
    """
    return client.create_rule(**document)["Rules"][0]


@aws_call("change rule {arn}", passing=("TargetGroupNotFound",))
def modify_rule(client: t.Any, arn: str, fields: Document) -> Document:
    return client.modify_rule(RuleArn=arn, **fields)["Rules"][0]


@aws_call("give rule {arn} the priority {priority}")
def set_priority(client: t.Any, arn: str, priority: int) -> None:
    client.set_rule_priorities(RulePriorities=[{"RuleArn": arn, "Priority": priority}])


@aws_call("delete rule {arn}", missing=("RuleNotFound",))
def delete_rule(client: t.Any, arn: str) -> None:
    client.delete_rule(RuleArn=arn)
