# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a load balancer does with bodies and connections that are slow, broken, odd or long."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from contextlib import closing

import pytest
from alb_site import PORT, eventually

from local_aws.alb import targets
from local_aws.alb.place import Place


def said(site, request):
    """Send these bytes; return the answer's until the load balancer ends the connection."""
    with closing(socket.create_connection((site.address, PORT), timeout=15)) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def in_flight(site):
    return sum(target.in_flight for target in targets.TARGETS.targets(site.targets))


def test_a_body_arrives_piece_by_piece(site):
    a = site.start("a")

    def pieces():
        yield b"one"
        # The next piece is sent only when the first one has arrived.
        eventually(lambda: a.arrived == [3])
        yield b"three"

    assert site.ask("/", "POST", {}, pieces())[0] == 200
    assert a.arrived == [3, 5]


def test_a_body_may_take_longer_than_the_idle_timeout_if_it_goes_on(hasty):
    hasty.start("a")

    def pieces():
        for _number in range(4):
            time.sleep(0.4)
            yield b"x"

    assert hasty.ask("/", "POST", {}, pieces())[0] == 200


def test_a_body_that_stops_coming_is_a_408(hasty):
    hasty.start("a")

    with closing(socket.create_connection((hasty.address, PORT), timeout=5)) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: llm\r\nContent-Length: 9\r\n\r\nhalf")
        answer = connection.recv(65536)

    assert answer.startswith(b"HTTP/1.1 408 Request Time-out\r\n")
    [outcome] = hasty.observed
    assert (outcome.status, outcome.answered, outcome.connected) == (408, False, True)
    assert in_flight(hasty) == 0


def test_a_caller_who_waits_for_100_continue_is_told(site):
    site.start("a")
    with closing(socket.create_connection((site.address, PORT), timeout=10)) as connection:
        head = b"POST / HTTP/1.1\r\nHost: llm\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
        connection.sendall(head)
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"abc")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("begun", [b"", b"GET / HT"], ids=["silent", "half a request"])
def test_a_caller_who_does_not_ask_is_left_after_the_idle_timeout(hasty, begun):
    began = time.monotonic()

    assert said(hasty, begun) == b""
    assert 0.5 < time.monotonic() - began < 3


def test_head_has_the_length_and_no_body(site):
    site.start("a")

    status, headers, body = site.ask("/", "HEAD")

    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 100


def test_headers_that_come_twice_stay_two(site):
    site.start("a")

    assert site.ask("/cookies")[1].get_all("Set-Cookie") == ["a=1", "b=2"]


def test_an_answer_that_the_target_breaks_off_is_no_whole_one(site):
    site.start("a")
    with site.connect() as connection:
        connection.request("GET", "/break")
        answer = connection.getresponse()
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            answer.read()


def test_a_request_as_for_a_proxy(site):
    site.start("a")

    answer = said(site, b"GET http://llm/a?b HTTP/1.1\r\nHost: llm\r\nConnection: close\r\n\r\n")

    assert b'"path": "/a?b"' in answer


def test_a_redirect_leaves_an_international_host_encoded(site):
    redirect = {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}
    site.rule(1, [{"Field": "path-pattern", "Values": ["/old"]}], redirect)

    headers = site.ask("/old", headers={"Host": "xn--bcher-kva.example"})[1]

    assert headers["Location"] == "https://xn--bcher-kva.example:443/old"


@pytest.mark.parametrize(
    "request_line",
    [b"GET / HTTP/1.1\r\nHost: a:b:c", b"GET / HTTP/1.1\r\nHost: [::", b"OPTIONS * HTTP/1.1\r\nHost: llm", b"nonsense"],
)
def test_what_is_malformed_is_awss_plain_400(site, request_line):
    site.start("a")

    answer = said(site, request_line + b"\r\nConnection: close\r\n\r\n")

    assert answer.split(b" ", 1)[1].startswith(b"400 Bad Request\r\n")
    assert b"Server: awselb/2.0" in answer
    assert b"<center><h1>400 Bad Request</h1></center>" in answer


def test_a_caller_who_cannot_be_judged_is_refused_and_the_next_one_is_not(site, monkeypatch):
    site.start("a")

    def fail(*_args):
        raise RuntimeError("dictionary changed size during iteration")

    with monkeypatch.context() as patch:
        patch.setattr(Place, "admits", fail)
        with pytest.raises(ConnectionError):
            site.ask()
    assert site.ask()[0] == 200


def test_a_listener_ends_without_waiting_for_answers(site):
    site.healthy(site.start("a"))
    broken = []

    def ask():
        try:
            site.ask("/wait/8")
        except (ConnectionError, http.client.HTTPException) as error:
            broken.append(error)

    caller = threading.Thread(target=ask)
    caller.start()
    eventually(lambda: in_flight(site) == 1)
    began = time.monotonic()
    site.backend.delete_listener(site.listener.arn)
    site.plane.follow()
    assert time.monotonic() - began < 2
    caller.join(5)

    assert len(broken) == 1
    assert in_flight(site) == 0
