# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check of a tag, and the workflows that GitHub runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ansible_collections.llmops.ecs.tools import release

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.fixture
def root(tmp_path):
    """A repository at version 1.2.3, whose changes are told."""
    (tmp_path / "changelogs" / "fragments").mkdir(parents=True)
    (tmp_path / "galaxy.yml").write_text("version: 1.2.3\n")
    (tmp_path / "changelogs" / "changelog.yaml").write_text("releases: {1.2.3: {}}\n")
    return tmp_path


def test_a_tag_that_is_the_version_is_fit(root, capsys):
    assert release.main(["1.2.3"], root) == 0
    assert capsys.readouterr().out == ""


def test_another_tag_is_not(root, capsys):
    assert release.main(["1.2.4"], root) == 1
    assert capsys.readouterr().out == "The tag is 1.2.4, and galaxy.yml says 1.2.3.\n"


def test_nor_is_a_version_whose_changes_are_not_told(root):
    (root / "galaxy.yml").write_text("version: 1.3.0\n")

    assert [line.partition(":")[0] for line in release.complaints("1.3.0", root)] == [
        "changelogs/changelog.yaml has no 1.3.0"
    ]


def test_nor_are_changes_that_no_release_has(root):
    (root / "changelogs" / "fragments" / "new.yml").write_text("minor_changes: [New.]\n")

    assert [line.partition(":")[0] for line in release.complaints("1.2.3", root)] == ["Changes that no release has yet"]


@pytest.mark.parametrize(
    "command",
    [
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS)],
        ["zizmor", "--offline", "--no-progress", str(ROOT / ".github")],
    ],
    ids=lambda command: command[0],
)
def test_linters_find_nothing_wrong_with_workflows(command):
    result = subprocess.run([str(BIN / command[0]), *command[1:]], capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout + result.stderr


def test_there_are_workflows():
    assert {path.name for path in WORKFLOWS} == {"release.yml", "test.yml"}


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def workflow(request):
    return yaml.safe_load(request.param.read_text(encoding="utf-8"))


def test_workflows_may_read_and_nothing_else(workflow):
    assert workflow["permissions"] == {}
    assert [job["permissions"] for job in workflow["jobs"].values()] == [{"contents": "read"}] * len(workflow["jobs"])


def test_actions_are_of_github_and_have_a_version(workflow):
    used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]

    assert used
    assert [name for name in used if not re.fullmatch(r"actions/[a-z-]+@v\d+(\.\d+)*", name)] == []


def test_no_command_takes_words_from_an_event(workflow):
    commands = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]

    assert [command for command in commands if "${{" in command] == []


def test_every_core_that_is_pinned_is_tested():
    [job] = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text())["jobs"].values()
    pinned = re.findall(r"^ansible==", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE)

    assert len(job["strategy"]["matrix"]["include"]) == len(pinned)
