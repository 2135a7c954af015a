# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write docs/roles: a page a role with every variable, made from the roles' meta/argument_specs.yml.

.venv/bin/python tools/role_tables.py writes the pages. With --check it writes nothing, names the pages that differ
from what it would write, and its exit code is 1 if there are any.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
NOTE = "<!-- Made by tools/role_tables.py from meta/argument_specs.yml. Change that file and run the tool again. -->"
HEAD = "| variable | type | default | what it is |\n| --- | --- | --- | --- |"
IN_WORDS = "By default "
# Ansible's markup of documentation, and what it is in Markdown.
MARKUP = (
    (r"L\(([^,)]+), *([^)]+)\)", r"[\1](\2)"),
    (r"U\(([^)]+)\)", r"<\1>"),
    (r"B\(([^)]+)\)", r"**\1**"),
    (r"I\(([^)]+)\)", r"*\1*"),
    (r"\b[CEMOPV]\(((?:[^()\\]|\\.)*)\)", r"`\1`"),
)


def markdown(text: str) -> str:
    """Return a text of Ansible's documentation as Markdown that fits into a cell of a table."""
    for pattern, replacement in MARKUP:
        text = re.sub(pattern, replacement, text)
    return text.replace("|", r"\|").replace("\n", " ")


def shown(value: Any) -> str:
    """Return a value as YAML spells it on one line, as code; a text without quotes, but for the empty one."""
    text = value if isinstance(value, str) and value else json.dumps(value)
    return f"`{text.strip()}`".replace("|", r"\|").replace("\n", " ")


def row(name: str, option: dict[str, Any]) -> str:
    """Return an option's line of the table. A default that is told in words moves to its column."""
    described = option.get("description", [])
    sentences = [described] if isinstance(described, str) else described
    told = [line.removeprefix(IN_WORDS).rstrip(".") for line in sentences if line.startswith(IN_WORDS)]
    what = [markdown(line) for line in sentences if not line.startswith(IN_WORDS)]
    if "choices" in option:
        what.append(f"One of {', '.join(map(shown, option['choices']))}.")
    kind = option.get("type", "str") + (f" of {option['elements']}" if "elements" in option else "")
    if option.get("required"):
        default = "required"
    elif "default" in option:
        default = shown(option["default"])
    else:
        default = markdown("; ".join(told))
    return f"| `{name}` | {kind} | {default} | {' '.join(what)} |"


def rows(options: dict[str, Any], above: str = "") -> Iterator[str]:
    """Yield the lines of a table, each option's own options below it: a.b in a mapping, a[].b in a list of them."""
    for name, option in options.items():
        yield row(above + name, option)
        yield from rows(option.get("options", {}), f"{above}{name}{'[]' if option.get('type') == 'list' else ''}.")


def page(role: str, specs: dict[str, Any]) -> str:
    """Return a role's page: a part for each entry point, with what it does and its variables."""
    parts = [f"# Variables of the role llmops.ecs.{role}", NOTE]
    for entry, spec in specs.items():
        described = spec.get("description", [])
        sentences = [described] if isinstance(described, str) else described
        parts += [f"## {entry}", *(markdown(line) for line in sentences)]
        options = list(rows(spec.get("options", {})))
        parts.append("\n".join([HEAD, *options]) if options else "It has no variables of its own.")
    return "\n\n".join(parts) + "\n"


def pages(root: Path) -> dict[Path, str]:
    """Return every role's page with the path of its file."""
    found = {}
    for path in sorted((root / "roles").glob("*/meta/argument_specs.yml")):
        role = path.parents[1].name
        specs = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]
        found[root / "docs" / "roles" / f"{role}.md"] = page(role, specs)
    return found


def stale(root: Path) -> list[Path]:
    """Return the files that are not as they would be written, and those of roles that are gone."""
    wanted = pages(root)
    there = {path: path.read_text(encoding="utf-8") for path in (root / "docs" / "roles").glob("*.md")}
    return sorted(path for path in wanted.keys() | there.keys() if wanted.get(path) != there.get(path))


def main(words: list[str] | None = None, root: Path = ROOT) -> int:
    """Write the pages, or check them. Returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, name the pages that differ")
    check, wanted = parser.parse_args(words).check, pages(root)
    differ = stale(root)
    for path in differ:
        print(f"{'differs' if check else 'written' if path in wanted else 'removed'}: {path.relative_to(root)}")
        if check:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if path in wanted:
            path.write_text(wanted[path], encoding="utf-8")
        else:
            path.unlink()
    return 1 if check and differ else 0


if __name__ == "__main__":
    sys.exit(main())
