# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What counts as a change: the document that is wanted against the one that AWS answered, by rules that are data."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .masking import _name, mask


@dataclass(frozen=True)
class Rules:
    """How one kind of document is compared. A path is V(containerDefinitions[].portMappings[].protocol).

    defaults: what AWS takes, and may answer, for a member that is left out; a function is given the map around it.
        A boolean without an entry is false by default.
    sets: lists in which order means nothing, and the member that names an item (None where items are scalars).
    forms: functions that bring the spellings of a value to a single one (V(16 vCPU) and V(16384), an ARN and a name).
    ignored: members that are not compared.
    """

    defaults: Mapping[str, t.Any] = field(default_factory=dict)
    sets: Mapping[str, str | None] = field(default_factory=dict)
    forms: Mapping[str, Callable[[t.Any], t.Any]] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()

    def default(self, path: str, around: Mapping[str, t.Any], otherwise: t.Any = None) -> t.Any:
        """Return what AWS takes for the member at path, which is left out of the map around."""
        value = self.defaults.get(path, otherwise)
        return value(around) if callable(value) else value


@dataclass(frozen=True)
class Difference:
    """before and after in canonical form: all of both if the document is whole, else only what it asks for."""

    changed: bool
    before: dict[str, t.Any]
    after: dict[str, t.Any]

    @property
    def fields(self) -> list[str]:
        """The top-level members that differ, sorted."""
        names = self.before.keys() | self.after.keys()
        return sorted(name for name in names if self.before.get(name) != self.after.get(name))

    def diff(
        self,
        show_environment: bool = False,
        besides: Mapping[str, Mapping[str, t.Any]] | None = None,
    ) -> dict[str, t.Any]:
        """Return before and after as C(--diff) shows them, what may be secret hidden unless asked.

        besides has before and after of what is compared by other means, such as tags.
        """
        old, new = self.before, self.after
        if not show_environment:
            old, new = mask(old), mask(new, old)
        more = besides or {}
        return {"before": {**old, **more.get("before", {})}, "after": {**new, **more.get("after", {})}}


def canonical(document: Mapping[str, t.Any], rules: Rules) -> dict[str, t.Any]:
    """Return the document in the one form that all its equals share: no defaults, no empties, sets sorted."""
    return _canonical(document, "", rules)


def changes(
    before: Mapping[str, t.Any] | None, after: Mapping[str, t.Any] | None, rules: Rules, whole: bool
) -> Difference:
    """Compare what AWS answered with what is wanted; None is a thing that does not exist.

    whole: what the wanted document leaves out is AWS's default. Otherwise only what it names is compared, recursively
    in maps; a list is always whole, since AWS replaces lists.
    """
    old, new = canonical(before or {}, rules), canonical(after or {}, rules)
    if not whole and after is not None:
        old, new = _only_asked(old, after, "", rules), _only_asked(new, after, "", rules)
    if before is None:
        old = {}
    return Difference((before is None) != (after is None) or old != new, old, new)


def overlay(before: Mapping[str, t.Any], asked: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return before with what is asked laid over it, recursively in maps: what will be, and what to send to AWS."""
    laid = {
        name: overlay(before.get(name) or {}, value) if isinstance(value, Mapping) else value
        for name, value in asked.items()
    }
    return {**before, **laid}


def _canonical(value: t.Any, path: str, rules: Rules) -> t.Any:
    if isinstance(value, Mapping):
        return {
            name: plain
            for name, member in value.items()
            if (here := _path_to(path, name)) not in rules.ignored
            and (plain := _canonical(member, here, rules)) not in (None, [], {})
            and plain != rules.default(here, value, otherwise=False if isinstance(plain, bool) else None)
        }
    if isinstance(value, (list, tuple)):
        items = [_canonical(item, f"{path}[]", rules) for item in value]
        return _sorted(items, rules.sets[path]) if path in rules.sets else items
    return rules.forms[path](value) if path in rules.forms and value is not None else value


def _sorted(items: list[t.Any], key: str | None) -> list[t.Any]:
    texts = {json.dumps(item, sort_keys=True, default=str): item for item in items}
    return [texts[text] for text in sorted(texts, key=lambda text: (_name(texts[text], key), text))]


def _only_asked(document: t.Any, asked: Mapping[str, t.Any], path: str, rules: Rules) -> dict[str, t.Any]:
    """Return what asked names as it is in the canonical document: where that leaves it out, AWS's default."""
    members = document if isinstance(document, Mapping) else {}
    shown = {}
    for name, value in asked.items():
        here = _path_to(path, name)
        if value is None or here in rules.ignored:
            continue
        if isinstance(value, Mapping):
            shown[name] = _only_asked(members.get(name), value, here, rules)
        else:
            absent = {bool: False, list: []}.get(type(value))
            shown[name] = members.get(name, rules.default(here, members, otherwise=absent))
    return shown


def _path_to(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def together(*diffs: Mapping[str, Mapping[str, t.Any]]) -> dict[str, dict[str, t.Any]]:
    """Return several halves of a diff as one."""
    return {
        side: {key: value for diff in diffs for key, value in diff.get(side, {}).items()}
        for side in ("before", "after")
    }
