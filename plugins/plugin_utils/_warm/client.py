# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A worker's side of the warm interpreter: find or start it, and have it run one module."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import multiprocessing
import os
import selectors
import shlex
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from .command import GUARD, Command, archive, parse, same_interpreter
from .processes import HEAD, signal_group, start_of

__all__ = ["Client", "Ended", "NotRun", "Settings", "Unavailable", "archive", "parse", "same_interpreter"]
PACKAGE = "llmops_ecs_warm"
# Leaves nothing behind in the __main__ that modules run in.
PROGRAM = """\
(lambda sys: vars(sys.modules.setdefault({package!r}, type(sys)({package!r}))).update(
    __path__=[{folder!r}]))(__import__("sys"))
__import__({module!r}, fromlist=["main"]).main({settings!r})
"""


class NotRun(Exception):
    """The warm interpreter did not run the module, and nothing else did."""


class Unavailable(NotRun):
    """There is no warm interpreter that answers."""


class Ended(Exception):
    """The warm interpreter ended while it ran the module."""


@dataclass(frozen=True)
class Settings:
    """What makes one warm interpreter differ from another."""

    interpreter: str
    shell: str
    outer_shell: str
    preload: list[str]
    services: list[str]
    idle_timeout: int
    collections: dict[str, str]


class Client:
    """Talks to the one warm interpreter of a play that has these settings; it lives in the play's private folder."""

    def __init__(self, folder: str, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        name = hashlib.sha256(json.dumps(asdict(settings)).encode()).hexdigest()[:12]
        self.path, self.log, self.lock, self.off = (
            os.path.join(folder, f"warm-{name}.{suffix}") for suffix in ("sock", "log", "lock", "off")
        )

    def start(self) -> None:
        """See that there is an interpreter, but do not wait for it."""
        if not os.path.exists(self.path):
            self.connect().close()

    def connect(self) -> socket.socket:
        """Return a connection to the interpreter, which is started if there is none."""
        if os.path.exists(self.off):
            raise NotRun("there was none before")
        connection = socket.socket(socket.AF_UNIX)
        try:
            with open(self.lock, "w", encoding="utf-8") as lock, self.address() as address:
                fcntl.flock(lock, fcntl.LOCK_EX)
                try:
                    connection.connect(address)
                except (FileNotFoundError, ConnectionRefusedError):
                    self.launch(address)
                    connection.connect(address)
        except OSError as error:
            connection.close()
            raise Unavailable(str(error)) from error
        return connection

    @contextlib.contextmanager
    def address(self) -> Iterator[str]:
        """Give the socket's address, in a form that is never too long for one."""
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield f"/proc/self/fd/{folder}/{os.path.basename(self.path)}"
        finally:
            os.close(folder)

    def launch(self, address: str) -> None:
        """Start an interpreter that answers at an address, whether or not there was another one."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address)
            os.chmod(self.path, 0o600)
            listener.listen(128)
            self.execute(listener)

    def execute(self, listener: socket.socket) -> None:
        """Run the interpreter as the shell runs one for a task."""
        settings = self.settings
        parent = multiprocessing.parent_process()
        owner = parent.pid if parent else os.getpid()
        text = json.dumps(
            asdict(settings)
            | {
                "environment": dict(os.environ),
                "listener": listener.fileno(),
                "owner": owner,
                "owner_start": start_of(owner),
                "path": self.path,
            }
        )
        program = PROGRAM.format(
            package=PACKAGE, folder=str(Path(__file__).parent), module=f"{PACKAGE}.interpreter", settings=text
        )
        with open(self.log, "a", encoding="utf-8") as log:
            process = subprocess.Popen(
                f"{shlex.quote(settings.shell)} -c {shlex.quote(shlex.quote(settings.interpreter))}",
                shell=True,
                executable=settings.outer_shell,
                cwd="/",
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(program.encode())

    def run(self, command: Command, program: bytes, folder: str) -> tuple[int, bytes, bytes]:
        """Run a module. Returns its exit code and output; raises NotRun or Ended."""
        header = {
            "assigned": command.environment,
            "environment": dict(os.environ),
            "folder": folder,
            "umask": umask(),
        }
        for last in (False, True):
            try:
                code, out, err = self.ask(json.dumps(header).encode(), program)
            except Unavailable as error:
                if last:
                    Path(self.off).touch()
                    raise Unavailable(f"{error} ({tail(self.log)})") from error
                continue
            if code < 0:
                code, said = self.signalled(command, -code)
                err += said
            return code, out, err
        raise AssertionError

    def signalled(self, command: Command, number: int) -> tuple[int, bytes]:
        """Return the exit code and the words that the shells between worker and module have for the end by a signal."""
        line = f"{command.shell} -c {shlex.quote(f'kill -{number} $$')}{GUARD if command.guarded else ''}"
        result = subprocess.run(
            f"{shlex.quote(command.shell)} -c {shlex.quote(line)}",
            shell=True,
            executable=self.settings.outer_shell,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        return result.returncode, result.stderr

    def ask(self, header: bytes, program: bytes) -> tuple[int, bytes, bytes]:
        """Send one request and read until its module has ended and closed its output."""
        with contextlib.ExitStack() as stack:
            connection = stack.enter_context(self.connect())
            outputs, inputs = zip(os.pipe(), os.pipe(), strict=True)
            readers = [stack.enter_context(open(descriptor, "rb", buffering=0)) for descriptor in outputs]
            try:
                socket.send_fds(connection, [HEAD.pack(len(header), len(program))], inputs)
                connection.sendall(header + program)
            except OSError as error:
                raise Unavailable(str(error)) from error
            finally:
                for descriptor in inputs:
                    os.close(descriptor)
            return Answer(connection, readers).read()


class Answer:
    """What comes back: the interpreter's lines, and the module's output."""

    def __init__(self, connection: socket.socket, readers: list) -> None:
        self.lines = bytearray()
        self.connection = connection
        self.readers = readers
        self.group = 0
        self.code: int | None = None

    def read(self) -> tuple[int, bytes, bytes]:
        """Read until all has come."""
        outputs: dict = {reader: [] for reader in self.readers}
        with selectors.DefaultSelector() as selector:
            for source in (self.connection, *self.readers):
                selector.register(source, selectors.EVENT_READ)
            while selector.get_map():
                for key, _events in selector.select():
                    source = key.fileobj
                    data = receive(self.connection) if source is self.connection else source.read(1 << 20)
                    if not data:
                        selector.unregister(source)
                    if source is not self.connection:
                        outputs[source].append(data)
                    elif data:
                        self.take(data)
                    else:
                        self.check_end()
        return self.code or 0, *(b"".join(outputs[reader]) for reader in self.readers)

    def take(self, data: bytes) -> None:
        """Understand the interpreter's lines."""
        self.lines += data
        while b"\n" in self.lines:
            line, _newline, self.lines = self.lines.partition(b"\n")
            verb, _space, rest = line.decode().partition(" ")
            if verb == "declined":
                raise NotRun(rest)
            if verb == "started":
                self.group = int(rest)
            elif verb == "exited":
                self.code = int(rest)

    def check_end(self) -> None:
        """The interpreter has nothing more to say: was that all?"""
        if self.code is not None:
            return
        if not self.group:
            raise Unavailable("it ended before it ran anything")
        signal_group(self.group, signal.SIGKILL)
        raise Ended


def receive(connection: socket.socket) -> bytes:
    """Read from a connection; one that was reset has ended."""
    try:
        return connection.recv(4096)
    except ConnectionResetError:
        return b""


def tail(path: str) -> str:
    """Return the last line of a file that says something."""
    try:
        lines = Path(path).read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError as error:
        return str(error)
    return ([line.strip() for line in lines if line.strip()] or ["it said nothing"])[-1]


def umask() -> int:
    """Return this process's umask."""
    with open("/proc/self/status", encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith("Umask:"):
                return int(line.split()[1], 8)
    current = os.umask(0o077)
    os.umask(current)
    return current
