# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module that was packed in one play is not packed in the next one, unless packing has another result by now."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

WARM = "llmops.ecs.warm"
OURS = Path(__file__).parents[2] / ".collections"
PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - test.kept.tell:
"""
MODULE = """\
#!/usr/bin/python
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.splitter import unquote
from ..module_utils.value import VALUE
try:
    from ansible_collections.test.later.plugins.module_utils.more import MORE
except ImportError:
    MORE = "nothing more"
from ansible_collections.test.other.plugins.module_utils.elsewhere import ELSEWHERE
AnsibleModule({}, supports_check_mode=True).exit_json(told=f"<{unquote(VALUE)}, {MORE}, {ELSEWHERE}>")
"""


def module_utils(root: Path, collection: str) -> Path:
    """The folder of a collection's module utils."""
    folder = root / "ansible_collections" / "test" / collection / "plugins" / "module_utils"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def made(world):
    """Two collections, one of which has a module, and a playbook that runs it."""
    world.second = world.folder / "second"
    (module_utils(world.second, "kept") / "value.py").write_text("VALUE = 'old'\n")
    (module_utils(world.second, "other") / "elsewhere.py").write_text("ELSEWHERE = 'here'\n")
    modules = module_utils(world.second, "kept").with_name("modules")
    modules.mkdir()
    (modules / "tell.py").write_text(MODULE)
    (world.folder / "play").mkdir()
    (world.folder / "play" / "play.yml").write_text(PLAY)
    return world


def tell(world, **environment: str) -> tuple[str, bool]:
    """Run the playbook. Returns what the module told, and whether Ansible packed it."""
    paths = [world.folder / "first", world.second, OURS]
    run = world.play(
        world.folder / "play" / "play.yml",
        WARM,
        "-vvvvv",
        environment={"ANSIBLE_COLLECTIONS_PATH": os.pathsep.join(map(str, paths))} | environment,
    )
    assert run.returncode == 0, run.stdout
    assert run.stdout.count("EXEC (warm)") == 1, run.stdout
    (told,) = re.findall(r'"told": "<([^>]*)>"', run.stdout)
    return told, "Including module_utils file" in run.stdout


def test_a_module_is_packed_once(made):
    assert tell(made) == ("old, nothing more, here", True)
    assert tell(made) == ("old, nothing more, here", False)
    (folder,) = made.folder.rglob("llmops_ecs_warm")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(list(folder.iterdir())) == 1
    assert tell(made, LLMOPS_ECS_WARM_KEEP_MODULES="false") == ("old, nothing more, here", True)
    # Whoever may write there might have put anything there.
    folder.chmod(0o770)
    assert tell(made) == ("old, nothing more, here", True)


def edit_util(world):
    (module_utils(world.second, "kept") / "value.py").write_text("VALUE = 'new'\n")


def edit_module(world):
    path = module_utils(world.second, "kept").with_name("modules") / "tell.py"
    path.write_text(path.read_text().replace("{unquote(VALUE)}", "new"))


def put_a_package_in_front(world):
    folder = module_utils(world.second, "kept") / "value"
    folder.mkdir()
    (folder / "__init__.py").write_text("VALUE = 'new'\n")


def put_a_collection_in_front(world):
    shutil.copytree(
        world.second / "ansible_collections" / "test" / "kept", world.folder / "first/ansible_collections/test/kept"
    )
    (module_utils(world.folder / "first", "kept") / "value.py").write_text("VALUE = 'new'\n")


def redirect(world):
    (module_utils(world.second, "kept") / "better.py").write_text("VALUE = 'new'\n")
    meta = world.second / "ansible_collections" / "test" / "kept" / "meta"
    meta.mkdir()
    (meta / "runtime.yml").write_text("plugin_routing: {module_utils: {value: {redirect: test.kept.better}}}\n")


def put_a_folder_beside_the_playbook(world):
    folder = world.folder / "play" / "module_utils"
    folder.mkdir(parents=True)
    (folder / "splitter.py").write_text("def unquote(value): return 'new'\n")


@pytest.mark.parametrize(
    "change",
    [
        edit_util,
        edit_module,
        put_a_package_in_front,
        put_a_collection_in_front,
        redirect,
        put_a_folder_beside_the_playbook,
    ],
)
def test_a_module_is_packed_again_when_that_has_another_result(made, change):
    assert tell(made) == ("old, nothing more, here", True)
    change(made)
    assert tell(made) == ("new, nothing more, here", True)


def test_a_module_is_packed_again_when_what_it_missed_is_there(made):
    assert tell(made) == ("old, nothing more, here", True)
    (module_utils(made.second, "later") / "more.py").write_text("MORE = 'more'\n")
    assert tell(made) == ("old, more, here", True)
    (module_utils(made.second, "other") / "elsewhere.py").write_text("ELSEWHERE = 'there'\n")
    assert tell(made) == ("old, more, there", True)
    assert tell(made) == ("old, more, there", False)


def test_what_packing_warns_of_is_said_in_each_play(made):
    path = module_utils(made.second, "kept") / "value.py"
    path.write_text(path.read_text() + r"OTHER = '\d'" + "\n")
    assert tell(made) == ("old, nothing more, here", True)
    # Python 3.11 says nothing of it.
    assert tell(made) == ("old, nothing more, here", sys.version_info >= (3, 12))
