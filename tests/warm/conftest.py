# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ansible-playbook for real, with the connection warm and with local, and see what each leaves behind."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MARK = "WARM_TEST_RUN"


@dataclass
class World:
    """A folder, an ANSIBLE_HOME and a mark, by which everything that plays start is found."""

    folder: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ANSIBLE_", "AWS_", "LLMOPS_ECS_WARM"))
        }
        return kept | {
            "ANSIBLE_HOME": str(self.folder / "home"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
            "ANSIBLE_LIBRARY": str(HERE / "library"),
            "ANSIBLE_CONFIG": str(self.folder / "ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
            # A home that was never used gives the first module that runs a warning of its own.
            "ANSIBLE_REMOTE_TMP": str(self.folder / "remote"),
            "ANSIBLE_ASYNC_DIR": str(self.folder / "async"),
            "TMPDIR": str(self.folder / "tmp"),
            MARK: self.mark,
        }

    def command(self, playbook: Path | str, connection: str, *arguments: str, hosts: str = "one,") -> list[str]:
        """The command line that runs a playbook."""
        program = [sys.executable, "-m", "ansible", "playbook", str(playbook), "-i", hosts]
        variables = ["-e", f"ansible_connection={connection}", "-e", f"ansible_python_interpreter={sys.executable}"]
        return [*program, *variables, *arguments]

    def start(self, *arguments, environment: dict | None = None, **options) -> subprocess.Popen:
        """Start a playbook."""
        return subprocess.Popen(
            self.command(*arguments, **options),
            cwd=ROOT,
            env=self.environment | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def play(self, *arguments, **options) -> subprocess.CompletedProcess:
        """Run a playbook to its end."""
        process = self.start(*arguments, **options)
        out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def processes(self) -> dict[int, str]:
        """The processes that carry the mark: process ID and command line."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if f"{MARK}={self.mark}".encode() in (folder / "environ").read_bytes():
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found

    def sockets(self) -> list[Path]:
        """The sockets that plays have left."""
        return list((self.folder / "home").rglob("warm-*.sock"))

    def left(self, seconds: float = 5) -> tuple[dict[int, str], list[Path]]:
        """What is left of plays after some seconds, or as soon as it is nothing."""
        self.until(lambda: not self.processes() and not self.sockets(), seconds)
        return self.processes(), self.sockets()

    @staticmethod
    def until(condition, seconds: float):
        """Wait until a condition holds. Returns what it returned last."""
        deadline = time.monotonic() + seconds
        while not (result := condition()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return result


@pytest.fixture
def world(tmp_path):
    for folder in ("tmp", "remote"):
        (tmp_path / folder).mkdir()
    (tmp_path / "ansible.cfg").touch()
    made = World(tmp_path)
    yield made
    for process in made.processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, 9)
