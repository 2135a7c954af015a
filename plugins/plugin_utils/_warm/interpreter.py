# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The warm interpreter: it imports, then runs each task in a fork of itself, until its play ends.

It is a program of its own, that llmops.ecs.warm's workers start and talk to. A worker connects to its socket and sends
a request; lines come back::

    declined REASON     nothing was run, the worker runs it itself
    started GROUP       the module runs, in this process group
    exited CODE         it ended, with a negative number by that signal
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterator
from typing import NoReturn

from .command import archive
from .models import models
from .payload import Known, Source, compiled, sources, usable
from .preload import Preloader, at_start
from .processes import Task, owner_descriptor, signal_group, stamp, start_of
from .task import become, environment, run

# Seconds in which a task whose worker went away may tidy up before it is killed.
GRACE = 2
# Seconds between two looks at whether the play still runs, where the kernel cannot tell.
LOOK = 1
GONE = select.POLLRDHUP | select.POLLHUP | select.POLLERR


class Server:
    """Answers workers until the play has ended, nothing came for a while, or what was imported has changed on disk."""

    def __init__(self, settings: dict, listener: socket.socket) -> None:
        self.settings = settings
        self.listener = listener
        self.preloader = Preloader(settings["preload"], settings["collections"])
        self.known = Known(self.preloader.utils)
        self.archives: dict[bytes, dict[str, Source]] = {}
        # By an archive's sources: how many utils were known, and the names of those that may stand in.
        self.usable: dict[int, tuple[int, set[str]]] = {}
        self.tasks: dict[int, Task] = {}
        self.own = dict(os.environ)
        self.files: dict[str, tuple] = {}
        self.chores = [self.imports(), models(settings["services"])]
        self.last = time.monotonic()

    def take(self, names: list[str]) -> None:
        """Import modules beforehand."""
        failed = set(self.preloader.failed)
        self.preloader.take(names)
        for name, reason in self.preloader.failed.items():
            if name not in failed:
                print(f"not preloaded: {name}: {reason}", file=sys.stderr)
        for path in self.watched():
            self.files.setdefault(path, stamp(path))
        sys.stdout.flush()

    def watched(self) -> list[str]:
        """The files and folders that imports come from."""
        files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
        return [path for path in {*files, *sys.path} if path]

    def serve(self) -> None:
        """Work until there is a reason to end."""
        poll = select.poll()
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        owner = owner_descriptor(self.settings["owner"])
        for descriptor in (self.listener.fileno(), reader, *([] if owner is None else [owner])):
            poll.register(descriptor, select.POLLIN)
        self.descriptors = [reader, writer, *([] if owner is None else [owner])]
        self.poll = poll
        while self.wanted():
            events = poll.poll(0 if self.chores else LOOK * 1000)
            for descriptor, event in events:
                if descriptor == self.listener.fileno():
                    self.accept()
                elif descriptor == reader:
                    os.read(reader, 4096)
                elif descriptor in self.tasks:
                    self.attend(self.tasks[descriptor], event)
            self.reap()
            if not events:
                self.do_chore()

    def wanted(self) -> bool:
        """Whether the play runs and has asked for something not too long ago."""
        if not self.owned():
            return False
        idle = time.monotonic() - self.last > self.settings["idle_timeout"]
        return bool(self.tasks) or (os.path.exists(self.settings["path"]) and not idle)

    def owned(self) -> bool:
        """Whether the process that runs the play is there."""
        return start_of(self.settings["owner"]) == self.settings["owner_start"]

    def do_chore(self) -> None:
        """Do a little of what makes later tasks faster."""
        if self.chores and next(self.chores[0], self) is self:
            self.chores.pop(0)

    def accept(self) -> None:
        """Take a worker of the same user."""
        connection, _address = self.listener.accept()
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        if struct.unpack("3i", credentials)[1] != os.getuid():
            connection.close()
            return
        self.tasks[connection.fileno()] = Task(connection)
        self.poll.register(connection, select.POLLIN | GONE)

    def attend(self, task: Task, event: int) -> None:
        """Read on, or end a module whose worker went away."""
        if task.process:
            if not task.killed_at:
                self.end(task, signal.SIGINT)
            return
        try:
            data, fds, _flags, _address = socket.recv_fds(task.connection, 1 << 20, 2)
        except OSError:
            data, fds = b"", []
        task.data += data
        task.fds += fds
        if not data:
            self.forget(task)
        elif parts := task.parts:
            self.last = time.monotonic()
            self.start(task, *parts)

    def forget(self, task: Task) -> None:
        """Be done with a worker."""
        self.poll.unregister(task.connection)
        del self.tasks[task.connection.fileno()]
        task.close()

    def start(self, task: Task, header: dict, program: bytes) -> None:
        """Run a module in a fork, or decline."""
        variables = environment(
            self.own, self.settings["environment"], header["environment"], header["folder"], header["assigned"]
        )
        if reason := self.objection(task, header, variables):
            task.say(f"declined {reason}")
            self.forget(task)
            return
        wanted = self.look_into(archive(program))
        if self.preloader.pending and (due := self.preloader.due(wanted)):
            self.take(due)
        names = self.names_of(wanted)
        # A leader that has ended already: the module can be signalled with all of its children, and is no leader, as it
        # would be none behind a shell.
        task.group = os.posix_spawn("/bin/sh", ["sh", "-c", ":"], {}, setpgroup=0)
        # Before there is a process: whoever reads it must take the module for one that may have run.
        task.say(f"started {task.group}")
        gc.freeze()
        parent = os.getpid()
        try:
            task.process = os.fork()
        except OSError as error:
            task.say(f"declined {error}")
            os.waitpid(task.group, 0)
            self.forget(task)
            return
        if not task.process:
            try:
                os.setpgid(0, task.group)
                fds, task.fds = task.fds, []
                self.let_go()
                become(fds, header["folder"], header["umask"], variables, parent)
                run(program, self.known, wanted, names)
            finally:
                os._exit(1)
        for descriptor in task.fds:
            os.close(descriptor)
        task.fds, task.data = [], bytearray()
        self.poll.modify(task.connection, GONE)

    def let_go(self) -> None:
        """Close what only the interpreter itself needs."""
        for descriptor in (self.listener.detach(), *self.descriptors):
            os.close(descriptor)
        for task in self.tasks.values():
            for descriptor in (task.connection.detach(), *task.fds):
                os.close(descriptor)

    def objection(self, task: Task, header: dict, variables: dict[str, str]) -> str:
        """Return why a task cannot be run here with the same result as in a new interpreter."""
        names = {name for name in {*variables, *self.own} if at_start(name) or name in self.preloader.read}
        for name in sorted(names):
            if variables.get(name) != self.own.get(name):
                return f"{name} has another value than when the interpreter started"
        if len(task.fds) != 2:
            return "no descriptors came with it"
        if not os.path.isdir(header["folder"]):
            return f"{header['folder']} is no folder"
        if any(stamp(path) != known for path, known in self.files.items()):
            os.unlink(self.settings["path"])
            return "what the interpreter imported has changed on disk"
        return ""

    def look_into(self, content: bytes) -> dict[str, Source]:
        """Return an archive's sources."""
        key = hashlib.sha256(content).digest()
        if key not in self.archives:
            self.archives[key] = sources(content)
            self.chores.append(self.learn(self.archives[key]))
        return self.archives[key]

    def names_of(self, wanted: dict[str, Source]) -> set[str]:
        """Return the names of the utils that may stand in for some of an archive's sources."""
        state = len(self.known.utils)
        if self.usable.get(id(wanted), (None, None))[0] != state:
            self.usable[id(wanted)] = state, usable(self.known.utils, wanted)
        return self.usable[id(wanted)][1]

    def imports(self) -> Iterator[None]:
        """Import what no task has had imported yet."""
        while self.preloader.pending:
            self.take(self.preloader.pending[:1])
            yield

    def learn(self, wanted: dict[str, Source]) -> Iterator[None]:
        """Compile what an archive has beside what is known."""
        names = usable(self.known.utils, wanted)
        for name, source in wanted.items():
            if name not in names and source.text not in self.known.codes:
                self.known.codes[source.text] = compiled(source.text, name)
                yield

    def end(self, task: Task, number: int) -> None:
        """Signal a module and its children."""
        task.killed_at = task.killed_at or time.monotonic()
        self.poll.unregister(task.connection)
        signal_group(task.group, number)

    def reap(self) -> None:
        """Report the modules that ended, and kill those that do not."""
        for task in [task for task in self.tasks.values() if task.process]:
            process, status = os.waitpid(task.process, os.WNOHANG)
            if process:
                task.say(f"exited {os.waitstatus_to_exitcode(status)}")
                if task.killed_at:
                    signal_group(task.group, signal.SIGKILL)
                else:
                    self.poll.unregister(task.connection)
                os.waitpid(task.group, 0)
                del self.tasks[task.connection.fileno()]
                task.close()
                self.last = time.monotonic()
            elif task.killed_at and time.monotonic() - task.killed_at > GRACE:
                signal_group(task.group, signal.SIGKILL)

    def close(self) -> None:
        """End what runs, and leave nothing."""
        self.listener.close()
        if os.path.exists(self.settings["path"]):
            os.unlink(self.settings["path"])
        for task in list(self.tasks.values()):
            if not task.process:
                self.forget(task)
            elif not task.killed_at:
                self.end(task, signal.SIGINT)
        while self.tasks:
            self.reap()
            self.poll.poll(100)


def main(text: str) -> NoReturn:
    """Serve with these settings (JSON)."""
    settings = json.loads(text)
    listener = socket.socket(fileno=settings["listener"])
    listener.set_inheritable(False)
    gc.disable()
    server = Server(settings, listener)
    try:
        server.serve()
    finally:
        server.close()
    os._exit(0)
