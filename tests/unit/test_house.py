# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who imports whom, read from the code without running it: which ways are closed, and how much a package holds."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = "ansible_collections.llmops.ecs."
PLUGINS = "plugins"
UTILS = ("plugins/module_utils", "plugins/plugin_utils")
EMBEDDED = "roles/local_aws/files"
# Below these folders dotted names begin, beside the collection's own.
TOPS = (PLUGINS, EMBEDDED)
FILES_OF_A_PACKAGE = 12
LINES_OF_A_FILE = 300

# What may not import what: the product knows nothing of the embedded AWS, modules run elsewhere than plugins do, and a
# plugin is an end of the way.
CLOSED = (
    ("plugins/*", "roles/*"),
    ("plugins/module_utils/*", "plugins/plugin_utils/*"),
    ("plugins/modules/*", "plugins/plugin_utils/*"),
    *(
        (f"plugins/{own}/*", f"plugins/{kind}/*")
        for own in ("module_utils", "plugin_utils")
        for kind in ("action", "callback", "connection", "filter", "lookup", "modules")
    ),
    # Of the product, the embedded AWS shares how AWS decides and what is a fact of AWS; nothing else.
    *((f"{EMBEDDED}/*", f"plugins/{kind}/*") for kind in ("action", "callback", "connection", "filter", "lookup")),
    (f"{EMBEDDED}/*", "plugins/modules/*"),
    (f"{EMBEDDED}/*", "plugins/plugin_utils/*"),
    (f"{EMBEDDED}/*", "plugins/module_utils/*"),
)
OPEN = ((f"{EMBEDDED}/*", "plugins/plugin_utils/_evaluation/*"), (f"{EMBEDDED}/*", "plugins/module_utils/_facts/*"))

Imports = dict[str, set[str]]


def code(root: Path, *folders: str) -> list[str]:
    """Return the Python files below some folders, as paths below the root."""
    return sorted(path.relative_to(root).as_posix() for folder in folders for path in (root / folder).rglob("*.py"))


def imports(root: Path, files: Iterable[str]) -> Imports:
    """Return what each file imports of the files below the root, wherever in the file, for types alone too."""
    found: Imports = {}
    for file in files:
        found[file] = set()
        for node in ast.walk(ast.parse((root / file).read_text(encoding="utf-8"))):
            for name in named(node, file):
                found[file] |= {target for target in [resolved(root, name)] if target and target != file}
    return found


def named(node: ast.AST, file: str) -> list[str]:
    """Return the dotted names that a node imports; those that are relative as names below the root."""
    match node:
        case ast.Import():
            return [alias.name for alias in node.names]
        case ast.ImportFrom():
            above = Path(file).parts[: -node.level] if node.level else ()
            start = ".".join([*above, *filter(None, [node.module])])
            return [f"{start}.{alias.name}" for alias in node.names]
    return []


def resolved(root: Path, name: str) -> str | None:
    """Return the file that a dotted name is, or is in; none for what is not below the root."""
    parts = name.removeprefix(COLLECTION).split(".")
    for top in ("", *TOPS):
        # A name may be a module, or something in one.
        for module in filter(None, (parts, parts[:-1])):
            place = Path(top, *module)
            for file in (place.with_suffix(".py"), place / "__init__.py"):
                if (root / file).is_file():
                    return file.as_posix()
    return None


def wrong_ways(found: Imports) -> list[str]:
    """Return the imports that go where they may not."""

    def along(ways: Iterable[tuple[str, str]], file: str, target: str) -> bool:
        return any(fnmatch(file, own) and fnmatch(target, other) for own, other in ways)

    return [
        f"{file} imports {target}"
        for file, targets in sorted(found.items())
        for target in sorted(targets)
        if along(CLOSED, file, target) and not along(OPEN, file, target)
    ]


def by_package(found: Imports) -> Imports:
    """Return which packages import which others. What lies in no package of its own is left out."""
    packages: Imports = {}
    for file, targets in found.items():
        own = Path(file).parent.as_posix()
        packages.setdefault(own, set()).update({Path(target).parent.as_posix() for target in targets} - {own})
    return packages


def circles(found: Imports) -> list[str]:
    """Return the circles in which imports run: each once, as the names that lead back to the first."""
    done: set[str] = set()
    rings: list[str] = []

    def follow(name: str, way: list[str]) -> None:
        if name in way:
            rings.append(" > ".join([*way[way.index(name) :], name]))
        elif name not in done:
            for target in sorted(found.get(name, ())):
                follow(target, [*way, name])
            done.add(name)

    for name in sorted(found):
        follow(name, [])
    return rings


def full_packages(files: Iterable[str]) -> list[str]:
    """Return the packages with more files of code than a package holds; __init__.py is none."""
    counts: dict[str, int] = {}
    for file in map(Path, files):
        if file.name != "__init__.py":
            counts[file.parent.as_posix()] = counts.get(file.parent.as_posix(), 0) + 1
    return [f"{package}: {count} files" for package, count in sorted(counts.items()) if count > FILES_OF_A_PACKAGE]


def flat(files: Iterable[str]) -> list[str]:
    """Return the files that lie in module_utils or plugin_utils and in no package there."""
    return [file for file in files if Path(file).parent.as_posix() in UTILS and Path(file).name != "__init__.py"]


def long_files(root: Path, files: Iterable[str]) -> list[str]:
    """Return the files with more lines than a file has."""
    lengths = {file: len((root / file).read_text(encoding="utf-8").splitlines()) for file in files}
    return [f"{file}: {length} lines" for file, length in lengths.items() if length > LINES_OF_A_FILE]


# The repository.


@pytest.fixture(scope="module")
def house() -> Imports:
    return imports(ROOT, code(ROOT, PLUGINS, EMBEDDED))


def test_imports_are_found(house):
    assert len(house) > 100
    assert sum(len(targets) for targets in house.values()) > 200


def test_no_import_goes_the_wrong_way(house):
    assert wrong_ways(house) == []


def test_no_imports_run_in_a_circle(house):
    assert circles(house) == []


def test_no_packages_import_each_other(house):
    assert circles(by_package(house)) == []


def test_nothing_lies_flat():
    assert flat(code(ROOT, *UTILS)) == []


def test_no_package_is_too_full():
    assert full_packages(code(ROOT, *UTILS, EMBEDDED)) == []


def test_no_file_of_the_embedded_aws_is_too_long():
    assert long_files(ROOT, code(ROOT, EMBEDDED)) == []


# The functions above, on trees made up here.


@pytest.fixture
def tree(tmp_path):
    """A function that writes files, given by their paths, and returns who imports whom."""

    def write(files: dict[str, str]) -> Imports:
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        return imports(tmp_path, code(tmp_path, PLUGINS, EMBEDDED))

    return write


UTIL = "plugins/module_utils/_aws/arns.py"
EVALUATION = "plugins/plugin_utils/_evaluation/alarms.py"
SERVER = "roles/local_aws/files/local_aws/server/main.py"
CLOCK = "roles/local_aws/files/local_aws/base/clock.py"


@pytest.mark.parametrize(
    ("file", "text", "target"),
    [
        pytest.param("plugins/modules/a.py", "from ..module_utils._aws import arns", UTIL, id="a module, relative"),
        pytest.param("plugins/modules/a.py", "from ..module_utils._aws.arns import x", UTIL, id="a name, relative"),
        pytest.param("plugins/module_utils/_aws/b.py", "from . import arns", UTIL, id="of the own package"),
        pytest.param("plugins/module_utils/_ecs/b.py", "from .._aws.arns import x", UTIL, id="of the next package"),
        pytest.param("plugins/action/a.py", f"import {COLLECTION}plugins.module_utils._aws.arns", UTIL, id="plainly"),
        pytest.param(
            "plugins/action/a.py", f"from {COLLECTION}plugins.module_utils._aws import arns", UTIL, id="in full"
        ),
        pytest.param(SERVER, "from ..base.clock import CLOCK", CLOCK, id="in the embedded AWS"),
        pytest.param(SERVER, "from local_aws.base import clock", CLOCK, id="of the embedded AWS, in full"),
        pytest.param("roles/local_aws/files/launch.py", "import local_aws.base.clock", CLOCK, id="by the launcher"),
        pytest.param(SERVER, "def f():\n    from ..base import clock", CLOCK, id="inside a function"),
        pytest.param(SERVER, "if TYPE_CHECKING:\n    from ..base import clock", CLOCK, id="for types"),
        pytest.param(SERVER, "from plugin_utils._evaluation.alarms import x", EVALUATION, id="below plugins"),
        pytest.param(SERVER, "import json\nfrom pathlib import Path\nfrom .. import base", None, id="of another's"),
    ],
)
def test_reads_imports(tree, file, text, target):
    assert tree({UTIL: "", EVALUATION: "", CLOCK: "", file: text})[file] == {target} - {None}


@pytest.mark.parametrize(
    ("file", "text", "wrong"),
    [
        ("plugins/modules/a.py", "from local_aws.base import clock", True),
        ("plugins/modules/a.py", "from ..plugin_utils._evaluation import alarms", True),
        ("plugins/module_utils/_ecs/a.py", "from ...plugin_utils._evaluation import alarms", True),
        ("plugins/plugin_utils/_warm/a.py", "from ...action import follow", True),
        ("plugins/plugin_utils/_warm/a.py", "from ...module_utils._aws import arns", False),
        ("plugins/action/a.py", "from ..plugin_utils._evaluation import alarms", False),
        (SERVER, f"from {COLLECTION}plugins.plugin_utils._evaluation import alarms", False),
        (SERVER, f"from {COLLECTION}plugins.module_utils._facts import sizes", False),
        (SERVER, f"from {COLLECTION}plugins.module_utils._aws import arns", True),
        (SERVER, f"from {COLLECTION}plugins.action import follow", True),
    ],
)
def test_knows_the_wrong_ways(tree, file, text, wrong):
    there = {UTIL: "", EVALUATION: "", CLOCK: "", "plugins/action/follow.py": ""}
    there["plugins/module_utils/_facts/sizes.py"] = ""

    found = wrong_ways(tree({**there, file: text}))

    assert [line.partition(" imports ")[0] for line in found] == [file] * wrong


@pytest.mark.parametrize(
    ("found", "rings"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, []),
        ({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": set()}, []),
        ({"a": {"b"}, "b": {"a"}}, ["a > b > a"]),
        ({"a": {"b"}, "b": {"c"}, "c": {"b"}}, ["b > c > b"]),
        ({"a": {"b"}, "b": {"a"}, "c": {"d"}, "d": {"c"}}, ["a > b > a", "c > d > c"]),
    ],
)
def test_finds_circles(found, rings):
    assert circles(found) == rings


def test_finds_circles_of_packages(tree):
    ecs, elb = "plugins/module_utils/_ecs", "plugins/module_utils/_elb"
    files = {f"{ecs}/a.py": "from .._elb import b", f"{elb}/b.py": "", f"{ecs}/d.py": ""}
    found = tree({**files, f"{elb}/c.py": "from .._ecs import d"})

    assert circles(found) == []
    assert circles(by_package(found)) == [f"{ecs} > {elb} > {ecs}"]


@pytest.mark.parametrize(("count", "full"), [(12, []), (13, ["plugins/module_utils/_ecs: 13 files"])])
def test_counts_the_files_of_a_package(count, full):
    names = ["__init__", *(f"f{number}" for number in range(count))]

    assert full_packages(f"plugins/module_utils/_ecs/{name}.py" for name in names) == full


def test_finds_what_lies_flat():
    files = ["plugins/module_utils/__init__.py", "plugins/module_utils/_x.py", UTIL, "plugins/plugin_utils/_y.py"]

    assert flat(files) == ["plugins/module_utils/_x.py", "plugins/plugin_utils/_y.py"]


@pytest.mark.parametrize(("lines", "long"), [(300, []), (301, [f"{CLOCK}: 301 lines"])])
def test_counts_the_lines_of_a_file(tmp_path, tree, lines, long):
    tree({CLOCK: "x = 1\n" * lines})

    assert long_files(tmp_path, [CLOCK]) == long
