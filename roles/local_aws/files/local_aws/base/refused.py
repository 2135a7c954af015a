# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the embedded AWS refuses a request: the error, and a row of the table of refusals (refusals/)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from moto.backends import get_backend
from moto.core.exceptions import ServiceException


class Refused(ServiceException):
    """AWS's code and message: Refused("DependencyViolation", "The subnet … has dependencies …")."""


@dataclass(frozen=True)
class Context:
    """Whose and which region's state a request is about."""

    account: str
    region: str

    def backend(self, service: str) -> Any:
        """Return moto's backend of the service (moto's name for it) for this account and region."""
        backends: Any = get_backend(service)[self.account]
        return backends[self.region if self.region in backends else "aws"]


class Row(NamedTuple):
    """A service (boto3's name), an action (AWS's), and the check that is made before it.

    The check is given the parameters in AWS's spelling, as boto3 takes them; it raises Refused or returns nothing.
    """

    service: str
    action: str
    check: Callable[[dict[str, Any], Context], None]
