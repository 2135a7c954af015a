# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.modules import tagged_resources_info

TAGS = {"llmops:deployment": "demo"}
FILTERS = [{"Key": "llmops:deployment", "Values": ["demo"]}]
CLUSTER = "arn:aws:ecs:eu-west-1:123456789012:cluster/demo"
SUBNET = "arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-1"


@pytest.fixture
def tagging(aws, monkeypatch):
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    return aws("resourcegroupstaggingapi")


def mapping(arn):
    return {"ResourceARN": arn, "Tags": [{"Key": "llmops:deployment", "Value": "demo"}]}


def test_lists_all_pages_by_arn(tagging, run):
    pages = [
        {"PaginationToken": "more", "ResourceTagMappingList": [mapping(CLUSTER)]},
        {"PaginationToken": "", "ResourceTagMappingList": [mapping(SUBNET)]},
    ]
    tagging.add_response("get_resources", pages[0], {"TagFilters": FILTERS})
    tagging.add_response("get_resources", pages[1], {"TagFilters": FILTERS, "PaginationToken": "more"})

    result = run(tagged_resources_info, tags=TAGS)

    assert not result["changed"]
    assert result["resources"] == [
        {"arn": SUBNET, "service": "ec2", "resource_type": "subnet", "resource_id": "subnet-1", "tags": TAGS},
        {"arn": CLUSTER, "service": "ecs", "resource_type": "cluster", "resource_id": "demo", "tags": TAGS},
    ]


def test_nothing_is_an_empty_list(tagging, run):
    expected = {"TagFilters": FILTERS, "ResourceTypeFilters": ["ecs:service"]}
    tagging.add_response("get_resources", {"ResourceTagMappingList": []}, expected)

    assert run(tagged_resources_info, check_mode=True, tags=TAGS, resource_types=["ecs:service"])["resources"] == []


def test_refuses_to_list_the_whole_account(tagging, run):
    result = run(tagged_resources_info, tags={})

    assert result["failed"]
    assert result["msg"].startswith("tags is empty")


def test_reports_a_denied_call(tagging, run):
    tagging.add_client_error("get_resources", "AccessDeniedException", "no")

    assert run(tagged_resources_info, tags=TAGS)["msg"].startswith("Failed to list tagged resources")
