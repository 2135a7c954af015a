# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What the modules ask of Elastic Load Balancing to know where a service answers."""

from __future__ import annotations

import typing as t

from .._aws.errors import aws_call
from .._documents.shapes import Document


@aws_call("describe target groups {arns}", missing=("TargetGroupNotFound",), value=[])
def describe_target_groups(client: t.Any, arns: list[str]) -> list[Document]:
    return client.describe_target_groups(TargetGroupArns=arns)["TargetGroups"]


@aws_call("describe load balancers {arns}", missing=("LoadBalancerNotFound",), value=[])
def describe_load_balancers(client: t.Any, arns: list[str]) -> list[Document]:
    return client.describe_load_balancers(LoadBalancerArns=arns)["LoadBalancers"]


@aws_call("describe the listeners of {arn}", missing=("LoadBalancerNotFound",), value=[])
def describe_listeners(client: t.Any, arn: str) -> list[Document]:
    pages = client.get_paginator("describe_listeners").paginate(LoadBalancerArn=arn)
    return pages.build_full_result()["Listeners"]


@aws_call("describe the rules of {arn}", missing=("ListenerNotFound",), value=[])
def describe_rules(client: t.Any, arn: str) -> list[Document]:
    return client.get_paginator("describe_rules").paginate(ListenerArn=arn).build_full_result()["Rules"]
