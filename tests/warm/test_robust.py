# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing is left of the warm interpreter, however its play ends; and what happens if it ends first."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest

WARM = "llmops.ecs.warm"
PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - ping:
    - block:
        - misbehave: {{do: "{do}", path: "{path}"}}
          {more}
      rescue: {rescue}
    - ping:
"""


def write(world, do: str, more: str = "", rescued: bool = False) -> tuple[Path, Path]:
    """Write a playbook. Returns it, and the path that its module is given."""
    path = world.folder / "path"
    playbook = world.folder / "play.yml"
    playbook.write_text(PLAY.format(do=do, path=path, more=more, rescue="[debug: ]" if rescued else "[]"))
    return playbook, path


def modules_files(world) -> list[Path]:
    """What modules have left in the folder for temporary files."""
    return list((world.folder / "tmp").glob("ansible_*"))


@pytest.mark.parametrize(("do", "code"), [("nothing", 0), ("raise", 2), ("kill", 2), ("exit", 0)])
def test_nothing_is_left_of_a_play_that_ends(world, do, code):
    playbook, _path = write(world, do)
    assert world.play(playbook, WARM).returncode == code
    assert world.left() == ({}, [])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_play_that_is_ended(world, number):
    playbook, path = write(world, "hang")
    process = world.start(playbook, WARM)
    assert world.until(path.exists, 60)
    os.kill(process.pid, number)
    process.communicate(timeout=30)
    assert world.left() == ({}, [])
    if number != signal.SIGKILL:
        assert modules_files(world) == []


def test_nothing_is_left_of_a_worker_that_is_killed(world):
    playbook, path = write(world, "hang")
    process = world.start(playbook, WARM)
    assert world.until(path.exists, 60)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    process.communicate(timeout=30)
    assert process.returncode
    assert world.left() == ({}, [])


def test_a_task_that_times_out_leaves_no_process(world):
    playbook, path = write(world, "hang", "timeout: 2", rescued=True)
    process = world.start(playbook, WARM)
    assert world.until(path.exists, 60)
    hanging = int(path.read_text())
    assert world.until(lambda: not Path(f"/proc/{hanging}").exists(), 20)
    output, _errors = process.communicate(timeout=60)
    assert "Timed out after 2 second(s)" in output
    assert process.returncode == 0
    assert modules_files(world) == []
    assert world.left() == ({}, [])


def test_a_module_whose_interpreter_dies_fails_and_is_not_run_again(world):
    playbook, path = write(world, "kill interpreter", rescued=True)
    run = world.play(playbook, WARM, "-vvv")
    assert "The warm interpreter ended while it ran this module" in run.stdout
    assert path.read_text() == "ran\n"
    # The task after it had another one.
    assert run.stdout.count("EXEC (warm)") == 2
    assert run.returncode == 0
    assert world.left() == ({}, [])


def test_the_children_of_a_module_whose_interpreter_is_killed_are_ended(world):
    playbook, path = write(world, "hang", rescued=True)
    process = world.start(playbook, WARM)
    assert world.until(path.exists, 60)
    # The interpreter is the hanging module's parent.
    parent = int(re.search(r"^PPid:\s+(\d+)$", Path(f"/proc/{path.read_text()}/status").read_text(), re.MULTILINE)[1])
    os.kill(parent, signal.SIGKILL)
    output, _errors = process.communicate(timeout=60)
    assert "The warm interpreter ended while it ran this module" in output
    assert process.returncode == 0
    assert world.left() == ({}, [])


def test_an_interpreter_that_is_killed_between_tasks_is_replaced(world):
    playbook, path = write(world, "nothing")
    playbook.write_text(
        f"""
- hosts: all
  gather_facts: false
  tasks:
    - misbehave: {{do: parent, path: {path}}}
    - raw: kill -9 $(cat {path})
    - misbehave: {{do: parent, path: {path}.2}}
"""
    )
    run = world.play(playbook, WARM, "-vvv")
    assert run.returncode == 0
    assert run.stdout.count("EXEC (warm)") == 2
    assert path.read_text() != Path(f"{path}.2").read_text()
    assert world.left() == ({}, [])


def test_an_idle_interpreter_ends_and_the_next_task_starts_another(world):
    playbook, path = write(world, "nothing")
    playbook.write_text(
        f"""
- hosts: all
  gather_facts: false
  vars: {{ansible_warm_idle_timeout: 1}}
  tasks:
    - misbehave: {{do: parent, path: {path}}}
    - raw: "while kill -0 $(cat {path}); do sleep 0.1; done"
      timeout: 20
    - misbehave: {{do: parent, path: {path}.2}}
"""
    )
    assert world.play(playbook, WARM).returncode == 0
    assert path.read_text() != Path(f"{path}.2").read_text()
    assert world.left() == ({}, [])


def test_the_socket_is_the_users_alone(world):
    playbook, path = write(world, "hang")
    process = world.start(playbook, WARM)
    assert world.until(path.exists, 60)
    (found,) = world.sockets()
    assert found.stat().st_mode & 0o777 == 0o600
    assert found.parent.stat().st_mode & 0o777 == 0o700
    os.kill(process.pid, signal.SIGINT)
    process.communicate(timeout=30)


def test_fifty_hosts_at_a_time(world):
    playbook, _path = write(world, "nothing")
    hosts = "".join(f"host{number}," for number in range(50))
    run = world.play(playbook, WARM, "-vvv", "--forks", "50", hosts=hosts)
    assert run.returncode == 0, run.stdout[-3000:]
    assert run.stdout.count("EXEC (warm)") == 150
    assert len(re.findall(r"ok=3 +changed=0 +unreachable=0 +failed=0", run.stdout)) == 50
    assert world.left() == ({}, [])


def test_a_long_path_is_no_obstacle(world):
    """The address of a socket is at most 107 bytes long."""
    home = world.folder / ("long" * 20) / ("path" * 20)
    home.mkdir(parents=True)
    playbook, _path = write(world, "nothing")
    run = world.play(playbook, WARM, "-vvv", environment={"ANSIBLE_HOME": str(home)})
    assert run.stdout.count("EXEC (warm)") == 3


def test_two_versions_of_a_module_util_in_one_play(world):
    """A role's module util of the same name as Ansible's own, and a module that uses it."""
    for name, value in (("one", "first"), ("two", "second")):
        role = world.folder / "roles" / name
        for folder in ("tasks", "library", "module_utils"):
            (role / folder).mkdir(parents=True)
        (role / "tasks" / "main.yml").write_text(f"- tell_{name}:\n")
        (role / "module_utils" / f"shared_{name}.py").write_text(f"VALUE = {value!r}\n")
        (role / "library" / f"tell_{name}.py").write_text(
            "#!/usr/bin/python\nfrom ansible.module_utils.basic import AnsibleModule\n"
            f"from ansible.module_utils.shared_{name} import VALUE\n"
            "AnsibleModule({}).exit_json(value=VALUE)\n"
        )
    (world.folder / "module_utils").mkdir()
    playbook = world.folder / "play.yml"
    playbook.write_text("- hosts: all\n  gather_facts: false\n  roles: [one, two]\n")
    run = world.play(playbook, WARM, "-vvv")
    assert run.returncode == 0
    assert "first" in run.stdout
    assert "second" in run.stdout


def test_packages_that_change_on_disk_are_imported_anew(world):
    site = world.folder / "site"
    site.mkdir()
    (site / "changing.py").write_text("VALUE = 'old'\n")
    library = world.folder / "library"
    library.mkdir()
    (library / "tell.py").write_text(
        "#!/usr/bin/python\nfrom ansible.module_utils.basic import AnsibleModule\nimport changing\n"
        "AnsibleModule({}).exit_json(value=changing.VALUE)\n"
    )
    playbook = world.folder / "play.yml"
    playbook.write_text(
        f"""
- hosts: all
  gather_facts: false
  tasks:
    - tell:
      register: before
    - copy: {{content: "VALUE = 'newer'", dest: {site}/changing.py, mode: "0644"}}
    - tell:
      register: after
    - tell:
      register: last
    - assert: {{that: [before.value == 'old', after.value == 'newer', last.value == 'newer']}}
"""
    )
    environment = {"PYTHONPATH": str(site), "LLMOPS_ECS_WARM_PRELOAD": "changing", "ANSIBLE_LIBRARY": str(library)}
    run = world.play(playbook, WARM, "-vvv", environment=environment)
    assert run.returncode == 0, run.stdout
    assert "changed on disk" in run.stdout


def test_the_interpreter_can_be_started_before_the_first_module(world):
    playbook, path = write(world, "nothing")
    playbook.write_text(
        f"""
- hosts: all
  gather_facts: false
  tasks:
    - meta: reset_connection
    - raw: "while ! test -e {path}.go; do sleep 0.1; done"
      timeout: 60
    - misbehave: {{do: parent, path: {path}}}
    - meta: reset_connection
    - misbehave: {{do: parent, path: {path}.2}}
"""
    )
    process = world.start(playbook, WARM)
    assert world.until(world.sockets, 60)
    Path(f"{path}.go").touch()
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert path.read_text() == Path(f"{path}.2").read_text()
    assert world.left() == ({}, [])


def test_filters_of_a_role_that_comes_later_are_found(world):
    """What was loaded early does not stand in the way of what was not there then."""
    role = world.folder / "roles" / "later"
    for folder in ("tasks", "filter_plugins"):
        (role / folder).mkdir(parents=True)
    (role / "tasks" / "main.yml").write_text("- assert: {that: \"'word' | backwards == 'drow'\"}\n")
    (role / "filter_plugins" / "later.py").write_text(
        "class FilterModule:\n    def filters(self):\n        return {'backwards': lambda text: text[::-1]}\n"
    )
    playbook, _path = write(world, "nothing")
    playbook.write_text(
        """
- hosts: all
  gather_facts: false
  tasks:
    - meta: reset_connection
    - include_role: {name: "{{ 'later' | default('') }}"}
"""
    )
    run = world.play(playbook, WARM)
    assert run.returncode == 0, run.stdout
    assert "ok=2 " in run.stdout
