# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check that a tag is fit for a release: it is galaxy.yml's version, and its changes are told.

.venv/bin/python tools/release.py 1.2.3 says what is wrong, with exit code 1, or nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]


def complaints(tag: str, root: Path = ROOT) -> list[str]:
    """Return what keeps a tag from being a release."""
    version = yaml.safe_load((root / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    told = yaml.safe_load((root / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))["releases"]
    fragments = sorted(path.name for path in (root / "changelogs" / "fragments").glob("*.y*ml"))
    found = []
    if tag != version:
        found.append(f"The tag is {tag}, and galaxy.yml says {version}.")
    if version not in told:
        found.append(f"changelogs/changelog.yaml has no {version}: run antsibull-changelog release.")
    if fragments:
        found.append(f"Changes that no release has yet: {', '.join(fragments)}. Run antsibull-changelog release.")
    return found


def main(words: list[str], root: Path = ROOT) -> int:
    """Say what is wrong with the tag that is named. Returns the exit code."""
    [tag] = words
    found = complaints(tag, root)
    print("\n".join(found), end="\n" if found else "")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
