# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The three things that take their time on AWS, and for how many seconds here."""

from __future__ import annotations

import os
import re
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
        names = sorted(field.name for field in fields(cls))
        known = re.compile(rf"({'|'.join(names)})=(\d+(?:\.\d+)?)")
        values = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            found = known.fullmatch(part)
            if not found:
                wanted = f"{', '.join(names)} with seconds, as in role=2,eni=0.5"
                raise ValueError(f"LOCAL_AWS_DELAYS: {part!r} is not one of {wanted}")
            values[found[1]] = float(found[2])
        return cls(**values)


DELAYS = Delays.parse(os.environ.get("LOCAL_AWS_DELAYS", ""))
