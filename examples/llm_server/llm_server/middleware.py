# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens around every request: the key is checked, the request is logged and timed."""

from __future__ import annotations

import hmac
import logging
import time
from hashlib import sha256

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import ApiError
from .metrics import Metrics
from .tally import Tally

log = logging.getLogger("llm_server.access")

OPEN_PATHS = frozenset({"/healthz", "/metrics", "/docs", "/openapi.json"})
# The status that nginx made usual in logs for a client that went away before its answer; nobody receives it.
CLIENT_CLOSED_REQUEST = 499


class BearerKey:
    """Refuses with 401 whoever does not send the key, except on OPEN_PATHS, and before reading the body."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self.app = app
        self.digest = sha256(key.encode()).digest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in OPEN_PATHS and not self.admits(Headers(scope=scope)):
            error = ApiError(401, "send the server's key as 'Authorization: Bearer <key>'", code="invalid_api_key")
            await error.response()(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def admits(self, headers: Headers) -> bool:
        """Is the key right? How long that takes tells nothing of the key, its length included."""
        scheme, _space, key = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(
            sha256(key.strip().encode("latin-1")).digest(), self.digest
        )


class AccessLog:
    """One line and one observation a request. Neither holds anything of the body, the query or the headers."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = CLIENT_CLOSED_REQUEST

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        tally = scope["tally"] = Tally(started)
        try:
            await self.app(scope, receive, note_status)
        except Exception:
            status = 500
            raise
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "unknown")
            self.metrics.request_duration.labels(route, status).observe(seconds)
            fields = {
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "duration_ms": round(seconds * 1000, 1),
                "client": scope["client"][0] if scope.get("client") else None,
                **(tally.fields() if tally.prompt_tokens else {}),
            }
            log.info("%s %s %s", fields["method"], fields["path"], status, extra={"fields": fields})
