# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let Galaxy's importer judge the built tarball. It leaves much at a warning; here a warning is a failure."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from collection import build


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        tarball = build(Path(scratch))
        command = [sys.executable, "-m", "galaxy_importer.main", tarball.name]
        # The importer finds amazon.aws in the ansible package; a collections path of ours would hide it.
        environment = {name: value for name, value in os.environ.items() if name != "ANSIBLE_COLLECTIONS_PATH"}
        # It gives ansible-lint three minutes, which a busy machine can exceed once.
        for _attempt in range(2):
            result = subprocess.run(
                command,
                cwd=scratch,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            if "Timeout on call to ansible-lint" not in result.stdout:
                break
    print(result.stdout)
    complaints = [line for line in result.stdout.splitlines() if line.startswith(("WARNING", "ERROR"))]
    print(f"{len(complaints)} complaints, exit code {result.returncode}")
    return result.returncode or bool(complaints)


if __name__ == "__main__":
    sys.exit(main())
