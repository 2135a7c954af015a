# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Wait for what a run of ecs_service started: at one go, or stretch by stretch for the action plugin, which shows it.

A stretch begins with the state that the one before handed on (V(_follow)), and hands on its own (V(_following)) until
the outcome is known. The state is plain JSON.
"""

from __future__ import annotations

import typing as t

from .._aws.arns import name_of
from .._aws.session import Clients
from .._documents.shapes import Document
from .._ecs.service_apply import Applied, Watched, service_result
from . import look as rollouts_look
from .diagnosis import diagnose
from .follow import Step, watch

#: Seconds that one stretch lasts when nothing happens.
STRETCH = 30


def begin(applied: Applied, timeout: int) -> Document | None:
    """Return the state to wait from; None if there is nothing to wait for, or if it is reached already."""
    if applied.watched is None:
        return None
    first = rollouts_look.first_look(applied.before, applied.watched.deployment)
    started = rollouts_look.look(applied.after, applied.watched.deployment, first)
    if applied.watched.tasks is None and rollouts_look.verdict(started) in rollouts_look.GOOD:
        return None
    # A deployment that fails at once is gone when it is looked at next: its name is known now.
    return _state(applied.watched, {**first, "task_definition": started["task_definition"]}, timeout, timeout)


def _state(watched: Watched, look: rollouts_look.Look, timeout: int, seconds: float) -> Document:
    return {
        "watched": watched._asdict(),
        "look": rollouts_look.remembered(look),
        "timeout": timeout,
        "seconds": seconds,
    }


def stretch(clients: Clients, state: Document, longest: float = STRETCH) -> Document:
    """Watch until there is something to tell, and return a result for it.

    state["seconds"]: how long the whole wait may last from now on. A result that C(failed) has msg and diagnosis.
    """
    watched, seconds = Watched(**state["watched"]), float(state["seconds"])
    step = watch(clients, watched, state["look"], max(0.0, min(seconds, longest)))
    service = service_result(step.service) if _is_there(step, watched) else {}
    result = {"changed": False, "progress": step.lines, **service}
    verdict = step.verdict or _given_up(step, seconds, longest)
    if verdict is None:
        return {**result, "_following": _state(watched, step.look, state["timeout"], seconds)}
    if verdict in rollouts_look.GOOD:
        return result
    return {**result, "failed": True, **_failure(clients, watched, verdict, step, state["timeout"])}


def _given_up(step: Step, seconds: float, longest: float) -> str | None:
    return rollouts_look.TIMED_OUT if seconds <= 0 or (seconds <= longest and not step.lines) else None


def _is_there(step: Step, watched: Watched) -> bool:
    return watched.tasks is None and step.service is not None


def _failure(clients: Clients, watched: Watched, verdict: str, step: Step, timeout: int) -> Document:
    service = f"Service {watched.name} in cluster {name_of(watched.cluster)}"
    diagnosis = diagnose(clients, step.service, watched.deployment) if step.service else {"summary": []}
    message = [rollouts_look.outcome(verdict, step.look, service, timeout), *diagnosis["summary"]]
    return {"msg": "\n".join(message), "diagnosis": diagnosis}


def until_done(clients: Clients, state: Document, left: t.Callable[[], float]) -> Document:
    """Wait at one go, as long as left() has seconds; return the result of the last stretch, with all lines."""
    lines: list[str] = []
    while True:
        result = stretch(clients, {**state, "seconds": left()}, longest=left())
        lines += result["progress"]
        if "_following" not in result:
            return {**result, "progress": lines}
        state = result["_following"]
