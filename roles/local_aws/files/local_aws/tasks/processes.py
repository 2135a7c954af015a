# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes that containers are: started, watched, ended, and never left behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from .guardian import GUARDIAN

PR_SET_PDEATHSIG = 1
PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")

_libc = ctypes.CDLL(None, use_errno=True)
# The kernel sends the parent-death signal when the *thread* that forked ends: all are forked by one that never does.
_forker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="forker")


class Process:
    """A process with a session and process group of its own. Not thread-safe but for its reading of the output."""

    def __init__(self, popen: subprocess.Popen[bytes], on_line: Callable[[str], None] | None) -> None:
        self.pid = popen.pid
        self._popen = popen
        self._exit_code: int | None = None
        self._reader = threading.Thread(target=self._read, args=(on_line,), name=f"output-{self.pid}", daemon=True)
        if on_line:
            self._reader.start()

    def poll(self) -> int | None:
        """Return the exit code, 128 + n after signal n as in Docker, or None while the process runs."""
        if self._exit_code is None and os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            # What it left behind in its group ends with it, as in a container. Not reaped yet, its number is its own.
            self._signal_group(signal.SIGKILL)
            code = self._popen.wait()
            GUARDIAN.forget(self.pid)
            if self._reader.ident:
                self._reader.join(timeout=0.2)
            self._exit_code = code if code >= 0 else 128 - code
        return self._exit_code

    def terminate(self) -> None:
        """Send SIGTERM to the process itself, as `docker stop` does."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL to the whole group."""
        if self.poll() is None:
            self._signal_group(signal.SIGKILL)

    def destroy(self) -> None:
        """Send SIGKILL to the whole group and return when the process has ended, a matter of milliseconds."""
        self.kill()
        while self.poll() is None:
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)

    def _signal_group(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def _read(self, on_line: Callable[[str], None]) -> None:
        assert self._popen.stdout
        with self._popen.stdout as output:
            for line in output:
                on_line(line.decode(errors="replace").rstrip("\r\n"))


def spawn(
    argv: Sequence[str], env: Mapping[str, str], cwd: str | None = None, on_line: Callable[[str], None] | None = None
) -> Process:
    """Start a process; on_line gets each line of its output and errors, from a thread of its own.

    Without on_line they are dropped. The process dies with this one, also with its SIGKILL. Raises OSError when the
    program or the directory does not exist.
    """
    output = subprocess.PIPE if on_line else subprocess.DEVNULL
    popen = _forker.submit(
        subprocess.Popen,
        argv,
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if on_line else output,
        start_new_session=True,
        preexec_fn=_die_with_parent,
    ).result()
    GUARDIAN.watch(popen.pid)
    return Process(popen, on_line)


def _die_with_parent() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Usage(NamedTuple):
    """What a process group uses: processor time so far, and memory now in bytes."""

    cpu_seconds: float
    resident: int


def usage_of_groups() -> dict[int, Usage]:
    """Return what every process group on this machine uses, from one walk through /proc.

    Of processes that ended the time counts once their parent has waited for them.
    https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    """
    groups: dict[int, Usage] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            group = int(fields[2])
            before = groups.get(group, Usage(0.0, 0))
            ticks = sum(int(field) for field in fields[11:15])
            resident = before.resident + int(fields[21]) * PAGE_SIZE
            groups[group] = Usage(before.cpu_seconds + ticks / TICKS_PER_SECOND, resident)
    return groups


def memory_of_groups() -> dict[int, int]:
    """Return the resident bytes of every process group on this machine."""
    return {group: usage.resident for group, usage in usage_of_groups().items()}
