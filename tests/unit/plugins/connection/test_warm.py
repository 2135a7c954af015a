# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import io
import os
import shlex
import subprocess
import types
import zipfile

import pytest

from ansible_collections.llmops.ecs.plugins.plugin_utils._warm.client import Client, NotRun, Settings, Unavailable
from ansible_collections.llmops.ecs.plugins.plugin_utils._warm.command import parse
from ansible_collections.llmops.ecs.plugins.plugin_utils._warm.payload import (
    Source,
    Util,
    compiled,
    relocated,
    sources,
    usable,
)
from ansible_collections.llmops.ecs.plugins.plugin_utils._warm.task import environment, working_folder


def util(name: str, source: bytes = b"same", needs: tuple = (), is_package: bool = False) -> Util:
    """A module util that was imported beforehand."""
    return Util(types.ModuleType(name), source, is_package, list(needs), set(needs), [])


def wanted(**texts: bytes) -> dict[str, Source]:
    """What an archive has."""
    return {name: Source(text, False) for name, text in texts.items()}


@pytest.mark.parametrize(
    ("utils", "archive", "expected"),
    [
        ({"a": util("a")}, wanted(a=b"same"), {"a"}),
        ({"a": util("a")}, wanted(a=b"other"), set()),
        ({"a": util("a")}, wanted(b=b"same"), set()),
        ({"a": util("a", is_package=True)}, wanted(a=b"same"), set()),
        ({"a": util("a", needs=("b",)), "b": util("b")}, wanted(a=b"same", b=b"same"), {"a", "b"}),
        ({"a": util("a", needs=("b",)), "b": util("b")}, wanted(a=b"same", b=b"other"), set()),
        ({"a": util("a", needs=("b",)), "b": util("b")}, wanted(a=b"same"), set()),
        (
            {"a": util("a", needs=("b",)), "b": util("b", needs=("c",)), "c": util("c")},
            wanted(a=b"same", b=b"same", c=b"other"),
            set(),
        ),
        ({"a": util("a", needs=("b",)), "b": util("b", needs=("a",))}, wanted(a=b"same", b=b"same"), {"a", "b"}),
    ],
)
def test_a_util_is_used_only_if_all_that_it_needs_is_the_same(utils, archive, expected):
    assert usable(utils, archive) == expected


def test_the_sources_in_an_archive():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("ansible/__init__.py", "one")
        archive.writestr("ansible/module_utils/basic.py", "two")
        archive.writestr("ansible/module_utils/data.json", "{}")
    assert sources(base64.b64encode(content.getvalue())) == {
        "ansible": Source(b"one", True),
        "ansible.module_utils.basic": Source(b"two", False),
    }


@pytest.mark.parametrize("source", [b"assert (1, 'always')", b"1 is 1", b"def", b"\0"])
def test_code_whose_compilation_says_something_is_compiled_by_each_task(source):
    assert compiled(source, "x") is None


def test_code_is_as_if_compiled_from_another_file():
    code = relocated(compile("def f():\n  return lambda: 1", "old", "exec"), "new")
    function = code.co_consts[0]
    assert {code.co_filename, function.co_filename, function.co_consts[1].co_filename} >= {"new"}
    assert "old" not in {code.co_filename, function.co_filename}


@pytest.mark.parametrize("said", ["", "own", "link", "/nowhere", "relative", "/proc/self/../.."])
def test_a_shell_has_the_same_name_for_its_folder(tmp_path, said):
    folder = tmp_path / "own"
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)
    variables = {"PWD": str(tmp_path / said) if said in ("own", "link") else said}
    shell = subprocess.run(["sh", "-c", "echo $PWD"], cwd=folder, env=variables, capture_output=True, check=True)
    assert working_folder(variables["PWD"], str(folder)) == shell.stdout.decode().strip()


def test_the_environment_of_a_task(tmp_path):
    started = {"A": "1", "B": "2", "PWD": "/", "SHLVL": "1"}
    own = {"A": "1", "B": "2", "PWD": "/", "SHLVL": "2", "_": "/usr/bin/python"}
    wants = {"A": "other", "C": "3", "PWD": "/", "SHLVL": "1"}
    assert environment(own, started, wants, str(tmp_path), {"D": "4", "A": "last"}) == {
        "A": "last",
        "C": "3",
        "D": "4",
        "PWD": str(tmp_path),
        "SHLVL": "2",
        "_": "/usr/bin/python",
    }


def client(folder, interpreter: str) -> Client:
    return Client(str(folder), Settings(interpreter, "/bin/sh", "/bin/sh", [], [], 5, {}))


def test_an_interpreter_that_cannot_start_is_tried_twice_and_no_more(tmp_path):
    one = client(tmp_path, "/bin/false")
    command = parse("/bin/sh -c /bin/false")
    with pytest.raises(Unavailable):
        one.run(command, b"", "/")
    with pytest.raises(NotRun, match="none before"):
        client(tmp_path, "/bin/false").run(command, b"", "/")


def test_a_folder_that_is_gone_is_no_accident(tmp_path):
    with pytest.raises(Unavailable):
        client(tmp_path / "gone", "/bin/false").connect()


@pytest.mark.parametrize("shell", ["/bin/sh", "/bin/bash"])
@pytest.mark.parametrize("guard", ["", " && sleep 0"])
def test_the_end_by_a_signal_is_told_as_the_shell_tells_it(tmp_path, shell, guard):
    if not os.path.exists(shell):
        pytest.fail(f"this test needs {shell}")
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nkill -TERM $$\n")
    program.chmod(0o755)
    line = f"{shell} -c {shlex.quote(f'{program}{guard}')}"
    expected = subprocess.run(line, shell=True, capture_output=True, check=False)
    code, said = client(tmp_path, "/bin/false").signalled(parse(line), 15)
    assert code == expected.returncode
    assert said.split(b":")[-1].split()[:1] == expected.stderr.split(b":")[-1].split()[:1] or shell == "/bin/bash"
