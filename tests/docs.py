# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the documentation of every plugin and role, with all that it refers to, in the collection as it is built.

Then make the site of it, in which any warning is an error, and see that its pages load nothing from elsewhere.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from collection import BIN, ROOT, installed

# What a page has a browser load, and not what a reader may follow.
LOADED = re.compile(r"""(?:\bsrc=|<link\b[^>]*\bhref=|\burl\(|@import )["']?((?:https?:)?//[^"')\s]+)""")


def lint(folder: Path) -> int:
    """Return the exit code of antsibull-docs's check."""
    command = [
        str(BIN / "antsibull-docs"),
        "lint-collection-docs",
        "--plugin-docs",
        # What the ansible package brings beyond our dependencies is not read, and may not be referred to.
        "--validate-collection-refs",
        "dependent",
        "--disallow-unknown-collection-refs",
        ".",
    ]
    # Of a collection that is there twice, antsibull-docs takes the one whose path is sorted last.
    where = {"ANSIBLE_COLLECTIONS_PATH": str(folder.parents[2]), "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false"}
    return subprocess.run(command, cwd=folder, env=os.environ | where, check=False).returncode


def site(folder: Path) -> int:
    """Make the site of the installed collection, and return 0 if it is sound."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, str(ROOT / "tools" / "docs.py"), scratch, str(folder.parents[2])]
        if code := subprocess.run(command, check=False).returncode:
            return code
        pages = [path for path in Path(scratch).rglob("*") if path.suffix in (".html", ".css")]
        loads = {(page.name, address) for page in pages for address in LOADED.findall(page.read_text(encoding="utf-8"))}
    missing = {"index.html", "ecs_service_module.html", "ecs_service_role.html"} - {page.name for page in pages}
    for line in [*(f"{page} loads {address}" for page, address in sorted(loads)), *(f"no {name}" for name in missing)]:
        print(line)
    return bool(loads or missing)


def main() -> int:
    with installed() as folder:
        return lint(folder) or site(folder)


if __name__ == "__main__":
    sys.exit(main())
