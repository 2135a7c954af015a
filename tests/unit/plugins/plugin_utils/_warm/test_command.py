# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import shlex
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.llmops.ecs.plugins.plugin_utils._warm.command import Command, archive, parse, same_interpreter

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
VALUES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


def written(environment: dict[str, str], interpreter: str, guard: str = "") -> str:
    """What Ansible writes."""
    assigned = "".join(f"{name}={shlex.quote(value)} " for name, value in environment.items())
    return f"/bin/sh -c {shlex.quote(f'{assigned}{shlex.quote(interpreter)}{guard}')}"


@given(environment=st.dictionaries(NAMES, VALUES, max_size=4), guarded=st.booleans())
def test_what_ansible_writes_is_understood(environment, guarded):
    command = written(environment, "/usr/bin/python3", " && sleep 0" if guarded else "")
    assert parse(command) == Command("/bin/sh", environment, "/usr/bin/python3", guarded)


@given(environment=st.dictionaries(NAMES.map("T_{}".format), VALUES, max_size=3))
def test_a_shell_understands_the_same(environment):
    printer = "/usr/bin/env"
    output = subprocess.run(
        written(environment, printer), shell=True, capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"}
    ).stdout.decode()
    for name, value in parse(written(environment, printer)).environment.items():
        assert f"{name}={value}\n" in output


@pytest.mark.parametrize(
    "command",
    [
        "",
        "/usr/bin/python3",
        "/bin/sh -c",
        "/bin/sh -c ''",
        "/bin/sh -c 'A=$HOME /usr/bin/python3'",
        "/bin/sh -c 'A=`id` /usr/bin/python3'",
        "/bin/sh -c 'A=~ /usr/bin/python3'",
        "/bin/sh -c 'A=* /usr/bin/python3'",
        "/bin/sh -c '/usr/bin/python3 -E'",
        "/bin/sh -c '/usr/bin/python3 /tmp/file.py'",
        "/bin/sh -c '/usr/bin/python3; id'",
        "/bin/sh -c '/usr/bin/python3 && sleep 1'",
        "/bin/sh -c '/usr/bin/python3 > /tmp/x'",
        "/bin/sh -c 'cd /tmp && /usr/bin/python3'",
        "/bin/sh -c '1A=x /usr/bin/python3'",
        '/bin/sh -c "/usr/bin/python3"',
        "/bin/sh -c /usr/bin/python3 more",
        "/bin/sh -l -c /usr/bin/python3",
        "/bin/sh -c 'A=x  /usr/bin/python3'",
        "/bin/sh -c 'A=unclosed",
        "sudo -H -n -u root /bin/sh -c 'echo BECOME-SUCCESS-x ; /usr/bin/python3'",
    ],
)
def test_anything_else_is_not(command):
    assert parse(command) is None


def test_interpreters_are_the_same_only_with_their_packages(tmp_path):
    other = tmp_path / "python"
    other.symlink_to(os.path.realpath(sys.executable))
    assert same_interpreter(sys.executable, sys.executable)
    assert not same_interpreter(str(other), sys.executable)
    assert not same_interpreter("python3", sys.executable)
    assert not same_interpreter("", sys.executable)


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (b"_ansiballz_main(\nparams='x',\nzip_data='UEsDBA==',\n)\n", b"UEsDBA=="),
        (b"_ansiballz_main(\nzip_data='AAAA',\nzip_data='BBBB',\n)\n", None),
        (b"_ansiballz_main(\nparams='zip_data=',\n)\n", None),
        (b"print('zip_data')\nzip_data='AAAA',\n", None),
        (b"#!/bin/sh\necho\n", None),
    ],
)
def test_the_archive_of_a_module(program, expected):
    assert archive(program) == expected
