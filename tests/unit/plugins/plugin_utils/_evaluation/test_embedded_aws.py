# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the embedded AWS imports of the collection: it needs no package beside it, and leaves Ansible's loader alone."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path

import pytest

import ansible_collections.llmops.ecs as collection
from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation import autoscaler

ROOT = Path(autoscaler.__file__).parents[3]
EVALUATION = sorted(Path(autoscaler.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("file", EVALUATION, ids=[file.stem for file in EVALUATION])
def test_evaluation_imports_the_standard_library_and_itself(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            assert {name.name.partition(".")[0] for name in node.names} <= sys.stdlib_module_names
        if isinstance(node, ast.ImportFrom):
            assert node.level == 1 or (not node.level and node.module.partition(".")[0] in sys.stdlib_module_names)


def test_where_ansible_finds_the_collection_nothing_is_put_in_its_place(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "roles" / "local_aws" / "files"))
    for name in [name for name in sys.modules if name.partition(".")[0] == "local_aws"]:
        monkeypatch.delitem(sys.modules, name)
    importlib.import_module("local_aws")
    assert sys.modules["ansible_collections.llmops.ecs"] is collection
    again = importlib.import_module("ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.autoscaler")
    assert again is autoscaler
