# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Giving an answer only as long as somebody is there to read it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

Result = TypeVar("Result")


class ClientGoneError(Exception):
    """The client closed the connection before its answer began."""


async def disconnect(request: Request) -> None:
    """Returns when the client is gone. The request's body must have been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def while_connected(request: Request, answer: Coroutine[Any, Any, Result]) -> Result:
    """The answer's result. When the client goes first, the answer is cancelled and ClientGoneError raised."""
    work = asyncio.ensure_future(answer)
    gone = asyncio.ensure_future(disconnect(request))
    try:
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise ClientGoneError
        return work.result()
    finally:
        work.cancel()
        gone.cancel()


class EventStream(StreamingResponse):
    """Server-sent events; their generator is closed at once when the client goes, wherever it was."""

    def __init__(self, events: AsyncGenerator[str]) -> None:
        self.events = events
        super().__init__(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self.events):
            await super().__call__(scope, receive, send)
