# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told about the collection to those who install it: what it needs, and where things are."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
OWN = "llmops.ecs"
ANSIBLE = "ansible.builtin"
NAME = r"\w+\.\w+\.\w+"


def load(path: str):
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def requirements(path: str) -> dict[str, list[Requirement]]:
    """Return a file's requirements by the package's name, which may be there more than once with markers."""
    found: dict[str, list[Requirement]] = {}
    for line in (ROOT / path).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            found.setdefault(Requirement(line).name, []).append(Requirement(line))
    return found


def collections_used(text: str) -> set[str]:
    """Return the collections whose modules, roles or lookups are used by a YAML file of tasks or plays."""
    roles = re.findall(r"^\s*(?:- )?(?:name|role): (\w+\.\w+)\.\w+$", text, re.MULTILINE)
    lookups = re.findall(r"(?:lookup|query)\('(\w+\.\w+)\.\w+'", text)
    modules = [name.rpartition(".")[0] for name in task_keys(yaml.safe_load(text)) if re.fullmatch(NAME, name)]
    return {*roles, *lookups, *modules}


def task_keys(node: Any) -> Iterator[str]:
    """Yield the keys of every mapping that is an item of a list, as tasks are."""
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        if isinstance(node, list) and isinstance(child, dict):
            yield from child
        yield from task_keys(child)


# Execution environments.


def test_files_of_the_execution_environment_are_there():
    dependencies = load("meta/execution-environment.yml")["dependencies"]

    assert {kind: (ROOT / path).is_file() for kind, path in dependencies.items()} == {"python": True}


def test_an_execution_environment_gets_what_the_modules_need():
    command = [str(BIN / "ansible-builder"), "introspect", str(ROOT / ".collections")]

    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout

    wanted = [str(requirement) for several in requirements("requirements.txt").values() for requirement in several]
    found = yaml.safe_load(told)
    assert [line.partition("#")[0].strip() for line in found["python"]] == wanted
    assert found["system"] == []


def test_what_is_required_is_what_is_tested():
    tested = requirements("requirements-dev.txt")
    for name, several in requirements("requirements.txt").items():
        [pinned] = tested[name]
        version = str(pinned.specifier).removeprefix("==")
        assert all(requirement.specifier.contains(version) for requirement in several), name


# Other collections.


def test_depends_on_the_collections_that_it_uses_and_on_no_others():
    tasks = [path for folder in ("roles", "playbooks") for path in (ROOT / folder).rglob("*.yml")]
    used = set().union(*(collections_used(path.read_text(encoding="utf-8")) for path in tasks))
    for path in (ROOT / "plugins").rglob("*.py"):
        imported = re.findall(r"^\s*(?:from|import) ansible_collections\.(\w+\.\w+)", path.read_text(), re.MULTILINE)
        used |= set(imported)

    assert used - {OWN, ANSIBLE} == set(load("galaxy.yml")["dependencies"])


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("- name: A\n  amazon.aws.route53:\n    zone: a", {"amazon.aws"}),
        ("- block:\n    - ansible.builtin.include_role:\n        name: llmops.ecs.iam", {ANSIBLE, OWN}),
        ("x: \"{{ lookup('community.aws.thing', 1) }}\"", {"community.aws"}),
        ("- amazon.aws.elb:\n    attributes:\n      access_logs.s3.enabled: true", {"amazon.aws"}),
        ("- url: https://a.b.c:80/", set()),
    ],
)
def test_finds_which_collections_are_used(text, used):
    assert collections_used(text) == used


def test_the_smallest_dependency_is_one_that_is_tested():
    for name, bound in load("galaxy.yml")["dependencies"].items():
        assert re.fullmatch(r">=[1-9]\d*\.\d+\.\d+", bound), name


# Pages.

# Galaxy and Automation Hub show the README by itself, where a relative link leads nowhere.
LINK = re.compile(r"\]\(([^)\s]+)\)")
BLOB = re.compile(r"https://github\.com/llmops/ansible-collection-ecs/(?:blob|tree)/main/([^#)\s]+)")
PAGES = [
    "README.md",
    "AGENTS.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    *(f"roles/{path.name}/README.md" for path in (ROOT / "roles").iterdir()),
]


def test_links_of_the_readme_are_whole():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\[([^\]]+)\]: (\S+)$", text, re.MULTILINE))
    links = [*LINK.findall(text), *told.values()]

    assert len(links) > 20
    assert [link for link in links if not link.startswith("https://")] == []
    assert set(re.findall(r"\]\[([^\]]+)\]", text)) == set(told)


@pytest.mark.parametrize("role", [path.parent.name for path in (ROOT / "roles").glob("*/README.md")])
def test_links_of_a_role_s_readme_are_whole(role):
    links = LINK.findall((ROOT / "roles" / role / "README.md").read_text(encoding="utf-8"))

    assert [link for link in links if not link.startswith(("https://", "#"))] == []


# The parts that Automation Hub asks of a certified collection's README, in its order.
PARTS = [
    "Description",
    "Requirements",
    "Installation",
    "Use Cases",
    "Testing",
    "Contributing",
    "Support",
    "Release notes and roadmap",
    "Related information",
    "License",
]


def test_the_readme_has_the_parts_that_are_asked_for_and_begins_with_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert re.findall("^## (.+)$", text, re.MULTILINE) == PARTS
    assert re.findall(r"^\$ (make \w+)$", text[: text.index("## ")], re.MULTILINE) == ["make deploy", "make test"]


def test_the_readme_names_every_plugin():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    kinds = ("modules", "filter", "lookup", "connection", "callback")
    plugins = [path.stem for kind in kinds for path in (ROOT / "plugins" / kind).glob("*.py")]

    assert [name for name in plugins if f"[`{name}`][" not in text] == []


@pytest.mark.parametrize("page", PAGES)
def test_links_into_the_repository_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    beside = [link.partition("#")[0] for link in LINK.findall(text) if not re.match(r"https?:|#|mailto:", link)]
    targets = [ROOT / path for path in BLOB.findall(text)] + [(ROOT / page).parent / link for link in beside]

    assert [str(target) for target in targets if not target.exists()] == []
