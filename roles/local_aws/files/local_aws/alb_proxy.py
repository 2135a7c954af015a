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
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import aiohttp
from aiohttp import web
from aiohttp.web_request import BaseRequest
from moto.elbv2.models import FakeListener, FakeLoadBalancer, FakeTargetGroup
from multidict import CIMultiDict
from yarl import URL

from .alb_checks import unverified
from .alb_place import Place
from .alb_rules import At, Seen, in_order, meets, redirect_url, weighted
from .targets import TARGETS, Target

CONNECT_TIMEOUT = 10.0
# Of one connection, not of the request that travels on it.
HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
PHRASES = {
    400: "Bad Request",
    401: "Authorization Required",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}
PAGE = (
    "<html>\r\n<head><title>{status} {phrase}</title></head>\r\n<body>\r\n"
    "<center><h1>{status} {phrase}</h1></center>\r\n</body>\r\n</html>\r\n"
)


class Outcome(NamedTuple):
    """What became of a request; target and seconds (until its headers) are of the target that was chosen, if one was.

    status is what the caller got, answered whether it came from the target, action the rule's.
    """

    balancer: FakeLoadBalancer
    action: str
    status: int
    group: str | None = None
    target: Target | None = None
    answered: bool = False
    seconds: float = 0.0


class Way(NamedTuple):
    """The listener by which a request came in, its load balancer and that one's place."""

    balancer: FakeLoadBalancer
    listener: FakeListener
    place: Place
    groups: dict[str, FakeTargetGroup]

    @property
    def idle_timeout(self) -> float:
        """Seconds, as set at the load balancer now."""
        return float(self.balancer.attrs.get("idle_timeout.timeout_seconds", 60))


class Proxy:
    """Answers requests; observe is told the outcome of each."""

    def __init__(self, session: aiohttp.ClientSession, observe: Callable[[Outcome], None]) -> None:
        self._session, self._observe = session, observe
        self._turns: dict[str, Iterator[int]] = {}

    async def answer(self, request: BaseRequest, way: Way) -> web.StreamResponse:
        """Do what the first rule says whose conditions the request meets."""
        at, seen = At(way.listener.protocol, int(way.listener.port)), _seen(request)
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
                return _fixed(config)
            if kind == "forward":
                return await self._forward(request, way, at, action)
            # Who calls is not known here: nobody ever has a session.
            refusal = _unauthenticated(action, at, seen)
            if refusal is not None:
                self._observe(Outcome(way.balancer, kind, refusal.status))
                return refusal
        raise RuntimeError(f"no rule of {way.listener.arn} ends what its actions begin")

    def _actions(self, listener: FakeListener, seen: Seen) -> list[dict[str, Any]]:
        rules = [*list(listener._non_default_rules.values()), *listener._default_rule.values()]
        rule = next(rule for rule in in_order(rules) if rule.priority == "default" or meets(rule.conditions, seen))
        return sorted((action.data for action in rule.actions), key=lambda action: int(action.get("Order") or 0))

    async def _forward(self, request: BaseRequest, way: Way, at: At, action: dict[str, Any]) -> web.StreamResponse:
        groups = action.get("ForwardConfig", {}).get("TargetGroups") or [{"TargetGroupArn": action["TargetGroupArn"]}]
        group = weighted(groups, random.random())
        target = self._begin(group, way) if group else None
        if group is None or target is None:
            self._observe(Outcome(way.balancer, "forward", 503))
            return page(503)
        try:
            return await self._pass_on(request, way, at, group, target)
        finally:
            TARGETS.end_request(target)

    def _begin(self, group: str, way: Way) -> Target | None:
        """Return the target whose turn it is, with one more request in flight; all are good if none is healthy."""
        turns = self._turns.setdefault(group, itertools.count())
        zones = {subnet.availability_zone for subnet in way.balancer.subnets} | {"all"}
        while targets := [target for target in TARGETS.targets(group) if target.zone in zones]:
            healthy = [target for target in targets if target.health.state == "healthy"]
            target = (healthy or targets)[next(turns) % len(healthy or targets)]
            if TARGETS.begin_request(target):
                return target
        return None

    async def _pass_on(self, request: BaseRequest, way: Way, at: At, group: str, target: Target) -> web.StreamResponse:
        began = asyncio.get_running_loop().time()

        def observe(status: int, answered: bool) -> None:
            seconds = asyncio.get_running_loop().time() - began
            self._observe(Outcome(way.balancer, "forward", status, group, target, answered, seconds))

        if target.address is None or not way.place.reaches(target, target.port):
            # Packets that a security group drops are never answered.
            await asyncio.sleep(CONNECT_TIMEOUT)
            observe(504, False)
            return page(504)
        try:
            upstream = await self._ask(request, way, at, target, (way.groups[group].protocol or "HTTP").lower())
        except TimeoutError:
            observe(504, False)
            return page(504)
        except (aiohttp.ClientError, OSError):
            observe(502, False)
            return page(502)
        observe(upstream.status, True)
        async with upstream:
            return await _stream(request, upstream, way.idle_timeout)

    async def _ask(self, request: BaseRequest, way: Way, at: At, target: Target, scheme: str) -> aiohttp.ClientResponse:
        """Send the request on and return the answer when its headers are there."""
        host, port = target.address or ("", 0)
        if request.headers.get("Expect", "").lower() == "100-continue" and request.transport:
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return await self._session.request(
            request.method,
            URL(f"{scheme}://{host}:{port}{request.raw_path}", encoded=True),
            headers=_onward(request, at),
            data=request.content if request.can_read_body else None,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT, sock_read=way.idle_timeout),
            allow_redirects=False,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            ssl=unverified() if scheme == "https" else True,
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


def page(status: int, headers: dict[str, str] | None = None) -> web.Response:
    """Return an answer of the load balancer's own."""
    phrase = PHRASES.get(status) or web.Response(status=status).reason
    return web.Response(
        status=status,
        reason=phrase,
        text=PAGE.format(status=status, phrase=phrase),
        content_type="text/html",
        headers={"Server": "awselb/2.0", **(headers or {})},
    )


def _fixed(config: dict[str, str]) -> web.Response:
    return web.Response(
        status=int(config["StatusCode"]),
        text=config.get("MessageBody") or "",
        content_type=config.get("ContentType") or "text/plain",
        headers={"Server": "awselb/2.0"},
    )


def _unauthenticated(action: dict[str, Any], at: At, seen: Seen) -> web.Response | None:
    """Return what a caller without a session gets, or nothing where the rule lets such callers through.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
    """
    oidc, cognito = action.get("AuthenticateOidcConfig"), action.get("AuthenticateCognitoConfig")
    config = oidc or cognito or {}
    wanted = config.get("OnUnauthenticatedRequest", "authenticate")
    if wanted == "allow":
        return None
    if wanted == "deny":
        return page(401)
    if oidc:
        endpoint, client = URL(oidc["AuthorizationEndpoint"]), oidc["ClientId"]
    else:
        endpoint, client = URL(f"https://{config['UserPoolDomain']}/oauth2/authorize"), config["UserPoolClientId"]
    query = {
        "client_id": client,
        "redirect_uri": f"{at.protocol.lower()}://{seen.host}/oauth2/idpresponse",
        "response_type": "code",
        "scope": config.get("Scope", "openid"),
        "state": uuid.uuid4().hex,
    }
    return page(302, headers={"Location": str(endpoint.update_query(query))})


def _seen(request: BaseRequest) -> Seen:
    path, _mark, query = request.raw_path.partition("?")
    host = URL(f"http://{request.headers.get('Host', '')}").host or ""
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
