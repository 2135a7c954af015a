# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guardian: whatever ends the server, nothing that it watched lives on, and neither does the guardian."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from local_aws.server.daemon import _lives, _started

# Starts three process groups, the last of which it forgets, says who they and the guardian are, and waits to be killed.
SERVER = """
import signal, subprocess, sys
from local_aws.tasks.guardian import GUARDIAN
groups = [subprocess.Popen(["sh", "-c", "sleep 600 & wait"], start_new_session=True) for _ in range(3)]
for group in groups:
    GUARDIAN.watch(group.pid)
GUARDIAN.forget(groups[2].pid)
print(*[group.pid for group in groups], GUARDIAN._process.pid, flush=True)
for line in sys.stdin:
    if line.strip() == "close":
        GUARDIAN.close()
    else:
        late = subprocess.Popen(["sleep", "600"], start_new_session=True)
        GUARDIAN.watch(late.pid)
        print(late.pid, GUARDIAN._process.pid, flush=True)
"""


@pytest.fixture
def server():
    """Run SERVER; what it started is ended after the test in any case."""
    started = []

    def note(line):
        pids = [int(pid) for pid in line.split()]
        started.extend({"pid": pid, "started": _started(pid)} for pid in pids)
        return pids

    command = [sys.executable, "-c", SERVER]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, **pipes) as process:
        process.note = note
        yield process
        process.kill()
    for identity in started:
        if _lives(identity):
            os.killpg(identity["pid"], signal.SIGKILL)


def members(pgid):
    """Return the living processes of a group."""
    found = subprocess.run(["ps", "-e", "-o", "pid=,pgid=,stat="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in found.stdout.splitlines()]
    return [int(pid) for pid, group, state in rows if int(group) == pgid and not state.startswith("Z")]


def gone(pgid):
    """Wait up to five seconds for a group to have no members."""
    deadline = time.monotonic() + 5
    while members(pgid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not members(pgid)


def test_sigkill_of_the_server_ends_what_is_watched_and_the_guardian(server):
    first, second, forgotten, guardian = server.note(server.stdout.readline())
    assert len(members(first)) == 2
    server.kill()
    assert gone(first)
    assert gone(second)
    assert gone(guardian)
    assert len(members(forgotten)) == 2


def test_close_ends_what_is_watched_and_the_guardian(server):
    first, second, _forgotten, guardian = server.note(server.stdout.readline())
    server.stdin.write("close\n")
    server.stdin.flush()
    assert gone(first)
    assert gone(second)
    assert gone(guardian)


def test_a_guardian_that_died_is_replaced_by_one_that_knows_all(server):
    first, _second, _forgotten, guardian = server.note(server.stdout.readline())
    os.kill(guardian, signal.SIGKILL)
    assert gone(guardian)
    assert len(members(first)) == 2
    server.stdin.write("another\n")
    server.stdin.flush()
    late, new_guardian = server.note(server.stdout.readline())
    assert new_guardian != guardian
    server.kill()
    assert gone(first)
    assert gone(late)
    assert gone(new_guardian)
