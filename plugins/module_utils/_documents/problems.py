# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""End with all that is wrong with a document at once."""

from __future__ import annotations

import typing as t

from .shapes import DocumentError


def refuse(problems: t.Iterable[str]) -> None:
    """Raise DocumentError with all the problems, if there are any."""
    told = "; ".join(problems)
    if told:
        raise DocumentError(told)
