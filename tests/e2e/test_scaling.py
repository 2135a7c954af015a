# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How services scale, said in an inventory: what AWS has of it, drift, and deployments that are interrupted."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest
from conftest import BIN, ROOT, Play, World

CLUSTER = "llm-local"
TASK = "Configure auto scaling"
# The policy of the guide, and what the guide says its command cannot do.
GUIDE = {
    "min_capacity": 0,
    "max_capacity": 3,
    "policies": [
        {
            "name": "fastapi-demo-cpu-scaling",
            "type": "target_tracking",
            "metric": "cpu",
            "target": 5.0,
            "scale_in_cooldown": 60,
            "scale_out_cooldown": 60,
        }
    ],
}
OUT = {"above": 70, "cooldown": 60, "steps": [{"below": 90, "add": 1}, {"add": 2}]}
IN = {"below": 30, "evaluation_periods": 10, "datapoints_to_alarm": 10, "steps": [{"remove": 1}]}
FINE = {
    "min_capacity": 1,
    "max_capacity": 3,
    "policies": [{"name": "fine", "type": "step", "metric": "cpu", "scale_out": OUT, "scale_in": IN}],
    "schedules": [{"name": "night", "cron": "0 20 * * ? *", "timezone": "Europe/Rome", "max_capacity": 2}],
}
DIMENSIONS = [{"Name": "ClusterName", "Value": CLUSTER}, {"Name": "ServiceName", "Value": "fine"}]
CPU = {"Namespace": "AWS/ECS", "MetricName": "CPUUtilization", "Dimensions": DIMENSIONS, "Statistic": "Average"}
PREFIX = f"llmops/service/{CLUSTER}/fine/"


@pytest.fixture(scope="module")
def world(world):
    world.guide_service()
    world.hosts(guide={"ecs_service_scaling": GUIDE}, fine={"ecs_service_scaling": FINE})
    return world


@pytest.fixture(scope="module")
def deployed(world):
    return world.deploy()


def policies(world: World, service: str) -> dict[str, dict]:
    """Return a service's policies by name, without what AWS makes up."""
    found = world.client("application-autoscaling").describe_scaling_policies(
        ServiceNamespace="ecs", ResourceId=f"service/{CLUSTER}/{service}"
    )["ScalingPolicies"]
    made_up = (
        "PolicyARN",
        "PolicyName",
        "CreationTime",
        "Alarms",
        "ServiceNamespace",
        "ResourceId",
        "ScalableDimension",
    )
    return {item["PolicyName"]: {k: v for k, v in item.items() if k not in made_up} for item in found}


def alarms(world: World) -> dict[str, dict]:
    """Return the alarms that are not AWS's own, by the last part of their names."""
    found = world.client("cloudwatch").describe_alarms(AlarmNamePrefix=PREFIX)["MetricAlarms"]
    return {item["AlarmName"].removeprefix(PREFIX): item for item in found}


def target(world: World, service: str = "fine") -> dict:
    """Return a service's scalable target, with its tags."""
    client = world.client("application-autoscaling")
    found = client.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[f"service/{CLUSTER}/{service}"])
    [there] = found["ScalableTargets"]
    return {**there, "Tags": client.list_tags_for_resource(ResourceARN=there["ScalableTargetARN"])["Tags"]}


def suspended(world: World) -> list[str]:
    """Return what does not scale at the moment, and the tags that say that it is for a deployment."""
    there = target(world)
    flags = [name for name, value in there.get("SuspendedState", {}).items() if value]
    return [*flags, *(name for name in there["Tags"] if name.startswith("llmops:suspended"))]


def test_the_guides_policy_is_what_its_commands_make(world, deployed):
    there = target(world, "guide")

    assert (there["MinCapacity"], there["MaxCapacity"]) == (0, 3)
    assert there["Tags"]["llmops:service"] == "guide"
    assert policies(world, "guide") == {
        "fastapi-demo-cpu-scaling": {
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 5.0,
                "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
                "ScaleOutCooldown": 60,
                "ScaleInCooldown": 60,
            },
        }
    }
    assert "no policy or schedule can leave zero" in " ".join(deployed.output.split())


def test_ten_datapoints_in_ten_minutes(world, deployed):
    there = policies(world, "fine")
    arns = world.client("application-autoscaling").describe_scaling_policies(
        ServiceNamespace="ecs", ResourceId=f"service/{CLUSTER}/fine", PolicyNames=["fine-in"]
    )["ScalingPolicies"]

    assert there["fine-out"]["StepScalingPolicyConfiguration"] == {
        "AdjustmentType": "ChangeInCapacity",
        "StepAdjustments": [
            {"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 20.0, "ScalingAdjustment": 1},
            {"MetricIntervalLowerBound": 20.0, "ScalingAdjustment": 2},
        ],
        "Cooldown": 60,
        "MetricAggregationType": "Average",
    }
    assert there["fine-in"]["StepScalingPolicyConfiguration"] == {
        "AdjustmentType": "ChangeInCapacity",
        "StepAdjustments": [{"MetricIntervalUpperBound": 0.0, "ScalingAdjustment": -1}],
        "Cooldown": 300,
        "MetricAggregationType": "Average",
    }
    found = alarms(world)
    assert set(found) == {"fine-out", "fine-in"}
    expected = {
        **CPU,
        "Period": 60,
        "EvaluationPeriods": 10,
        "DatapointsToAlarm": 10,
        "Threshold": 30.0,
        "ComparisonOperator": "LessThanThreshold",
        "TreatMissingData": "notBreaching",
        "ActionsEnabled": True,
        "AlarmActions": [item["PolicyARN"] for item in arns if item["PolicyName"] == "fine-in"],
    }
    assert {name: found["fine-in"][name] for name in expected} == expected
    assert (found["fine-out"]["EvaluationPeriods"], found["fine-out"]["DatapointsToAlarm"]) == (3, 3)
    assert found["fine-out"]["ComparisonOperator"] == "GreaterThanThreshold"


def test_a_second_run_changes_nothing(world, deployed):
    world.control("DELETE", "requests")

    second = world.deploy()

    assert second.count == 0, second.changed
    assert world.writes() == []


def test_an_alarm_edited_by_hand_is_shown_and_repaired(world, deployed):
    own = {"fine-out", "fine-in"}
    before = {name: alarms(world)[name]["Threshold"] for name in own}
    edited = {name: alarms(world)["fine-in"][name] for name in (*CPU, "Period", "EvaluationPeriods", "AlarmActions")}
    world.client("cloudwatch").put_metric_alarm(
        AlarmName=f"{PREFIX}fine-in", Threshold=55.0, ComparisonOperator="LessThanThreshold", **edited
    )

    planned = world.deploy("--check", "--diff", "--limit", "fine")
    repaired = world.deploy("--limit", "fine")

    assert planned.changed == repaired.changed == {TASK}
    assert {"-Threshold: 55.0", "+Threshold: 30.0"} <= planned.diff(TASK)
    assert {name: alarms(world)[name]["Threshold"] for name in own} == before
    assert alarms(world)["fine-in"]["TreatMissingData"] == "notBreaching"


def test_a_policy_that_leaves_the_inventory_takes_its_alarms_along(world, deployed):
    world.hosts(
        guide={"ecs_service_scaling": GUIDE},
        fine={"ecs_service_scaling": {**FINE, "policies": [{**FINE["policies"][0], "scale_in": None}]}},
    )
    one = world.deploy("--limit", "fine")
    left = set(alarms(world))
    world.hosts(guide={}, fine={"ecs_service_scaling": FINE})
    world.deploy()

    assert one.changed == {TASK}
    assert left == {"fine-out"}
    assert set(alarms(world)) == {"fine-out", "fine-in"}
    # A document that is gone takes everything along, also the alarms that are AWS's own.
    found = world.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")
    assert [item["ResourceId"] for item in found["ScalableTargets"]] == [f"service/{CLUSTER}/fine"]
    assert policies(world, "guide") == {}


class Road:
    """A way to the embedded AWS that can be closed while a play is on it."""

    def __init__(self, port: int):
        self.far, self.open, self.pairs = port, True, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while self.open:
                near, _address = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", self.far))
                self.pairs.append((near, far))
                for a, b in ((near, far), (far, near)):
                    threading.Thread(target=self.pump, args=(a, b), daemon=True).start()

    @staticmethod
    def pump(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.open = False
        for end in (self.listener, *(end for pair in self.pairs for end in pair)):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def children(process: int) -> list[int]:
    """Return a process with all that it started, the oldest first."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [process]
    for each in found:
        found += parents.get(each, [])
    return found


def sigint(play: subprocess.Popen, _road: Road) -> None:
    """As Ctrl-C does in a terminal: to the whole foreground group."""
    os.killpg(play.pid, signal.SIGINT)


def sigkill(play: subprocess.Popen, _road: Road) -> None:
    for process in children(play.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def endpoint_goes_away(_play: subprocess.Popen, road: Road) -> None:
    road.close()


@pytest.mark.parametrize("interrupt", [sigint, sigkill, endpoint_goes_away])
def test_a_deployment_that_is_interrupted_does_not_leave_scaling_suspended_for_good(world, deployed, interrupt):
    world.hosts(fine={"ecs_service_scaling": FINE, "ecs_service_environment": {"RUN": interrupt.__name__}})
    road = Road(world.port)
    command = [
        str(BIN / "ansible-playbook"),
        "deploy.yml",
        "-i",
        str(world.inventory),
        "-e",
        "deployment_local_aws=false",
    ]
    command += ["-e", f"aws_endpoint_url=http://127.0.0.1:{road.port}"]
    output = world.folder / "interrupted.txt"
    with output.open("w") as out:
        play = subprocess.Popen(
            command,
            cwd=ROOT,
            env=world.environment(),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + 120
            while "DynamicScalingOutSuspended" not in suspended(world):
                assert play.poll() is None, output.read_text()
                assert time.monotonic() < deadline, output.read_text()
            interrupt(play, road)
            code = play.wait(timeout=120)
        finally:
            sigkill(play, road)
            road.close()
            play.wait()

    assert code != 0
    assert suspended(world) == ["DynamicScalingOutSuspended", "llmops:suspended-for-deployment"]
    assert set(policies(world, "fine")) == {"fine-out", "fine-in"}
    repaired = world.deploy()
    said = " ".join(repaired.output.split())
    assert "was interrupted" in said, repaired.output
    assert suspended(world) == []
    assert world.deploy().count == 0


def test_a_deployment_without_a_fault_leaves_no_trace(world, deployed):
    world.hosts(fine={"ecs_service_scaling": FINE, "ecs_service_environment": {"RUN": "smooth"}})

    play = world.deploy()

    assert [name for name, _text in play.tasks if name in ("Suspend scaling out", "Resume auto scaling")] == [
        "Suspend scaling out",
        "Resume auto scaling",
    ]
    assert "interrupted" not in play.output
    assert suspended(world) == []


def test_destroy_takes_it_all_away(world, deployed):
    play: Play = world.play("destroy.yml", "-e", "local_aws_keep=true")

    assert play.code == 0, play.output
    assert (
        world.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
        == []
    )
    assert world.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
