# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same playbook with the connections local and warm: the same results, the same files, the same exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# What no two runs have in common.
TIMES = {"start", "end", "delta", "duration", "elapsed", "atime", "ctime", "mtime", "inode", "version", "attempts"}
# What a module's own file is called, where it has one.
FILE = {"argv", "main_file"}
RANDOM = [
    (re.compile(r"ansible-tmp-[\d.]+-\d+-\d+|ansible-local-\w+/tmp\w+|^\.\w{8}$|j\d+\.\d+"), "RANDOM"),
    (re.compile(r"(?s)Traceback.*(?=\n\w+(Error|Interrupt)\b)"), "TRACEBACK"),
]


def plain(value, without: set[str]):
    """A result without what no two runs have in common."""
    if isinstance(value, dict):
        return {name: plain(one, without) for name, one in value.items() if name not in without}
    if isinstance(value, list):
        return [plain(one, without) for one in value]
    if isinstance(value, str):
        for pattern, replacement in RANDOM:
            value = pattern.sub(replacement, value)
    return value


def results(text: str, without: set[str]) -> list[tuple[str, dict]]:
    """The name and result of each task, of what the callback ansible.posix.json printed."""
    document = json.loads(text)
    return [
        (task["task"]["name"], plain(result, without))
        for play in document["plays"]
        for task in play["tasks"]
        for result in task["hosts"].values()
    ]


def contents(folder: Path) -> dict[str, tuple]:
    """Mode and content of every file in a folder."""
    return {
        str(path.relative_to(folder)): (oct(path.stat().st_mode), path.read_bytes() if path.is_file() else None)
        for path in folder.rglob("*")
    }


def play(world, connection: str, pipelining: str):
    """Run the playbook. Returns exit code, results and files."""
    # The same name for both: it is in many results.
    folder = world.folder / "work"
    folder.mkdir()
    (world.folder / "binary").write_bytes(bytes(range(256)) * 40)
    environment = {"ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json", "ANSIBLE_PIPELINING": pipelining}
    run = world.play(HERE / "same.yml", connection, "-e", f"folder={folder}", environment=environment)
    without = TIMES if pipelining == "1" else TIMES | FILE
    found = run.returncode, results(run.stdout, without), contents(folder)
    folder.rename(world.folder / f"work-{connection}-{pipelining}")
    return found


@pytest.mark.parametrize("pipelining", ["1", "0"])
def test_same_results_as_local(world, pipelining):
    code, answers, files = play(world, "local", pipelining)
    assert code == 0, answers[-1]
    warm_code, warm_answers, warm_files = play(world, "llmops.ecs.warm", pipelining)
    assert warm_code == code
    assert len(warm_answers) == len(answers) > 35
    for (name, result), (warm_name, warm_result) in zip(answers, warm_answers, strict=True):
        assert (warm_name, warm_result) == (name, result)
    assert warm_files == files
    assert world.left() == ({}, [])


@pytest.mark.parametrize("switch", [{"LLMOPS_ECS_WARM": "false"}, {}])
def test_says_in_verbose_output_which_way_was_taken(world, switch):
    playbook = world.folder / "play.yml"
    playbook.write_text(
        "[{hosts: all, gather_facts: false, tasks: [{ping: }, {ping: , vars: {ansible_warm_enabled: false}}]}]"
    )
    run = world.play(playbook, "llmops.ecs.warm", "-vvv", environment=switch)
    assert run.returncode == 0
    assert run.stdout.count("EXEC (warm)") == (0 if switch else 1)
