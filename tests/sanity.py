# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run all of ansible-test's sanity tests on the collection as it is built."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pip
from collection import BIN, installed

# ansible-test downloads this script to install pip; the set-up has installed one already.
GET_PIP = """\
import runpy, sys
sys.path.insert(0, {folder!r})
sys.argv[1:] = ["install", *(word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel"))]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""


def stand_in_for_get_pip() -> None:
    """Put a script that installs pip by means of .venv's where ansible-test keeps the one that it downloads."""
    folder = Path.home() / ".ansible" / "test" / "pip"
    # Without what else is installed there, which would count as installed already.
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(Path(pip.__file__).parent, folder / "pip")
    source = next(
        BIN.parent.glob("lib/python*/site-packages/ansible_test/_internal/python_requirements.py")
    ).read_text()
    cache = Path.home() / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in set(re.findall(r"pip='([0-9.]+)'", source)):
        (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(GET_PIP.format(folder=str(folder)))


def main() -> int:
    stand_in_for_get_pip()
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    with installed() as folder:
        command = [str(BIN / "ansible-test"), "sanity", "--local", "--python", python, "--color", "no"]
        return subprocess.run(command, cwd=folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
