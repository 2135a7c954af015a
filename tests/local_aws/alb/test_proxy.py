# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A load balancer passes requests on, checks targets, follows rules and security groups."""

from __future__ import annotations

import http.client
import json
import threading
import time

import pytest
from alb_site import PORT, eventually

from local_aws.alb import targets


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
