# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A load balancer's data plane with real sockets: callers before it, small servers behind it."""

from __future__ import annotations

import http.client
import itertools
import json
import sys
import threading
import time
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from moto.elbv2.models import elbv2_backends

from local_aws.alb import targets
from local_aws.alb.plane import DataPlane
from local_aws.network.addresses import ADDRESSES

REGION = "eu-west-1"
# A new account for each site.
ACCOUNTS = itertools.count(210987654322)
PORT = 18080


class Handler(BaseHTTPRequestHandler):
    """A target: tells its name and what it was sent, streams, blocks, or closes without a word."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self._chunks() if self.headers.get("Transfer-Encoding") == "chunked" else self.rfile.read(length)
        what, _slash, argument = self.path.strip("/").partition("/")
        if what == "health":
            self._answer(self.server.health, b"")
        elif what == "stream":
            self._stream(float(argument))
        elif what == "wait":
            time.sleep(float(argument))
            self._answer(200, b"late")
        elif what == "cookies":
            self.send_response(200)
            for cookie in ("a=1", "b=2"):
                self.send_header("Set-Cookie", cookie)
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif what == "break":
            self._begin_stream()
            self.wfile.write(b"4\r\nhalf\r\n")
            self.close_connection = True
        elif what == "hang-up":
            self.close_connection = True
        elif what == "status":
            self._answer(int(argument), b"")
        else:
            seen = {"name": self.server.name, "path": self.path, "body": body.decode(), **dict(self.headers.items())}
            self._answer(200, json.dumps(seen).encode())

    do_POST = do_HEAD = do_GET

    def _chunks(self):
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.server.arrived.append(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _begin_stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _stream(self, pause):
        self._begin_stream()
        for number in range(3):
            piece = f"data: {number}\n\n".encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            time.sleep(pause)
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    """One that is silent about callers who do not wait."""

    def handle_error(self, request, client_address):
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Behind:
    """A target's server, on an address as a task has it, and the address in the VPC by which AWS knows it."""

    def __init__(self, name, number):
        self.host, self.ip = ADDRESSES.take(), f"172.31.0.{number}"
        self._server = Server((self.host, PORT), Handler)
        self._server.name, self._server.health = name, 200
        # The sizes of the chunks of bodies that have come so far.
        self._server.arrived = self.arrived = []
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def health(self, status):
        self._server.health = status

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        ADDRESSES.give_back(self.host)


class Site:
    """A load balancer in two zones with one listener, a target group, and what was observed."""

    def __init__(self, attributes=None, observe=None):
        self.account = str(next(ACCOUNTS))
        self.backend = elbv2_backends[self.account][REGION]
        self.ec2 = self.backend.ec2_backend
        self.vpc = self.ec2.get_default_vpc().id
        self.observed = []
        self.plane = DataPlane(observe or self.observed.append)
        self.group = self.ec2.create_security_group("door", "x", self.vpc)
        self.let_in("127.0.0.1/32")
        subnets = self.ec2.describe_subnets(filters={"vpc-id": self.vpc})[:2]
        self.zone = subnets[0].availability_zone
        self.balancer = self.backend.create_load_balancer("llm", [self.group.id], [subnet.id for subnet in subnets])
        self.balancer.attrs.update(attributes or {})
        self.address = self.plane.place(self.balancer, self.backend).address
        self.targets = self.target_group("llm")
        self.listener = self.listen([{"Type": "forward", "TargetGroupArn": self.targets}])
        self.behind = []
        # An address in the VPC of its own for each target, also for one that comes after another has gone.
        self.numbers = itertools.count(100)

    def target_group(self, name):
        settings = {"protocol": "HTTP", "port": PORT, "vpc_id": self.vpc, "target_type": "ip"}
        group = self.backend.create_target_group(
            name, **settings, healthcheck_path="/health", healthy_threshold_count="2"
        )
        # Below AWS's least values, for the tests not to wait.
        group.health_check_interval_seconds = group.health_check_timeout_seconds = "0.5"
        group.attributes["deregistration_delay.timeout_seconds"] = "5"
        return group.arn

    def listen(self, actions, port=PORT, protocol="HTTP", certificate=None):
        listener = self.backend.create_listener(self.balancer.arn, protocol, port, "", certificate, actions)
        self.plane.follow()
        return listener

    def rule(self, priority, conditions, *actions):
        return self.backend.create_rule(self.listener.arn, conditions, priority, list(actions))

    def let_in(self, block):
        self.ec2.authorize_security_group_ingress(self.group.id, "tcp", PORT, PORT, [{"CidrIp": block}])

    def start(self, name, group=None, registered=True):
        server = Behind(name, next(self.numbers))
        self.behind.append(server)
        if registered:
            targets.register(group or self.targets, server.ip, PORT, (server.host, PORT), self.zone)
        return server

    def state(self, server, group=None):
        return targets.health(group or self.targets, server.ip, PORT)

    def healthy(self, *servers):
        for server in servers:
            eventually(lambda server=server: self.state(server) == ("healthy", ""))

    def connect(self, **options):
        return closing(http.client.HTTPConnection(self.address, PORT, timeout=10, **options))

    def ask(self, path="/", method="GET", headers=None, body=None):
        """Send one request on a connection of its own; return status, headers and body."""
        with self.connect() as connection:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def names(self, number, path="/"):
        """Return which target answered each of so many requests."""
        return [json.loads(self.ask(path)[2])["name"] for _number in range(number)]

    def close(self):
        self.plane.close()
        for server in self.behind:
            server.close()
        del elbv2_backends[self.account][REGION]
        targets.TARGETS.keep(set())


@contextmanager
def opened(attributes=None, observe=None):
    """A site, which is closed in any case."""
    made = Site(attributes, observe)
    try:
        yield made
    finally:
        made.close()


def eventually(condition, seconds=10):
    """Wait until the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
