# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.module_utils._aws import tags as aws_tags


def test_lists_and_maps():
    tags = [{"key": "team", "value": "llm"}, {"key": "stage", "value": ""}]

    assert aws_tags.from_list(tags) == {"team": "llm", "stage": ""}
    assert aws_tags.to_list({"team": "llm", "stage": ""}) == tags
    assert aws_tags.from_list(None) == aws_tags.from_list([]) == {}
    assert aws_tags.to_list({}) == []


@pytest.mark.parametrize(
    ("option", "document", "asked"),
    [
        (None, None, None),
        ({}, None, {}),
        (None, [], {}),
        ({"a": 1, "b": None, "c": True}, None, {"a": "1", "b": "", "c": "True"}),
        ({"a": "option"}, [{"key": "a", "value": "document"}, {"key": "b", "value": "2"}], {"a": "option", "b": "2"}),
    ],
)
def test_tags_come_from_the_option_and_the_document(option, document, asked):
    assert aws_tags.wanted(option, document) == asked


@pytest.mark.parametrize(
    ("before", "after", "purge", "to_set", "to_remove"),
    [
        ({"a": "1"}, None, True, {}, []),
        ({"a": "1"}, {"a": "1"}, True, {}, []),
        ({"a": "1"}, {"a": "2", "b": "3"}, True, {"a": "2", "b": "3"}, []),
        ({"c": "1", "b": "1"}, {}, True, {}, ["b", "c"]),
        ({"a": "1"}, {"b": "1"}, False, {"b": "1"}, []),
        ({"llmops:deployment": "x", "aws:cloudformation:stack-id": "y", "a": "1"}, {}, True, {}, ["a"]),
        ({"llmops:deployment": "x"}, {"llmops:deployment": "y"}, True, {"llmops:deployment": "y"}, []),
    ],
)
def test_what_to_set_and_to_remove(before, after, purge, to_set, to_remove):
    assert aws_tags.tag_changes(before, after, purge) == (to_set, to_remove)


def test_the_change_of_a_resource():
    current = {"tags": [{"key": "old", "value": "1"}, {"key": "llmops:service", "value": "llm"}]}

    change = aws_tags.change(current, {"team": "llm"}, purge=True)

    assert change.changed
    assert change.after == {"llmops:service": "llm", "team": "llm"}
    assert change.diff == {
        "before": {"tags": {"old": "1", "llmops:service": "llm"}},
        "after": {"tags": {"llmops:service": "llm", "team": "llm"}},
    }


@pytest.mark.parametrize(("asked", "changed"), [({}, True), ({"a": "1"}, False), ({"a": "1", "b": "2"}, True)])
def test_setting_and_removing_are_both_a_change(asked, changed):
    assert aws_tags.change({"tags": [{"key": "a", "value": "1"}]}, asked, purge=True).changed is changed


def test_a_resource_without_tags():
    change = aws_tags.change(None, None, purge=True)

    assert not change.changed
    assert change.diff == {}


@pytest.mark.parametrize(
    ("to_set", "to_remove", "calls"),
    [
        ({}, [], []),
        ({"a": "1"}, [], [("tag", "client", "arn", {"a": "1"})]),
        ({}, ["b"], [("untag", "client", "arn", ["b"])]),
        ({"a": "1"}, ["b"], [("tag", "client", "arn", {"a": "1"}), ("untag", "client", "arn", ["b"])]),
    ],
)
def test_no_call_where_there_is_nothing_to_do(to_set, to_remove, calls):
    made = []

    aws_tags.put(
        "client",
        "arn",
        aws_tags.TagChange({}, {}, to_set, to_remove),
        lambda *given: made.append(("tag", *given)),
        lambda *given: made.append(("untag", *given)),
    )

    assert made == calls
