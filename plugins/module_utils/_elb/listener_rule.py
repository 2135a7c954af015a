# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Rules of a listener: which one is ours, how two are compared, which priority a new one gets, what AWS would refuse.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Mapping

from .._aws import ownership, tags
from .._documents import problems
from .._documents.shapes import Document, DocumentError
from .._facts import elb
from . import actions as elb_actions

LOWEST, HIGHEST = elb.RULE_PRIORITY
CONFIGS = {
    "host-header": "HostHeaderConfig",
    "path-pattern": "PathPatternConfig",
    "http-header": "HttpHeaderConfig",
    "query-string": "QueryStringConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "source-ip": "SourceIpConfig",
}
ONCE = ("host-header", "path-pattern", "http-request-method", "source-ip")


def normal(conditions: t.Iterable[Document]) -> list[Document]:
    """Return conditions in the one form that all their equals share: values in the field's own config, sorted."""
    return sorted((_normal(condition) for condition in conditions), key=_text)


def _normal(condition: Document) -> Document:
    field = str(condition.get("Field"))
    name = CONFIGS.get(field, field)
    config: Document = {**(condition.get(name) or {})}
    for values in ("Values", "RegexValues"):
        given = config.pop(values, None) or condition.get(values)
        if given:
            config[values] = sorted((_plain(field, value, values) for value in given), key=_text)
    if "HttpHeaderName" in config:
        config["HttpHeaderName"] = config["HttpHeaderName"].lower()
    return {"Field": field, name: config}


def _plain(field: str, value: t.Any, kind: str) -> t.Any:
    if isinstance(value, Mapping):
        return {key: text for key, text in value.items() if text}
    # Names of hosts have no case.
    return value.lower() if field == "host-header" and kind == "Values" else value


def _text(value: t.Any) -> str:
    return json.dumps(value, sort_keys=True)


def check(conditions: list[Document], actions: list[Document], priority: int, lowest: int = LOWEST) -> None:
    """Raise DocumentError with all that AWS would refuse in what is asked for, whatever there is."""
    ranges = _range(priority, lowest)
    problems.refuse([*condition_problems(conditions), *elb_actions.problems(actions, "actions"), *ranges])


def _range(priority: int, lowest: int) -> t.Iterator[str]:
    if not 0 <= priority <= HIGHEST:
        yield f"priority: {priority} is not between {LOWEST} and {HIGHEST}; 0 takes the lowest one that is free"
    if not LOWEST <= lowest <= HIGHEST:
        yield f"lowest_priority: {lowest} is not between {LOWEST} and {HIGHEST}"


def condition_problems(conditions: list[Document]) -> t.Iterator[str]:
    fields = [str(condition.get("Field")) for condition in conditions]
    counts = []
    if not conditions:
        yield "conditions: a rule needs one at least; Field path-pattern with the value /* matches every request"
    for field in ONCE:
        if fields.count(field) > 1:
            yield f"conditions: {field} is there {fields.count(field)} times; put all its values into one condition"
    for position, condition in enumerate(normal_or_not(conditions)):
        where, field = f"conditions[{position}]", condition["Field"]
        if field not in CONFIGS:
            yield f"{where}.Field: {field} is not one of {', '.join(CONFIGS)}"
            continue
        config = condition[CONFIGS[field]]
        count = len(config.get("Values", [])) + len(config.get("RegexValues", []))
        counts.append(count)
        if not count:
            yield f"{where}: {field} has no values; set {CONFIGS[field]}.Values"
        if field == "path-pattern" and any(not value.startswith(("/", "*")) for value in config.get("Values", [])):
            yield f"{where}: a path must begin with /, among {', '.join(config['Values'])}"
        if field == "http-header" and not config.get("HttpHeaderName"):
            yield f"{where}: HttpHeaderConfig.HttpHeaderName is missing"
    if sum(counts) > elb.VALUES_OF_A_RULE:
        yield (
            f"conditions: there are {sum(counts)} values in all, AWS takes {elb.VALUES_OF_A_RULE} of a rule; "
            "use wildcards, or make another rule with the rest"
        )


def normal_or_not(conditions: list[Document]) -> list[Document]:
    """Return the conditions in normal form, in the order that they were given in."""
    return [_normal(condition) for condition in conditions]


def own(rules: list[Document], conditions: list[Document] | None, owner: Mapping[str, t.Any] | None) -> Document | None:
    """Return the rule that is ours: by the owner's tags, of several the one with these conditions; else by these alone.

    Each rule has C(tags) as a map. Raises DocumentError where several are ours.
    """
    ours = [rule for rule in rules if ownership.owned(rule["tags"], owner)]
    alike = [rule for rule in ours if conditions is not None and normal(rule["Conditions"]) == normal(conditions)]
    if alike or not owner:
        return next(iter(alike), None)
    if len(ours) > 1:
        raise DocumentError(
            f"The rules {', '.join(rule['RuleArn'] for rule in ours)} all have {tags.in_words(tags.texts(owner))} "
            "(owner_tags), and none has these conditions. Add a tag that tells them apart"
        )
    return next(iter(ours), None)


def check_others(others: list[Document], conditions: list[Document], priority: int) -> None:
    """Raise DocumentError where another rule has this priority (0: any will do), or these conditions."""
    for rule in others:
        called = f"rule {rule['RuleArn']} (priority {rule['Priority']}, tags {tags.in_words(rule['tags'])})"
        if priority and rule["Priority"] == str(priority):
            raise DocumentError(
                f"priority: {priority} is taken by {called}. Take another one, or 0 for the lowest free one, or remove "
                "that rule if nobody needs it"
            )
        if normal(rule["Conditions"]) == normal(conditions):
            raise DocumentError(
                f"conditions: {called} has the same ones, so requests would reach only one of the two. Tell them apart "
                "by another host or path, or remove that rule if nobody needs it"
            )


def lowest_free(rules: t.Iterable[Document], lowest: int = LOWEST) -> int:
    """Return the lowest priority that no rule has, from C(lowest) on."""
    taken = {rule["Priority"] for rule in rules}
    return next(priority for priority in range(lowest, HIGHEST + 2) if str(priority) not in taken)


def kept(rule: Document, rules: t.Iterable[Document], lowest: int) -> int:
    """Return the rule's own priority, or the lowest free one from C(lowest) on if it is below that."""
    own_one = int(rule["Priority"])
    return own_one if own_one >= lowest else lowest_free(rules, lowest)


def same_actions(there: list[Document], asked: list[Document], ignore_weights: bool) -> bool:
    """Whether the actions mean the same; ignore_weights: also where the same target groups have other weights."""
    return elb_actions.normal(there, ignore_weights) == elb_actions.normal(asked, ignore_weights)


def as_compared(conditions: list[Document], actions: list[Document], priority: t.Any, ignore_weights: bool) -> Document:
    """Return a rule as C(--diff) shows it."""
    return {
        "Conditions": normal(conditions),
        "Actions": elb_actions.normal(actions, ignore_weights),
        "Priority": int(priority),
    }
