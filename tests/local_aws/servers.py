# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded AWS as users start and stop it, by its command line, with a port and a home of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import boto3
from botocore.config import Config

FILES = Path(__file__).parents[2] / "roles" / "local_aws" / "files"
REGION = "eu-west-1"


def free_port():
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """An embedded AWS of the test's own."""

    def __init__(self, home, port, environment=None, python=sys.executable):
        self.home, self.port, self.python = home, port, str(python)
        self.url = f"http://127.0.0.1:{port}"
        self.environment = {**os.environ, "PYTHONPATH": str(FILES), **(environment or {})}

    def run(self, verb, *options, given=None):
        """Run one verb of the command line; return the finished process."""
        where = ["--home", str(self.home), "--port", str(self.port)]
        command = [self.python, "-m", "local_aws", verb, *where, *options]
        return subprocess.run(command, capture_output=True, text=True, check=False, input=given, env=self.environment)

    def start(self, images=None):
        """Start it, with images if given; return the answer."""
        options = [] if images is None else ["--images", "-"]
        return self.answer(self.run("start", *options, given=None if images is None else json.dumps(images)))

    def stop(self):
        """End it; return the answer."""
        return self.answer(self.run("stop"))

    @staticmethod
    def answer(finished):
        """Return what a verb printed."""
        assert finished.returncode == 0, finished.stderr
        return json.loads(finished.stdout)

    def client(self, service, region=REGION):
        """Return a boto3 client of the server, which tries once."""
        keys = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "secret"}
        config = Config(retries={"total_max_attempts": 1})
        return boto3.client(service, region_name=region, endpoint_url=self.url, config=config, **keys)

    def pid(self):
        """Return the process ID of the running server, as it tells it."""
        return json.loads(self.http("GET", "/_local_aws/health"))["pid"]

    def now(self):
        """Return the time in CloudWatch, in seconds since the epoch."""
        return json.loads(self.http("GET", "/_local_aws/clock"))["now"]

    def advance(self, seconds):
        """Let time pass in CloudWatch, with all that is due in it; return the time."""
        return json.loads(self.http("POST", "/_local_aws/clock", {"seconds": seconds}))["now"]

    def http(self, method, path, body=None):
        """Send one request to the server; return its body as text. Raises HTTPError."""
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(self.url + path, data, method=method), timeout=10) as answer:
            return answer.read().decode()
