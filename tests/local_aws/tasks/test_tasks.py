# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that are run on their own: how they start, why they do not, and how they end. All start at once."""

from __future__ import annotations

import itertools
import json
import re
import socket
import sys

import pytest
from ecs_world import CHECK, HEALTHY, PORT, TRUST, World, images, wait


@pytest.fixture(scope="module")
def world(server, tmp_path_factory):
    """Return a world."""
    server.http("PUT", "/_local_aws/images", images(tmp_path_factory.mktemp("web")))
    made = World(server, "tasks")
    yield made
    made.clean_up()


@pytest.fixture(scope="module")
def tasks(world):
    """Return the ARNs of tasks by name, all running, or failing, at the same time."""
    wait(lambda: None, _settled(world))
    statement = {**TRUST["Statement"][0], "Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}}
    other = json.dumps({**TRUST, "Statement": [statement]})
    distrusting = world.iam.create_role(RoleName="tasks-other", AssumeRolePolicyDocument=other)["Role"]["Arn"]
    nobody = "arn:aws:iam::123456789012:role/nobody"
    secret = world.secrets.create_secret(Name="tasks/key", SecretString="plain")["ARN"]
    wanted = [{"name": "KEY", "valueFrom": secret}]
    missing = [{"name": "KEY", "valueFrom": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:none-AbCdEf"}]
    nameless = [{"name": "KEY", "valueFrom": "/tasks/none"}]
    logs = world.container("x")["logConfiguration"]
    elsewhere = {**logs, "options": {**logs["options"], "awslogs-group": "/ecs/none"}}
    created = {
        **logs,
        "options": {**logs["options"], "awslogs-group": "/ecs/tasks-made", "awslogs-create-group": "true"},
    }
    ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/llm:1"
    sidecar = world.container("web:1", name="model", healthCheck={**CHECK, "command": ["CMD-SHELL", _shell(HEALTHY)]})
    waiting = world.container(
        "sleep:1", portMappings=[], dependsOn=[{"containerName": "model", "condition": "HEALTHY"}]
    )
    defined = {
        "web": {"image": "web:1", "healthCheck": CHECK},
        "other-role": {"image": "web:1", "task": {"executionRoleArn": distrusting}},
        "no-role": {"image": "web:1", "task": {"executionRoleArn": nobody}},
        "no-task-role": {"image": "web:1", "task": {"taskRoleArn": nobody}},
        "no-secret": {"image": "web:1", "secrets": missing},
        "no-parameter": {"image": "web:1", "secrets": nameless},
        "not-allowed": {"image": "web:1", "secrets": wanted},
        "no-group": {"image": "web:1", "logConfiguration": elsewhere},
        "makes-group": {"image": "sleep:1", "logConfiguration": created},
        "ecr": {"image": ecr},
        "no-image": {"image": "nowhere:1"},
        "greedy": {"image": "greedy:1", "memory": 128},
        "stubborn": {"image": "stubborn:1"},
        "two": {"containers": [waiting, sidecar]},
        "words": {"image": "sleep:1", "entryPoint": ["sh", "-c"], "command": ["echo $HOST ${PORT} $0; exit 4"]},
    }
    arns = {name: world.run(world.register(name, **settings)) for name, settings in defined.items()}
    arns["private"] = world.run("web", networkConfiguration=world.network("DISABLED"))
    override = {
        "name": "app",
        "command": ["sh", "-c", "echo $GREETING; exit 5"],
        "environment": [{"name": "GREETING", "value": "hi"}],
    }
    arns["override"] = world.run("web", overrides={"containerOverrides": [override]}, startedBy="a test")
    return arns


def _shell(code):
    return f"{sys.executable} -ISc '{code}'"


def _settled(world):
    """The role is as new as on AWS for two seconds."""
    created = world.iam.get_role(RoleName="tasks-exec")["Role"]["CreateDate"]
    return lambda _: created.now(created.tzinfo).timestamp() > created.timestamp() + 2.5


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("no-image", "CannotPullContainerError: .*failed to resolve ref nowhere:1: nowhere:1: not found"),
        ("ecr", "CannotPullContainerError: .*: not found"),
        ("private", "CannotPullContainerError: .*i/o timeout"),
        ("no-role", "ResourceInitializationError: .*unable to assume the role.*role/nobody"),
        ("no-task-role", "ResourceInitializationError: .*unable to assume the role.*role/nobody"),
        ("other-role", "ResourceInitializationError: .*unable to assume the role.*role/tasks-other"),
        ("no-secret", "ResourceInitializationError: .*from asm: .*ResourceNotFoundException"),
        ("no-parameter", "ResourceInitializationError: .*from ssm: .*invalid parameters: /tasks/none"),
        (
            "not-allowed",
            "ResourceInitializationError: .*AccessDenied.*not authorized to perform: secretsmanager:GetSecretValue",
        ),
        (
            "no-group",
            "ResourceInitializationError: failed to validate logger args: .*The specified log group does not exist",
        ),
    ],
)
def test_a_task_that_cannot_start_says_why(world, tasks, name, reason):
    task = world.wait_stopped(arn=tasks[name])
    assert task["stopCode"] == "TaskFailedToStart"
    assert "startedAt" not in task
    (container,) = task["containers"]
    assert container["reason"] == task["stoppedReason"]
    assert "exitCode" not in container
    assert re.search(reason, task["stoppedReason"])


def test_the_security_group_is_enforced(world, tasks):
    task = wait(lambda: world.task(tasks["web"]), lambda found: found["healthStatus"] == "HEALTHY")
    assert world.ask(task)["FROM"] == "image"
    address = world.interface(task)["Association"]["PublicIp"]
    # The reset may come while the client still connects.
    with pytest.raises(ConnectionResetError):
        answer_from("127.0.0.9", address)
    assert answer_from("127.0.0.1", address).startswith(b"HTTP/1.0 200")


def answer_from(source, address):
    """Return the first bytes that are answered to a request from a source address."""
    with socket.create_connection((address, PORT), timeout=5, source_address=(source, 0)) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return connection.recv(100)


def test_a_container_waits_for_the_health_of_another(world, tasks):
    task = wait(lambda: world.task(tasks["two"]), lambda found: found["lastStatus"] == "RUNNING")
    containers = {container["name"]: container for container in task["containers"]}
    assert containers["model"]["healthStatus"] == "HEALTHY"
    assert containers["app"]["lastStatus"] == "RUNNING"
    assert task["healthStatus"] == "HEALTHY"


def test_too_much_memory_kills_the_container(world, tasks):
    task = world.wait_stopped(arn=tasks["greedy"])
    (container,) = task["containers"]
    assert container["exitCode"] == 137
    assert container["reason"] == "OutOfMemoryError: Container killed due to memory usage"
    assert task["stopCode"] == "EssentialContainerExited"


def test_sigterm_is_followed_by_sigkill_after_the_stop_timeout(world, tasks):
    wait(lambda: world.task(tasks["stubborn"]), lambda found: found["lastStatus"] == "RUNNING")
    stopping = world.ecs.stop_task(cluster="tasks", task=tasks["stubborn"], reason="enough")["task"]
    assert stopping["desiredStatus"] == "STOPPED"
    assert stopping["lastStatus"] != "STOPPED"
    task = world.wait_stopped(arn=tasks["stubborn"])
    assert (task["stopCode"], task["stoppedReason"]) == ("UserInitiated", "enough")
    (container,) = task["containers"]
    # The interpreter may not have come to ignoring the signal yet.
    assert container["exitCode"] in (137, 143)
    if container["exitCode"] == 137:
        assert (task["stoppedAt"] - task["stoppingAt"]).total_seconds() >= 2


def test_entry_point_and_command_come_from_the_task_definition(world, tasks):
    task = world.wait_stopped(arn=tasks["words"])
    assert task["containers"][0]["exitCode"] == 4
    assert lines(world, task) == [f"{lines(world, task)[0].split()[0]} {PORT} sh"]
    assert lines(world, task)[0].startswith("127.")


def test_a_run_may_override_command_and_environment(world, tasks):
    task = world.wait_stopped(arn=tasks["override"])
    assert task["containers"][0]["exitCode"] == 5
    assert lines(world, task) == ["hi"]
    listed = world.ecs.list_tasks(cluster="tasks", startedBy="a test", desiredStatus="STOPPED")["taskArns"]
    assert listed == [tasks["override"]]


def test_the_log_group_is_made_where_that_was_asked_for(world, tasks):
    """The managed policy does not let a task make one."""
    task = world.wait_stopped(arn=tasks["makes-group"])
    assert "not authorized to perform: logs:CreateLogGroup" in task["stoppedReason"]
    allowed = '{"Statement": [{"Effect": "Allow", "Action": "logs:CreateLogGroup", "Resource": "*"}]}'
    world.iam.put_role_policy(
        RoleName="tasks-exec", PolicyName="groups", PolicyDocument=f'{{"Version": "2012-10-17", {allowed[1:]}'
    )
    arn = world.run("makes-group")
    wait(lambda: world.task(arn), lambda found: found["lastStatus"] == "RUNNING")
    streams = world.logs.describe_log_streams(logGroupName="/ecs/tasks-made")["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == [f"llm/app/{arn.rpartition('/')[2]}"]


def test_tasks_are_found_by_what_they_are(world, tasks):
    running = world.ecs.list_tasks(cluster="tasks", family="two")["taskArns"]
    assert running == [tasks["two"]]
    assert tasks["no-image"] not in world.ecs.list_tasks(cluster="tasks")["taskArns"]
    paginator = world.ecs.get_paginator("list_tasks")
    pages = paginator.paginate(cluster="tasks", desiredStatus="STOPPED", PaginationConfig={"PageSize": 2})
    found = [page["taskArns"] for page in pages]
    assert max(len(arns) for arns in found) == 2
    assert tasks["no-image"] in list(itertools.chain.from_iterable(found))
    answer = world.ecs.describe_tasks(cluster="tasks", tasks=[tasks["two"], "0" * 32])
    assert [task["taskArn"] for task in answer["tasks"]] == [tasks["two"]]
    assert [failure["reason"] for failure in answer["failures"]] == ["MISSING"]
    with pytest.raises(world.ecs.exceptions.InvalidParameterException, match="was not found"):
        world.ecs.stop_task(cluster="tasks", task="0" * 32)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"count": 11}, "count is not valid"),
        ({"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0"]}}}, "subnet-0"),
        ({"launchType": "EC2"}, "No Container Instances"),
        ({"launchType": "FARGATE", "tags": [{"key": "aws:x", "value": ""}]}, "reserved aws:"),
    ],
)
def test_what_run_task_refuses(world, tasks, settings, message):
    with pytest.raises(world.ecs.exceptions.InvalidParameterException, match=message):
        world.run("web", **settings)


def lines(world, task):
    """Return what a task's container has said."""
    stream = f"llm/app/{task['taskArn'].rpartition('/')[2]}"
    events = world.logs.get_log_events(logGroupName="/ecs/tasks", logStreamName=stream)["events"]
    return [event["message"] for event in events]
