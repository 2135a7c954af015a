# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Wait while AWS makes something, or lets go of it: look often at first, then ever less."""

from __future__ import annotations

import time
import typing as t

from .errors import EcsError, answer_of

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Seconds between two looks: the first pause, how much longer each next one is, and the longest.
#: So half an hour takes about 125 calls, and the end of a wait is seen 15 seconds late at most.
SHORTEST, GROWTH, LONGEST = 3.0, 1.25, 15.0


def until(done: Callable[[], t.Any], seconds: float) -> t.Any:
    """Call done again and again, for so many seconds; return what it returned at last, true or not."""
    answer = None
    for _look in _looks(seconds):
        answer = done()
        if answer:
            break
    return answer


def when_let_go(call: Callable[[], t.Any], seconds: float, codes: tuple[str, ...] = ("ResourceInUse",)) -> None:
    """Delete something as soon as AWS no longer says that it is in use, for so many seconds; then raise that."""
    in_use = None
    for _look in _looks(seconds):
        try:
            return call()
        except EcsError as error:
            if answer_of(error.exception).get("Error", {}).get("Code") not in codes:
                raise
            in_use = error
    raise in_use


def _looks(seconds: float) -> Iterator[None]:
    """Give each time to look: now, after pauses that grow, and once when the seconds are over."""
    deadline = time.monotonic() + seconds
    pause = SHORTEST
    yield
    while (left := deadline - time.monotonic()) > 0:
        time.sleep(min(pause, max(0.1, left)))
        yield
        pause = min(pause * GROWTH, LONGEST)
