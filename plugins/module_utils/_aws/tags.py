# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Tags: AWS's lists, Ansible's maps, and which of them to set and to remove."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ansible.module_utils.common.text.converters import to_text
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
    compare_aws_tags,
)

# AWS's own tags cannot be removed, and ours say whose a resource is: whoever lists tags does not mean to drop them.
KEPT = ("aws:", "llmops:")


def from_list(tags: list[dict[str, str]] | None) -> dict[str, str]:
    """Return ECS's list of V(key) and V(value) as a map."""
    return boto3_tag_list_to_ansible_dict(tags)


def to_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return a map of tags as ECS's list of V(key) and V(value)."""
    return ansible_dict_to_boto3_tag_list(tags, "key", "value")


def wanted(option: Mapping[str, t.Any] | None, document: list[dict[str, str]] | None) -> dict[str, str] | None:
    """Return the tags that are asked for: the document's, and over them the option's. None if neither is given."""
    if option is None and document is None:
        return None
    return {
        to_text(key): "" if value is None else to_text(value)
        for key, value in {**from_list(document), **(option or {})}.items()
    }


def tag_changes(
    before: Mapping[str, str], after: Mapping[str, str] | None, purge: bool
) -> tuple[dict[str, str], list[str]]:
    """Return the tags to set, and the keys to remove, sorted. With after=None tags are left alone."""
    if after is None:
        return {}, []
    to_set, to_remove = compare_aws_tags(before, after, purge)
    return to_set, sorted(key for key in to_remove if not key.startswith(KEPT))


@dataclass(frozen=True)
class TagChange:
    """The tags of one resource before and after, and what leads from the one to the other."""

    before: dict[str, str]
    after: dict[str, str]
    to_set: dict[str, str]
    to_remove: list[str]

    @property
    def changed(self) -> bool:
        return bool(self.to_set or self.to_remove)

    @property
    def diff(self) -> dict[str, t.Any]:
        """What C(--diff) shows: nothing where there are no tags."""
        return {name: {"tags": tags} for name, tags in (("before", self.before), ("after", self.after)) if tags}


def change(current: Mapping[str, t.Any] | None, asked: Mapping[str, str] | None, purge: bool) -> TagChange:
    """Compare the tags in what AWS answered (None: it does not exist) with those that are asked for."""
    before = from_list((current or {}).get("tags"))
    to_set, to_remove = tag_changes(before, asked, purge)
    after = {key: value for key, value in {**before, **to_set}.items() if key not in to_remove}
    return TagChange(before, after, to_set, to_remove)


def put(
    client: t.Any,
    arn: str,
    change: TagChange,
    tag: Callable[[t.Any, str, dict[str, str]], None],
    untag: Callable[[t.Any, str, list[str]], None],
) -> None:
    """Make a change of tags by a service's own two calls; no call where there is nothing to do."""
    if change.to_set:
        tag(client, arn, change.to_set)
    if change.to_remove:
        untag(client, arn, change.to_remove)


def texts(values: Mapping[str, t.Any] | None) -> dict[str, str]:
    """Return attributes or tags as AWS has them: keys and values are texts, booleans V(true) and V(false)."""
    return {
        str(key): str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
        for key, value in (values or {}).items()
    }


def list_of(values: Mapping[str, str]) -> list[dict[str, str]]:
    """Return a map as AWS's list of V(Key) and V(Value), sorted."""
    return ansible_dict_to_boto3_tag_list(dict(sorted(values.items())))


def asked_tags(params: Mapping[str, t.Any], document: list[dict[str, str]] | None = None) -> dict[str, str] | None:
    """Return the tags that are asked for, those of the owner among them. None leaves tags alone."""
    tags = wanted(params["tags"], document)
    return None if tags is None else {**tags, **texts(params.get("owner_tags"))}


def in_words(tags: Mapping[str, str]) -> str:
    """Return tags in one line."""
    return ", ".join(f"{key}={value}" for key, value in sorted(tags.items())) or "(none)"


def new_tags(params: Mapping[str, t.Any], tags: TagChange) -> dict[str, str]:
    """Return the tags that a new resource gets: those of the owner too, where no tags are asked for."""
    return {**tags.after, **texts(params.get("owner_tags"))}
