# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the documentation of every plugin and role, with all that it refers to, in the collection as it is built."""

from __future__ import annotations

import os
import subprocess
import sys

from collection import BIN, installed


def main() -> int:
    with installed() as folder:
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
        environment = os.environ | where
        return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
