# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
from pathlib import Path

import botocore.session
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.llmops.ecs.plugins.module_utils._documents.compare import changes
from ansible_collections.llmops.ecs.plugins.module_utils._documents.shapes import (
    DocumentError,
    coerce,
    shape_of,
    validate,
)
from ansible_collections.llmops.ecs.plugins.module_utils._ecs.task_definition import SETS, check, normalized, rules

PLAIN = yaml.safe_load((Path(__file__).parents[2] / "fixtures" / "llm-gpt4all-ecs-server.yaml").read_text())
ROLE = "arn:aws:iam::123456789012:role/EcsExecutionRole"


@pytest.fixture(scope="module")
def shape():
    client = botocore.session.Session().create_client(
        "ecs", region_name="eu-west-1", aws_access_key_id="access", aws_secret_access_key="secret"
    )
    return shape_of(client, "RegisterTaskDefinition")


def fargate(*containers, **members):
    """A task definition that Fargate takes, with one container or those given."""
    return {
        "family": "llm",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "1024",
        "memory": "2048",
        "containerDefinitions": list(containers) or [container()],
        **members,
    }


def ec2(*containers, **members):
    return {"family": "llm", "containerDefinitions": list(containers) or [container(memory=512)], **members}


def container(name="llm", **members):
    return {"name": name, "image": "llm:latest", **members}


AWSLOGS = {
    "logDriver": "awslogs",
    "options": {"awslogs-group": "llm", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "llm"},
}
GOOD = {
    "the plain one": PLAIN,
    "the least": fargate(),
    "EC2": ec2(),
    "EC2 with sizes of the task": ec2(container(cpu=10, memory=64), cpu="10", memory="64"),
    "EC2 with a host port": ec2(container(memory=1, portMappings=[{"containerPort": 80, "hostPort": 8080}])),
    "EC2 with a GPU": ec2(container(memory=1, resourceRequirements=[{"type": "GPU", "value": "1"}])),
    "a soft limit": ec2(container(memory=128, memoryReservation=64)),
    "host port as container port": fargate(container(portMappings=[{"containerPort": 80, "hostPort": 80}])),
    "a range of ports": fargate(container(portMappings=[{"containerPortRange": "80-90"}])),
    "one port, two protocols": fargate(
        container(portMappings=[{"containerPort": 80}, {"containerPort": 80, "protocol": "udp"}])
    ),
    "a sidecar": fargate(
        container(dependsOn=[{"containerName": "fetch", "condition": "SUCCESS"}], cpu=512),
        container("fetch", essential=False, cpu=512),
    ),
    "health checks": fargate(
        container(healthCheck={"command": ["CMD-SHELL", "true"], "interval": 5, "startPeriod": 300}),
        container("other", dependsOn=[{"containerName": "llm", "condition": "HEALTHY"}]),
    ),
    "a volume": fargate(
        container(mountPoints=[{"sourceVolume": "models", "containerPath": "/models"}]),
        container("other", volumesFrom=[{"sourceContainer": "llm"}]),
        volumes=[{"name": "models", "host": {}}],
    ),
    "logs and secrets": fargate(
        container(logConfiguration=AWSLOGS, secrets=[{"name": "KEY", "valueFrom": "arn"}]), executionRoleArn=ROLE
    ),
    "false and empty": fargate(container(privileged=False, links=[], linuxParameters={})),
    "tracing": fargate(container(linuxParameters={"capabilities": {"add": ["SYS_PTRACE"]}}), pidMode="task"),
    "storage": fargate(ephemeralStorage={"sizeInGiB": 200}),
    "a file system in memory": fargate(container(linuxParameters={"tmpfs": [{"containerPath": "/tmp", "size": 64}]})),
    "32 vCPU": fargate(cpu="32 vCPU", memory="244 GB"),
}


@pytest.mark.parametrize("document", GOOD.values(), ids=GOOD)
def test_what_ecs_takes_passes(shape, document):
    validate(document, shape)
    check(document)


BAD = [
    (fargate(family="bad name!"), "definition.family: 'bad name!' must be 1 to 255 letters"),
    (fargate(containerDefinitions=[]), "definition.containerDefinitions: 0 containers; a task has 1 to 10"),
    (fargate(*(container(f"c{n}") for n in range(11))), "definition.containerDefinitions: 11 containers"),
    (fargate(container(essential=False)), "definition.containerDefinitions: none is essential"),
    (fargate(container(), container()), "definition.containerDefinitions: llm is there 2 times; each name"),
    (fargate(volumes=[{"name": "a"}, {"name": "a"}]), "definition.volumes: a is there 2 times"),
    (fargate({"image": "a"}), "definition.containerDefinitions[0].name: '' must be"),
    (fargate({"name": "a"}), "definition.containerDefinitions[0].image: is empty; name an image"),
    (fargate(container(image=" ")), "definition.containerDefinitions[0].image: is empty"),
    (
        fargate(container(environment=[{"name": "A", "value": "1"}, {"name": "A", "value": "2"}])),
        "definition.containerDefinitions[0].environment: A is there 2 times",
    ),
    (
        fargate(
            container(environment=[{"name": "KEY", "value": "1"}], secrets=[{"name": "KEY", "valueFrom": "arn"}]),
            executionRoleArn=ROLE,
        ),
        "definition.containerDefinitions[0].secrets: KEY is in environment too; keep one of them",
    ),
    (ec2(container(memory=64, memoryReservation=64)), "memory: 64 must be more than memoryReservation, 64"),
    (ec2(container()), "definition.containerDefinitions[0].memory: is needed, as the task has no memory of its own"),
    (
        fargate(container(restartPolicy={"enabled": True, "restartAttemptPeriod": 10})),
        "restartPolicy.restartAttemptPeriod: 10 is not between 60 and 1800 seconds",
    ),
    (fargate(container(healthCheck={"command": []})), "healthCheck.command: must begin with CMD"),
    (fargate(container(healthCheck={"command": ["curl"]})), "healthCheck.command: must begin with CMD"),
    *(
        (
            fargate(container(healthCheck={"command": ["CMD", "true"], name: value})),
            f"definition.containerDefinitions[0].healthCheck.{name}: {value} is not between {least} and {most}",
        )
        for name, least, most in (("interval", 5, 300), ("timeout", 2, 60), ("retries", 1, 10), ("startPeriod", 0, 300))
        for value in (least - 1, most + 1)
    ),
    (fargate(container(portMappings=[{}])), "portMappings[0]: needs containerPort or containerPortRange"),
    (
        fargate(container(portMappings=[{"containerPort": 1, "containerPortRange": "1-2"}])),
        "portMappings[0]: needs containerPort or containerPortRange, one of them",
    ),
    (fargate(container(portMappings=[{"containerPort": 70000}])), "containerPort: 70000 is not between 1 and 65535"),
    (
        fargate(container(portMappings=[{"containerPort": 80, "hostPort": 8080}])),
        "portMappings[0].hostPort: 8080 must be containerPort, 80, in network mode awsvpc; leave it out",
    ),
    (
        ec2(container(memory=1, portMappings=[{"containerPort": 80, "hostPort": 0}]), networkMode="host"),
        "hostPort: 0 must be containerPort, 80, in network mode host",
    ),
    (
        fargate(container(mountPoints=[{"sourceVolume": "models"}]), volumes=[{"name": "other"}]),
        "definition.containerDefinitions[0].mountPoints: models is not in volumes (other)",
    ),
    (fargate(container(mountPoints=[{"sourceVolume": "a"}])), "mountPoints: a is not in volumes (it has none)"),
    (fargate(container(volumesFrom=[{"sourceContainer": "a"}])), "volumesFrom: a is no container of this task (llm)"),
    (
        fargate(container(dependsOn=[{"containerName": "a", "condition": "START"}])),
        "dependsOn: a is no container of this task (llm)",
    ),
    (
        fargate(container(dependsOn=[{"containerName": "b", "condition": "HEALTHY"}]), container("b")),
        "dependsOn: b cannot get HEALTHY, it has no healthCheck",
    ),
    (
        fargate(
            container("a", dependsOn=[{"containerName": "b", "condition": "START"}]),
            container("b", dependsOn=[{"containerName": "a", "condition": "START"}]),
        ),
        "definition.containerDefinitions: dependsOn goes round in a circle: ",
    ),
    (fargate(container(cpu=600), container("b", cpu=600)), "definition.cpu: the containers' 1200 units are more than"),
    (
        fargate(container(memory=1500), container("b", memoryReservation=600)),
        "definition.memory: the containers' 2100 MiB are more than the task's 2048",
    ),
    (
        fargate(container(memory=4096, memoryReservation=1)),
        "definition.containerDefinitions[0].memory: 4096 is more than the task's 2048 MiB",
    ),
    (fargate(cpu="300"), "definition.cpu: Fargate has no cpu 300; it offers 256"),
    (fargate(memory="512"), "definition.memory: Fargate has no memory 512 with cpu 1024; with it, it offers 2048 to"),
    ({**ec2(), "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc"}, "needs both cpu and memory"),
    (fargate(networkMode="bridge"), "definition.networkMode: bridge is not possible on Fargate; set awsvpc"),
    (fargate(pidMode="host"), "definition.pidMode: host is not possible on Fargate"),
    (fargate(ipcMode="task"), "definition.ipcMode: is not possible on Fargate"),
    (fargate(ephemeralStorage={"sizeInGiB": 20}), "ephemeralStorage.sizeInGiB: 20 is not between 21 and 200 GiB"),
    (fargate(ephemeralStorage={"sizeInGiB": 500}), "ephemeralStorage.sizeInGiB: 500 is not between 21 and 200 GiB"),
    (fargate(volumes=[{"name": "a", "host": {"sourcePath": "/a"}}]), "definition.volumes[0]: a volume of the host"),
    (fargate(volumes=[{"name": "a", "dockerVolumeConfiguration": {}}]), "definition.volumes[0]: a volume of the host"),
    (fargate(container(stopTimeout=500)), "stopTimeout: 500 is not between 2 and 120 seconds on Fargate"),
    (fargate(container(startTimeout=1)), "startTimeout: 1 is not between 2 and 120 seconds on Fargate"),
    (fargate(container(privileged=True)), "definition.containerDefinitions[0].privileged: is not possible on Fargate"),
    (fargate(container(linuxParameters={"swappiness": 0})), "linuxParameters.swappiness: is not possible on Fargate"),
    (
        fargate(
            container(linuxParameters={"tmpfs": [{"containerPath": "/tmp", "size": 64}]}),
            runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"},
        ),
        "linuxParameters.tmpfs: is not possible on Fargate",
    ),
    (
        fargate(container(linuxParameters={"capabilities": {"add": ["SYS_ADMIN"]}})),
        "linuxParameters.capabilities.add: SYS_ADMIN is not possible on Fargate, only SYS_PTRACE is",
    ),
    (
        fargate(container(resourceRequirements=[{"type": "GPU", "value": "1"}])),
        "resourceRequirements: Fargate has no GPU; run the task on a capacity provider of GPU instances",
    ),
    (
        fargate(container(logConfiguration={"logDriver": "syslog"})),
        "logConfiguration.logDriver: syslog is not possible on Fargate, only awslogs, splunk, awsfirelens are",
    ),
    (
        fargate(
            container(logConfiguration={"logDriver": "awslogs", "options": {"awslogs-group": "llm"}}),
            executionRoleArn=ROLE,
        ),
        "logConfiguration.options: lacks awslogs-region, awslogs-stream-prefix, which awslogs needs on Fargate",
    ),
    (fargate(container(logConfiguration=AWSLOGS)), "awslogs writes with the execution role on Fargate; set"),
    (fargate(container(secrets=[{"name": "KEY", "valueFrom": "arn"}])), "secrets: are read with the execution role"),
    (
        fargate(container(repositoryCredentials={"credentialsParameter": "arn"})),
        "repositoryCredentials: are read with the execution role",
    ),
    (
        fargate(container(image="123456789012.dkr.ecr.eu-west-1.amazonaws.com/llm:latest")),
        "image: is pulled from ECR with the execution role on Fargate; set definition.executionRoleArn",
    ),
    (
        fargate(container(portMappings=[{"containerPort": 80}]), container("b", portMappings=[{"containerPort": 80}])),
        "definition.containerDefinitions: 2 port mappings of 80/tcp; the task has one address",
    ),
]


@pytest.mark.parametrize(("document", "message"), BAD, ids=[message for _document, message in BAD])
def test_what_ecs_would_refuse_is_told(document, message):
    with pytest.raises(DocumentError) as told:
        check(document)

    assert message in str(told.value)


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(DocumentError) as told:
        check(fargate(container(image="", stopTimeout=500), cpu="300"))

    assert str(told.value).count("; definition.") == 2


def test_sizes_are_sent_as_digits():
    assert normalized({"cpu": "16 vCPU", "memory": "64 GB", "family": "64 GB"}) == {
        "cpu": "16384",
        "memory": "65536",
        "family": "64 GB",
    }


def test_sets_are_lists_of_the_model_with_the_member_that_names_their_items(shape):
    for path, key in SETS.items():
        here = shape
        for name in path.replace("[]", ".[]").split("."):
            here = here.member if name == "[]" else here.members[name]
        assert here.type_name == "list"
        assert key is None or key in here.member.members


def described(document):
    """What ECS answers for a document: its own defaults added, lists that are sets in another order."""
    answer = copy.deepcopy(document)
    answer.update(volumes=answer.get("volumes", []), placementConstraints=[], enableFaultInjection=False)
    for part in answer["containerDefinitions"]:
        part.setdefault("cpu", 0)
        part.setdefault("essential", True)
        for name in ("environment", "mountPoints", "volumesFrom", "systemControls", "portMappings", "secrets"):
            part[name] = list(reversed(part.get(name, [])))
        for mapping in part["portMappings"]:
            mapping.setdefault("protocol", "tcp")
            if "containerPort" in mapping:
                awsvpc = answer.get("networkMode") == "awsvpc"
                mapping.setdefault("hostPort", mapping["containerPort"] if awsvpc else 0)
        if "healthCheck" in part:
            part["healthCheck"] = {"interval": 30, "timeout": 5, "retries": 3, **part["healthCheck"]}
    answer["containerDefinitions"].reverse()
    return answer


@pytest.mark.parametrize("document", GOOD.values(), ids=GOOD)
def test_what_ecs_answers_is_no_change(document):
    assert not changes(described(document), document, rules(document), whole=True).changed


EDITS = {
    "another image": lambda task: task["containerDefinitions"][0].update(image="llm:2"),
    "more memory": lambda task: task.update(memory="4096"),
    "a secret less": lambda task: task["containerDefinitions"][0].pop("secrets"),
    "no logs": lambda task: task["containerDefinitions"][0].pop("logConfiguration"),
    "a port more": lambda task: task["containerDefinitions"][0].update(portMappings=[{"containerPort": 80}]),
    "another command": lambda task: task["containerDefinitions"][0].update(command=["serve"]),
    "ARM": lambda task: task.update(runtimePlatform={"cpuArchitecture": "ARM64"}),
    "not essential": lambda task: task["containerDefinitions"][0].update(essential=False),
    "an option of the log": lambda task: task["containerDefinitions"][0]["logConfiguration"]["options"].update(
        {"awslogs-group": "other"}
    ),
    "no role": lambda task: task.pop("executionRoleArn"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_is_a_change(edit):
    document = copy.deepcopy(GOOD["logs and secrets"])
    edit(document)

    assert changes(described(GOOD["logs and secrets"]), document, rules(document), whole=True).changed


def test_a_host_port_means_something_on_a_bridge():
    dynamic = ec2(container(memory=1, portMappings=[{"containerPort": 80}]))
    static = ec2(container(memory=1, portMappings=[{"containerPort": 80, "hostPort": 80}]))

    assert changes(described(dynamic), static, rules(static), whole=True).changed
    assert changes(described(static), dynamic, rules(dynamic), whole=True).changed


WORDS = st.text("abc-", min_size=1, max_size=4)
ENVIRONMENTS = st.lists(st.fixed_dictionaries({"name": WORDS, "value": WORDS}), unique_by=lambda item: item["name"])


@given(first=ENVIRONMENTS, second=ENVIRONMENTS, secrets=st.booleans())
def test_sets_are_equal_as_sets_and_only_then(first, second, secrets):
    def with_set(items):
        if secrets:
            return fargate(
                container(secrets=[{"name": item["name"], "valueFrom": item["value"]} for item in items]),
                executionRoleArn=ROLE,
            )
        return fargate(container(environment=items))

    before, after = described(with_set(first)), with_set(second)
    same = {(item["name"], item["value"]) for item in first} == {(item["name"], item["value"]) for item in second}

    assert changes(before, after, rules(after), whole=True).changed is not same


@pytest.mark.parametrize(("cpu", "memory"), [(16384, 65536), ("16384", "65536"), ("16 vCPU", "64 GB")])
def test_sizes_are_one_however_they_are_spelt(shape, cpu, memory):
    document = coerce({**PLAIN, "cpu": cpu, "memory": memory}, shape)

    assert not changes(PLAIN, document, rules(document), whole=True).changed
