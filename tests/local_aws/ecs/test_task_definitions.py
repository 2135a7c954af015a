# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be registered as a task definition, and what AWS makes of it."""

from __future__ import annotations

import copy

import pytest

from local_aws.base.refused import Context, Refused
from local_aws.ecs.task_definition import registered, units
from local_aws.refusals.task_definition import task_definition

ROLE = "arn:aws:iam::123456789012:role/llmops/exec"
AWSLOGS = {
    "logDriver": "awslogs",
    "options": {"awslogs-group": "/ecs/llm", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "llm"},
}
GOOD = {
    "family": "llm",
    "requiresCompatibilities": ["FARGATE"],
    "networkMode": "awsvpc",
    "cpu": "1024",
    "memory": "4096",
    "executionRoleArn": ROLE,
    "containerDefinitions": [
        {
            "name": "app",
            "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/llm:1",
            "portMappings": [{"containerPort": 8080}],
            "healthCheck": {"command": ["CMD-SHELL", "curl -f http://localhost:8080/"], "startPeriod": 300},
            "logConfiguration": AWSLOGS,
            "secrets": [
                {"name": "KEY", "valueFrom": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf"}
            ],
            "stopTimeout": 120,
        }
    ],
}


def check(request):
    """Raise Refused if the request is not accepted."""
    task_definition(request, Context("123456789012", "eu-west-1"))


def changed(task=None, container=None, more=()):
    """Return the good request with changes to the two, where None takes a field away; and more containers."""
    request = copy.deepcopy(GOOD)
    for document, changes in ((request, task), (request["containerDefinitions"][0], container)):
        document.update(changes or {})
        for key in [key for key, value in document.items() if value is None]:
            del document[key]
    request["containerDefinitions"] += more
    return request


TMPFS = {"linuxParameters": {"tmpfs": [{"containerPath": "/scratch", "size": 512}]}}
WINDOWS = {"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}}


def test_a_good_one_is_accepted():
    check(GOOD)


@pytest.mark.parametrize(
    ("task", "container"),
    [
        ({}, TMPFS),
        ({"runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}}, TMPFS),
        (WINDOWS, {}),
        ({"ephemeralStorage": {"sizeInGiB": 21}}, {"stopTimeout": 2}),
        ({"ephemeralStorage": {"sizeInGiB": 200}}, {"linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}}}),
        ({"family": "x" * 255}, {"healthCheck": {"command": ["CMD", "x"], "interval": 5, "timeout": 2, "retries": 10}}),
        ({}, {"logConfiguration": {"logDriver": "splunk"}}),
    ],
)
def test_what_fargate_takes(task, container):
    check(changed(task, container))


@pytest.mark.parametrize(
    ("cpu", "memory"),
    [
        ("256", "512"),
        ("256", "2048"),
        ("512", "4096"),
        ("1024", "2048"),
        ("2048", "16384"),
        ("4096", "30720"),
        ("8192", "61440"),
        ("16384", "32768"),
        ("16384", "122880"),
        ("32768", "61440"),
        ("32 vCPU", "120 GB"),
        ("32768", "249856"),
        (".25 vCPU", "0.5 GB"),
        ("16 vcpu", "64GB"),
        ("1 vCPU", "2 gb"),
    ],
)
def test_fargate_sizes(cpu, memory):
    check(changed({"cpu": cpu, "memory": memory}))


@pytest.mark.parametrize(
    ("cpu", "memory"),
    [
        ("256", "4096"),
        ("256", "1536"),
        ("300", "512"),
        ("512", "512"),
        ("1024", "9216"),
        ("4096", "31744"),
        ("8192", "17408"),
        ("16384", "36864"),
        ("16384", "131072"),
        ("32 vCPU", "64 GB"),
        ("32768", "131072"),
        ("65536", "249856"),
    ],
)
def test_sizes_that_fargate_lacks(cpu, memory):
    with pytest.raises(Refused, match="No Fargate configuration exists for given values"):
        check(changed({"cpu": cpu, "memory": memory}))


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (changed({"family": "bad family!"}), "Family contains invalid characters"),
        (changed({"family": "x" * 256}), "Family contains invalid characters"),
        (changed({"containerDefinitions": []}), "Container list cannot be empty"),
        (changed(container={"name": ""}), "Container.name should not be null or empty"),
        (changed(container={"image": None}), "Container.image should not be null or empty"),
        (changed(more=[{"name": "app", "image": "x"}]), "Container names must be unique: app"),
        (changed(container={"essential": False}), "at least one container must be essential"),
        (changed({"cpu": None}), "requires that 'cpu' be defined"),
        (changed({"memory": None}), "'memory'"),
        (changed({"cpu": "much"}), "Invalid 'cpu' setting for task: much"),
        (changed({"networkMode": "bridge"}), "only supports network mode"),
        (changed({"pidMode": "host"}), "pidMode 'host'"),
        (changed({"ipcMode": "task"}), "ipcMode"),
        (changed({"ephemeralStorage": {"sizeInGiB": 20}}), "between 21 and 200 GiB, not 20"),
        (changed({"ephemeralStorage": {"sizeInGiB": 201}}), "between 21 and 200 GiB, not 201"),
        (changed({"executionRoleArn": None}), "must also specify a value for 'executionRoleArn'"),
        (changed({"executionRoleArn": None}, {"secrets": None}), "to support log driver awslogs"),
        (changed({"executionRoleArn": None}, {"secrets": None, "logConfiguration": None}), "to support ECR images"),
        (changed({"executionRoleArn": "arn:aws:iam::1:user/x"}), "Role is not valid"),
        (changed({"volumes": [{"name": "v", "host": {"sourcePath": "/x"}}]}), "type of volume 'v'"),
        (
            changed(
                {"runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}}
            ),
            "ARM64",
        ),
        (changed(container={"mountPoints": [{"sourceVolume": "v", "containerPath": "/x"}]}), "Unknown volume 'v'"),
        (
            changed(container={"portMappings": [{"containerPort": 8080, "hostPort": 80}]}),
            "ports in port mappings must match",
        ),
        (changed(container={"stopTimeout": 121}), "stopTimeout must be between 2 and 120 on Fargate, not 121"),
        (changed(container={"stopTimeout": 1}), "stopTimeout"),
        (changed(container={"memory": 8192}), "greater than the task's 4096"),
        (changed(container={"memory": 512, "memoryReservation": 1024}), "'memory' must be greater than or equal"),
        (changed(container={"cpu": 2048}), "the containers' sum is greater than the task's 1024"),
        (
            changed(container={"memory": 3072}, more=[{"name": "b", "image": "x", "memory": 2048}]),
            "the containers' sum",
        ),
        (changed(container={"privileged": True}), "does not support 'privileged'"),
        (changed(container={"hostname": "llm"}), "does not support 'hostname'"),
        (changed(WINDOWS, TMPFS), "linuxParameters.tmpfs"),
        (changed(container={"resourceRequirements": [{"type": "GPU", "value": "1"}]}), "of the type GPU"),
        (changed(container={"linuxParameters": {"sharedMemorySize": 64}}), "linuxParameters.sharedMemorySize"),
        (changed(container={"linuxParameters": {"capabilities": {"add": ["SYS_ADMIN"]}}}), "SYS_PTRACE only"),
        (changed(container={"logConfiguration": {"logDriver": "json-file"}}), "not json-file"),
        (changed(container={"logConfiguration": {"logDriver": "awslogs"}}), "lacks awslogs-group"),
        (changed(container={"healthCheck": {"command": ["curl"]}}), "must start with CMD or CMD-SHELL"),
        (changed(container={"healthCheck": {"command": ["CMD"]}}), "must start with CMD or CMD-SHELL"),
        (
            changed(container={"healthCheck": {"command": ["CMD", "x"], "interval": 1}}),
            "interval must be between 5 and 300, not 1",
        ),
        (
            changed(container={"healthCheck": {"command": ["CMD", "x"], "timeout": 61}}),
            "timeout must be between 2 and 60",
        ),
        (
            changed(container={"healthCheck": {"command": ["CMD", "x"], "retries": 11}}),
            "retries must be between 1 and 10",
        ),
        (
            changed(container={"healthCheck": {"command": ["CMD", "x"], "startPeriod": 301}}),
            "startPeriod must be between 0",
        ),
        (changed(container={"dependsOn": [{"containerName": "b", "condition": "START"}]}), "no other container"),
        (
            changed(
                container={"dependsOn": [{"containerName": "b", "condition": "HEALTHY"}]},
                more=[{"name": "b", "image": "x"}],
            ),
            "which has no health check",
        ),
        (
            changed(
                container={"dependsOn": [{"containerName": "b", "condition": "START"}]},
                more=[{"name": "b", "image": "x", "dependsOn": [{"containerName": "app", "condition": "START"}]}],
            ),
            "in a circle: app, b",
        ),
    ],
)
def test_what_is_refused(request_, message):
    with pytest.raises(Refused, match=message) as caught:
        check(request_)
    assert caught.value.code == "ClientException"


def test_what_fargate_alone_refuses_is_accepted_elsewhere():
    on_ec2 = {"requiresCompatibilities": ["EC2"], "networkMode": "bridge", "cpu": None}
    ports = [{"containerPort": 8080, "hostPort": 80}]
    check(changed(on_ec2, {"privileged": True, "hostname": "llm", "portMappings": ports}))


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("1024", 1024),
        ("1 vCPU", 1024),
        (".5 vcpu", 512),
        ("2 GB", 2048),
        ("0.5GB", 512),
        ("x", None),
        ("0.3", None),
        (None, None),
    ],
)
def test_units(size, expected):
    assert units(size) == expected


def test_defaults_that_aws_adds():
    document = registered(changed({"cpu": "1 vCPU", "memory": "4 GB", "tags": []}), "arn:llm:3", 3, "arn:me")
    assert (document["cpu"], document["memory"], document["revision"], document["status"]) == (
        "1024",
        "4096",
        3,
        "ACTIVE",
    )
    assert document["compatibilities"] == ["EC2", "FARGATE"]
    assert (document["volumes"], document["placementConstraints"]) == ([], [])
    assert "tags" not in document
    (container,) = document["containerDefinitions"]
    assert container["portMappings"] == [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}]
    assert container["healthCheck"].items() >= {"interval": 30, "timeout": 5, "retries": 3, "startPeriod": 300}.items()
    assert container["logConfiguration"] == {**AWSLOGS, "secretOptions": []}
    added = {"cpu": 0, "essential": True, "environment": [], "mountPoints": [], "volumesFrom": [], "systemControls": []}
    assert added.items() <= container.items()


def test_registering_leaves_the_request_as_it_was():
    request = copy.deepcopy(GOOD)
    registered(request, "arn:llm:1", 1, "arn:me")
    assert request == GOOD
