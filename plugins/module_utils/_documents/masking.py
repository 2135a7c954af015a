# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What is not shown: secrets in documents, in words of a command and in lines of a log."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable, Mapping

HIDDEN = "(hidden)"
HIDDEN_AND_CHANGED = "(hidden, changed)"


def mask(document: t.Any, other: t.Any = None) -> t.Any:
    """Return the document with what may be secret hidden; a value that is another one in other says so.

    That is each value under C(environment), an option by its name, a word of a command by the flag before it, and what
    looks like a password, a token or a key in the other options and words.
    """
    return _mask(document, document if other is None else other)


def _mask(document: t.Any, other: t.Any) -> t.Any:
    if isinstance(document, Mapping):
        others = other if isinstance(other, Mapping) else {}
        return {name: _MASKS.get(name, _mask)(value, others.get(name)) for name, value in document.items()}
    if isinstance(document, list):
        named = _by_name(other)
        return [_mask(item, named.get(_name(item, "name"))) for item in document]
    return document


def _mask_environment(variables: list[dict[str, str]], others: t.Any) -> list[dict[str, str]]:
    named = _by_name(others)
    return [
        {**item, "value": HIDDEN if named.get(_name(item, "name"), item) == item else HIDDEN_AND_CHANGED}
        for item in variables
    ]


def _mask_options(options: t.Any, others: t.Any) -> t.Any:
    """Mask a map of names to texts, as logConfiguration has it."""
    if not isinstance(options, Mapping):
        return options
    before = others if isinstance(others, Mapping) else options
    return {
        name: _mask_text(value, value == before.get(name, value), is_secret(name)) for name, value in options.items()
    }


def _mask_words(words: t.Any, others: t.Any) -> t.Any:
    if not isinstance(words, list):
        return words
    before = others if isinstance(others, list) else words
    secret = secret_words([str(word) for word in words])
    return [_mask_text(word, word in before, hide) for word, hide in zip(words, secret, strict=True)]


def _mask_text(text: t.Any, same: bool, secret: bool) -> t.Any:
    hidden = HIDDEN if same else HIDDEN_AND_CHANGED
    if secret:
        return hidden
    return redacted(text, [], hidden) if isinstance(text, str) else text


_MASKS: dict[str, Callable[[t.Any, t.Any], t.Any]] = {
    "environment": _mask_environment,
    "options": _mask_options,
    "driverOpts": _mask_options,
    "command": _mask_words,
    "entryPoint": _mask_words,
}


def _by_name(items: t.Any) -> dict[str, t.Any]:
    return {_name(item, "name"): item for item in items or [] if isinstance(item, Mapping)}


def _name(item: t.Any, key: str | None) -> str:
    return str(item.get(key)) if key and isinstance(item, Mapping) else ""


REDACTED = "********"
#: Stands for what is hidden, so that a pattern that fits it again changes nothing.
_PLACE = "\0"
_SECRET_NAME = re.compile(r"key|token(?!iz)|secret|passw|credential|auth", re.IGNORECASE)
_SECRET_FLAG = rf"--?[\w-]*(?:{_SECRET_NAME.pattern})[\w-]*"
_SECRETS = (
    re.compile(r"\b((?:AKIA|ASIA)[A-Z0-9]{16})\b"),
    re.compile(r"\b((?:sk|pk|rk)-[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{20,})"),
    re.compile(r"\b(?:bearer|basic)\s+([A-Za-z0-9._~+/=-]{8,})", re.IGNORECASE),
    re.compile(r"://[^/\s:@]+:([^/\s@]+)@"),
    re.compile(
        r"(?:passw(?:or)?d|secret|token|api[_-]?key|access[_-]?key|credentials?)[\"']?\s*[=:]\s*[\"']?([^\s\"',;]+)",
        re.IGNORECASE,
    ),
    re.compile(rf"(?<!\S){_SECRET_FLAG}(?:\s+|=)[\"']?([^\s\"'-][^\s\"']*)", re.IGNORECASE),
)


def is_secret(name: str) -> bool:
    """Whether what has this name (a variable, an option) is secret by it."""
    return _SECRET_NAME.search(name) is not None


def secret_words(words: list[str]) -> list[bool]:
    """Tell of each word of a command whether it is secret by the flag before it, as in C(--api-key X)."""
    flags = [re.fullmatch(_SECRET_FLAG, word, re.IGNORECASE) is not None for word in words]
    return [before and not word.startswith("-") for before, word in zip([False, *flags], words, strict=False)]


def secret_values(environment: list[dict[str, str]]) -> list[str]:
    """Return the values of those environment variables that are secret by their name, the longest first."""
    values = {variable.get("value", "") for variable in environment if is_secret(variable.get("name", ""))}
    return sorted((value for value in values if len(value) >= 4), key=len, reverse=True)


def redacted(text: str, values: list[str], hidden: str = REDACTED) -> str:
    """Return the text with hidden for the values, and for what looks like a password, a token or a key."""
    for value in values:
        text = text.replace(value, _PLACE)
    for pattern in _SECRETS:
        text = pattern.sub(lambda found: found.group(0).replace(found.group(1), _PLACE), text)
    return text.replace(_PLACE, hidden)
