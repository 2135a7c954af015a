# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What load balancers, target groups and rules share: names, attributes, owners, and stand-ins for check mode."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list

from ._document import DocumentError
from ._tags import TagChange, wanted

Document = dict[str, t.Any]

#: The end of an ID that check mode makes up, and the account that it makes up ARNs with.
MADE_UP = "0" * 16
NO_ACCOUNT = "0" * 12


def name_problems(name: str, what: str) -> t.Iterator[str]:
    """Yield what is wrong with the name of a load balancer or a target group; what is one of the two.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
    """
    if len(name) > 32:
        yield f"name: {name} has {len(name)} characters, a {what}'s name has 32 at most; shorten it"
    if not re.fullmatch(r"[A-Za-z0-9-]+", name):
        yield f"name: {name!r} may only hold letters, digits and hyphens"
    if name.startswith("-") or name.endswith("-"):
        yield f"name: {name} may not begin or end with a hyphen"
    if name.startswith("internal-") and what == "load balancer":
        yield f"name: {name} may not begin with internal-, which AWS keeps for itself"


def refuse(problems: t.Iterable[str]) -> None:
    """Raise DocumentError with all the problems, if there are any."""
    told = "; ".join(problems)
    if told:
        raise DocumentError(told)


def texts(values: Mapping[str, t.Any] | None) -> dict[str, str]:
    """Return attributes or tags as AWS has them: keys and values are texts, booleans V(true) and V(false)."""
    return {
        str(key): str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
        for key, value in (values or {}).items()
    }


@dataclass(frozen=True)
class AttributeChange:
    """The attributes that are asked for, as they are and as they are to be; before is empty for a new resource."""

    before: dict[str, str]
    after: dict[str, str]

    @property
    def to_set(self) -> dict[str, str]:
        return {key: value for key, value in self.after.items() if self.before.get(key) != value}

    @property
    def diff(self) -> dict[str, t.Any]:
        """What C(--diff) shows: nothing where no attribute is asked for."""
        sides = (("before", self.before), ("after", self.after))
        return {name: {"attributes": attributes} for name, attributes in sides if attributes}


def attribute_change(current: list[dict[str, str]], asked: Mapping[str, t.Any] | None) -> AttributeChange:
    """Compare AWS's list of V(Key) and V(Value) with the attributes that are asked for, and only those."""
    after = texts(asked)
    there = {item["Key"]: item.get("Value", "") for item in current}
    return AttributeChange({key: there[key] for key in after if key in there}, after)


def attribute_problems(asked: Mapping[str, str], ranges: Mapping[str, tuple[int, int]]) -> t.Iterator[str]:
    """Yield which attributes are not whole numbers in the ranges that AWS allows."""
    for key, (lowest, highest) in ranges.items():
        value = asked.get(key, str(lowest))
        if not re.fullmatch(r"[0-9]+", value) or not lowest <= int(value) <= highest:
            yield f"attributes: {key} is {value}, AWS takes {lowest} to {highest}"


def list_of(values: Mapping[str, str]) -> list[dict[str, str]]:
    """Return a map as AWS's list of V(Key) and V(Value), sorted."""
    return ansible_dict_to_boto3_tag_list(dict(sorted(values.items())))


def asked_tags(params: Mapping[str, t.Any], document: list[dict[str, str]] | None = None) -> dict[str, str] | None:
    """Return the tags that are asked for, those of the owner among them. None leaves tags alone."""
    tags = wanted(params["tags"], document)
    return None if tags is None else {**tags, **texts(params.get("owner_tags"))}


def owned(tags: Mapping[str, str], owner: Mapping[str, t.Any] | None) -> bool:
    """Whether something with these tags carries all the owner's."""
    return texts(owner).items() <= tags.items()


def check_owner(what: str, tags: Mapping[str, str], owner: Mapping[str, t.Any] | None) -> None:
    """Raise DocumentError where what there is by that name lacks the owner's tags."""
    if not owned(tags, owner):
        raise DocumentError(
            f"{what} exists, but is not ours: it has the tags {shown(tags)} and lacks {shown(texts(owner))} "
            "(owner_tags). Choose another name, or give it these tags if it is to be managed here"
        )


def shown(tags: Mapping[str, str]) -> str:
    """Return tags in one line."""
    return ", ".join(f"{key}={value}" for key, value in sorted(tags.items())) or "(none)"


def together(*diffs: Mapping[str, Mapping[str, t.Any]]) -> dict[str, dict[str, t.Any]]:
    """Return several halves of a diff as one."""
    return {
        side: {key: value for diff in diffs for key, value in diff.get(side, {}).items()}
        for side in ("before", "after")
    }


def new_tags(params: Mapping[str, t.Any], tags: TagChange) -> dict[str, str]:
    """Return the tags that a new resource gets: those of the owner too, where no tags are asked for."""
    return {**tags.after, **texts(params.get("owner_tags"))}


def made_up_arn(client: t.Any, resource: str, service: str = "elasticloadbalancing") -> str:
    """Return a well-formed ARN of what check mode would make; resource is V(targetgroup/llm), without its ID."""
    return f"arn:{client.meta.partition}:{service}:{client.meta.region_name}:{NO_ACCOUNT}:{resource}/{MADE_UP}"


def is_made_up(arn: str) -> bool:
    """Whether check mode made this ARN up, here or in a task before."""
    return MADE_UP in arn
