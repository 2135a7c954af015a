# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether inventories/local makes the same of AWS before and after a change: record its requests twice, compare.

    .venv/bin/python tests/bench/same_requests.py --checkout ../before --output before.json
    .venv/bin/python tests/bench/same_requests.py --output after.json
    .venv/bin/python tests/bench/same_requests.py --compare before.json after.json

A recording is a first run, one with nothing to change, one that puts in a load balancer, and destroy.yml; with --more
also check mode and a run that takes the load balancer away. Any checkout can be recorded: a proxy before its embedded
AWS listens in, and its playbooks run with this file's Python. --compare prints the writes that differ, whatever their
order, and how often each read was made if that differs; it ends with 1 if writes differ.
"""

from __future__ import annotations

import argparse
import contextlib
import getpass
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import aws_requests

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
CACHE = ROOT / ".cache"
MARK = "LLMOPS_ECS_RECORDING"
BALANCED = ["-e", "load_balancer_state=present"]
# The arguments of each phase, in their order; and whether it is recorded only with --more.
PHASES = {
    "first run": (["deploy.yml"], False),
    "no change": (["deploy.yml"], False),
    "check mode": (["deploy.yml", "--check", *BALANCED], True),
    "load balancer on": (["deploy.yml", *BALANCED], False),
    "load balancer off": (["deploy.yml"], True),
    "destroy": (["destroy.yml"], False),
}


class Proxy(ThreadingHTTPServer):
    """Hands every request on to a port of the loopback and keeps those to AWS, with what AWS called their errors."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        self.behind = port
        self.calls: list[aws_requests.Call] = []
        self.names: dict[str, str] = {}
        super().__init__(("127.0.0.1", 0), Handler)

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """Serve in a thread; the URL."""
        thread = threading.Thread(target=self.serve_forever, args=[0.05])
        thread.start()
        try:
            yield f"http://127.0.0.1:{self.server_port}"
        finally:
            self.shutdown()
            thread.join()
            self.server_close()

    def keep(self, call: aws_requests.Call, status: int, answer: bytes) -> None:
        """Note a call and what its answer says about identifiers."""
        refused = None
        if status >= 400:
            code = re.search(rb"<Code>(.*?)<|\"__type\": *\"(?:[^\"]*#)?(.*?)\"", answer)
            refused = (code[1] or code[2]).decode() if code else str(status)
        self.calls.append(call | {"refused": refused})
        if not refused:
            self.names |= aws_requests.names_in(call, answer)


class Handler(BaseHTTPRequestHandler):
    """One connection of a client to the proxy."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Proxy

    def hand_on(self) -> None:
        """Ask the embedded AWS the same and give its answer; 502 if there is none."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        behind = http.client.HTTPConnection("127.0.0.1", self.server.behind, timeout=120)
        try:
            behind.request(self.command, self.path, body, {**self.headers, "Connection": "close"})
            response = behind.getresponse()
            status, headers, answer = response.status, response.getheaders(), response.read()
        except OSError as error:
            status, headers, answer = 502, [], f"{error}\n".encode()
        finally:
            behind.close()
        if "authorization" in self.headers:
            head = {name.lower(): value for name, value in self.headers.items()}
            self.server.keep(aws_requests.read(self.command, self.path, head, body), status, answer)
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in {"connection", "content-length", "transfer-encoding"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer if self.command != "HEAD" else b"")

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = hand_on


def record(checkout: Path, more: bool) -> dict[str, Any]:
    """Return the recording of a checkout; raises SystemExit with what a play said if that failed."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = surroundings(Path(folder), checkout)
        proxy = Proxy(port)
        try:
            with proxy.running() as url:
                where = ["-i", "inventories/local", "-e", f"local_aws_port={port}", "-e", f"aws_endpoint_url={url}"]
                phases = {}
                for name, (arguments, extra) in PHASES.items():
                    if more or not extra:
                        phases[name] = phase(proxy, [*arguments, *where], checkout, environment)
                        print(f"{name:18}{phases[name]['seconds']:7.1f} s{phases[name]['calls']:5} calls", flush=True)
        finally:
            clean_up(checkout, environment, port)
    machine = socket.gethostname()
    replaced = {str(checkout): "<checkout>", folder: "<home>"}
    replaced |= {f"{getpass.getuser()}@{machine}": "<user>@<machine>", machine: "<machine>"}
    made = aws_requests.Neutral(proxy.names, replaced).phases({name: each["requests"] for name, each in phases.items()})
    return {"phases": {name: each | {"requests": made[name]} for name, each in phases.items()}}


def phase(proxy: Proxy, arguments: list[str], checkout: Path, environment: dict[str, str]) -> dict[str, Any]:
    """Run a playbook; its seconds, and the calls that came meanwhile."""
    before, began = len(proxy.calls), time.perf_counter()
    result = subprocess.run(
        [str(BIN / "ansible-playbook"), *arguments],
        cwd=checkout,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    seconds, calls = time.perf_counter() - began, proxy.calls[before:]
    if result.returncode:
        raise SystemExit(f"ansible-playbook {' '.join(arguments)} failed:\n{result.stdout}")
    return {"seconds": round(seconds, 1), "calls": len(calls), "requests": calls}


def surroundings(home: Path, checkout: Path) -> dict[str, str]:
    """Return what the plays see: a home of their own, this checkout as the collection, and a mark to find them by."""
    kept = {name: value for name, value in os.environ.items() if not re.match("AWS_|ANSIBLE_|LOCAL_AWS_|MOTO_", name)}
    collection = home / "collections" / "ansible_collections" / "llmops" / "ecs"
    collection.parent.mkdir(parents=True)
    collection.symlink_to(checkout)
    return kept | {
        "ANSIBLE_COLLECTIONS_PATH": str(home / "collections"),
        "ANSIBLE_FORCE_COLOR": "0",
        "ANSIBLE_HOME": str(home / "ansible"),
        "HOME": str(home),
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(home),
        "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR") or str(Path.home() / ".cache" / "uv"),
        # Where the virtual environments of the embedded AWS are made once.
        "XDG_CACHE_HOME": str(CACHE),
        MARK: str(home),
    }


def clean_up(checkout: Path, environment: dict[str, str], port: int) -> None:
    """Stop the embedded AWS, end what else a play that failed has left, and remove the server's files."""
    directory = CACHE / "llmops.ecs"
    command = [sys.executable, str(checkout / "roles" / "local_aws" / "files" / "launch.py"), "stop"]
    request = json.dumps({"directory": str(directory), "port": port})
    subprocess.run(command, input=request, text=True, env=environment, stdout=subprocess.DEVNULL, check=False)
    deadline = time.monotonic() + 10
    while (left := marked(environment[MARK])) and time.monotonic() < deadline:
        time.sleep(0.2)
    for process in left:
        print(f"process {process} was left running and is killed", file=sys.stderr)
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    for file in directory.glob(f"server-{port}.*"):
        file.unlink()


def marked(mark: str) -> list[int]:
    """Return the IDs of the processes that a recording has started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"{MARK}={mark}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def compare(files: list[str]) -> bool:
    """Print what two recordings do not have in common; whether their writes are the same."""
    before, after = (
        {name: phase["requests"] for name, phase in json.loads(Path(file).read_text())["phases"].items()}
        for file in files
    )
    changes = aws_requests.differences(before, after)
    for name, lines in changes.items():
        print(f"{name}: {f'{len(lines)} writes differ' if lines else 'the same writes'}")
        print("".join(f"  {line}\n" for line in lines), end="")
        for action, old, new in aws_requests.other_calls(before.get(name, []), after.get(name, [])):
            if old != new or action == "all":
                print(f"  {action:60}{old:5} ->{new:5}")
    return not any(changes.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkout", type=Path, default=ROOT, help="whose playbooks run; by default this one's")
    parser.add_argument("--output", type=Path, help="the file to write the recording to")
    parser.add_argument("--more", action="store_true", help="also check mode and the load balancer off again")
    parser.add_argument("--compare", nargs=2, metavar=("BEFORE", "AFTER"), help="compare two recordings")
    options = parser.parse_args()
    if options.compare:
        return 0 if compare(options.compare) else 1
    # So that what runs is ended, too, when this is told to end.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    recording = record(options.checkout.resolve(), options.more)
    if options.output:
        options.output.write_text(json.dumps(recording, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
