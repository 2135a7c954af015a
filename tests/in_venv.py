# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run pytest in a virtual environment of its own: in_venv.py LOCK REQUIREMENTS TESTS; LOCK is complete."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from packages import uv

LOCK, REQUIREMENTS, TESTS = sys.argv[1:]


def main() -> int:
    folder = Path(os.environ["XDG_CACHE_HOME"]) / "tests" / f"{Path(TESTS).resolve().parent.name}-{Path(TESTS).name}"
    python = folder / f"python{sys.version_info.major}.{sys.version_info.minor}" / "bin" / "python"
    if not python.exists():
        subprocess.run(uv("venv", "--python", sys.executable, str(python.parents[1])), check=True)
    install = uv("pip", "install", "--python", str(python))
    subprocess.run([*install, "--no-deps", "--requirement", LOCK], check=True)
    subprocess.run([*install, "--requirement", REQUIREMENTS], check=True)
    tests = Path(TESTS)
    return subprocess.run([str(python), "-m", "pytest", tests.name], cwd=tests.parent, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
