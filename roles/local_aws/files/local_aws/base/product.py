# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the collection around the embedded AWS importable, by the name that Ansible gives it.

The embedded AWS imports from the collection's plugins folder how CloudWatch and Application Auto Scaling decide, and
what is known of AWS's limits. It runs in an environment without Ansible, whose loader finds collections, and in a
checkout, which need not lie below a folder ansible_collections. What it imports from there may use nothing but the
standard library and relative imports.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[5]
COLLECTION = "ansible_collections.llmops.ecs"


def make_importable() -> None:
    """Let ansible_collections.llmops.ecs be imported from ROOT, unless something finds it already."""
    if _is_found(COLLECTION):
        return
    name = ""
    for part in COLLECTION.split("."):
        parent, name = name, f"{name}.{part}".lstrip(".")
        if not _is_found(name):
            spec = ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = [str(ROOT)] if name == COLLECTION else []
            sys.modules[name] = module_from_spec(spec)
            if parent:
                setattr(sys.modules[parent], part, sys.modules[name])


def _is_found(name: str) -> bool:
    """Return whether a package can be imported; those above it are."""
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False
