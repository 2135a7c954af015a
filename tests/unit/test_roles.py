# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every role promises: documented variables, with the defaults that the documentation names, and a README."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ROLES = sorted(path.parent.parent for path in (ROOT / "roles").glob("*/tasks/main.yml"))


def load(path: Path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.fixture(params=ROLES, ids=lambda role: role.name)
def role(request) -> Path:
    return request.param


@pytest.fixture
def defaults(role) -> dict:
    return load(role / "defaults" / "main.yml")


@pytest.fixture
def options(role) -> dict:
    entry_points = load(role / "meta" / "argument_specs.yml")["argument_specs"]
    return {name: option for entry in entry_points.values() for name, option in entry.get("options", {}).items()}


def test_there_are_roles():
    assert {"iam", "network"} <= {role.name for role in ROLES}


def is_told_in_words(default, option) -> bool:
    """Whether a default is a template for something that is no text: a specification cannot hold it."""
    return isinstance(default, str) and "{{" in default and option["type"] not in ("str", "path")


def test_every_default_is_documented_and_is_what_is_documented(defaults, options):
    documented = {name: option["default"] for name, option in options.items() if "default" in option}
    in_words = {name for name, default in defaults.items() if is_told_in_words(default, options[name])}

    assert documented == {name: default for name, default in defaults.items() if name not in in_words}
    for name in in_words:
        assert "By default " in " ".join(options[name]["description"]), name


def test_what_has_no_default_is_required(defaults, options):
    for name, option in options.items():
        assert (name in defaults) != option.get("required", False), name


def test_every_variable_is_typed_and_described(options):
    for name, option in options.items():
        assert option.get("description"), name
        assert option.get("type"), name
        assert option["type"] != "list" or option.get("elements"), name


def test_variables_carry_the_role_s_name(role, defaults):
    own = load(role / "vars" / "main.yml") if (role / "vars" / "main.yml").exists() else {}

    assert [name for name in defaults if not name.startswith(f"{role.name}_")] == []
    assert [name for name in own or {} if not name.startswith(f"__{role.name}_")] == []


def test_the_readme_has_purpose_example_variables_and_actions(role, defaults):
    readme = (role / "README.md").read_text(encoding="utf-8")

    assert readme.startswith(f"# llmops.ecs.{role.name}\n")
    assert "```yaml" in readme
    assert f"name: llmops.ecs.{role.name}" in readme
    named = set(re.findall(rf"`({role.name}_\w+)`", readme))
    facts = set(re.findall(r"^ +(\w+):", set_facts(role), flags=re.MULTILINE))
    assert sorted(named - set(defaults) - facts) == [], "the README names variables that the role does not have"


def set_facts(role: Path) -> str:
    """What the role hands on, as its tasks spell it."""
    tasks = "\n".join(path.read_text(encoding="utf-8") for path in sorted((role / "tasks").glob("*.yml")))
    return "\n".join(re.findall(r"set_fact:\n((?:    .*\n?)+)", tasks))
