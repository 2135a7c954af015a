# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A worker's request, and what the warm interpreter asks the kernel."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
from dataclasses import dataclass, field

# What a request begins with: the lengths of its header and of the module's program.
HEAD = struct.Struct("!II")


@dataclass
class Task:
    """A worker's connection: first its request is read, then its module runs."""

    connection: socket.socket
    data: bytearray = field(default_factory=bytearray)
    fds: list[int] = field(default_factory=list)
    process: int = 0
    group: int = 0
    killed_at: float = 0

    @property
    def parts(self) -> tuple[dict, bytes] | None:
        """The request's header and the module's program, once all of it is here."""
        if len(self.data) < HEAD.size:
            return None
        header, program = HEAD.unpack_from(self.data)
        if len(self.data) < HEAD.size + header + program:
            return None
        start = HEAD.size + header
        return json.loads(self.data[HEAD.size : start]), bytes(self.data[start:])

    def say(self, line: str) -> None:
        """Tell the worker, if it is still there."""
        with contextlib.suppress(OSError):
            self.connection.sendall(f"{line}\n".encode(errors="replace"))

    def close(self) -> None:
        self.connection.close()
        for descriptor in self.fds:
            os.close(descriptor)
        self.fds = []


def signal_group(group: int, number: int) -> None:
    """Signal a process group, if there is one."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def stamp(path: str) -> tuple:
    """Return what tells one state of a file or folder from another."""
    try:
        status = os.stat(path)
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino


def start_of(process: int) -> str:
    """Return when a process started, in a form that only compares; empty if there is none."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def owner_descriptor(process: int) -> int | None:
    """Return a descriptor that becomes readable when a process ends, where the kernel has such."""
    try:
        return os.pidfd_open(process)
    except (AttributeError, OSError):
        return None
