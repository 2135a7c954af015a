# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A load balancer's data plane with real sockets: callers before it, small servers behind it."""

from __future__ import annotations

import http.client
import itertools
import json
import ssl
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from moto.acm.models import acm_backends
from moto.elbv2.models import elbv2_backends

from local_aws import targets
from local_aws.addresses import ADDRESSES
from local_aws.alb import DataPlane

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
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _stream(self, pause):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number in range(3):
            piece = f"data: {number}\n\n".encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            time.sleep(pause)
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *args):
        pass


class Behind:
    """A target's server, on an address as a task has it, and the address in the VPC by which AWS knows it."""

    def __init__(self, name, number):
        self.host, self.ip = ADDRESSES.take(), f"172.31.0.{100 + number}"
        self._server = ThreadingHTTPServer((self.host, PORT), Handler)
        self._server.name, self._server.health = name, 200
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

    def __init__(self, attributes=None):
        self.account = str(next(ACCOUNTS))
        self.backend = elbv2_backends[self.account][REGION]
        self.ec2 = self.backend.ec2_backend
        self.vpc = self.ec2.get_default_vpc().id
        self.observed = []
        self.plane = DataPlane(self.observed.append)
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
        server = Behind(name, len(self.behind))
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


def eventually(condition, seconds=10):
    """Wait until the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def site():
    made = Site()
    yield made
    made.close()


@pytest.fixture
def hasty():
    """A site whose idle timeout is a second."""
    made = Site({"idle_timeout.timeout_seconds": "1"})
    yield made
    made.close()


def test_without_a_target_there_is_awss_plain_503(site):
    status, headers, body = site.ask()

    assert (status, headers["Server"], headers["Content-Type"]) == (503, "awselb/2.0", "text/html; charset=utf-8")
    assert b"<center><h1>503 Service Temporarily Unavailable</h1></center>" in body
    [outcome] = site.observed
    assert (outcome.status, outcome.target) == (503, None)


def test_a_request_reaches_the_target_as_it_was_sent(site):
    site.start("a")

    headers = {"Host": "llm.example.com", "X-Forwarded-For": "10.1.1.1", "Connection": "X-Secret", "X-Secret": "1"}
    status, _headers, body = site.ask("/a%20b?c=d%2Fe&f", "POST", headers, b"hello")

    seen = json.loads(body)
    assert status == 200
    assert (seen["path"], seen["body"], seen["Host"]) == ("/a%20b?c=d%2Fe&f", "hello", "llm.example.com")
    assert (seen["X-Forwarded-For"], seen["X-Forwarded-Port"]) == ("10.1.1.1, 127.0.0.1", str(PORT))
    assert (seen["X-Forwarded-Proto"], seen["X-Amzn-Trace-Id"][:7]) == ("http", "Root=1-")
    assert "X-Secret" not in seen
    assert (site.observed[0].status, site.observed[0].answered) == (200, True)


def test_a_body_in_chunks_arrives_whole(site):
    site.start("a")

    status, _headers, body = site.ask("/", "POST", {}, iter([b"one ", b"two"]))

    assert (status, json.loads(body)["body"]) == (200, "one two")


def test_an_answer_is_passed_on_piece_by_piece(site):
    site.start("a")
    with site.connect() as connection:
        connection.request("GET", "/stream/0.5")
        answer = connection.getresponse()
        began = time.monotonic()
        first = answer.read1()
        early = time.monotonic() - began
        rest = answer.read()

    assert (first, early < 0.3) == (b"data: 0\n\n", True)
    assert rest == b"data: 1\n\ndata: 2\n\n"
    assert time.monotonic() - began > 1


def test_healthy_targets_take_turns(site):
    a, b = site.start("a"), site.start("b")
    site.healthy(a, b)

    assert sorted(site.names(6)) == ["a", "a", "a", "b", "b", "b"]


def test_an_unhealthy_target_gets_nothing_until_it_is_healthy_again(site):
    a, b = site.start("a"), site.start("b")
    site.healthy(a, b)
    b.health(500)
    eventually(lambda: site.state(b) == ("unhealthy", "Target.ResponseCodeMismatch"))
    assert site.names(4) == ["a"] * 4
    b.health(200)
    site.healthy(b)
    assert set(site.names(4)) == {"a", "b"}


def test_it_fails_open(site):
    a = site.start("a")
    a.health(500)
    eventually(lambda: site.state(a)[0] == "unhealthy")

    assert site.names(2) == ["a", "a"]


def test_requests_in_flight_end_when_a_target_is_deregistered(site):
    a, b = site.start("a"), site.start("b")
    site.healthy(a)
    answers = []
    targets.deregister(site.targets, b.ip, PORT)
    thread = threading.Thread(target=lambda: answers.append(site.ask("/wait/1")))
    thread.start()
    eventually(lambda: not answers and targets.TARGETS.targets(site.targets)[0].in_flight == 1)
    targets.deregister(site.targets, a.ip, PORT)
    assert not targets.is_drained(site.targets, a.ip, PORT)
    assert site.ask()[0] == 503
    thread.join()

    assert (answers[0][0], answers[0][2]) == (200, b"late")
    eventually(lambda: targets.is_drained(site.targets, a.ip, PORT))


def test_a_target_that_is_gone_or_hangs_up_is_a_502(site):
    a = site.start("a")
    site.healthy(a)
    assert site.ask("/hang-up")[0] == 502
    a.close()
    assert site.ask()[0] == 502
    assert [outcome.answered for outcome in site.observed] == [False, False]
    eventually(lambda: site.state(a) == ("unhealthy", "Target.FailedHealthChecks"))
    site.behind.remove(a)


def test_an_answer_that_does_not_come_is_a_504(hasty):
    hasty.start("a")

    began = time.monotonic()
    assert hasty.ask("/wait/3")[0] == 504
    assert 0.9 < time.monotonic() - began < 2.5


def test_a_stream_that_stops_breaks_off(hasty):
    hasty.start("a")
    with hasty.connect() as connection:
        connection.request("GET", "/stream/3")
        answer = connection.getresponse()
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            answer.read()


def test_a_connection_that_nobody_uses_is_closed_after_the_idle_timeout(hasty):
    hasty.start("a")
    with hasty.connect() as connection:
        connection.request("GET", "/")
        connection.getresponse().read()
        connection.sock.settimeout(4)
        began = time.monotonic()
        assert connection.sock.recv(1) == b""
        assert 0.5 < time.monotonic() - began < 3


def test_a_caller_who_goes_ends_the_request(site):
    a = site.start("a")
    site.healthy(a)
    with site.connect() as connection:
        connection.request("GET", "/wait/5")
        eventually(lambda: targets.TARGETS.targets(site.targets)[0].in_flight == 1)
    eventually(lambda: targets.TARGETS.targets(site.targets)[0].in_flight == 0, 3)


def test_rules_come_in_the_order_of_their_priorities(site):
    def says(text):
        return {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "MessageBody": text}}

    site.rule(20, [{"Field": "path-pattern", "Values": ["/v1/*"]}], says("models"))
    site.rule(10, [{"Field": "path-pattern", "Values": ["/v1/chat*"]}], says("chat"))
    hosts = {"Field": "host-header", "HostHeaderConfig": {"Values": ["*.example.com"]}}
    site.rule(30, [hosts], says("host"))

    assert site.ask("/v1/chat/completions")[2] == b"chat"
    assert site.ask("/v1/models")[2] == b"models"
    assert site.ask("/", headers={"Host": "llm.example.com:8080"})[2] == b"host"
    assert site.ask("/")[0] == 503
    site.backend.delete_rule(next(iter(site.listener._non_default_rules)))
    assert site.ask("/v1/models")[0] == 503


def test_a_listener_may_redirect(site):
    redirect = {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}
    site.rule(1, [{"Field": "path-pattern", "Values": ["/old"]}], redirect)

    status, headers, _body = site.ask("/old?a=b", headers={"Host": "llm.example.com:8080"})

    assert (status, headers["Location"]) == (301, "https://llm.example.com:443/old?a=b")


def test_weights_share_the_requests(site):
    a = site.start("a")
    other = site.target_group("other")
    b = site.start("b", other)
    config = {"TargetGroups": [{"TargetGroupArn": site.targets, "Weight": 0}, {"TargetGroupArn": other, "Weight": 9}]}
    site.rule(1, [{"Field": "path-pattern", "Values": ["/*"]}], {"Type": "forward", "ForwardConfig": config})
    site.healthy(a)
    eventually(lambda: site.state(b, other) == ("healthy", ""))

    assert site.names(3) == ["b"] * 3


def test_callers_are_let_in_by_the_security_group_as_it_is_now(site):
    site.start("a")
    assert site.ask()[0] == 200
    site.ec2.revoke_security_group_ingress(site.group.id, "tcp", PORT, PORT, [{"CidrIp": "127.0.0.1/32"}])
    with pytest.raises(ConnectionError):
        site.ask()
    site.let_in("127.0.0.9/32")
    with pytest.raises(ConnectionError):
        site.ask()
    with site.connect(source_address=("127.0.0.9", 0)) as connection:
        connection.request("GET", "/")
        assert connection.getresponse().status == 200


def test_a_target_whose_security_group_keeps_the_load_balancer_out_times_out(site):
    subnet = next(iter(site.balancer.subnets))
    closed = site.ec2.create_security_group("tasks", "x", site.vpc)
    a = site.start("a", registered=False)
    interface = site.ec2.create_network_interface(subnet, a.ip, group_ids=[closed.id])
    targets.register(site.targets, a.ip, PORT, (a.host, PORT), site.zone)
    eventually(lambda: site.state(a) == ("unhealthy", "Target.Timeout"))
    assert interface.private_ip_address == a.ip

    site.ec2.authorize_security_group_ingress(
        closed.id, "tcp", PORT, PORT, [], source_groups=[{"GroupId": site.group.id}]
    )

    site.healthy(a)
    assert site.names(1) == ["a"]


def test_https_with_an_imported_certificate(site):
    acm = acm_backends[site.account][REGION]
    arn = acm.request_certificate("llm.example.com", "", [], [])
    bundle = acm._certificates[arn]
    bundle.status = "ISSUED"
    site.start("a")
    site.ec2.authorize_security_group_ingress(site.group.id, "tcp", 18443, 18443, [{"CidrIp": "127.0.0.1/32"}])
    site.listen([{"Type": "forward", "TargetGroupArn": site.targets}], 18443, "HTTPS", arn)

    context = ssl.create_default_context(cadata=bundle.cert.decode())
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with closing(http.client.HTTPSConnection(site.address, 18443, timeout=10, context=context)) as connection:
        connection.request("GET", "/")
        answer = connection.getresponse()
        certificate = connection.sock.getpeercert(binary_form=True)
        seen = json.loads(answer.read())

    assert seen["X-Forwarded-Proto"] == "https"
    assert ssl.DER_cert_to_PEM_cert(certificate).strip() == bundle.cert.decode().strip()


def test_what_is_deleted_listens_no_more(site):
    site.start("a")
    assert site.ask()[0] == 200
    site.backend.delete_load_balancer(site.balancer.arn)
    site.plane.follow()

    with pytest.raises(ConnectionRefusedError):
        site.ask()
    described = [eni.description for eni in site.ec2.enis.values()]
    assert described == [f"ELB app/{site.balancer.arn.split('/', 1)[1].removeprefix('app/')}"] * 2
    eventually(lambda: not site.ec2.enis)
