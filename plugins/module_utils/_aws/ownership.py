# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Whose a resource is: ours is what carries the owner's tags."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from .._documents.shapes import DocumentError
from .tags import in_words, texts


def owned(tags: Mapping[str, str], owner: Mapping[str, t.Any] | None) -> bool:
    """Whether something with these tags carries all the owner's."""
    return texts(owner).items() <= tags.items()


def check_owner(what: str, tags: Mapping[str, str], owner: Mapping[str, t.Any] | None) -> None:
    """Raise DocumentError where what there is by that name lacks the owner's tags."""
    if not owned(tags, owner):
        raise DocumentError(
            f"{what} exists, but is not ours: it has the tags {in_words(tags)} and lacks {in_words(texts(owner))} "
            "(owner_tags). Choose another name, or give it these tags if it is to be managed here"
        )
