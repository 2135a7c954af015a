# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""uv is called in one way: by the tests, the set-up and the role that starts the embedded AWS."""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.llmops.ecs.roles.local_aws.files import launch
from ansible_collections.llmops.ecs.tests import packages

ROOT = Path(__file__).parents[2]


def test_the_set_up_calls_it_as_the_tests_do():
    called = re.findall(r"^\.venv/bin/uv (.*)$", (ROOT / "tools" / "setup.sh").read_text(), re.MULTILINE)

    assert called
    for arguments in called:
        assert set(packages.OPTIONS) <= set(arguments.split())


def test_the_role_calls_it_as_the_tests_do():
    program, *arguments = launch.installer("python")

    assert program == packages.uv()[0]
    assert set(packages.OPTIONS) <= set(arguments)


def test_no_test_calls_it_in_another_way():
    tests = ROOT / "tests"
    naming = [path for path in tests.rglob("*.py") if re.search(r'(BIN / |with_name\(|which\()"uv"', path.read_text())]

    assert naming == [tests / "packages.py"]
