# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data plane of Application Load Balancers: what moto says there is, listens here.

All sockets live on one asyncio loop in one thread, which starts with the first load balancer. Rules, target groups and
attributes are read from moto with each request, so that a change acts at once; listeners and interfaces follow when a
call changes them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
from aiohttp import web
from moto.acm.models import acm_backends
from moto.elbv2.models import ELBv2Backend, FakeListener, FakeLoadBalancer, elbv2_backends

from ..base.arns import account_and_region
from ..network.front import closing_resets
from .pages import page
from .place import Place
from .probes import Checks
from .proxy import Outcome, Proxy, Way
from .targets import TARGETS, groups_of

TICK = 0.1
MOMENT = 0.01
HEADER_LIMIT = 16384
LOG = logging.getLogger(__name__)


class Bundle(NamedTuple):
    """A certificate with those that lead to its root, and its key, as PEM."""

    chain: bytes
    key: bytes


class Certificate(NamedTuple):
    """What ACM had when it was last looked at, and what was made of it."""

    bundle: Bundle
    context: ssl.SSLContext


class Connection(web.RequestHandler):
    """A caller's connection; what is no HTTP gets the load balancer's own page."""

    def handle_error(
        self, request: Any, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        # Logs, and raises if an answer has begun.
        super().handle_error(request, status, exc, message)
        answer = page(status)
        answer.force_close()
        return answer


class Listening:
    """One listener's socket, and the connections that came by it."""

    def __init__(self, way: Way, listener: socket.socket, proxy: Proxy) -> None:
        self.way, self.settings, self._socket = way, settings_of(way.listener), listener
        self._certificate: Certificate | None = None
        self._server = web.Server(lambda request: proxy.answer(request, way), handler_cancellation=True)
        self._task = asyncio.create_task(self._accept())

    @property
    def connections(self) -> int:
        """How many connections callers have here."""
        return len(self._server.connections)

    async def close(self) -> None:
        """Stop listening and end the connections."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._socket.close()
        # 0 would wait for answers that are being streamed, however long they are.
        await self._server.shutdown(MOMENT)

    async def _accept(self) -> None:
        loop, serving = asyncio.get_running_loop(), set()
        while True:
            try:
                connection, peer = await loop.sock_accept(self._socket)
            except OSError:
                # No more open files, for one: they come back when connections end.
                LOG.exception("a connection to %s", self.way.place.address)
                await asyncio.sleep(TICK)
                continue
            if not self._admits(peer[0]):
                closing_resets(connection, True)
                connection.close()
                continue
            # In a task of its own: a caller that is slow to agree on TLS keeps nobody waiting.
            task = asyncio.create_task(self._serve(connection))
            serving.add(task)
            task.add_done_callback(serving.discard)

    def _admits(self, peer: str) -> bool:
        try:
            return self.way.place.admits(peer, int(self.way.listener.port))
        except Exception:
            LOG.exception("whether %s may connect could not be told", peer)
            return False

    def _tls(self) -> ssl.SSLContext | None:
        """Return how to speak TLS with the certificate as ACM has it now, None for plain HTTP."""
        if self.way.listener.protocol != "HTTPS":
            return None
        bundle = _bundle(self.way.listener.certificate)
        if self._certificate is None or self._certificate.bundle != bundle:
            self._certificate = Certificate(bundle, _context(bundle))
        return self._certificate.context

    async def _serve(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()

        def protocol() -> Connection:
            return Connection(
                self._server,
                loop=loop,
                keepalive_timeout=self.way.idle_timeout,
                access_log=None,
                auto_decompress=False,
                max_line_size=HEADER_LIMIT,
                max_field_size=HEADER_LIMIT,
            )

        try:
            await loop.connect_accepted_socket(protocol, connection, ssl=self._tls())
        except OSError:
            connection.close()
        except Exception:
            LOG.exception("a connection to %s", self.way.place.address)
            connection.close()


class DataPlane:
    """Every load balancer's place, and what listens there."""

    def __init__(self, observe: Callable[[Outcome], None]) -> None:
        self._observe = observe
        self._places: dict[str, Place] = {}
        self._left: list[Place] = []
        self._listening: dict[str, Listening] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()

    def place(self, balancer: FakeLoadBalancer, backend: ELBv2Backend) -> Place:
        """Return where the load balancer is, which is made with the first call. Raises OSError without an address."""
        if balancer.arn not in self._places:
            self._places[balancer.arn] = Place(balancer, backend.ec2_backend)
        return self._places[balancer.arn]

    def connections(self, balancer_arn: str) -> int:
        """Return how many connections callers have to the load balancer, and that to its targets."""
        here = [its for its in list(self._listening.values()) if its.way.balancer.arn == balancer_arn]
        return sum(its.connections for its in here) + (self._proxy.passed_on[balancer_arn] if here else 0)

    def follow(self) -> None:
        """Listen where moto has a listener, with its settings as they are now, and nowhere else."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="load balancers", daemon=True).start()
                self._run(self._begin())
        self._run(self._follow())

    def close(self) -> None:
        """End everything; load balancers that are made later begin anew."""
        if self._loop:
            self._run(self._end())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._loop = None

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _begin(self) -> None:
        # A connection for each request: one that the target closes meanwhile would cost the next request.
        connector = aiohttp.TCPConnector(force_close=True, limit=0)
        jar = aiohttp.DummyCookieJar()
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=jar,
            auto_decompress=False,
            max_line_size=HEADER_LIMIT,
            max_field_size=HEADER_LIMIT,
        )
        self._proxy, self._checks = Proxy(self._session, self._observe), Checks(self._session)
        self._ticking = asyncio.create_task(self._tick())

    async def _end(self) -> None:
        self._ticking.cancel()
        self._checks.stop()
        for arn in list(self._listening):
            await self._listening.pop(arn).close()
        for place in self._places.values():
            place.leave()
        self._places.clear()
        await self._session.close()

    async def _follow(self) -> None:
        wanted = {way.listener.arn: way for way in self._ways()}
        for arn, listening in list(self._listening.items()):
            if arn not in wanted or listening.settings != settings_of(wanted[arn].listener):
                await self._listening.pop(arn).close()
        for arn, way in wanted.items():
            if arn not in self._listening:
                opened = bind(way.place.address, int(way.listener.port))
                opened.setblocking(False)
                self._listening[arn] = Listening(way, opened, self._proxy)
        known = {arn for backend in backends() for arn in list(backend.load_balancers)}
        for arn in self._places.keys() - known:
            place = self._places.pop(arn)
            place.leave()
            self._left.append(place)
        for place in self._places.values():
            place.follow()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            with contextlib.suppress(RuntimeError):
                self._left = [place for place in self._left if not place.forget(time.monotonic())]
            try:
                TARGETS.keep({arn for backend in backends() for arn in list(backend.target_groups)})
                used = {
                    arn: (way.groups[arn], way.place)
                    for way in self._ways()
                    for arn in groups_of(way.listener)
                    if arn in way.groups
                }
                self._checks.follow(used)
            except Exception:
                LOG.exception("the targets of load balancers")

    def _ways(self) -> list[Way]:
        return [
            Way(balancer, listener, self._places[balancer.arn], backend.target_groups)
            for backend in backends()
            for balancer in list(backend.load_balancers.values())
            if balancer.arn in self._places
            for listener in list(balancer.listeners.values())
        ]


def backends() -> list[ELBv2Backend]:
    """Return the state of each account and region that has been used."""
    return [backend for account in list(elbv2_backends.values()) for backend in list(account.values())]


def bind(address: str, port: int) -> socket.socket:
    """Return a socket that listens there. Raises OSError, PermissionError for a port below 1024 that only root has."""
    return socket.create_server((address, port), backlog=1024)


def settings_of(listener: FakeListener) -> tuple[Any, ...]:
    """Return what a socket has to be opened anew for."""
    return listener.protocol, int(listener.port)


def _bundle(certificate_arn: str) -> Bundle:
    """Return the certificate and key as ACM has them."""
    account, region = account_and_region(certificate_arn)
    found = acm_backends[account][region].get_certificate(certificate_arn)
    return Bundle(found.cert + b"\n" + (found.chain or b""), found.key)


def _context(bundle: Bundle) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = Path(folder, "certificate"), Path(folder, "key")
        key.touch(mode=0o600)
        certificate.write_bytes(bundle.chain)
        key.write_bytes(bundle.key)
        context.load_cert_chain(certificate, key)
    return context
