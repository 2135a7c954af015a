# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.
"""Suspend the scaling of a service for the time of a deployment, and restore what it was before.

The flags from before are kept in a tag of the scalable target: whatever becomes of the run, the next one finds them.
"""

from __future__ import annotations

import typing as t
import uuid
from datetime import UTC, datetime

from .._documents.shapes import Document
from . import api, suspended
from .context import Run
from .suspended import KEPT_TAG, Kept

NOTHING: Document = {"changed": False, "kept": {}, "run": "", "interrupted": False, "diff": {"before": {}, "after": {}}}


def suspend(run: Run) -> Document:
    """Suspend the flags that are asked for; what was suspended before by other means stays so, and is not kept."""
    target = run.target()
    if target is None:
        return NOTHING
    tags = run.tags_of(target)
    flags = suspended.flags_of(target)
    before = suspended.kept_in(tags)
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
            api.tag(run.scaling, target["ScalableTargetARN"], {KEPT_TAG: suspended.tag_value(kept)})
        _set_flags(run, flags, after)
    return _result(changed, flags, after, kept, before is not None)


def restore(run: Run) -> Document:
    """Set the flags to what the tag kept, and remove the tag; without one there is nothing to restore."""
    target = run.target()
    tags = run.tags_of(target)
    kept = suspended.kept_in(tags)
    if target is None or kept is None:
        return NOTHING
    interrupted = run.params["run"] is not None and run.params["run"] != kept.run
    if interrupted:
        run.warn(suspended.repaired(run.service, kept))
    flags = suspended.flags_of(target)
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
        api.register(run.scaling, run.resource_id, {"SuspendedState": suspended.state_of(after)})


def _result(changed: bool, before: Document, after: Document, kept: Kept, interrupted: bool) -> Document:
    shown = {"before": {"suspended": before}, "after": {"suspended": after}}
    return {"changed": changed, "kept": kept.flags, "run": kept.run, "interrupted": interrupted, "diff": shown}
