# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection as users get it: built, and unpacked where Ansible wants a collection to lie."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


def build(folder: Path) -> Path:
    """Build the collection's tarball into a folder and return its path."""
    command = ["ansible-galaxy", "collection", "build", "--force", "--output-path", str(folder)]
    subprocess.run([str(BIN / command[0]), *command[1:]], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("llmops-ecs-*.tar.gz"))


def install(tarball: Path, folder: Path) -> Path:
    """Unpack a tarball and return the collection's folder.

    Beside it lie amazon.aws, which it needs, and community.aws, to whose modules its documentation and its tests refer.
    """
    command = ["ansible-galaxy", "collection", "install", "--no-deps", "--force", str(tarball), "-p", str(folder)]
    subprocess.run([str(BIN / command[0]), *command[1:]], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    installed = next(BIN.parent.glob("lib/python*/site-packages/ansible_collections"))
    # No links to them: antsibull-docs takes what .gitignore names for no part of a collection.
    for namespace in ("amazon", "community"):
        shutil.copytree(installed / namespace / "aws", folder / "ansible_collections" / namespace / "aws")
    return folder / "ansible_collections" / "llmops" / "ecs"


@contextmanager
def installed() -> Iterator[Path]:
    """Give the collection as it is installed from its tarball, for as long as it is needed."""
    with tempfile.TemporaryDirectory() as scratch:
        yield install(build(Path(scratch)), Path(scratch))
