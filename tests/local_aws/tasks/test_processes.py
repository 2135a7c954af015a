# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes: their output, their end, and what they leave behind, which is nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from servers import FILES

from local_aws.tasks import processes
from local_aws.tasks.guardian import GUARDIAN

PATH = {"PATH": os.environ["PATH"]}


@pytest.fixture(autouse=True, scope="module")
def _guardian():
    yield
    GUARDIAN.close()


@pytest.fixture
def started():
    """Return a function that starts processes; they are ended after the test."""
    running = []

    def spawn(*argv, **options):
        running.append(processes.spawn(argv, PATH, **options))
        return running[-1]

    yield spawn
    for process in running:
        process.destroy()


def ended(process):
    """Wait for a process to end; return its exit code."""
    deadline = time.monotonic() + 10
    while (code := process.poll()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return code


def is_alive(pid):
    """Return whether a process runs, zombies apart."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(pid):
    """Wait until a process is gone."""
    deadline = time.monotonic() + 10
    while is_alive(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("command", "code"),
    [("true", 0), ("exit 7", 7), ("kill -KILL $$", 137), ("kill -TERM $$", 143)],
)
def test_exit_codes_are_those_of_docker(started, command, code):
    assert ended(started("sh", "-c", command)) == code


def test_output_and_errors_come_line_by_line(started):
    lines = []
    code = "import sys; print('one'); print('two', file=sys.stderr); sys.stdout.buffer.write(b'\\xff three')"
    assert ended(started(sys.executable, "-u", "-c", code, on_line=lines.append)) == 0
    assert lines == ["one", "two", "\ufffd three"]


def test_the_environment_is_only_what_was_given(started, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    lines = []
    assert ended(started("env", on_line=lines.append)) == 0
    assert "AWS_SECRET_ACCESS_KEY" not in "".join(lines)


def test_what_a_process_leaves_in_its_group_ends_with_it(started):
    lines = []
    assert ended(started("sh", "-c", "sleep 600 & echo $!", on_line=lines.append)) == 0
    gone(int(lines[0]))


def test_terminate_reaches_the_process_and_kill_the_group(started):
    lines = []
    command = "trap 'echo term' TERM; sleep 600 & echo $!; while :; do wait; done"
    process = started("sh", "-c", command, on_line=lines.append)
    while not lines:
        time.sleep(0.01)
    process.terminate()
    while len(lines) < 2:
        time.sleep(0.01)
    assert lines[1] == "term"
    assert process.poll() is None
    process.kill()
    assert ended(process) == 137
    gone(int(lines[0]))


@pytest.mark.parametrize(
    ("argv", "options", "named"), [(["/no/such"], {}, "/no/such"), (["true"], {"cwd": "/no/dir"}, "/no/dir")]
)
def test_what_does_not_exist_is_an_error_that_names_it(started, argv, options, named):
    with pytest.raises(FileNotFoundError) as caught:
        started(*argv, **options)
    assert caught.value.filename == named


def test_memory_is_that_of_the_whole_group(started):
    hoard = "x = b'x' * (50 * 2**20); import time; print(1, flush=True); time.sleep(600)"
    lines = []
    process = started("sh", "-c", f'{sys.executable} -c "{hoard}"; true', on_line=lines.append)
    while not lines:
        time.sleep(0.01)
    assert 50 * 2**20 < processes.memory_of_groups()[process.pid] < 150 * 2**20


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_they_end_with_the_process_that_started_them(number):
    code = """
import os, queue, threading, time
from local_aws.tasks import processes
# The thread that asks may end; the processes stay.
def ask():
    command = "sleep 600 & echo $!; wait"
    process = processes.spawn(["sh", "-c", command], os.environ, on_line=tell)
    first.put(process.pid)
def tell(line):
    print(first.get(), line, flush=True)
first = queue.Queue()
thread = threading.Thread(target=ask); thread.start(); thread.join()
time.sleep(600)
"""
    environment = {**os.environ, "PYTHONPATH": str(FILES)}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment) as parent:
        pids = [int(word) for word in parent.stdout.readline().split()]
        try:
            assert len(pids) == 2
            assert all(is_alive(pid) for pid in pids)
        finally:
            parent.send_signal(number)
            parent.wait()
    for pid in pids:
        gone(pid)
