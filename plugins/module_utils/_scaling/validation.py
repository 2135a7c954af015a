# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Ansible's own validation of a scaling document by its argument specification, told with the path of what is wrong."""

from __future__ import annotations

import math
import typing as t
from collections.abc import Callable, Mapping

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError

from .options import HINTS, POSITIVE, RANGES, Options


class ScalingError(ValueError):
    """All that is wrong with a scaling document; problems is the same as a list of sentences."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def validated(given: t.Any, spec: Mapping[str, t.Any], where: str = "") -> dict[str, t.Any]:
    """Return a map in the types of its specification, with defaults, and None for what has none.

    spec has options and may have required_if, as an option with suboptions; what is null counts as left out. where is
    the path of the map, empty for the whole document. Raises ScalingError with all that is wrong.
    """
    problems: list[str] = []
    found = _level(given, spec, where, problems)
    if problems:
        raise ScalingError(problems)
    return found


def each(items: list[t.Any], convert: Callable[[t.Any, str], t.Any], where: str) -> list[t.Any]:
    """Return the items of a list converted; convert is also given where an item is. Raises ScalingError with all."""
    done, problems = [], []
    for position, item in enumerate(items):
        try:
            done.append(convert(item, at(where, item, position)))
        except ScalingError as error:
            problems += error.problems
    if problems:
        raise ScalingError(problems)
    return done


def at(where: str, item: t.Any, position: int) -> str:
    """Return the path of an item of a list, by its name if it has one."""
    name = item.get("name") if isinstance(item, Mapping) else None
    return f"{where}[{name or position}]"


def within(where: str, name: str) -> str:
    """Return the path of an option of the map at where."""
    return f"{where}.{name}" if where else name


def is_text(value: t.Any) -> bool:
    """Whether a value is a text, or a scalar to be one, that is not empty."""
    return not isinstance(value, (Mapping, list)) and bool(str(value).strip())


def _level(given: t.Any, spec: Mapping[str, t.Any], where: str, problems: list[str]) -> dict[str, t.Any]:
    """Validate one level and then those below: Ansible tells of maps in maps, but not in which item of a list."""
    if not isinstance(given, Mapping):
        problems.append(f"{where or 'scaling'} must be a map, not {given!r}")
        return {}
    options: Options = spec["options"]
    flat = {name: {key: value for key, value in option.items() if key != "options"} for name, option in options.items()}
    there = {name: value for name, value in given.items() if value is not None}
    result = ArgumentSpecValidator(flat, required_if=spec.get("required_if")).validate(there)
    for name in sorted(set(there) - set(options), key=str):
        # Ansible names it too, but not what to do instead.
        problems.append(f"{within(where, name)} is not known: {HINTS.get(name) or _can_have(options)}")
    told = [error.msg for error in result.errors if not isinstance(error, UnsupportedError)]
    problems += [f"{where}: {message}" if where else message for message in told]
    found = result.validated_parameters
    problems += [
        f"{within(where, name)} is {there[name]!r}: {problem}"
        for name in options
        if name in there and (problem := _value_problem(name, flat[name].get("type", "str"), there[name], found[name]))
    ]
    for name, option in options.items():
        here, value = within(where, name), found.get(name)
        if "options" not in option or value is None:
            continue
        if option["type"] == "list":
            found[name] = [_level(item, option, f"{here}[{index}]", problems) for index, item in enumerate(value)]
        else:
            found[name] = _level(value, option, here, problems)
    return found


def _can_have(options: Options) -> str:
    return f"it can have {', '.join(sorted(options))}"


def _value_problem(name: str, kind: str, given: t.Any, value: t.Any) -> str | None:
    """Return what is wrong with a value that Ansible takes; one that it refuses has told why already."""
    if kind == "str":
        return None if is_text(given) else "it must be a text that is not empty"
    if kind not in ("int", "float") or not isinstance(value, (int, float)):
        return None
    low, high = RANGES.get(name, (None, None))
    if low is not None and (isinstance(given, bool) or value < low or (high is not None and value > high)):
        return f"it must be a whole number of {low} {'or more' if high is None else f'to {high}'}"
    if isinstance(given, bool) or not math.isfinite(value):
        return "it must be a number"
    return "it must be over 0" if name in POSITIVE and value <= 0 else None
