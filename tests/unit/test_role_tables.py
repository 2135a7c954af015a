# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages of the roles' variables: up to date, linked from each role's README, and made as they should be."""

from __future__ import annotations

import re

import pytest

from ansible_collections.llmops.ecs.tools import role_tables

SPECS = """
argument_specs:
  main:
    description: Makes a C(thing).
    options:
      web_state:
        description: Whether it exists.
        type: str
        choices: [present, absent]
        default: present
  service: {}
"""


def test_every_page_is_up_to_date():
    assert role_tables.stale(role_tables.ROOT) == [], "run .venv/bin/python tools/role_tables.py"


def test_every_role_s_readme_leads_to_its_page():
    pages = role_tables.pages(role_tables.ROOT)
    roles = [path.parents[1] for path in (role_tables.ROOT / "roles").glob("*/tasks/main.yml")]

    assert sorted(path.stem for path in pages) == sorted(role.name for role in roles)
    for role in roles:
        assert f"/docs/roles/{role.name}.md)" in (role / "README.md").read_text(), role.name


def test_every_variable_has_its_line():
    for path, page in role_tables.pages(role_tables.ROOT).items():
        specs = (role_tables.ROOT / "roles" / path.stem / "meta" / "argument_specs.yml").read_text()
        lines = re.findall(rf"^\| `({path.stem}_\w+)` \|(?:[^|]|\\\|)+\|(?:[^|]|\\\|)*\|[^|].*\|$", page, re.M)

        assert lines == re.findall(rf"^      ({path.stem}_\w+):", specs, re.M), path.stem


@pytest.mark.parametrize(
    ("option", "cells"),
    [
        ({"description": "A name.", "required": True}, "str | required | A name."),
        ({"description": "A name.", "type": "str", "default": ""}, 'str | `""` | A name.'),
        ({"description": "How.", "type": "int", "default": 3}, "int | `3` | How."),
        ({"description": "Whether.", "type": "bool", "default": False}, "bool | `false` | Whether."),
        ({"description": "Which.", "type": "list", "elements": "str", "default": []}, "list of str | `[]` | Which."),
        ({"description": ["Which.", "By default V(two)."], "type": "int"}, "int | `two` | Which."),
        ({"description": "Which.", "choices": ["a", "b"]}, "str |  | Which. One of `a`, `b`."),
        ({"description": "A | b.", "default": "{{ a | b }}"}, r"str | `{{ a \| b }}` | A \| b."),
        ({"description": "Goes with O(x=1), M(a.b.c), E(HOME)."}, "str |  | Goes with `x=1`, `a.b.c`, `HOME`."),
        (
            {"description": "See L(here, https://x.example/) or U(https://y.example/)."},
            "str |  | See [here](https://x.example/) or <https://y.example/>.",
        ),
    ],
)
def test_tells_of_an_option(option, cells):
    assert role_tables.row("web_name", option) == f"| `web_name` | {cells} |"


def test_options_of_options_come_below():
    inner = {"description": "Inner."}
    options = {
        "web_a": {"description": "A.", "type": "dict", "options": {"b": inner}},
        "web_c": {"description": "C.", "type": "list", "elements": "dict", "options": {"d": inner}},
    }

    assert [line.split("`")[1] for line in role_tables.rows(options)] == ["web_a", "web_a.b", "web_c", "web_c[].d"]


@pytest.fixture
def root(tmp_path):
    (tmp_path / "roles" / "web" / "meta").mkdir(parents=True)
    (tmp_path / "roles" / "web" / "meta" / "argument_specs.yml").write_text(SPECS)
    return tmp_path


def test_writes_what_differs_once(root, capsys):
    assert role_tables.main(["--check"], root) == 1
    assert role_tables.main([], root) == 0
    assert role_tables.main(["--check"], root) == 0
    assert capsys.readouterr().out == "differs: docs/roles/web.md\nwritten: docs/roles/web.md\n"
    page = (root / "docs" / "roles" / "web.md").read_text()
    assert "## main\n\nMakes a `thing`.\n\n| variable |" in page
    assert page.endswith("## service\n\nIt has no variables of its own.\n")


def test_finds_a_page_that_was_edited_and_one_of_a_role_that_is_gone(root):
    role_tables.main([], root)
    folder = root / "docs" / "roles"
    (folder / "web.md").write_text("Edited.\n")
    (folder / "gone.md").write_text("Gone.\n")

    assert role_tables.stale(root) == [folder / "gone.md", folder / "web.md"]
    assert role_tables.main([], root) == 0
    assert [path.name for path in folder.iterdir()] == ["web.md"]
