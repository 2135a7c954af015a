# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's own routes, beside AWS's: health, images, the record of calls, the caller's address, the clock."""

from __future__ import annotations

import json
from ipaddress import ip_address
from typing import Any

from werkzeug.exceptions import BadRequest, MethodNotAllowed, NotFound
from werkzeug.wrappers import Request, Response

from ..base.clock import CLOCK
from ..evaluation.loop import EVALUATION
from ..tasks.images import IMAGES
from .requests import REQUESTS

PREFIX = "/_local_aws/"
# A CloudWatch hour a second: beyond it, no task can start within a minute.
FASTEST = 3600


class Control:
    """Answers GET health, PUT images, GET and DELETE requests, PUT checkip, GET, PUT and POST clock under /_local_aws/,
    and GET /checkip."""

    def __init__(self, identity: dict[str, Any]) -> None:
        self._identity = identity
        self._checkip: str | None = None
        self._routes = {
            "/checkip": {"GET": self._address},
            PREFIX + "health": {"GET": lambda request: _json(self._identity)},
            PREFIX + "images": {"PUT": self._replace_images},
            PREFIX + "requests": {"GET": lambda request: _json(REQUESTS.list()), "DELETE": self._forget},
            PREFIX + "checkip": {"PUT": self._pretend},
            PREFIX + "clock": {"GET": _clock, "PUT": _set, "POST": _advance},
        }

    def owns(self, path: str) -> bool:
        """Return whether the path is one of the server's own."""
        return path in self._routes or path.startswith(PREFIX)

    def answer(self, request: Request) -> Response:
        """Answer a request of an own path; raises werkzeug's HTTP exceptions."""
        methods = self._routes.get(request.path)
        if methods is None:
            raise NotFound(f"{request.path} is not one of {', '.join(self._routes)}")
        if request.method not in methods:
            raise MethodNotAllowed(list(methods))
        return methods[request.method](request)

    def _address(self, request: Request) -> Response:
        return Response(f"{self._checkip or request.remote_addr}\n", mimetype="text/plain")

    def _replace_images(self, request: Request) -> Response:
        try:
            return _json({"changed": IMAGES.replace(_body(request, dict))})
        except ValueError as error:
            raise BadRequest(str(error)) from error

    def _forget(self, request: Request) -> Response:
        REQUESTS.clear()
        return _json({})

    def _pretend(self, request: Request) -> Response:
        body = _body(request, dict, type(None))
        try:
            self._checkip = body and str(ip_address(body["address"]))
        except (KeyError, ValueError) as error:
            raise BadRequest(f'the body is {{"address": <IP address>}} or null, not {json.dumps(body)}') from error
        return _json({})


def _clock(request: Request) -> Response:
    return _json({"now": CLOCK.now(), "speed": CLOCK.speed, "held": CLOCK.held})


def _set(request: Request) -> Response:
    """Let the clock run at another speed, {"speed": 60}, or hold it from a whole minute on, {"held": true}."""
    body, before = _body(request, dict), CLOCK.speed
    if body == {"held": True}:
        CLOCK.hold()
        CLOCK.advance(-CLOCK.now() % 60)
        EVALUATION.catch_up()
        return _clock(request)
    speed = body.get("speed")
    if len(body) != 1 or not isinstance(speed, int | float) or not 0 < speed <= FASTEST:
        told = f'the body is {{"speed": <over 0, up to {FASTEST}>}} or {{"held": true}}, not {json.dumps(body)}'
        raise BadRequest(f"{told}; a clock that is held is advanced and does not run again")
    CLOCK.run(speed)
    return _json({"changed": speed != before})


def _advance(request: Request) -> Response:
    """Let CloudWatch seconds pass, and all that is due in them happen before the answer: {"seconds": 60}."""
    seconds = _body(request, dict).get("seconds")
    if not isinstance(seconds, int | float) or not 0 <= seconds <= 40 * 86400:
        raise BadRequest(f'the body is {{"seconds": <0 to {40 * 86400}>}}, not {seconds!r}')
    CLOCK.advance(seconds)
    EVALUATION.catch_up()
    return _clock(request)


def _body(request: Request, *expected: type) -> Any:
    try:
        body = json.loads(request.get_data() or b"null")
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {error}") from error
    if not isinstance(body, expected):
        raise BadRequest(f"the body is a JSON {type(body).__name__}, not a {expected[0].__name__}")
    return body


def _json(content: Any) -> Response:
    return Response(json.dumps(content) + "\n", mimetype="application/json")
