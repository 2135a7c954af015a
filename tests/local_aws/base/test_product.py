# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection is found by Ansible's name for it, wherever it lies and without Ansible."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest
from servers import FILES

ROOT = FILES.parents[2]
EVALUATION = "ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.autoscaler"
FACTS = "ansible_collections.llmops.ecs.plugins.module_utils._facts.fargate"
# Says from which files modules came after the embedded AWS was imported.
CODE = """
import importlib, json, sys
files, others, *names = sys.argv[1:]
sys.path[:0] = [files, *json.loads(others)]
import local_aws
print(json.dumps([importlib.import_module(name).__file__ for name in names]))
"""


def imported(files, *names, others=()):
    """Import modules in a Python of its own that has local_aws in files and these other folders; return where from."""
    command = [sys.executable, "-E", "-s", "-c", CODE, str(files), json.dumps([str(folder) for folder in others])]
    answer = subprocess.run([*command, *names], capture_output=True, text=True, check=False, cwd="/")
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


@pytest.fixture(params=["checkout", "ansible_collections/llmops/ecs"])
def collection(request, tmp_path):
    """A copy of what the embedded AWS needs of the collection, in a folder of any name, and as it is installed."""
    folder = tmp_path / request.param
    shutil.copytree(FILES, folder / FILES.relative_to(ROOT), ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("plugins/plugin_utils/_evaluation", "plugins/module_utils/_facts"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_this_checkouts_plugins_are_imported():
    assert imported(FILES, EVALUATION) == [str(ROOT / "plugins/plugin_utils/_evaluation/autoscaler.py")]


def test_nothing_of_ansible_is_needed(tmp_path):
    (tmp_path / "ansible").mkdir()
    (tmp_path / "ansible" / "__init__.py").write_text("raise ImportError('the embedded AWS runs without Ansible')\n")
    modules = ("local_aws.server.cli", "local_aws.server.application", "local_aws.refusals.table")
    assert len(imported(FILES, *modules, others=[tmp_path])) == len(modules)


def test_plugin_utils_and_module_utils_come_from_the_collection_around(collection):
    found = imported(collection / FILES.relative_to(ROOT), EVALUATION, FACTS)
    assert found == [
        str(collection / "plugins/plugin_utils/_evaluation/autoscaler.py"),
        str(collection / "plugins/module_utils/_facts/fargate.py"),
    ]


def test_collections_of_others_stay_importable(collection, tmp_path):
    other = tmp_path / "packages" / "ansible_collections" / "amazon" / "aws" / "plugins"
    other.mkdir(parents=True)
    for package in (other.parents[2], other):
        (package / "__init__.py").touch()
    names = (EVALUATION, "ansible_collections.amazon.aws.plugins")
    found = imported(collection / FILES.relative_to(ROOT), *names, others=[tmp_path / "packages"])
    assert found == [str(collection / "plugins/plugin_utils/_evaluation/autoscaler.py"), str(other / "__init__.py")]


def test_a_collection_that_is_found_already_stays_the_one(collection, tmp_path):
    elsewhere = (
        tmp_path / "elsewhere" / "ansible_collections" / "llmops" / "ecs" / "plugins" / "module_utils" / "_facts"
    )
    elsewhere.mkdir(parents=True)
    (elsewhere / "fargate.py").touch()
    found = imported(collection / FILES.relative_to(ROOT), FACTS, others=[tmp_path / "elsewhere"])
    assert found == [str(elsewhere / "fargate.py")]
