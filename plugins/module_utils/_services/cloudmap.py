# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What the modules ask of AWS Cloud Map."""

from __future__ import annotations

import typing as t

from .._aws.errors import aws_call
from .._aws.pages import all_pages


@aws_call("find Cloud Map namespace {name}")
def namespace_arn(servicediscovery: t.Any, name: str) -> str | None:
    """Return the ARN of a namespace by its name; None if there is none.

    https://docs.aws.amazon.com/cloud-map/latest/api/API_ListNamespaces.html
    """
    named = {"Name": "NAME", "Values": [name], "Condition": "EQ"}
    namespaces = all_pages(servicediscovery, "list_namespaces", "Namespaces", Filters=[named])
    return next((namespace["Arn"] for namespace in namespaces if namespace["Name"] == name), None)


@aws_call("get Cloud Map namespace {namespace_id}", missing=("NamespaceNotFound",))
def namespace_name(client: t.Any, namespace_id: str) -> str | None:
    return client.get_namespace(Id=namespace_id)["Namespace"]["Name"]
