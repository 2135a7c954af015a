# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An action of AWS as a method: a request document in, an answer document out."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.core.responses import ActionResult, BaseResponse

Document = dict[str, Any]


def action(method: Callable[[Any, Document], Document]) -> Callable[[Any], ActionResult]:
    """Make a method from request to answer one that moto calls."""

    @wraps(method)
    def call(self: BaseResponse) -> ActionResult:
        return ActionResult(method(self, self._get_params()))

    return call
