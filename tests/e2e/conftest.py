# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks as a user runs them, against an embedded AWS of the test's own."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "llmops.ecs"
# Beside this folder lies what builds and installs the collection.
sys.path.append(str(ROOT / "tests"))
REGION = "eu-west-1"
REGISTRY = f"123456789012.dkr.ecr.{REGION}.amazonaws.com"
GUIDE_IMAGE = f"{REGISTRY}/llm-gpt4all-fastapi-demo:latest"
TASK_DEFINITION = ROOT / "tests" / "unit" / "plugins" / "fixtures" / "llm-gpt4all-ecs-server.yaml"
# A container health check that gives up within seconds, for tests in which that is what happens.
HASTY = {"interval": 5, "timeout": 5, "retries": 1, "startPeriod": 5}


@dataclass
class Play:
    """What one run of ansible-playbook said."""

    code: int
    output: str

    @property
    def tasks(self) -> list[tuple[str, str]]:
        """The tasks that ran, each with its name and what was printed of it."""
        _before, *parts = re.split(r"^(?:TASK|RUNNING HANDLER) \[(.*?)\] \*+$", self.output, flags=re.MULTILINE)
        return [(name.rsplit(" : ", 1)[-1], text) for name, text in zip(parts[::2], parts[1::2], strict=True)]

    @property
    def changed(self) -> set[str]:
        """The names of the tasks that changed something."""
        return {name for name, text in self.tasks if re.search(r"^changed: \[", text, re.MULTILINE)}

    @property
    def count(self) -> int:
        """How many changes the recap counts, over all hosts."""
        return sum(int(number) for number in re.findall(r"changed=(\d+)", self.output))

    @property
    def failed(self) -> dict[str, str]:
        """The message of each host that failed."""
        found = re.findall(r"^fatal: \[(.+?)\]: FAILED! => *\n((?: .*\n|\n)*)", self.output, re.MULTILINE)
        return {host: yaml.safe_load(text)["msg"] for host, text in found}

    @property
    def urls(self) -> dict[str, str]:
        """Where each service answers, as the last lines say."""
        return dict(re.findall(r"^(\S+): (http://\S+)$", self.output.partition("PLAY RECAP")[2], re.MULTILINE))

    def diff(self, task: str) -> set[str]:
        """The lines that a task's diff takes away (-) and puts in (+), without their indentation."""
        text = "".join(text for name, text in self.tasks if name == task)
        return {f"{sign}{line}" for sign, line in re.findall(r"^([+-])(?![+-]) *(\S.*)$", text, re.MULTILINE)}


class World:
    """A checkout's playbooks, an inventory that a test may edit, and an embedded AWS on a port of its own."""

    def __init__(self, folder: Path, port: int):
        self.folder, self.port = folder, port
        self.url = f"http://127.0.0.1:{port}"
        self.inventory = folder / "inventory"
        shutil.copytree(ROOT / "inventories" / "local", self.inventory)
        self.image = folder / "image"
        shutil.copytree(ROOT / "tests" / "images" / "gpt4all_fastapi", self.image)
        self.images: dict[str, dict] = {}

    def variables(self, name: str = "test", **values) -> None:
        """Write variables of the group into a file of their own, over what the file said before."""
        (self.inventory / "group_vars" / "llm_services" / f"{name}.yml").write_text(yaml.safe_dump(values))

    def hosts(self, **hosts) -> None:
        """Make these the inventory's services; a value is a service's own variables."""
        (self.inventory / "hosts.yml").write_text(yaml.safe_dump({"llm_services": {"hosts": hosts}}))

    def push(self, name: str, **environment: str) -> str:
        """Let there be an image of the small stand-in for the gpt4all server from the next run on; return its name."""
        program = {"working_directory": str(self.image), "path": [str(BIN)], "command": ["python", "server.py"]}
        self.images[name] = {**program, "environment": environment}
        self.variables("local_aws", local_aws_port=self.port, local_aws_images=self.images)
        return name

    def warm(self) -> None:
        """Let the plays take less time: what the inventory does by itself, other tests show."""
        interpreter = "{{ ansible_playbook_python }}"
        self.variables("ansible", ansible_connection="llmops.ecs.warm", ansible_python_interpreter=interpreter)

    def guide_service(self, **values) -> None:
        """Let the inventory's services run the guide's image, with nothing but its name and the preset."""
        self.warm()
        self.push(GUIDE_IMAGE)
        self.variables("ecs_service", ecs_service_image=GUIDE_IMAGE, ecs_service_preset="gpt4all_fastapi", **values)

    def play(self, playbook: str, *arguments: str, **environment: str | None) -> Play:
        """Run a playbook of the checkout with the inventory."""
        return run([playbook, "-i", str(self.inventory), *arguments], ROOT, self.environment(**environment))

    def deploy(self, *arguments: str, **environment: str | None) -> Play:
        """Deploy; the play must succeed."""
        play = self.play("deploy.yml", *arguments, **environment)
        assert play.code == 0, play.output
        return play

    def tasks(self, *tasks: dict, check: bool = False) -> list[dict]:
        """Run tasks in a play of their own, which need not succeed; return their results."""
        names = [f"result_{number}" for number in range(len(tasks))]
        results = self.folder / "results.json"
        results.unlink(missing_ok=True)
        keep = {"content": f"{{{{ [{', '.join(names)}] | to_json }}}}", "dest": str(results)}
        play = {
            "hosts": "llm_services[0]",
            "gather_facts": False,
            "environment": "{{ lookup('llmops.ecs.aws_environment') }}",
            "tasks": [
                *({**task, "register": name, "failed_when": False} for name, task in zip(names, tasks, strict=True)),
                {"ansible.builtin.copy": keep, "check_mode": False},
            ],
        }
        playbook = self.folder / "tasks.yml"
        playbook.write_text(yaml.safe_dump([play]))
        played = self.play(str(playbook), *(["--check"] if check else []))
        assert played.code == 0, played.output
        return json.loads(results.read_text())

    def environment(self, **more: str | None) -> dict[str, str]:
        """Return what ansible-playbook sees; None takes a variable away."""
        shown = {"ANSIBLE_DISPLAY_OK_HOSTS": "true", "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "true"}
        seen = os.environ | {"LOCAL_AWS_PORT": str(self.port), "ANSIBLE_FORCE_COLOR": "0"} | shown | more
        return {name: value for name, value in seen.items() if value is not None}

    def server(self, verb: str) -> dict:
        """Start or stop the embedded AWS without a play."""
        command = [sys.executable, "roles/local_aws/files/launch.py", verb]
        request = json.dumps({"directory": str(CACHE), "port": self.port, "images": self.images})
        result = subprocess.run(command, cwd=ROOT, input=request, stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(result.stdout)

    def client(self, service: str):
        """Return a boto3 client of the embedded AWS."""
        keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
        return boto3.client(service, region_name=REGION, endpoint_url=self.url, **keys)

    def control(self, method: str, path: str, body: object = None) -> object:
        """Call a control route of the embedded AWS."""
        request = urllib.request.Request(f"{self.url}/_local_aws/{path}", json.dumps(body).encode(), method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or "null")

    def writes(self) -> list[str]:
        """Return the AWS calls on record that could have changed something."""
        return [f"{call['service']}:{call['action']}" for call in self.control("GET", "requests") if call["write"]]


def run(arguments: list[str], folder: Path, environment: dict[str, str]) -> Play:
    """Run ansible-playbook to its end, with what it prints on both streams in one text."""
    result = subprocess.run(
        [str(BIN / "ansible-playbook"), *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
        check=False,
    )
    return Play(result.returncode, result.stdout)


def generate(url: str, text: str = "hello") -> str:
    """Ask a server as the guide's users do: GET with a JSON body. Raises ConnectionError if it cannot be reached."""
    body = json.dumps({"text": text}).encode()
    request = urllib.request.Request(f"{url}/generate", body, {"Content-Type": "application/json"}, method="GET")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read().decode()
    except urllib.error.URLError as error:
        raise ConnectionError(f"{url}: {error}") from error


def listens(port: int) -> bool:
    """Whether anything answers on a loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Return a loopback port that nothing uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("world"), free_port())
    yield world
    # A test that failed may have left the server running.
    world.server("stop")
    assert not listens(world.port)
