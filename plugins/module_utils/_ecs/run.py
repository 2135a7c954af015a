# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What every module that is about one service needs in a run."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._aws.session import Clients
from .._documents.shapes import Document
from . import service_api


@dataclass(frozen=True)
class ServiceRun:
    """One run of a module: its options, the service that it is about, the clients, and how to warn."""

    params: t.Mapping[str, t.Any]
    check_mode: bool
    cluster: str
    service: str
    clients: Clients
    warn: t.Callable[[str], None]

    def describe(self) -> Document | None:
        """Return the service, also one that is DRAINING or INACTIVE; None if there is none."""
        return service_api.describe_service(self.clients("ecs"), self.cluster, self.service)
