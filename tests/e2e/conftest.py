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
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
REGION = "eu-west-1"
REGISTRY = f"123456789012.dkr.ecr.{REGION}.amazonaws.com"
GUIDE_IMAGE = f"{REGISTRY}/llm-gpt4all-fastapi-demo:latest"
# A container health check that gives up within seconds, for tests in which that is what happens.
HASTY = {"interval": 5, "timeout": 2, "retries": 1, "startPeriod": 3}


@dataclass
class Play:
    """What one run of ansible-playbook said."""

    code: int
    output: str

    @property
    def changed(self) -> set[str]:
        """The names of the tasks that changed something."""
        found, task = set(), ""
        for line in self.output.splitlines():
            if match := re.match(r"(?:TASK|RUNNING HANDLER) \[(.*?)\] \*+", line):
                task = match[1].rsplit(" : ", 1)[-1]
            elif line.startswith("changed: ["):
                found.add(task)
        return found

    @property
    def count(self) -> int:
        """How many changes the recap counts, over all hosts."""
        return sum(int(number) for number in re.findall(r"changed=(\d+)", self.output))


class World:
    """A checkout's playbooks, an inventory that a test may edit, and an embedded AWS on a port of its own."""

    def __init__(self, folder: Path, port: int):
        self.folder, self.port = folder, port
        self.url = f"http://127.0.0.1:{port}"
        self.inventory = folder / "inventory"
        shutil.copytree(ROOT / "inventories" / "local", self.inventory)
        self.image = folder / "image"
        shutil.copytree(ROOT / "tests" / "images" / "gpt4all_fastapi", self.image)

    def variables(self, name: str = "test", **values) -> None:
        """Write variables of the group into a file of their own, over what the file said before."""
        (self.inventory / "group_vars" / "llm_services" / f"{name}.yml").write_text(yaml.safe_dump(values))

    def hosts(self, **hosts) -> None:
        """Make these the inventory's services; a value is a service's own variables."""
        (self.inventory / "hosts.yml").write_text(yaml.safe_dump({"llm_services": {"hosts": hosts}}))

    def guide_service(self, **values) -> None:
        """Let the inventory be one service that runs the small stand-in for the gpt4all server."""
        image = {"working_directory": str(self.image), "path": [str(BIN)], "command": ["python", "server.py"]}
        self.variables("local_aws", local_aws_port=self.port, local_aws_images={GUIDE_IMAGE: image})
        self.variables("ecs_service", ecs_service_image=GUIDE_IMAGE, ecs_service_preset="gpt4all_fastapi", **values)

    def play(self, playbook: str, *arguments: str, **environment: str) -> Play:
        """Run a playbook of the checkout with the inventory."""
        return run([playbook, "-i", str(self.inventory), *arguments], ROOT, self.environment(**environment))

    def environment(self, **more: str) -> dict[str, str]:
        """Return what ansible-playbook sees."""
        return os.environ | {"LOCAL_AWS_PORT": str(self.port), "ANSIBLE_FORCE_COLOR": "0"} | more

    def deploy(self, *arguments: str, **environment: str) -> Play:
        """Deploy; the play must succeed."""
        play = self.play("deploy.yml", *arguments, **environment)
        assert play.code == 0, play.output
        return play

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


def listens(port: int) -> bool:
    """Whether anything answers on a loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    world = World(tmp_path_factory.mktemp("world"), port)
    yield world
    # A test that failed may have left the server running.
    subprocess.run(
        [sys.executable, "roles/local_aws/files/launch.py", "stop"],
        cwd=ROOT,
        input=json.dumps({"directory": f"{os.environ['XDG_CACHE_HOME']}/llmops.ecs", "port": port}),
        text=True,
        check=True,
    )
    assert not listens(port)
