# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The front: public addresses on which a TCP proxy forwards to a task, if the task's security groups let the peer in."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from typing import Any

CHUNK = 65536


class Front:
    """All listeners live on one asyncio loop in one thread, which starts with the first of them."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._servers: dict[str, list[asyncio.Server]] = {}
        self._connections: dict[str, set[asyncio.Task[None]]] = {}

    def open(self, public_ip: str, port: int, target_host: str, target_port: int, allowed: Callable[[str], bool]) -> None:
        """Listen on public_ip:port and forward to the target those connections whose peer is allowed(its address).

        Raises OSError when the port cannot be bound there, as when another program listens on it on all addresses.
        """
        self._run(self._open(public_ip, port, (target_host, target_port), allowed))

    def close(self, public_ip: str) -> None:
        """Stop listening on the address and reset its connections; one that is not open is no error."""
        self._run(self._close(public_ip))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="front", daemon=True).start()
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _open(self, public_ip: str, port: int, target: tuple[str, int], allowed: Callable[[str], bool]) -> None:
        connections = self._connections.setdefault(public_ip, set())

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task
            connections.add(task)
            try:
                await _serve(reader, writer, target, allowed)
            finally:
                connections.discard(task)

        server = await asyncio.start_server(serve, public_ip, port)
        self._servers.setdefault(public_ip, []).append(server)

    async def _close(self, public_ip: str) -> None:
        for server in self._servers.pop(public_ip, []):
            server.close()
        connections = self._connections.pop(public_ip, set())
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


async def _serve(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: tuple[str, int], allowed: Callable[[str], bool]
) -> None:
    peer = writer.get_extra_info("peername")[0]
    # Asked in a thread: the answer may have to wait for a lock that the caller of open() or close() holds.
    if not await asyncio.get_running_loop().run_in_executor(None, allowed, peer):
        return _reset(writer)
    try:
        target_reader, target_writer = await asyncio.open_connection(*target)
    except OSError:
        return _reset(writer)
    try:
        async with asyncio.TaskGroup() as both:
            both.create_task(_copy(reader, target_writer))
            both.create_task(_copy(target_reader, writer))
    except (*(ExceptionGroup,), asyncio.CancelledError):
        _reset(writer)
        _reset(target_writer)
    finally:
        writer.close()
        target_writer.close()
    return None


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on every byte as it comes, then the end: the other direction stays open."""
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
    writer.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN, as a connection that was refused or broken."""
    with contextlib.suppress(OSError):
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


FRONT = Front()
