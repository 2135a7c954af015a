# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One server of a home directory and a port, as a process in the background: start it, end it, ask for it.

What it leaves in the home directory: its log, a lock that starts and stops take, and who it is (pid and start time), by
which alone it may be signalled.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

HOST = "127.0.0.1"
# Where the package lies, which need not be installed.
FILES = Path(__file__).parents[2]
PACKAGE = "local_aws"
ANSWER_TIMEOUT = 30.0
GRACE = 20.0
# The caller's AWS account, proxies and Python are none of the server's business; MOTO_ would change what moto is.
FOREIGN = re.compile(r"(?i)AWS_|BOTO|MOTO_|PYTHON|VIRTUAL_ENV|(https?|ftp|all|no)_proxy$")


class ServerError(Exception):
    """What kept the server from being started or ended, in one line a person can act on."""


class Daemon:
    """The server on a port of the loopback whose state lies in a home directory."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home.expanduser().resolve()
        self.port = port
        self.url = f"http://{HOST}:{port}"
        self.log = self.home / f"server-{port}.log"
        self._record = self.home / f"server-{port}.json"

    def start(self, images: dict[str, Any] | None, speed: float | None = None) -> dict[str, Any]:
        """Start the server unless it runs, hand it images and speed, and return what the command line prints.

        Raises ServerError when the port is another's or the server does not come up.
        """
        with self._exclusively():
            identity = self._running()
            started = identity is None
            if identity is None:
                identity = self._launch()
            try:
                changed = images is not None and self.request("PUT", "/_local_aws/images", images)["changed"]
                if speed is not None:
                    changed |= self.request("PUT", "/_local_aws/clock", {"speed": speed})["changed"]
            except ServerError:
                if started:
                    _end(identity)
                raise
        answer = {"endpoint_url": self.url, "pid": identity["pid"], "log": str(self.log)}
        return {"changed": started or changed, "started": started, **answer}

    def stop(self) -> dict[str, Any]:
        """End the server and its tasks; one that does not run is no error."""
        if not self.home.exists():
            return {"changed": False}
        with self._exclusively():
            identity = self._recorded()
            if identity and _lives(identity):
                _end(identity)
                self._record.unlink(missing_ok=True)
                return {"changed": True}
            self._record.unlink(missing_ok=True)
            return {"changed": False}

    def status(self) -> dict[str, Any]:
        """Return whether the server runs, and where."""
        identity = self._recorded()
        running = bool(identity and _lives(identity))
        pid = identity["pid"] if identity and running else None
        return {"running": running, "endpoint_url": self.url, "pid": pid, "log": str(self.log)}

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """Call one of the server's own routes. Raises ServerError if it does not answer or does not agree."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with build_opener(ProxyHandler({})).open(request, timeout=ANSWER_TIMEOUT) as answer:
                return json.load(answer)
        except HTTPError as error:
            raise ServerError(f"{method} {path}: {error.read().decode(errors='replace').strip()}") from error
        except (URLError, HTTPException, OSError, ValueError) as error:
            raise ServerError(f"{self.url} does not answer as the embedded AWS: {error}") from error

    def listen(self) -> socket.socket:
        """Take the port. Raises ServerError if it is another's."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, self.port))
        except OSError as error:
            listener.close()
            taken = error.errno == errno.EADDRINUSE
            reason = "is taken by another program" if taken else f"cannot be had ({error.strerror})"
            way_out = "choose a free one with local_aws_port (or LOCAL_AWS_PORT in the environment)"
            raise ServerError(f"port {self.port} {reason}; {way_out}") from error
        listener.listen(128)
        return listener

    def identify(self) -> dict[str, Any]:
        """Record this very process as the server and return who it is."""
        identity = {"home": str(self.home), "port": self.port, "pid": os.getpid(), "started": _started(os.getpid())}
        written = self._record.with_suffix(".new")
        written.write_text(json.dumps(identity))
        written.rename(self._record)
        return identity

    def forget(self) -> None:
        """Remove the record of this very process."""
        self._record.unlink(missing_ok=True)

    def _running(self) -> dict[str, Any] | None:
        """Return who the running server is, when it has come up; None if it does not run."""
        identity = self._recorded()
        if not identity or not _lives(identity):
            return None
        try:
            return self.request("GET", "/_local_aws/health")
        except ServerError:
            # It may be about to end, by a signal that was not ours.
            if _gone(identity, GRACE):
                return None
            raise

    def _launch(self) -> dict[str, Any]:
        """Start the server on a socket that listens already: a first request is answered as soon as it has come up."""
        environment = {name: value for name, value in os.environ.items() if not FOREIGN.match(name)}
        with self.listen() as listener, self.log.open("w") as log:
            command = [sys.executable, "-E", "-s", "-m", PACKAGE, "serve", "--home", str(self.home)]
            process = subprocess.Popen(
                [*command, "--port", str(self.port), "--listener", str(listener.fileno())],
                cwd=FILES,
                env=environment,
                pass_fds=[listener.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            return self.request("GET", "/_local_aws/health")
        except ServerError as error:
            # One that fails closes the socket first and says why then.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()
            process.wait()
            last = "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])
            raise ServerError(f"the embedded AWS did not come up; its log {self.log} ends with:\n{last}") from error

    def _recorded(self) -> dict[str, Any] | None:
        try:
            return json.loads(self._record.read_text())
        except (OSError, ValueError):
            return None

    @contextlib.contextmanager
    def _exclusively(self) -> Iterator[None]:
        """Let one start or stop of this server happen at a time."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / f"server-{self.port}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _end(identity: dict[str, Any]) -> None:
    """Have the server end its tasks and itself; kill it if it takes too long, and the guardian ends the tasks."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(identity["pid"], number)
        if _gone(identity, GRACE):
            return
    raise ServerError(f"process {identity['pid']} does not end, not even by SIGKILL")


def _gone(identity: dict[str, Any], timeout: float) -> bool:
    """Wait until the process has ended; return False if it has not in time."""
    deadline = time.monotonic() + timeout
    while _lives(identity):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _lives(identity: dict[str, Any]) -> bool:
    """Return whether the process with this pid is still the one that was recorded."""
    return _started(identity["pid"]) == identity["started"]


def _started(pid: int) -> str | None:
    """Return when a process started (boot, clock ticks since), as no later one of its pid did; None if it ended."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # A zombie has ended, though nobody may ever ask for its exit code.
    return None if state in "ZX" else f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()}/{fields[18]}"
