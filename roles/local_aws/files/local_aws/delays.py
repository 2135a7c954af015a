# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The three things that take their time on AWS, and for how many seconds here."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields


@dataclass
class Delays:
    """Seconds until a new role can be assumed, a stopped task's interface is gone, a deleted service is INACTIVE."""

    role: float = 2
    eni: float = 2
    drain: float = 1

    @classmethod
    def parse(cls, text: str) -> Delays:
        """Read "role=2,eni=0.5"; what is not named keeps its default. Raises ValueError that names the bad part."""
        names = {field.name for field in fields(cls)}
        values = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            name, _, seconds = part.partition("=")
            if name not in names or not seconds.replace(".", "", 1).isdigit():
                known = ", ".join(sorted(names))
                raise ValueError(f"LOCAL_AWS_DELAYS: {part!r} is not one of {known} with seconds, as in role=2,eni=0.5")
            values[name] = float(seconds)
        return cls(**values)


DELAYS = Delays.parse(os.environ.get("LOCAL_AWS_DELAYS", ""))
