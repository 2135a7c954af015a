# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a command in a session of its own, for a limited time, and leave none of the processes that it started.

They are known by the session, by a mark in their environment, which a process that leaves the session keeps, and by
what they started in turn. See proc(5) for what is read, and setsid(2) for sessions.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

MARK = "LLMOPS_ECS_TEST_RUN"
#: Seconds that processes get to end by themselves, and again each time that they are told to.
PATIENCE = 10


@dataclass(frozen=True)
class Process:
    """A process by its ID and the time it began (clock ticks since boot): IDs are used again, the pair is not."""

    number: int
    began: int
    parent: int = field(compare=False)
    session: int = field(compare=False)

    def carries(self, mark: str) -> bool:
        """Whether its environment has the mark, or one that continues it after a slash."""
        try:
            variables = Path(f"/proc/{self.number}/environ").read_bytes().split(b"\0")
        except OSError:
            return False
        whole = f"{MARK}={mark}".encode()
        return any(each == whole or each.startswith(whole + b"/") for each in variables)

    def __str__(self) -> str:
        try:
            command = Path(f"/proc/{self.number}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        except OSError:
            command = "gone by now"
        return f"process {self.number}: {command}"


def running() -> list[Process]:
    """Return all processes of this machine but those that have ended and only wait for their parent to see it."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, *numbers = (folder / "stat").read_text().rpartition(")")[2].split()
            if state not in "ZX":
                found.append(Process(int(folder.name), int(numbers[18]), int(numbers[0]), int(numbers[2])))
    return found


def belonging(mark: str, session: int | None = None, known: set[Process] | None = None) -> set[Process]:
    """Return the processes of a session or a mark, those known already, and all that these started."""
    there = {each.number: each for each in running()}
    known = known or set()
    found = {each for each in there.values() if each in known or each.session == session or each.carries(mark)}
    while more := {each for each in there.values() if each not in found and there.get(each.parent) in found}:
        found |= more
    return found


def end(mark: str, session: int | None = None) -> None:
    """End all processes of a session or a mark: as Ctrl-C does, then as kill does, then in any case."""
    known: set[Process] = set()
    for number in (signal.SIGINT, signal.SIGTERM):
        known = belonging(mark, session, known)
        send(number, known)
        known = await_end(mark, session, known)
        if not known:
            return
    while known := belonging(mark, session, known):
        send(signal.SIGKILL, known)
        time.sleep(0.1)


def send(number: signal.Signals, processes: set[Process]) -> None:
    for each in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each.number, number)


def await_end(mark: str, session: int | None, known: set[Process] | None = None) -> set[Process]:
    """Look until there is no process, for PATIENCE at most. Returns those that are still there."""
    deadline = time.monotonic() + PATIENCE
    while (known := belonging(mark, session, known)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return known


def run(
    command: list[str],
    environment: dict[str, str],
    folder: Path,
    out: TextIO,
    seconds: float,
    stopping: threading.Event,
) -> str:
    """Run a command whose environment has a mark until it ends, the seconds are over or the run is stopping.

    Returns why it failed, or nothing. Whichever it is, no process of it is left; a command that ends well but leaves
    one has failed.
    """
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    mark, session = environment[MARK], process.pid
    deadline = time.monotonic() + seconds
    # As long as its end is not taken note of, no other process or session can get its ID.
    look = os.WEXITED | os.WNOHANG | os.WNOWAIT
    while not (ended := os.waitid(os.P_PID, process.pid, look)):
        if stopping.is_set() or time.monotonic() > deadline:
            break
        stopping.wait(0.1)
    if not ended:
        failure = "it was ended with the run" if stopping.is_set() else f"it took more than {seconds:.0f} s"
    elif ended.si_status:
        failure = f"exit code {ended.si_status}" if ended.si_code == os.CLD_EXITED else f"signal {ended.si_status}"
    else:
        failure = "; ".join(f"it left {each}" for each in await_end(mark, session))
    end(mark, session)
    process.wait()
    return failure
