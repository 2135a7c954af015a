# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of the AWS calls that were made, so that a test can tell what a play read and what it wrote."""

from __future__ import annotations

import re
import threading
from collections import deque

PREFIXES = "BatchGet|Check|Describe|Filter|Get|Head|List|Lookup|Query|Scan|Search|Simulate|Test|Validate"
READS = re.compile(f"({PREFIXES})(?![a-z])")
KEPT = 20_000


class Requests:
    """The newest calls, oldest first."""

    def __init__(self) -> None:
        self._calls: deque[tuple[str, str]] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def add(self, service: str, action: str) -> None:
        """Note a call: boto3's name of the service, AWS's of the action."""
        with self._lock:
            self._calls.append((service, action))

    def list(self) -> list[dict[str, str | bool]]:
        """Return the calls as {"service", "action", "write"}; what does not read is a write."""
        with self._lock:
            calls = list(self._calls)
        return [{"service": service, "action": action, "write": is_write(action)} for service, action in calls]

    def clear(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._calls.clear()


def is_write(action: str) -> bool:
    """Return whether an action is one that changes something, by AWS's way of naming them."""
    return not READS.match(action)


REQUESTS = Requests()
