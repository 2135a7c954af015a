# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No caller notices that targets come and go; that one is killed, only until it is unhealthy."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.client import HTTPException

from alb_site import PORT, eventually

from local_aws.alb import targets
from local_aws.network.addresses import ADDRESSES

# Answers a request after a moment, as a process of its own; says when it listens.
SERVER = """
import sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(0 if self.path == "/health" else 0.05)
        self.send_response(200)
        self.end_headers()
    def log_message(self, *args):
        pass
server = ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler)
print("listens", flush=True)
server.serve_forever()
"""


class Callers:
    """Threads that ask one request after another and keep what became of each."""

    def __init__(self, site, path, number):
        self._site, self._path = site, path
        self._stopping = threading.Event()
        # When it was asked, and the status or what broke.
        self.answers = []
        self._threads = [threading.Thread(target=self._ask) for _number in range(number)]

    def _ask(self):
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                status, _headers, body = self._site.ask(self._path)
                answer = status if body or self._path == "/slow" else "empty"
            except (OSError, HTTPException) as error:
                answer = repr(error)
            self.answers.append((began, answer))

    def more(self, number):
        """Wait for so many more answers."""
        wanted = len(self.answers) + number
        eventually(lambda: len(self.answers) >= wanted, 20)

    def since(self, moment):
        return [answer for began, answer in self.answers if began >= moment]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error):
        self._stopping.set()
        for thread in self._threads:
            thread.join()


def drain(site, server):
    """Deregister a target and stop it when it is drained, as ECS does with a task."""
    targets.deregister(site.targets, server.ip, PORT)
    eventually(lambda: targets.is_drained(site.targets, server.ip, PORT))
    server.close()
    site.behind.remove(server)


def test_nothing_is_lost_while_targets_are_replaced(site):
    servers = [site.start("a"), site.start("b")]
    site.healthy(*servers)
    with Callers(site, "/wait/0.05", 4) as quick, Callers(site, "/stream/0.2", 3) as streams:
        for name in ("c", "d", "e", "f"):
            new = site.start(name)
            site.healthy(new)
            quick.more(10)
            drain(site, servers.pop(0))
            servers.append(new)
            streams.more(2)
        quick.more(10)

    assert {answer for _began, answer in quick.answers + streams.answers} == {200}
    assert len(quick.answers) > 50


@contextmanager
def process(site, number):
    """A target that is a process, registered."""
    host, ip = ADDRESSES.take(), f"172.31.1.{number}"
    its = subprocess.Popen([sys.executable, "-c", SERVER, host, str(PORT)], stdout=subprocess.PIPE, text=True)
    try:
        assert its.stdout.readline() == "listens\n"
        targets.register(site.targets, ip, PORT, (host, PORT), site.zone)
        eventually(lambda: targets.health(site.targets, ip, PORT) == ("healthy", ""))
        yield its, ip
    finally:
        its.kill()
        its.communicate()
        ADDRESSES.give_back(host)


def test_a_killed_target_costs_502s_until_it_is_unhealthy(site):
    with process(site, 1), process(site, 2) as (killed, ip), Callers(site, "/slow", 4) as callers:
        callers.more(10)
        before = time.monotonic()
        killed.kill()
        eventually(lambda: targets.health(site.targets, ip, PORT) == ("unhealthy", "Target.FailedHealthChecks"))
        after = time.monotonic()
        callers.more(20)

    assert {answer for began, answer in callers.answers if began < before - 0.1} == {200}
    assert {answer for began, answer in callers.answers if before <= began < after} == {200, 502}
    assert set(callers.since(after)) == {200}


def test_a_killed_target_costs_502s_until_it_is_deregistered(site):
    with process(site, 1), process(site, 2) as (killed, ip), Callers(site, "/slow", 4) as callers:
        callers.more(10)
        killed.kill()
        eventually(lambda: 502 in callers.since(0))
        targets.deregister(site.targets, ip, PORT)
        after = time.monotonic()
        callers.more(20)

    assert set(callers.since(0)) == {200, 502}
    assert set(callers.since(after)) == {200}
