# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server: moto's services behind one port of the loopback, with our own routes, tasks and addresses beside them."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.exceptions import Forbidden, HTTPException
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from ..alb.api import PLANE
from ..ecs import loop
from ..evaluation.loop import EVALUATION
from ..moto_fixes import registry
from ..tasks.guardian import GUARDIAN
from .control import Control

LOG = logging.getLogger(__name__)


class Application:
    """One WSGI application for AWS, the registry and the control routes."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._aws = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        try:
            _refuse_web_pages(environ)
            if self._control.owns(path):
                return self._control.answer(Request(environ))(environ, start_response)
            if path == "/v2" or path.startswith("/v2/"):
                return registry.answer(Request(environ))(environ, start_response)
        except HTTPException as error:
            return Response(f"{error.description}\n", error.code, mimetype="text/plain")(environ, start_response)
        return self._aws(environ, start_response)


def _refuse_web_pages(environ: dict[str, Any]) -> None:
    """Raise Forbidden for what a web page sends, even one whose name resolves to this machine: tasks are commands."""
    host = environ.get("HTTP_HOST", "").rpartition(":")[0] or environ.get("HTTP_HOST", "")
    if "HTTP_ORIGIN" in environ or host not in ("127.0.0.1", "localhost"):
        raise Forbidden(
            "The embedded AWS answers programs on this machine, by 127.0.0.1 or localhost, and no web pages."
        )


class Quiet(MotoRequestHandler):
    """No line per request in the log: the record of requests is there to be asked."""

    def log_request(self, *args: Any) -> None:
        """Say nothing."""


def serve(listener: socket.socket, identity: dict[str, Any]) -> None:
    """Answer on the listening socket until SIGTERM or SIGINT, then end the tasks and return."""
    application = Application(Control(identity))
    host, port = listener.getsockname()
    server = make_server(host, port, application, threaded=True, request_handler=Quiet, fd=listener.fileno())
    for number in (signal.SIGTERM, signal.SIGINT):
        # shutdown() waits for serve_forever() to return, which runs in this very thread.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    # AWS's thousand managed policies take long to load: not during a play's first call.
    threading.Thread(target=lambda: iam_backends[DEFAULT_ACCOUNT_ID]["aws"], name="policies", daemon=True).start()
    stop_scheduler, stop_evaluation = loop.start(), EVALUATION.start()
    try:
        server.serve_forever(poll_interval=0.05)
    finally:
        LOG.info("ending the tasks")
        PLANE.close()
        stop_evaluation()
        stop_scheduler()
        GUARDIAN.close()
