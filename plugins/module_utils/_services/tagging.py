# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What carries a tag, as the Resource Groups Tagging API tells it."""

from __future__ import annotations

import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

from .._aws.arns import arn_parts
from .._aws.errors import aws_call
from .._aws.pages import all_pages


@aws_call("list tagged resources")
def get_resources(client: t.Any, selection: dict) -> list[dict]:
    return all_pages(client, "get_resources", "ResourceTagMappingList", **selection)


def selection(tags: dict[str, str], resource_types: list[str]) -> dict:
    """The parameters of GetResources, for what carries all the tags and, if types are named, is of one of them."""
    wanted = {"TagFilters": [{"Key": key, "Values": [str(value)]} for key, value in sorted(tags.items())]}
    return {**wanted, "ResourceTypeFilters": resource_types} if resource_types else wanted


def resource_info(mapping: dict) -> dict:
    """One resource of GetResources's answer, taken apart."""
    arn = mapping["ResourceARN"]
    return {"arn": arn, **arn_parts(arn), "tags": boto3_tag_list_to_ansible_dict(mapping.get("Tags", []))}
