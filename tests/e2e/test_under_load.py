# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What callers notice behind the load balancer while tasks come and go: a load generator asks all the time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import ROOT, World
from packages import with_packages

LOAD = ROOT / "tests" / "load"
USERS = 23
#: Seconds of load before what happens, for a rate to be seen, and after it.
BEFORE = AFTER = 8
GOOD = {200}


@dataclass(frozen=True)
class Asked:
    """One request: when it began (seconds since the epoch), the seconds it took, its status and what went wrong."""

    name: str
    began: float
    seconds: float
    status: int
    error: str

    @property
    def is_lost(self) -> bool:
        return self.status not in GOOD or self.error != ""


class Load:
    """The generator and what it has recorded."""

    def __init__(self, record: Path) -> None:
        self.record = record

    @property
    def asked(self) -> list[Asked]:
        """Every request that has ended, answers by their streams' ends."""
        lines = self.record.read_text().splitlines() if self.record.exists() else []
        return [asked for asked in (Asked(**json.loads(line)) for line in lines) if asked.name != "headers"]

    def named(self, name: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.name == name]

    @property
    def lost(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.is_lost]


@contextmanager
def load(url: str, record: Path):
    """Load on the URL from the first answer on; at the end every request that began has ended."""
    locust = ["locust", "--locustfile", str(LOAD / "locustfile.py"), "--headless", "--only-summary", "--host", url]
    how_much = ["--users", str(USERS), "--spawn-rate", str(USERS), "--stop-timeout", "120"]
    process = subprocess.Popen(
        with_packages(LOAD / "requirements.txt", *locust, *how_much),
        env={**os.environ, "RECORD": str(record), "NO_PROXY": "*"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    running = Load(record)
    try:
        deadline = time.monotonic() + 120
        while not running.named("answer"):
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.5)
        time.sleep(BEFORE)
        yield running
        time.sleep(AFTER)
    finally:
        process.send_signal(signal.SIGINT)
        output, _errors = process.communicate(timeout=150)
        print(output)


@pytest.fixture(scope="module")
def url(world: World) -> str:
    """Two tasks of the real model behind a load balancer."""
    world.warm()
    world.variables("load_balancer", load_balancer_state="present", load_balancer_http_port=8080)
    settings = {"ecs_service_desired_count": 2, "ecs_service_longest_answer_seconds": 30}
    world.variables("load", **settings, ecs_service_environment=mark(world))
    return world.deploy().urls["llm"]


def mark(world: World) -> dict[str, str]:
    """Return the environment by which this world's processes are known."""
    return {"WORLD": str(world.port)}


def overlapping(answers: list[Asked]) -> int:
    """Return the number of answers that began before another one ended."""
    return sum(
        any(other is not one and one.began < other.began < one.began + one.seconds for other in answers)
        for one in answers
    )


def test_a_rolling_deployment_loses_no_request(world, url, tmp_path):
    world.variables("now", ecs_service_environment={**mark(world), "LLM_SERVER_MAX_QUEUE": "9"})
    with load(url, tmp_path / "record") as generator:
        began = time.time()
        deployed = world.deploy()
        took = time.time() - began

    during = [asked for asked in generator.named("health") if began <= asked.began <= began + took]
    assert "Deploy the service" in deployed.changed
    assert generator.lost == []
    assert len(during) / took > 15
    assert overlapping(generator.named("answer")) > 5


def test_a_scale_in_loses_no_request(world, url, tmp_path):
    with load(url, tmp_path / "record") as generator:
        world.deploy("-e", "ecs_service_desired_count=1")

    assert generator.lost == []
    assert len(generator.named("answer")) > 5
    [task] = world.client("ecs").list_tasks(cluster="llm-local", serviceName="llm")["taskArns"]
    assert task


def test_a_killed_task_costs_502s_until_it_is_deregistered_and_none_after(world, url, tmp_path):
    world.deploy()
    with load(url, tmp_path / "record") as generator:
        before = registered(world)
        assert len(before) == 2
        os.kill(processes(world)[0], signal.SIGKILL)
        killed = time.time()
        gone = until_one_is_deregistered(world, before)
        # One more second for what was on its way when the target went.
        time.sleep(1)

    late = [asked for asked in generator.lost if asked.began > gone]
    early = [asked for asked in generator.lost if asked.began + asked.seconds < killed]
    assert (early, late) == ([], [])
    # A stream that the dead task had begun breaks off; what never reached it is a 502.
    assert {asked.status for asked in generator.lost} <= {200, 502}
    assert len(world.client("ecs").list_tasks(cluster="llm-local", serviceName="llm")["taskArns"]) == 2


def processes(world: World) -> list[int]:
    """Return the IDs of the processes that are the service's tasks."""
    [(name, value)] = mark(world).items()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"{name}={value}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def registered(world: World) -> set[str]:
    """Return the addresses of the targets that get requests."""
    elb = world.client("elbv2")
    [group] = elb.describe_target_groups()["TargetGroups"]
    shown = elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]
    return {target["Target"]["Id"] for target in shown if target["TargetHealth"]["State"] != "draining"}


def until_one_is_deregistered(world: World, before: set[str]) -> float:
    """Wait until one of the targets gets no requests any more; return when that was seen."""
    deadline = time.monotonic() + 60
    while not before - registered(world):
        assert time.monotonic() < deadline, before
        time.sleep(0.1)
    return time.time()
