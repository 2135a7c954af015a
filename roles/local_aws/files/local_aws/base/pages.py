# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Long answers come in pages: CloudWatch's and Application Auto Scaling's alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .refused import Refused


def paged(
    items: Sequence[Any], request: dict[str, Any], key: str, size: int, refusal: str = "InvalidNextToken"
) -> dict[str, Any]:
    """Return a page of the items as an answer, from the request's NextToken on; refusal is AWS's code for a bad one."""
    token = request.get("NextToken") or "0"
    if not token.isdigit():
        raise Refused(refusal, "The next token that was given is not valid.")
    end = int(token) + size
    return {key: list(items[int(token) : end]), **({"NextToken": str(end)} if end < len(items) else {})}
