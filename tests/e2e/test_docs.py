# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is documented is there, and what is shown as an example works."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest
import yaml
from conftest import BIN, ROOT, TASK_DEFINITION, World

NAME = "llmops.ecs."
TYPES = ("callback", "connection", "filter", "lookup", "module")
# What one plugin's examples leave behind, those of the next ones use. The rest follows in any order.
ORDER = [
    "ecs_cluster",
    "ecs_task_definition",
    "ecs_service",
    "ecs_service_endpoint_info",
    "ecs_service_diagnosis_info",
    "secretsmanager_generated_secret",
    "elb_target_group",
    "elb_load_balancer",
    "elb_listener_rule",
]
# What the examples take for granted: a network that lets the caller in, and the task definition of a server.
SERVER = """
import http.server, os

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"choices": [{"message": {"content": "Paris."}}]}')

    do_POST = do_GET

http.server.ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
"""
PREPARATION = """
- name: Read the default VPC
  llmops.ecs.vpc_network_info:
  register: there

- name: Let the caller in
  amazon.aws.ec2_security_group:
    name: examples
    description: Who may call the examples
    vpc_id: "{{ there.vpc.vpc_id }}"
    rules: "{{ [] | llmops.ecs.ingress_rules(ports=[8080], caller_name='me', caller='127.0.0.1') }}"
  register: group

- name: Hand on the network
  ansible.builtin.set_fact:
    network_vpc_id: "{{ there.vpc.vpc_id }}"
    network_subnet_ids: "{{ there.subnets | map(attribute='subnet_id') }}"
    network_security_group_id: "{{ group.group_id }}"

- name: Register the server
  llmops.ecs.ecs_task_definition:
    definition:
      family: llm-server
      networkMode: awsvpc
      requiresCompatibilities: [FARGATE]
      cpu: 1 vCPU
      memory: 2 GB
      containerDefinitions:
        - name: server
          image: examples/server:latest
          portMappings:
            - containerPort: 8080
"""


@pytest.fixture(scope="module")
def documented() -> dict[str, dict]:
    """What ansible-doc knows of the collection, by type of plugin and name."""
    command = [str(BIN / "ansible-doc"), "--metadata-dump", "llmops.ecs"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(result.stdout)["all"]


@pytest.fixture(scope="module")
def examples(documented) -> dict[str, list]:
    """The documented examples of each plugin that has some: its tasks, or its plays."""
    found = {name: about["examples"] for kind in TYPES for name, about in documented[kind].items()}
    return {name.removeprefix(NAME): yaml.safe_load(text) for name, text in found.items() if text}


@pytest.fixture(scope="module")
def world(world):
    (world.folder / "server.py").write_text(SERVER)
    world.images["examples/server:latest"] = {
        "command": ["python", "server.py"],
        "working_directory": str(world.folder),
        "path": [str(BIN)],
    }
    world.warm()
    world.server("start")
    return world


def files(kind: str, suffix: str = ".py") -> set[str]:
    """Return the names of the collection's plugins of a type."""
    folder = "modules" if kind == "module" else kind
    return {f"{NAME}{path.stem}" for path in (ROOT / "plugins" / folder).glob(f"*{suffix}")}


@pytest.mark.parametrize("kind", TYPES)
def test_every_plugin_is_shown(documented, kind):
    assert files(kind)
    assert set(documented[kind]) == files(kind)
    for about in documented[kind].values():
        assert about["doc"]["short_description"]


def test_every_module_has_examples_and_says_what_it_returns(documented):
    for name, about in documented["module"].items():
        assert about["examples"], name
        assert about["return"] or name.endswith("deployment_check"), name


def test_every_role_is_shown(documented):
    assert {name.removeprefix(NAME) for name in documented["role"]} == {
        path.parents[1].name for path in (ROOT / "roles").glob("*/meta/argument_specs.yml")
    }


def is_last(task: dict) -> bool:
    """Whether a task removes something, so that it has to come after those that use it."""
    return any(isinstance(value, dict) and value.get("state") == "absent" for value in task.values())


def playbook(world: World, examples: dict[str, list]) -> str:
    """Write a playbook of all examples that are tasks: those that remove something last, and in the opposite order."""
    names = [*ORDER, *sorted(name for name in examples if name not in ORDER)]
    tasks = [(name, task) for name in names for task in examples[name] if "hosts" not in task]
    lasting = [task for _name, task in tasks if not is_last(task)]
    removing = [task for name in reversed(names) for owner, task in tasks if owner == name and is_last(task)]
    play = {
        "hosts": "llm_services",
        "gather_facts": False,
        "environment": "{{ lookup('llmops.ecs.aws_environment') }}",
        "tasks": [*yaml.safe_load(PREPARATION), *lasting, *removing],
    }
    path = world.folder / "examples.yml"
    path.write_text(yaml.safe_dump([play], sort_keys=False))
    shutil.copy(TASK_DEFINITION, world.folder / "task-definition.yaml")
    return str(path)


def test_every_example_task_works(world, examples, documented):
    played = world.play(playbook(world, examples))

    assert played.code == 0, played.output
    shown = [name for name, _text in played.tasks]
    for tasks in examples.values():
        assert all(task["name"] in shown for task in tasks if "hosts" not in task)
    told = " ".join(about["examples"] for about in documented["filter"].values())
    for block in re.findall(r"# => .*", told):
        for address in re.findall(r"\d+\.\d+\.\d+\.\d+/\d+", block):
            assert address in played.output


def test_every_example_play_works(world, examples):
    plays = [play for found in examples.values() for play in found if "hosts" in play]
    path = world.folder / "plays.yml"
    path.write_text(yaml.safe_dump(plays, sort_keys=False))
    config = world.folder / "aws-config"
    keys = "aws_access_key_id = sandbox\naws_secret_access_key = sandbox\n"
    config.write_text(f"[profile sandbox]\n{keys}endpoint_url = {world.url}\n")

    played = world.play(str(path), AWS_CONFIG_FILE=str(config))

    assert plays
    assert played.code == 0, played.output
    assert played.output.count("ok: [localhost]") == sum(len(play["tasks"]) for play in plays)
