# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The front: public addresses on which a TCP proxy forwards to a task, if its security groups let the peer in."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from typing import Any

CHUNK = 65536
LOG = logging.getLogger(__name__)

Allowed = Callable[[str], bool]
Target = tuple[str, int]


class Front:
    """All listeners live on one asyncio loop in one thread, which starts with the first of them."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._tasks: dict[str, set[asyncio.Task[None]]] = {}

    def open(self, public_ip: str, port: int, target_host: str, target_port: int, allowed: Allowed) -> None:
        """Listen on public_ip:port and forward to the target those connections whose peer is allowed(its address).

        Raises OSError when the port cannot be bound there, as when another program listens on it on all addresses.
        """
        listener = socket.create_server((public_ip, port))
        listener.setblocking(False)
        # Linux hands this on to the connections.
        closing_resets(listener, True)
        self._run(self._open(public_ip, listener, (target_host, target_port), allowed))

    def close(self, public_ip: str) -> None:
        """Stop listening on the address and reset its connections; one that is not open is no error."""
        self._run(self._close(public_ip))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="front", daemon=True).start()
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _open(self, public_ip: str, listener: socket.socket, target: Target, allowed: Allowed) -> None:
        tasks = self._tasks.setdefault(public_ip, set())

        def begin(work: Coroutine[Any, Any, None]) -> None:
            task = asyncio.create_task(work)
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        async def accept() -> None:
            with listener:
                while True:
                    client, address = await asyncio.get_running_loop().sock_accept(listener)
                    begin(_serve(client, address[0], target, allowed))

        begin(accept())

    async def _close(self, public_ip: str) -> None:
        tasks = list(self._tasks.pop(public_ip, ()))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _serve(client: socket.socket, peer: str, target: Target, allowed: Allowed) -> None:
    """Forward a connection both ways until both have ended; reset it if it is not let in or a side breaks off."""
    sides: list[asyncio.StreamWriter] = []
    with client, contextlib.suppress(OSError, asyncio.CancelledError):
        if not await _admitted(peer, allowed):
            return
        try:
            behind, to_target = await asyncio.open_connection(*target)
            sides.append(to_target)
            before, to_client = await asyncio.open_connection(sock=client)
            sides.append(to_client)
            await asyncio.gather(_copy(before, to_target), _copy(behind, to_client))
            for side in sides:
                closing_resets(side.get_extra_info("socket"), False)
                side.close()
                await side.wait_closed()
        finally:
            # What has ended well is closed already.
            for side in sides:
                side.transport.abort()


async def _admitted(peer: str, allowed: Allowed) -> bool:
    try:
        # Asked in a thread: the answer may have to wait for a lock that the caller of open() or close() holds.
        return await asyncio.get_running_loop().run_in_executor(None, allowed, peer)
    except Exception:
        LOG.exception("whether %s may connect could not be told", peer)
        return False


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on every byte as it comes, then the end: the other direction stays open."""
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
    writer.write_eof()


def closing_resets(connection: socket.socket, resets: bool) -> None:
    """Choose what closing does: RST, as a connection that is refused or broken, or FIN after all that was sent."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", resets, 0))


FRONT = Front()
