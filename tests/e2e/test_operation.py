# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The life of a deployment with several services: new images, bad ones, a killed task, services that go."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from conftest import HASTY, REGISTRY, World, generate

CLUSTER = "llm-local"
SERVICES = ("crash", "deaf", "good", "missing")
ENDPOINT = "llmops.ecs.ecs_service_endpoint_info"


@pytest.fixture(scope="module")
def world(world):
    world.guide_service(ecs_service_container_definition={"healthCheck": HASTY})
    world.hosts(**{name: {"ecs_service_environment": {"NAME": name}} for name in SERVICES})
    return world


def revisions(world: World) -> dict[str, str]:
    """Return the task definition that each service runs."""
    found = world.client("ecs").describe_services(cluster=CLUSTER, services=list(SERVICES))["services"]
    return {service["serviceName"]: service["taskDefinition"].rpartition("/")[2] for service in found}


def process_of(world: World, service: str) -> int:
    """Return the ID of the process that is this service's only task in this world."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            is_here = (folder / "cwd").readlink() == world.image
            if is_here and f"NAME={service}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    [process] = found
    return process


@pytest.fixture(scope="module")
def first(world):
    return world.deploy()


@pytest.fixture(scope="module")
def pushed(world, first):
    """The run after another image was pushed under the name that runs."""
    server = world.image / "server.py"
    server.write_text(server.read_text().replace('VERSION = "1"', 'VERSION = "2"'))
    return world.deploy()


@pytest.fixture(scope="module")
def bad(world, pushed):
    """The run with three bad images and a good one."""
    images = {
        "crash": world.push(f"{REGISTRY}/crash:1", MODE="crash"),
        "deaf": world.push(f"{REGISTRY}/deaf:1", MODE="deaf"),
        "missing": f"{REGISTRY}/nobody-pushed-this:1",
        "good": world.push(f"{REGISTRY}/good:1"),
    }
    world.hosts(
        **{name: {"ecs_service_environment": {"NAME": name}, "ecs_service_image": images[name]} for name in SERVICES}
    )
    started = time.monotonic()
    play = world.play("deploy.yml")
    return play, time.monotonic() - started


@pytest.fixture(scope="module")
def repaired(world, bad):
    """The run after the inventory was repaired."""
    world.hosts(**{name: {"ecs_service_environment": {"NAME": name}} for name in SERVICES})
    return world.deploy()


def test_services_of_one_inventory_deploy_together(first):
    assert set(first.urls) == set(SERVICES)
    assert {generate(url) for url in first.urls.values()} == {"hello (answer 1)"}


def test_an_image_pushed_under_the_same_tag_rolls_over(world, first, pushed):
    assert pushed.changed == {"Deploy the service"}
    assert pushed.count == len(SERVICES)
    assert {generate(url) for url in pushed.urls.values()} == {"hello (answer 2)"}
    assert not set(first.urls.values()) & set(pushed.urls.values())
    assert revisions(world) == {name: f"llm-local-{name}:1" for name in SERVICES}


def test_bad_images_fail_the_play_and_good_ones_are_deployed(world, bad):
    play, _seconds = bad

    assert play.code != 0
    assert set(play.failed) == {"crash", "deaf", "missing"}
    assert set(play.urls) == {"good"}
    assert "llm-local-good:2" in revisions(world).values()


def test_bad_images_leave_the_old_revision_answering(world, bad):
    assert {name: revisions(world)[name] for name in ("crash", "deaf", "missing")} == {
        "crash": "llm-local-crash:1",
        "deaf": "llm-local-deaf:1",
        "missing": "llm-local-missing:1",
    }
    for name in ("crash", "deaf", "missing"):
        [found] = world.tasks({ENDPOINT: {"cluster": CLUSTER, "service": name}})
        assert generate(found["url"]) == "hello (answer 2)"


@pytest.mark.parametrize(
    ("service", "reasons"),
    [
        (
            "crash",
            [
                "EssentialContainerExited: Essential container in task exited",
                "exit code 3",
                "loading the model, version 2",
                "cannot load the model: it is broken",
            ],
        ),
        (
            "deaf",
            [
                "ServiceSchedulerInitiated: Task failed container health checks",
                "exit code 143",
                "loading the model, version 2",
            ],
        ),
        ("missing", ["TaskFailedToStart: CannotPullContainerError", "nobody-pushed-this:1"]),
    ],
)
def test_the_output_tells_why(bad, service, reasons):
    told = bad[0].failed[service]

    old, new = (f"llm-local-{service}:{revision}" for revision in (1, 2))
    assert f"the deployment of {new} failed and was rolled back, {old} runs again" in told
    for reason in reasons:
        assert reason in told


def test_it_is_the_circuit_breaker_that_ends_a_bad_deployment(world, bad):
    """Three failures, not the timeout of half an hour that the preset has."""
    ecs = world.client("ecs")
    for name in ("crash", "deaf", "missing"):
        listed = ecs.list_service_deployments(cluster=CLUSTER, service=name)["serviceDeployments"]
        arns = [deployment["serviceDeploymentArn"] for deployment in listed]
        [failed] = [
            deployment
            for deployment in ecs.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"]
            if deployment["status"] == "ROLLBACK_SUCCESSFUL"
        ]
        breaker = failed["deploymentCircuitBreaker"]
        assert (breaker["status"], breaker["threshold"]) == ("TRIGGERED", 3)
        assert breaker["failureCount"] == 3
    assert bad[1] < 180


def test_services_deploy_in_parallel(world, bad):
    """All deployments of the run began before the one that takes longest ended."""
    ecs = world.client("ecs")
    newest = {
        name: ecs.list_service_deployments(cluster=CLUSTER, service=name)["serviceDeployments"][0] for name in SERVICES
    }

    assert max(deployment["createdAt"] for deployment in newest.values()) < newest["deaf"]["finishedAt"]


def test_a_repaired_inventory_deploys(world, repaired):
    assert set(repaired.urls) == set(SERVICES)
    assert {generate(url) for url in repaired.urls.values()} == {"hello (answer 2)"}
    assert world.deploy("--check").count == 0


def test_a_killed_task_is_replaced(world, repaired):
    before = repaired.urls["good"]
    os.kill(process_of(world, "good"), signal.SIGKILL)
    with pytest.raises(ConnectionError):
        generate(before)

    [found] = world.tasks({ENDPOINT: {"cluster": CLUSTER, "service": "good", "wait": True}})

    assert found["url"] != before
    assert generate(found["url"]) == "hello (answer 2)"
    [endpoint] = found["endpoints"]
    assert (endpoint["url"], endpoint["health"]) == (found["url"], "HEALTHY")


def resources(world: World) -> dict[str, set]:
    """Return the names of what there is."""
    ecs, logs, ec2 = world.client("ecs"), world.client("logs"), world.client("ec2")
    marked = [{"Name": "tag:llmops:deployment", "Values": [CLUSTER]}]
    clusters = ecs.list_clusters()["clusterArns"]
    services = [arn for cluster in clusters for arn in ecs.list_services(cluster=cluster)["serviceArns"]]
    return {
        "services": {arn.rpartition("/")[2] for arn in services},
        "families": set(ecs.list_task_definition_families(status="ACTIVE")["families"]),
        "log groups": {group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]},
        "clusters": {arn.rpartition("/")[2] for arn in clusters},
        "roles": {role["RoleName"] for role in world.client("iam").list_roles(PathPrefix="/llmops/")["Roles"]},
        "groups": {group["GroupName"] for group in ec2.describe_security_groups(Filters=marked)["SecurityGroups"]},
        "subnets": {subnet["SubnetId"] for subnet in ec2.describe_subnets(Filters=marked)["Subnets"]},
    }


def gone(before: dict[str, set], after: dict[str, set]) -> dict[str, set]:
    """Return what went, and make sure that nothing came."""
    assert not [name for kind, names in after.items() for name in names - before[kind]]
    return {kind: names - after[kind] for kind, names in before.items() if names - after[kind]}


def test_destroy_with_limit_takes_the_one_service_only(world, repaired):
    before = resources(world)
    play = world.play("destroy.yml", "--limit", "crash")

    assert play.code == 0, play.output
    assert gone(before, resources(world)) == {
        "services": {"crash"},
        "families": {"llm-local-crash"},
        "log groups": {"/llmops/llm-local/crash"},
    }
    assert generate(repaired.urls["deaf"]) == "hello (answer 2)"


def test_a_service_that_left_the_inventory_is_reported_and_can_be_pruned(world, repaired):
    world.hosts(**{name: {"ecs_service_environment": {"NAME": name}} for name in ("good", "missing")})
    before = resources(world)

    reported = world.deploy()
    assert reported.count == 0
    assert "deaf: tagged as part of llm-local, but no longer in the inventory." in " ".join(reported.output.split())
    assert "deployment_prune=true" in reported.output
    assert resources(world) == before

    planned = world.deploy("--check", "-e", "deployment_prune=true")
    assert planned.count > 0
    assert resources(world) == before

    pruned = world.deploy("-e", "deployment_prune=true")
    assert pruned.changed == planned.changed
    assert gone(before, resources(world)) == {
        "services": {"deaf"},
        "families": {"llm-local-deaf"},
        "log groups": {"/llmops/llm-local/deaf"},
    }
    assert generate(reported.urls["missing"]) == "hello (answer 2)"


def test_a_plan_to_destroy_writes_nothing_and_names_what_the_run_removes(world):
    before = resources(world)
    world.control("DELETE", "requests")

    plan = world.play("destroy.yml", "--check")

    assert plan.code == 0, plan.output
    assert world.writes() == []
    assert resources(world) == before

    done = world.play("destroy.yml", "-e", "local_aws_keep=true")

    assert done.code == 0, done.output
    assert plan.changed - {"Start or stop the embedded AWS"} == done.changed
    assert done.changed
    assert not any(resources(world).values())
