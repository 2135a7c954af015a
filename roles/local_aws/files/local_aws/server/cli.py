# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: python -m local_aws start|stop|status|serve."""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from .daemon import FOREIGN, Daemon, ServerError

# What moto reads from its environment: AWS's own policies are there to be attached, machine images are not needed, web
# pages may not call. And no file of the user's own account is read.
SETTINGS = {
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    "MOTO_DISABLE_GLOBAL_CORS": "true",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; print its answer as a line of JSON. Returns the exit code."""
    options = _parser().parse_args(arguments)
    if sys.platform != "linux":
        print("The embedded AWS needs Linux: its public addresses are loopback addresses 127.x.y.z.", file=sys.stderr)
        return 1
    daemon = Daemon(options.home, options.port)
    try:
        if options.verb == "serve":
            serve(daemon, options.listener)
        elif options.verb == "start":
            print(json.dumps(daemon.start(_images(options.images), options.speed)))
        else:
            print(json.dumps(daemon.stop() if options.verb == "stop" else daemon.status()))
    except (ServerError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def serve(daemon: Daemon, listener: int | None) -> None:
    """Be the server, on an inherited listening socket or one's own, until a signal ends it."""
    for name in filter(FOREIGN.match, list(os.environ)):
        del os.environ[name]
    os.environ |= SETTINGS
    daemon.home.mkdir(parents=True, exist_ok=True)
    with daemon.listen() if listener is None else socket.socket(fileno=listener) as sock:
        # Only now: moto reads its settings when it is imported, and the other verbs do without it.
        hooks, application = (import_module(name, __package__) for name in (".hooks", ".application"))
        identity = daemon.identify()
        try:
            hooks.install()
            application.serve(sock, identity)
        finally:
            daemon.forget()


def _images(source: str | None) -> dict[str, Any] | None:
    if source is None:
        return None
    try:
        return json.loads(sys.stdin.read() if source == "-" else Path(source).read_text())
    except (OSError, ValueError) as error:
        raise ServerError(f"--images {source}: {error}") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="local_aws", description="An AWS on this machine.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, help_text in {
        "start": "start the server in the background unless it runs, and hand it the images",
        "stop": "end the server and its tasks",
        "status": "tell whether it runs",
        "serve": "be the server, in the foreground",
    }.items():
        command = verbs.add_parser(verb, help=help_text, description=help_text)
        command.add_argument("--home", type=Path, required=True, help="where its state and log lie")
        port = os.environ.get("LOCAL_AWS_PORT", "4566")
        command.add_argument("--port", type=int, default=port, help="on 127.0.0.1 (default: LOCAL_AWS_PORT or 4566)")
        if verb == "start":
            command.add_argument("--images", help="a JSON file of image names and what they run; - is standard input")
            command.add_argument("--speed", type=float, help="CloudWatch seconds in a real one (default: as it runs)")
        if verb == "serve":
            command.add_argument("--listener", type=int, help=argparse.SUPPRESS)
    return parser
