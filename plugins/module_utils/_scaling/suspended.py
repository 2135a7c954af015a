# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Flags that suspend scaling: merged, and kept in a tag while a deployment suspends them. Standard library only.

https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-suspend-resume-scaling.html
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

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
