# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""tests/run.py with small parts: what it says at the end, and that no process of a part outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ansible_collections.llmops.ecs.tests import processes

TESTS = Path(__file__).parents[1]
RUNNER = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
import processes, run
processes.PATIENCE = 1
run.PARTS, run.LOGS, run.SECONDS = {parts!r}, Path({logs!r}), {seconds}
sys.argv[1:] = {named!r}
sys.exit(run.main())
"""
# What a part starts, and writes the process ID of: it heeds nothing but SIGKILL.
STARTED = "import pathlib, os, signal, subprocess, sys, time\n"
STUBBORN = "signal.signal(signal.SIGINT, signal.SIG_IGN); signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
WRITE = "pathlib.Path({file!r}).with_suffix('.new').write_text(str(os.getpid()))\n"
WRITE += "os.rename(pathlib.Path({file!r}).with_suffix('.new'), {file!r})\n"
SLEEP = "time.sleep(120)\n"


class Runner:
    """A run of parts that are Python programs, each of which may write the ID of a process to the file of a name."""

    def __init__(self, folder: Path):
        self.folder = folder

    def file(self, name: str) -> str:
        return str(self.folder / name)

    def sleeper(self, name: str, before: str = STUBBORN) -> str:
        """Return a program that writes its process ID and then sleeps."""
        return STARTED + before + WRITE.format(file=self.file(name)) + SLEEP

    def starts(self, name: str, options: str, program: str | None = None) -> str:
        """Return a program that starts another one with such options of Popen and goes on when that is there."""
        wait = f"while not pathlib.Path({self.file(name)!r}).exists(): time.sleep(0.01)\n"
        command = f"[sys.executable, '-c', {program or self.sleeper(name)!r}]"
        return f"{STARTED}subprocess.Popen({command}, {options})\n{wait}"

    def start(self, seconds: float = 60, named: tuple[str, ...] = (), **parts: str) -> subprocess.Popen:
        commands = {name: [["python", "-c", program]] for name, program in parts.items()}
        logs = str(self.folder / "logs")
        code = RUNNER.format(tests=str(TESTS), parts=commands, logs=logs, seconds=seconds, named=list(named))
        return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True)

    def run(self, seconds: float = 60, **parts: str) -> tuple[int, list[str]]:
        """Run the parts; return the exit code and the lines that were printed."""
        process = self.start(seconds, **parts)
        output, _errors = process.communicate(timeout=60)
        return process.returncode, output.splitlines()

    def written(self, name: str) -> int:
        """Return the process ID in a file, once it is there."""
        deadline = time.monotonic() + 30
        while not Path(self.file(name)).exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return int(Path(self.file(name)).read_text())

    def lives(self, name: str) -> bool:
        return self.written(name) in {each.number for each in processes.running()}


@pytest.fixture
def runner(tmp_path):
    made = Runner(tmp_path)
    yield made
    for path in tmp_path.glob("*.pid"):
        if made.lives(path.name):
            os.kill(made.written(path.name), signal.SIGKILL)


def test_a_part_that_fails_hides_no_other_and_the_last_lines_tell_all(runner):
    code, lines = runner.run(
        bad="print('what it said'); raise SystemExit(3)", good="print('not shown')", slow="import time; time.sleep(1.5)"
    )

    assert code == 1
    assert "what it said" in lines
    assert "not shown" not in lines
    rows = [tuple(line.split()[::3]) for line in lines[-7:-4]]
    assert rows[0] == ("slow", "passed")
    assert set(rows) == {("slow", "passed"), ("bad", "FAILED"), ("good", "passed")}
    assert lines[-4].startswith("together ")
    assert lines[-3:] == ["passed: good, slow", "failed: bad", "2 passed, 1 failed"]


def test_parts_can_be_named(runner):
    process = runner.start(named=("good",), good="", other="")
    assert process.communicate(timeout=60)[0].splitlines()[-3:] == [
        "passed: good",
        "failed: none",
        "1 passed, 0 failed",
    ]
    assert process.returncode == 0
    assert runner.start(named=("godo",), good="").wait(timeout=60) == 2


IN_THE_SESSION = ""
IN_THE_SESSION_UNMARKED = "env={}"
DETACHED = "start_new_session=True"


@pytest.mark.parametrize("options", [IN_THE_SESSION, IN_THE_SESSION_UNMARKED, DETACHED])
def test_a_part_that_leaves_a_process_has_failed_and_the_process_is_ended(runner, options):
    code, lines = runner.run(leaves=runner.starts("left.pid", options), good="")

    assert code == 1
    assert lines[-3:] == ["passed: good", "failed: leaves", "1 passed, 1 failed"]
    assert any(f"it left process {runner.written('left.pid')}: " in line for line in lines)
    assert not runner.lives("left.pid")


def test_what_a_part_started_ends_with_it_when_it_fails(runner):
    # As the tasks of the embedded AWS are: known only by the process that started them.
    task = runner.starts("task.pid", "env={}, start_new_session=True") + runner.sleeper("server.pid")
    starts = runner.starts("server.pid", DETACHED, task)
    code, _lines = runner.run(bad=f"{starts}raise SystemExit(1)")

    assert code == 1
    assert not runner.lives("server.pid")
    assert not runner.lives("task.pid")


def test_a_part_that_takes_too_long_fails_and_may_clear_up_first(runner):
    sleeper = runner.sleeper("hung.pid", before="")
    cleared = f"try:\n    exec({sleeper!r})\nfinally:\n    open({runner.file('cleared')!r}, 'w').close()"
    code, lines = runner.run(seconds=4, hung=cleared, deaf=runner.sleeper("deaf.pid"))

    assert code == 1
    assert lines[-3:] == ["passed: none", "failed: hung, deaf", "0 passed, 2 failed"]
    assert sum("it took more than 4 s" in line for line in lines) >= 2
    assert Path(runner.file("cleared")).exists()
    assert not runner.lives("hung.pid")
    assert not runner.lives("deaf.pid")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_ended_leaves_nothing_and_begins_nothing(runner, number):
    parts = {"one": runner.sleeper("one.pid"), "two": runner.starts("two.pid", DETACHED) + SLEEP}
    process = runner.start(**parts, three=runner.sleeper("three.pid"), four="")
    runner.written("one.pid")
    runner.written("two.pid")
    process.send_signal(number)
    lines = process.communicate(timeout=30)[0].splitlines()

    assert process.returncode == 1
    assert lines[-2:] == ["failed: one, two, three, four", "0 passed, 4 failed"]
    assert not runner.lives("one.pid")
    assert not runner.lives("two.pid")
    assert not Path(runner.file("three.pid")).exists()


def test_what_another_run_or_nobody_started_is_left_alone(runner):
    others = {"theirs.pid": {processes.MARK: "run/1-2/one"}, "nobodys.pid": {}}
    started = [
        subprocess.Popen([sys.executable, "-c", runner.sleeper(name)], env=environment, start_new_session=True)
        for name, environment in others.items()
    ]
    try:
        for name in others:
            runner.written(name)
        code, _lines = runner.run(one=runner.starts("left.pid", DETACHED), two="raise SystemExit(1)")
        assert code == 1
        assert [runner.lives(name) for name in ("left.pid", *others)] == [False, True, True]
    finally:
        for process in started:
            process.kill()
            process.wait()
