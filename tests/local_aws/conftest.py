# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the embedded AWS as users do, by its command line, with a port and a home of their own; end it in any case."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.config import Config

FILES = Path(__file__).parents[2] / "roles" / "local_aws" / "files"
sys.path.insert(0, str(FILES))

REGION = "eu-west-1"


def free_port():
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """An embedded AWS of the test's own."""

    def __init__(self, home, port, environment=None):
        self.home, self.port = home, port
        self.url = f"http://127.0.0.1:{port}"
        self.environment = {**os.environ, "PYTHONPATH": str(FILES), **(environment or {})}

    def run(self, verb, *options, given=None):
        """Run one verb of the command line; return the finished process."""
        where = ["--home", str(self.home), "--port", str(self.port)]
        command = [sys.executable, "-m", "local_aws", verb, *where, *options]
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


@pytest.fixture
def new_server(tmp_path_factory):
    """Return a function that makes servers, not started yet; they are ended after the test."""
    made = []

    def make(port=None, environment=None, home=None):
        made.append(Server(home or tmp_path_factory.mktemp("home"), port or free_port(), environment))
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Return a running server that the tests of this process share: each makes things of its own names."""
    shared = Server(tmp_path_factory.mktemp("home"), free_port())
    shared.start()
    yield shared
    shared.stop()


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """Return a running server in whose CloudWatch time passes only as a test advances it."""
    # Nothing but what is due on that clock has to be waited for.
    its = Server(tmp_path_factory.mktemp("home"), free_port(), {"LOCAL_AWS_DELAYS": "role=0,eni=0,drain=0"})
    its.start()
    its.http("PUT", "/_local_aws/clock", {"held": True})
    yield its
    its.stop()
