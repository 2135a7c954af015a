# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services with real processes: up, healthy, rolled over, broken, rolled back. All start at once."""

from __future__ import annotations

import itertools
import json
import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from ecs_world import ACCOUNT, CHECK, FAILING_CHECK, PORT, REGION, World, images, wait

GOOD = ("rolled", "failed", "missing", "broken", "crashed", "unhealthy")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The working directory of the web image."""
    return tmp_path_factory.mktemp("web")


@pytest.fixture(scope="module")
def world(server, folder):
    """Return a world in which every service runs, or tries to."""
    server.http("PUT", "/_local_aws/images", images(folder))
    made = World(server, "deployments")
    secret = made.secrets.create_secret(Name="deployments/key", SecretString='{"api": "s3cret", "n": 7}')["ARN"]
    made.ssm.put_parameter(Name="/deployments/plain", Value="from-ssm", Type="SecureString")
    made.iam.put_role_policy(RoleName="deployments-exec", PolicyName="secrets", PolicyDocument=_policy(secret))
    wait(lambda: None, _later(2.5))  # The role is as new as on AWS until then.
    web = made.register(
        "web",
        healthCheck=CHECK,
        environment=[{"name": "GREETING", "value": "hello"}],
        secrets=[
            {"name": "API_KEY", "valueFrom": f"{secret}:api::"},
            {"name": "ALL", "valueFrom": secret},
            {"name": "PLAIN", "valueFrom": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/deployments/plain"},
        ],
    )
    tags = [{"key": "team", "value": "llm"}]
    made.create("web", web, 2, tags=tags, propagateTags="SERVICE", enableECSManagedTags=True)
    for name in GOOD:
        made.create(name, made.register(name, healthCheck=CHECK))
    made.create("looping", made.register("looping", "crash:1"))
    yield made
    made.clean_up()


def _policy(secret):
    parameter = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/deployments/*"
    allowed = {"secretsmanager:GetSecretValue": secret, "ssm:GetParameters": parameter}
    statements = [{"Effect": "Allow", "Action": action, "Resource": arn} for action, arn in allowed.items()]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _later(seconds):
    ready = time.monotonic() + seconds
    return lambda _: time.monotonic() >= ready


def test_a_service_comes_up_with_everything_that_aws_tells(world):
    service = world.wait_completed("web")
    assert (service["runningCount"], service["pendingCount"], service["desiredCount"]) == (2, 0, 2)
    assert "(service web) has reached a steady state." in [event["message"] for event in service["events"]]
    assert world.deployment("web")["status"] == "SUCCESSFUL"
    tasks = world.tasks("web")
    for task in tasks:
        (container,) = task["containers"]
        assert (task["lastStatus"], task["healthStatus"], container["healthStatus"]) == (
            "RUNNING",
            "HEALTHY",
            "HEALTHY",
        )
        assert container["imageDigest"].startswith("sha256:")
        assert {tag["key"]: tag["value"] for tag in task["tags"]} == {
            "team": "llm",
            "aws:ecs:clusterName": "deployments",
            "aws:ecs:serviceName": "web",
        }
        assert task["createdAt"] <= task["pullStartedAt"] <= task["pullStoppedAt"] <= task["startedAt"]
        assert task["group"] == "service:web"
        interface = world.interface(task)
        assert interface["RequesterManaged"]
        assert interface["SubnetId"] in world.subnets
    assert len({task["availabilityZone"] for task in tasks}) == 2
    revision = service["currentServiceRevisions"][0]["arn"]
    (described,) = world.ecs.describe_service_revisions(serviceRevisionArns=[revision])["serviceRevisions"]
    assert described["containerImages"] == [
        {"containerName": "app", "image": "web:1", "imageDigest": tasks[0]["containers"][0]["imageDigest"]}
    ]


def test_the_process_gets_environment_secrets_and_address(world):
    world.wait_completed("web")
    environment = world.ask(world.tasks("web")[0])
    expected = {"FROM": "image", "GREETING": "hello", "API_KEY": "s3cret", "PLAIN": "from-ssm", "PORT": str(PORT)}
    assert expected.items() <= environment.items()
    assert '"n": 7' in environment["ALL"]
    assert environment["ARGV"] == environment["HOST"]
    assert "AWS_SECRET_ACCESS_KEY" not in environment


def test_output_goes_to_the_log_stream_of_the_task(world):
    world.wait_completed("web")
    task = world.tasks("web")[0]["taskArn"].rpartition("/")[2]
    events = world.logs.get_log_events(logGroupName="/ecs/deployments", logStreamName=f"llm/app/{task}")["events"]
    assert [event["message"] for event in events] == ["listening"]


def test_a_killed_process_is_replaced_and_its_exit_code_told(world):
    world.wait_completed("web")
    victim = world.tasks("web")[0]
    os.kill(int(world.ask(victim)["PID"]), signal.SIGKILL)
    stopped = world.wait_stopped(arn=victim["taskArn"])
    assert (stopped["stopCode"], stopped["containers"][0]["exitCode"]) == ("EssentialContainerExited", 137)
    assert stopped["stoppedReason"] == "Essential container in task exited"
    tasks = wait(lambda: world.tasks("web"), lambda found: [task["healthStatus"] for task in found] == ["HEALTHY"] * 2)
    assert victim["taskArn"] not in [task["taskArn"] for task in tasks]
    assert world.primary("web")["failedTasks"] == 0


def test_a_new_revision_rolls_over_without_a_gap(world):
    world.wait_completed("rolled")
    old = world.tasks("rolled")[0]
    address = world.interface(old)["Association"]["PublicIp"]
    service = world.update("rolled", taskDefinition=world.register("rolled", "web:2", healthCheck=CHECK))
    assert [deployment["status"] for deployment in service["deployments"]] == ["PRIMARY", "ACTIVE"]
    wait(lambda: world.tasks("rolled"), lambda found: len(found) == 2)
    with urlopen(f"http://{address}:{PORT}/", timeout=5) as answer:
        assert answer.status == 200
    service = world.wait_completed("rolled")
    assert len(service["deployments"]) == 1
    stopped = world.wait_stopped(arn=old["taskArn"])
    assert stopped["stopCode"] == "ServiceSchedulerInitiated"
    assert stopped["containers"][0]["exitCode"] == 143
    with pytest.raises(URLError):
        urlopen(f"http://{address}:{PORT}/", timeout=5)
    assert world.ask(world.tasks("rolled")[0])["FROM"] == "second image"


@dataclass
class Bad:
    """A revision that does not come up, and what its stopped task tells."""

    image: str
    code: str
    reason: str
    exit_code: int | None
    check: dict[str, Any] = field(default_factory=lambda: CHECK)


BAD = {
    "missing": Bad("nowhere/llm:9", "TaskFailedToStart", "CannotPullContainerError: ", None),
    "broken": Bad("broken:1", "TaskFailedToStart", "CannotStartContainerError: ", None),
    "crashed": Bad("crash:1", "EssentialContainerExited", "Essential container in task exited", 3),
    "unhealthy": Bad("web:1", "ServiceSchedulerInitiated", "Task failed container health checks", 143, FAILING_CHECK),
}


@pytest.mark.parametrize(("name", "bad"), BAD.items(), ids=list(BAD))
def test_a_bad_revision_is_rolled_back_while_the_old_one_serves(world, name, bad):
    good = world.wait_completed(name)["taskDefinition"]
    (serving,) = world.tasks(name)
    updated = world.update(name, taskDefinition=world.register(name, bad.image, healthCheck=bad.check))
    failed = updated["deployments"][0]["id"]
    deployment = wait(lambda: world.deployment(name), lambda found: found["status"].startswith("ROLLBACK_SUCC"))
    assert deployment["statusReason"] == "ECS deployment circuit breaker: tasks failed to start."
    assert deployment["deploymentCircuitBreaker"] == {"status": "TRIGGERED", "failureCount": 1, "threshold": 1}
    service = world.service(name)
    assert service["taskDefinition"] == good
    (primary,) = service["deployments"]
    assert primary["id"] != failed
    assert primary["rolloutStateReason"].startswith(
        "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/"
    )
    messages = " ".join(event["message"] for event in service["events"])
    assert f"(deployment {failed}) deployment failed: tasks failed to start." in messages
    assert [task["taskArn"] for task in world.tasks(name)] == [serving["taskArn"]]
    assert world.ask(serving)["FROM"] == "image"
    stopped = world.wait_stopped(name)
    assert stopped["startedBy"] == failed
    assert stopped["stopCode"] == bad.code
    assert stopped["stoppedReason"].startswith(bad.reason)
    assert stopped["containers"][0].get("exitCode") == bad.exit_code


def test_without_rollback_the_deployment_fails_and_the_old_tasks_stay(world):
    world.wait_completed("failed")
    breaker = {"enable": True, "rollback": False, "thresholdConfiguration": {"type": "COUNT", "value": 1}}
    world.update(
        "failed",
        taskDefinition=world.register("failed", "nowhere:1"),
        deploymentConfiguration={"deploymentCircuitBreaker": breaker},
    )
    primary = wait(lambda: world.primary("failed"), lambda deployment: deployment["rolloutState"] != "IN_PROGRESS")
    assert primary["rolloutState"] == "FAILED"
    assert primary["rolloutStateReason"] == "ECS deployment circuit breaker: tasks failed to start."
    assert world.deployment("failed")["status"] == "STOPPED"
    assert [task["lastStatus"] for task in world.tasks("failed")] == ["RUNNING"]


def test_a_crash_loop_without_health_check_never_counts_but_is_slowed_down(world):
    stopped = wait(lambda: world.tasks("looping", "STOPPED"), lambda found: len(found) >= 3)
    starts = sorted(task["createdAt"] for task in stopped)
    pauses = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(starts)]
    assert pauses[0] >= 1
    assert pauses[1] >= 2
    primary = world.primary("looping")
    assert (primary["failedTasks"], primary["rolloutState"]) == (0, "IN_PROGRESS")
    task = stopped[0]["taskArn"].rpartition("/")[2]
    events = world.logs.get_log_events(logGroupName="/ecs/deployments", logStreamName=f"llm/app/{task}")["events"]
    assert [event["message"] for event in events] == ["cannot go on"]


def test_a_task_that_gets_unhealthy_is_replaced(world, folder):
    world.wait_completed("rolled")
    (before,) = world.tasks("rolled")
    (folder / f"sick-{world.ask(before)['PID']}").touch()

    stopped = world.wait_stopped(arn=before["taskArn"])

    assert stopped["stoppedReason"] == "Task failed container health checks"
    (after,) = world.tasks("rolled")
    assert after["healthStatus"] == "HEALTHY", "the replacement was not waited for"
    assert after["startedAt"] < stopped["stoppingAt"]
    messages = [event["message"] for event in world.service("rolled")["events"]]
    assert sum("failed container health checks" in message for message in messages) == 1


def test_a_pushed_tag_changes_nothing_until_the_next_deployment(world, folder):
    before = world.wait_completed("missing")
    old = world.tasks("missing")[0]["containers"][0]["imageDigest"]
    Path(folder, "new-file").write_text("pushed again")
    assert world.tasks("missing")[0]["containers"][0]["imageDigest"] == old
    world.update("missing", forceNewDeployment=True)
    after = world.wait_completed("missing")
    assert after["taskDefinition"] == before["taskDefinition"]
    assert world.tasks("missing")[0]["containers"][0]["imageDigest"] not in (None, old)


def test_a_deleted_service_drains_before_it_is_inactive(world):
    with pytest.raises(world.ecs.exceptions.InvalidParameterException, match="scaled above 0"):
        world.ecs.delete_service(cluster="deployments", service="crashed")
    world.wait_completed("crashed")
    (task,) = world.tasks("crashed")
    interface = world.interface(task)["NetworkInterfaceId"]
    deleted = world.ecs.delete_service(cluster="deployments", service="crashed", force=True)["service"]
    assert deleted["status"] == "DRAINING"
    with pytest.raises(world.ecs.exceptions.InvalidParameterException, match="still Draining"):
        world.create("crashed", "crashed")
    with pytest.raises(world.ecs.exceptions.ClusterContainsServicesException):
        world.ecs.delete_cluster(cluster="deployments")
    service = wait(lambda: world.service("crashed"), lambda found: found["status"] == "INACTIVE")
    assert (service["runningCount"], service["deployments"]) == (0, [])
    listed = world.ecs.get_paginator("list_services").paginate(cluster="deployments").build_full_result()["serviceArns"]
    assert deleted["serviceArn"] not in listed
    with pytest.raises(world.ecs.exceptions.ServiceNotActiveException):
        world.update("crashed", desiredCount=1)
    # The interface is there for some seconds yet, then gone.
    wait(
        lambda: [item["NetworkInterfaceId"] for item in world.ec2.describe_network_interfaces()["NetworkInterfaces"]],
        lambda found: interface not in found,
    )
