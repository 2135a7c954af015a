# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a load balancer does with one request: finds its rule, acts on it, and streams both bodies as they come.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
"""

from __future__ import annotations

import asyncio
import itertools
import random
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, NamedTuple

import aiohttp
from aiohttp import web
from aiohttp.web_request import BaseRequest
from moto.elbv2.models import FakeListener, FakeLoadBalancer, FakeTargetGroup
from multidict import CIMultiDict
from yarl import URL

from ansible_collections.llmops.ecs.plugins.module_utils._facts import elb

from .pages import fixed, page, unauthenticated
from .place import Place
from .rules import At, Seen, in_order, meets, redirect_url, weighted
from .targets import TARGETS, Target, all_rules

CONNECT_TIMEOUT = 10.0
# Of one connection, not of the request that travels on it.
HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}


class Outcome(NamedTuple):
    """What became of a request; target and seconds (until its headers) are of the target that was chosen, if one was.

    status is what the caller got, answered whether it came from the target, connected whether the target could be
    asked at all, action the rule's. among has the zone of each target that the choice was from.
    """

    balancer: FakeLoadBalancer
    action: str
    status: int
    group: str | None = None
    target: Target | None = None
    answered: bool = False
    seconds: float = 0.0
    connected: bool = True
    among: tuple[str, ...] = ()


class Choice(NamedTuple):
    """The target whose turn it is, and the zone of each that could have been chosen."""

    group: str
    target: Target
    among: tuple[str, ...]


class Upload:
    """A caller's body, piece by piece; stalled tells whether a piece did not come within the idle timeout."""

    def __init__(self, content: aiohttp.StreamReader, idle: float) -> None:
        self._content, self._idle = content, idle
        self.stalled = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while piece := await asyncio.wait_for(self._content.readany(), self._idle):
                yield piece
        except TimeoutError:
            self.stalled = True
            raise


class Way(NamedTuple):
    """The listener by which a request came in, its load balancer and that one's place."""

    balancer: FakeLoadBalancer
    listener: FakeListener
    place: Place
    groups: dict[str, FakeTargetGroup]

    @property
    def idle_timeout(self) -> float:
        """Seconds, as set at the load balancer now."""
        return float(self.balancer.attrs.get("idle_timeout.timeout_seconds", elb.IDLE_TIMEOUT_DEFAULT))


class Proxy:
    """Answers requests; observe is told the outcome of each."""

    def __init__(self, session: aiohttp.ClientSession, observe: Callable[[Outcome], None]) -> None:
        self._session, self._observe = session, observe
        self._turns: dict[str, Iterator[int]] = {}
        # How many requests targets have now, by the load balancer's ARN: each has a connection of its own.
        self.passed_on: Counter[str] = Counter()

    async def answer(self, request: BaseRequest, way: Way) -> web.StreamResponse:
        """Do what the first rule says whose conditions the request meets."""
        try:
            at, seen = At(way.listener.protocol, int(way.listener.port)), _seen(request)
        except ValueError:
            self._observe(Outcome(way.balancer, "none", 400))
            return page(400)
        for action in self._actions(way.listener, seen):
            kind = action["Type"]
            if kind == "redirect":
                config = action["RedirectConfig"]
                status = int(config["StatusCode"].removeprefix("HTTP_"))
                self._observe(Outcome(way.balancer, kind, status))
                return page(status, headers={"Location": redirect_url(config, at, seen)})
            if kind == "fixed-response":
                config = action["FixedResponseConfig"]
                self._observe(Outcome(way.balancer, kind, int(config["StatusCode"])))
                return fixed(config)
            if kind == "forward":
                return await self._forward(request, way, at, action)
            # Who calls is not known here: nobody ever has a session.
            refusal = unauthenticated(action, at, seen)
            if refusal is not None:
                self._observe(Outcome(way.balancer, kind, refusal.status))
                return refusal
        raise RuntimeError(f"no rule of {way.listener.arn} ends what its actions begin")

    def _actions(self, listener: FakeListener, seen: Seen) -> list[dict[str, Any]]:
        rules = in_order(all_rules(listener))
        rule = next(rule for rule in rules if rule.priority == "default" or meets(rule.conditions, seen))
        return sorted((action.data for action in rule.actions), key=lambda action: int(action.get("Order") or 0))

    async def _forward(self, request: BaseRequest, way: Way, at: At, action: dict[str, Any]) -> web.StreamResponse:
        groups = action.get("ForwardConfig", {}).get("TargetGroups") or [{"TargetGroupArn": action["TargetGroupArn"]}]
        group = weighted(groups, random.random())
        choice = self._begin(group, way) if group else None
        if choice is None:
            self._observe(Outcome(way.balancer, "forward", 503))
            return page(503)
        self.passed_on[way.balancer.arn] += 1
        try:
            return await self._pass_on(request, way, at, choice)
        finally:
            self.passed_on[way.balancer.arn] -= 1
            TARGETS.end_request(choice.target)

    def _begin(self, group: str, way: Way) -> Choice | None:
        """Return the target whose turn it is, with one more request in flight; all are good if none is healthy."""
        turns = self._turns.setdefault(group, itertools.count())
        zones = {subnet.availability_zone for subnet in way.balancer.subnets} | {"all"}
        while targets := [target for target in TARGETS.targets(group) if target.zone in zones]:
            good = [target for target in targets if target.health.state == "healthy"] or targets
            target = good[next(turns) % len(good)]
            if TARGETS.begin_request(target):
                return Choice(group, target, tuple(its.zone for its in good))
        return None

    async def _pass_on(self, request: BaseRequest, way: Way, at: At, choice: Choice) -> web.StreamResponse:
        loop, target = asyncio.get_running_loop(), choice.target
        began, idle = loop.time(), way.idle_timeout
        upload = Upload(request.content, idle) if request.can_read_body else None

        def observe(status: int, answered: bool = False, connected: bool = True) -> None:
            seconds = loop.time() - began
            chosen = (choice.group, target, answered, seconds, connected, choice.among)
            self._observe(Outcome(way.balancer, "forward", status, *chosen))

        def failed(status: int, connected: bool = True) -> web.Response:
            observe(status, connected=connected)
            return page(status)

        try:
            if target.address is None or not way.place.reaches(target, target.port):
                # Packets that a security group drops are never answered.
                await asyncio.sleep(CONNECT_TIMEOUT)
                return failed(504, connected=False)
            upstream = await self._ask(request, way, at, choice, upload)
        except asyncio.CancelledError:
            # The caller did not wait for the answer.
            observe(460)
            raise
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            if upload and upload.stalled:
                late = failed(408)
                late.force_close()
                return late
            connected = not isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
            return failed(504 if isinstance(error, TimeoutError) else 502, connected)
        observe(upstream.status, answered=True)
        async with upstream:
            return await _stream(request, upstream, idle)

    async def _ask(
        self, request: BaseRequest, way: Way, at: At, choice: Choice, upload: Upload | None
    ) -> aiohttp.ClientResponse:
        """Send the request on and return the answer when its headers are there."""
        host, port = choice.target.address or ("", 0)
        scheme = (way.groups[choice.group].protocol or "HTTP").lower()
        if request.headers.get("Expect", "").lower() == "100-continue" and request.transport:
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return await self._session.request(
            request.method,
            URL(f"{scheme}://{host}:{port}{_asked(request)}", encoded=True),
            headers=_onward(request, at),
            data=upload,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT, sock_read=way.idle_timeout),
            allow_redirects=False,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            # A load balancer does not look at its targets' certificates.
            ssl=False,
        )


async def _stream(request: BaseRequest, upstream: aiohttp.ClientResponse, idle: float) -> web.StreamResponse:
    """Pass the answer on, piece by piece; one that breaks off does so for the caller too."""
    response = web.StreamResponse(status=upstream.status, reason=upstream.reason, headers=_end_to_end(upstream.headers))
    try:
        await response.prepare(request)
        async for piece in upstream.content.iter_any():
            async with asyncio.timeout(idle):
                await response.write(piece)
        await response.write_eof()
    except (TimeoutError, aiohttp.ClientError, OSError):
        if request.transport:
            request.transport.abort()
    return response


def _asked(request: BaseRequest) -> str:
    """Return the path and query as they were sent, without what a request to a proxy names before them.

    Raises ValueError if there is no path.
    """
    asked = request.raw_path
    if not asked.startswith("/"):
        asked = URL(asked, encoded=True).raw_path_qs if "://" in asked else ""
    if not asked.startswith("/"):
        raise ValueError(f"no path: {request.raw_path}")
    return asked


def _seen(request: BaseRequest) -> Seen:
    """Return what rules look at. Raises ValueError for a request that is malformed."""
    path, _mark, query = _asked(request).partition("?")
    host = URL(f"http://{request.headers.get('Host', '')}").raw_host or ""
    headers = tuple((name, value) for name, value in request.headers.items())
    return Seen(request.method, host, path, query, request.remote or "", headers)


def _onward(request: BaseRequest, at: At) -> CIMultiDict[str]:
    """Return the headers for the target.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
    """
    headers = _end_to_end(request.headers)
    headers.popall("Expect", None)
    before = headers.popall("X-Forwarded-For", [])
    headers["X-Forwarded-For"] = ", ".join([*before, request.remote or ""])
    headers["X-Forwarded-Proto"] = at.protocol.lower()
    headers["X-Forwarded-Port"] = str(at.port)
    headers.setdefault("X-Amzn-Trace-Id", f"Root=1-{uuid.uuid4().hex[:8]}-{uuid.uuid4().hex[:24]}")
    return headers


def _end_to_end(headers: Any) -> CIMultiDict[str]:
    """Return the headers without those that are for one connection."""
    named = {name.strip().lower() for value in headers.getall("Connection", []) for name in value.split(",")}
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in HOP_BY_HOP | named)
