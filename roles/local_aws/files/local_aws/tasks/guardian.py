# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process of its own that kills the tasks' processes when the server has gone, also when that was killed by SIGKILL.

The server holds the writing end of a pipe; the guardian reads from it which process groups to watch. At the pipe's end,
which the kernel brings about in every case, the guardian kills what it still watches and exits.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from typing import IO


class Guardian:
    """Watches process groups; the guarding process is started with the first one, and again should it have died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._watched: set[int] = set()
        self._lock = threading.Lock()

    def watch(self, pgid: int) -> None:
        """Have the process group killed when this process is no more."""
        with self._lock:
            self._watched.add(pgid)
            self._tell(f"watch {pgid}")

    def forget(self, pgid: int) -> None:
        """The process group has ended by itself; its number may soon be another's."""
        with self._lock:
            self._watched.discard(pgid)
            self._tell(f"forget {pgid}")

    def close(self) -> None:
        """Kill what is still watched and end the guarding process."""
        with self._lock:
            if self._process:
                self._pipe.close()
                self._process.wait()
            self._process = None
            self._watched.clear()

    @property
    def _pipe(self) -> IO[str]:
        assert self._process
        assert self._process.stdin
        return self._process.stdin

    def _tell(self, line: str) -> None:
        if self._process is None or self._process.poll() is not None:
            command = [sys.executable, "-I", __file__]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, start_new_session=True)
            line = "\n".join(f"watch {pgid}" for pgid in self._watched)
        self._pipe.write(line + "\n")
        self._pipe.flush()


def guard(lines: IO[str]) -> None:
    """Follow the lines "watch N" and "forget N" until they end, then kill what is left."""
    watched = set()
    for line in lines:
        verb, pgid = line.split()
        (watched.add if verb == "watch" else watched.discard)(int(pgid))
    for pgid in watched:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pgid, signal.SIGKILL)


GUARDIAN = Guardian()

if __name__ == "__main__":
    guard(sys.stdin)
