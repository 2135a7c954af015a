# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.
"""Suspend the scaling of a service for the time of a deployment, and restore what it was before.

The flags from before are kept in a tag of the scalable target: whatever becomes of the run, the next one finds them.
"""

from __future__ import annotations

import re
import typing as t
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from .._documents.shapes import Document
from . import api
from .context import Run
from .options import FLAGS

#: On a scalable target while a deployment suspends its scaling: the flags from before, and who suspended, when.
KEPT_TAG = "llmops:suspended-for-deployment"
_AWS = dict(
    zip(FLAGS, ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended"), strict=True)
)


class Kept(t.NamedTuple):
    """The flags as they were before a run suspended them; run and at, which and when it was, may be empty."""

    flags: dict[str, bool]
    run: str
    at: str


def flags_of(target: Mapping[str, t.Any] | None) -> dict[str, bool]:
    """Return the flags of a scalable target by our names. AWS leaves out what was never suspended."""
    state = (target or {}).get("SuspendedState") or {}
    return {name: bool(state.get(aws, False)) for name, aws in _AWS.items()}


def state_of(flags: Mapping[str, bool]) -> dict[str, bool]:
    """Return AWS's SuspendedState, all of it: what a request leaves out, AWS takes for false."""
    return {aws: flags[name] for name, aws in _AWS.items()}


def tag_value(kept: Kept) -> str:
    """Return what the tag holds."""
    flags = [f"{name}={str(value).lower()}" for name, value in sorted(kept.flags.items())]
    return " ".join([*flags, f"run={kept.run}", f"at={kept.at}"])


def kept_in(tags: Mapping[str, str]) -> Kept | None:
    """Return what the tag holds, None without the tag. An empty tag means that scaling out was not suspended."""
    if KEPT_TAG not in tags:
        return None
    held = dict(re.findall(r"(\w+)=(\S+)", tags[KEPT_TAG]))
    flags = {name: held[name] == "true" for name in FLAGS if name in held}
    return Kept(flags or {"dynamic_scaling_out": False}, held.get("run", ""), held.get("at", ""))


def repaired(service: str, kept: Kept) -> str:
    """Return the sentence that says so of flags that an interrupted run left behind."""
    when = f" at {kept.at}" if kept.at else ""
    were = ", ".join(f"{name}: {str(value).lower()}" for name, value in sorted(kept.flags.items()))
    return (
        f"A run that deployed service {service}{when} was interrupted and left its scaling suspended. "
        f"It is restored to what it was before ({were})."
    )


NOTHING: Document = {"changed": False, "kept": {}, "run": "", "interrupted": False, "diff": {"before": {}, "after": {}}}


def suspend(run: Run) -> Document:
    """Suspend the flags that are asked for; what was suspended before by other means stays so, and is not kept."""
    target = run.target()
    if target is None:
        return NOTHING
    tags = run.tags_of(target)
    flags = flags_of(target)
    before = kept_in(tags)
    own = {name: False for name in run.params["flags"] if not flags[name]}
    if before is None and not own:
        return NOTHING
    if before is None:
        kept = Kept(own, *_now())
    else:
        kept = before._replace(flags={**own, **before.flags})
        run.warn(
            f"The scaling of service {run.service} is suspended already: a run at {kept.at} was interrupted, or is "
            "still running. What was suspended before that run is kept, and is restored after this deployment."
        )
    after = {**flags, **dict.fromkeys(kept.flags, True)}
    changed = before != kept or after != flags
    if changed and not run.check_mode:
        # The tag first: flags that nobody could restore are worse than a tag without need.
        if before != kept:
            api.tag(run.scaling, target["ScalableTargetARN"], {KEPT_TAG: tag_value(kept)})
        _set_flags(run, flags, after)
    return _result(changed, flags, after, kept, before is not None)


def restore(run: Run) -> Document:
    """Set the flags to what the tag kept, and remove the tag; without one there is nothing to restore."""
    target = run.target()
    tags = run.tags_of(target)
    kept = kept_in(tags)
    if target is None or kept is None:
        return NOTHING
    interrupted = run.params["run"] is not None and run.params["run"] != kept.run
    if interrupted:
        run.warn(repaired(run.service, kept))
    flags = flags_of(target)
    after = flags | kept.flags
    if not run.check_mode:
        _set_flags(run, flags, after)
        api.untag(run.scaling, target["ScalableTargetARN"], [KEPT_TAG])
    return _result(True, flags, after, kept, interrupted)


def _now() -> tuple[str, str]:
    """Return an ID for this run, and the time."""
    return uuid.uuid4().hex[:12], datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _set_flags(run: Run, flags: t.Mapping[str, bool], after: t.Mapping[str, bool]) -> None:
    if flags != after:
        api.register(run.scaling, run.resource_id, {"SuspendedState": state_of(after)})


def _result(changed: bool, before: Document, after: Document, kept: Kept, interrupted: bool) -> Document:
    shown = {"before": {"suspended": before}, "after": {"suspended": after}}
    return {"changed": changed, "kept": kept.flags, "run": kept.run, "interrupted": interrupted, "diff": shown}
