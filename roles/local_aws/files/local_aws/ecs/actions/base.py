# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all actions of ECS have in common: its state, its pages, its limits on lists."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from moto.core.responses import BaseResponse
from moto.ecs.models import ecs_backends

from ...base.actions import Document
from ...base.refused import Refused
from ..state import EcsBackend


class Actions(BaseResponse):
    """The base of the classes that hold ECS's actions, one method an action."""

    @property
    def state(self) -> EcsBackend:
        """ECS in the account and region of the request."""
        return ecs_backends[self.current_account][self.region]

    @property
    def caller(self) -> str:
        """The principal that is named as the creator."""
        return f"arn:{self.partition}:iam::{self.current_account}:root"


def page(items: Sequence[Any], request: Document, key: str, default: int = 100) -> Document:
    """Return one page of the items as an answer: maxResults of them from nextToken on, and the next token."""
    token = request.get("nextToken")
    try:
        start = int(base64.b64decode(token, validate=True)) if token else 0
    except (ValueError, binascii.Error) as error:
        raise Refused("InvalidParameterException", "Invalid token.") from error
    size = request.get("maxResults", default)
    if not 1 <= size <= 100:
        raise Refused("InvalidParameterException", f"maxResults must be between 1 and 100, not {size}.")
    end = start + size
    more = {"nextToken": base64.b64encode(str(end).encode()).decode()} if end < len(items) else {}
    return {key: list(items[start:end]), **more}


def limited(request: Document, key: str, most: int) -> list[str]:
    """Return the request's list of names. Raises Refused if it has none or more than AWS takes in one call."""
    names = request[key]
    if not 1 <= len(names) <= most:
        raise Refused("InvalidParameterException", f"{key} needs between 1 and {most} elements, not {len(names)}.")
    return names
