# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the tests call uv, which installs what they need beyond requirements-dev.txt."""

from __future__ import annotations

import sys
from pathlib import Path

#: As tools/setup.sh and roles/local_aws/files/launch.py call it: a company's proxy has a certificate that only the
#: system knows.
OPTIONS = ("--quiet", "--system-certs")


def uv(*arguments: str) -> list[str]:
    """Return the command that calls uv with a subcommand and its arguments."""
    return [str(Path(sys.executable).with_name("uv")), *OPTIONS, *arguments]


def with_packages(requirements: Path, *command: str) -> list[str]:
    """Return the command that runs another one where a requirements file is installed, beside this Python."""
    options = ("--no-project", "--python", sys.executable, "--with-requirements", str(requirements))
    return uv("run", *options, *command)
