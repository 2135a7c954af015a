# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Ansible asks a shell to run, taken apart."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass

# ansible-core 2.19 puts it after a module's command; newer ones do not.
GUARD = " && sleep 0"
ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
PAYLOAD = re.compile(rb"^zip_data='([A-Za-z0-9+/=]+)',$", re.MULTILINE)


@dataclass(frozen=True)
class Command:
    """A shell that sets some environment variables and starts an interpreter, which reads its program from input."""

    shell: str
    environment: dict[str, str]
    interpreter: str
    guarded: bool


def parse(command: str) -> Command | None:
    """Return the parts of a command, or None unless it is exactly what writing those parts down again gives.

    So nothing that a shell would expand, and nothing that follows the interpreter, is ever taken for something simpler.
    """
    try:
        shell, flag, line = shlex.split(command)
        inner = line.removesuffix(GUARD)
        *assignments, interpreter = shlex.split(inner)
    except ValueError:
        return None
    pairs = [match.groups() for match in map(ASSIGNMENT.fullmatch, assignments) if match]
    again = " ".join([f"{name}={shlex.quote(value)}" for name, value in pairs] + [shlex.quote(interpreter)])
    if again != inner or flag != "-c" or f"{shlex.quote(shell)} -c {shlex.quote(line)}" != command:
        return None
    return Command(shell, dict(pairs), interpreter, inner != line)


def same_interpreter(one: str, other: str) -> bool:
    """Whether two paths are one interpreter with one set of packages.

    A virtual environment's interpreter is a link to another one: the folder counts as well.
    """
    return os.path.isabs(one) and all(
        os.path.realpath(part(one)) == os.path.realpath(part(other)) for part in (os.path.dirname, str)
    )


def archive(program: bytes) -> bytes | None:
    """Return the zip archive, in base64, that a Python module of Ansible carries its own code in, or None."""
    if b"_ansiballz_main(" not in program:
        return None
    found = PAYLOAD.findall(program)
    return found[0] if len(found) == 1 else None
