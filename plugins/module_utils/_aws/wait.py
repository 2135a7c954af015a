# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Wait while AWS makes something, or lets go of it."""

from __future__ import annotations

import time
import typing as t

from .errors import EcsError

#: Seconds between two looks.
INTERVAL = 3.0


def until(done: t.Callable[[], t.Any], seconds: float) -> t.Any:
    """Call done again and again, for so many seconds; return what it returned at last, true or not."""
    deadline = time.monotonic() + seconds
    while True:
        answer = done()
        if answer or time.monotonic() >= deadline:
            return answer
        _pause(deadline)


def when_let_go(call: t.Callable[[], t.Any], seconds: float, codes: tuple[str, ...] = ("ResourceInUse",)) -> None:
    """Delete something as soon as AWS no longer says that it is in use, for so many seconds; then raise that."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return call()
        except EcsError as error:
            code = getattr(error.exception, "response", {}).get("Error", {}).get("Code")
            if code not in codes or time.monotonic() >= deadline:
                raise
        _pause(deadline)


def _pause(deadline: float) -> None:
    time.sleep(min(INTERVAL, max(0.1, deadline - time.monotonic())))
