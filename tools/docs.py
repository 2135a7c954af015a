# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the site of documentation: a page for every plugin and role, the guides of docs/docsite, and the changes.

.venv/bin/python tools/docs.py build/docs leaves it in build/docs/html. A second argument names a path of collections
in place of this checkout. A warning of antsibull-docs or Sphinx ends it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
COLLECTION = "llmops.ecs"


def build(folder: Path, collections: Path = ROOT / ".collections") -> Path:
    """Build the site of the collection that lies below a path of collections. Returns the folder of its pages.

    Raises CalledProcessError where the documentation is not sound. What was in the folder is replaced.
    """
    shutil.rmtree(folder, ignore_errors=True)
    # antsibull-docs writes into a folder that nobody else can write to, and no other.
    sources, pages = folder / "rst", folder / "html"
    folder.mkdir(parents=True)
    sources.mkdir(mode=0o700)
    write = ["antsibull-docs", "collection", "--fail-on-error", "--use-current", "--squash-hierarchy", "--dest-dir"]
    run([*write, str(sources), COLLECTION], collections)
    run(["sphinx-build", "-q", "-W", "--keep-going", "-c", str(ROOT / "docs" / "docsite"), str(sources), str(pages)])
    return pages


def run(command: list[str], collections: Path | None = None) -> None:
    """Run a program of this environment, which finds the others of it and, if given, a path of collections."""
    seen = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    if collections:
        seen["ANSIBLE_COLLECTIONS_PATH"] = str(collections)
    subprocess.run([str(BIN / command[0]), *command[1:]], cwd=ROOT, env=seen, check=True)


if __name__ == "__main__":
    print(build(*map(Path, sys.argv[1:])) / "index.html")
