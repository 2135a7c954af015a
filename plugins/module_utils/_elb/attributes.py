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

from .._aws.tags import texts
from .._facts import elb


def name_problems(name: str, what: str) -> t.Iterator[str]:
    """Yield what is wrong with the name of a load balancer or a target group; what is one of the two.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
    """
    if len(name) > elb.LONGEST_NAME:
        yield f"name: {name} has {len(name)} characters, a {what}'s name has {elb.LONGEST_NAME} at most; shorten it"
    if not re.fullmatch(elb.NAME, name):
        yield f"name: {name!r} may only hold letters, digits and hyphens"
    if name.startswith("-") or name.endswith("-"):
        yield f"name: {name} may not begin or end with a hyphen"
    if name.startswith(elb.RESERVED_PREFIX) and what == "load balancer":
        yield f"name: {name} may not begin with {elb.RESERVED_PREFIX}, which AWS keeps for itself"


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
