# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Fields of a scaling document: what they may hold, and how what is given becomes it. Standard library only."""

from __future__ import annotations

import math
import typing as t
from collections.abc import Callable, Mapping

REQUIRED = object()

Fields = Mapping[str, tuple[Callable[[t.Any], t.Any], t.Any]]


class ScalingError(ValueError):
    """All that is wrong with a scaling document; problems is the same as a list of sentences."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def take(given: t.Any, fields: Fields, where: str, hints: Mapping[str, str] | None = None) -> dict[str, t.Any]:
    """Return the fields of a map, converted, with defaults for those that are left out or null.

    hints say of names that are no fields here what to do instead. Raises ScalingError with all that is wrong.
    """
    if not isinstance(given, Mapping):
        raise ScalingError([f"{where} must be a map, not {given!r}"])
    problems = []
    for name in sorted(set(given) - set(fields), key=str):
        hint = (hints or {}).get(name, f"it can have {', '.join(sorted(fields))}")
        problems.append(f"{where}.{name} is not known: {hint}")
    values = {}
    for name, (convert, default) in fields.items():
        value = given.get(name)
        if value is None:
            if default is REQUIRED:
                problems.append(f"{where}.{name} is missing")
            values[name] = default
            continue
        try:
            values[name] = convert(value)
        except ScalingError as error:
            problems += error.problems
        except ValueError as error:
            problems.append(f"{where}.{name} is {value!r}: {error}")
    if problems:
        raise ScalingError(problems)
    return values


def each(items: t.Any, convert: Callable[[t.Any, str], t.Any], where: str) -> list[t.Any]:
    """Return the items of a list converted; convert is also given where an item is. Raises ScalingError with all."""
    if not isinstance(items, list):
        raise ScalingError([f"{where} must be a list, not {items!r}"])
    done, problems = [], []
    for position, item in enumerate(items):
        name = item.get("name") if isinstance(item, Mapping) else None
        try:
            done.append(convert(item, f"{where}[{name or position}]"))
        except ScalingError as error:
            problems += error.problems
    if problems:
        raise ScalingError(problems)
    return done


def number(value: t.Any) -> float:
    """Return a finite number."""
    try:
        found = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        found = math.nan
    if not math.isfinite(found):
        raise ValueError("it must be a number")
    return found


def positive(value: t.Any) -> float:
    """Return a number over zero."""
    found = number(value)
    if found <= 0:
        raise ValueError("it must be over 0")
    return found


def whole(low: int, high: int | None = None) -> Callable[[t.Any], int]:
    """Return a converter to whole numbers from low on, to high where that is given."""

    def convert(value: t.Any) -> int:
        found = number(value)
        if found != int(found) or found < low or (high is not None and found > high):
            raise ValueError(f"it must be a whole number of {low} {'or more' if high is None else f'to {high}'}")
        return int(found)

    return convert


def text(value: t.Any) -> str:
    """Return a text that is not empty."""
    if isinstance(value, (Mapping, list)) or not str(value).strip():
        raise ValueError("it must be a text that is not empty")
    return str(value)


def flag(value: t.Any) -> bool:
    """Return a boolean, also of a word for one."""
    words = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    if str(value).lower() not in words:
        raise ValueError("it must be true or false")
    return words[str(value).lower()]


def choice(*choices: t.Any) -> Callable[[t.Any], t.Any]:
    """Return a converter to one of the choices."""

    def convert(value: t.Any) -> t.Any:
        for known in choices:
            if str(value) == str(known):
                return known
        raise ValueError(f"it must be one of {', '.join(map(str, choices))}")

    return convert


def texts(value: t.Any) -> dict[str, str]:
    """Return a map of texts to texts."""
    if not isinstance(value, Mapping):
        raise ValueError("it must be a map of names to values")
    return {str(name): text(item) for name, item in value.items()}


def anything(value: t.Any) -> t.Any:
    """Return the value as it is: it is converted elsewhere."""
    return value
