# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ECS keeps, refuses and answers about clusters, task definitions and services. No task runs here."""

from __future__ import annotations

import time

import pytest
from ecs_world import World, images, wait


@pytest.fixture(scope="module")
def world(server, tmp_path_factory):
    """Return a world."""
    server.http("PUT", "/_local_aws/images", images(tmp_path_factory.mktemp("web")))
    made = World(server, "api")
    yield made
    made.clean_up()


@pytest.fixture(scope="module")
def ecs(world):
    """Return the client."""
    return world.ecs


def refusal(ecs, call, **params):
    """Return the code and the message with which a call is refused."""
    with pytest.raises(ecs.exceptions.ClientError) as caught:
        call(**params)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


# Clusters


def test_a_cluster_keeps_what_it_was_made_with(ecs):
    asked = {
        "settings": [{"name": "containerInsights", "value": "enhanced"}],
        "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
        "defaultCapacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}],
        "configuration": {"executeCommandConfiguration": {"logging": "DEFAULT"}},
        "tags": [{"key": "llmops:deployment", "value": "api"}],
    }
    made = ecs.create_cluster(clusterName="api-kept", **asked)["cluster"]
    again = ecs.create_cluster(clusterName="api-kept")["cluster"]
    described = ecs.describe_clusters(clusters=["api-kept"], include=["TAGS", "SETTINGS", "CONFIGURATIONS"])[
        "clusters"
    ][0]
    for cluster in (made, again, described):
        assert asked.items() <= cluster.items()
    assert "tags" not in ecs.describe_clusters(clusters=[made["clusterArn"]])["clusters"][0]
    ecs.update_cluster_settings(cluster="api-kept", settings=[{"name": "containerInsights", "value": "disabled"}])
    ecs.put_cluster_capacity_providers(
        cluster="api-kept", capacityProviders=["FARGATE"], defaultCapacityProviderStrategy=[]
    )
    described = ecs.describe_clusters(clusters=["api-kept"], include=["SETTINGS"])["clusters"][0]
    assert described["settings"] == [{"name": "containerInsights", "value": "disabled"}]
    assert (described["capacityProviders"], described["defaultCapacityProviderStrategy"]) == (["FARGATE"], [])
    assert ecs.delete_cluster(cluster="api-kept")["cluster"]["status"] == "INACTIVE"
    assert made["clusterArn"] not in ecs.list_clusters()["clusterArns"]
    assert ecs.describe_clusters(clusters=["api-kept"])["clusters"][0]["status"] == "INACTIVE"
    code, _message = refusal(ecs, ecs.list_services, cluster="api-kept")
    assert code == "ClusterNotFoundException"


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"clusterName": "bad name!"}, "invalid characters"),
        ({"settings": [{"name": "containerInsights", "value": "maybe"}]}, "Invalid setting value: maybe"),
        ({"capacityProviders": ["NOPE"]}, "NOPE was not found"),
        (
            {
                "capacityProviders": ["FARGATE"],
                "defaultCapacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}],
            },
            "not associated with the cluster",
        ),
        ({"tags": [{"key": "aws:x", "value": "y"}]}, "reserved aws:"),
    ],
)
def test_what_a_cluster_refuses(ecs, params, message):
    code, text = refusal(ecs, ecs.create_cluster, **{"clusterName": "api-refused", **params})
    assert code == "InvalidParameterException"
    assert message in text
    assert [failure["reason"] for failure in ecs.describe_clusters(clusters=["api-refused"])["failures"]] == ["MISSING"]


def test_fargate_is_known(ecs):
    providers = ecs.describe_capacity_providers(capacityProviders=["FARGATE", "FARGATE_SPOT", "NOPE"])
    assert [provider["status"] for provider in providers["capacityProviders"]] == ["ACTIVE", "ACTIVE"]
    assert [failure["reason"] for failure in providers["failures"]] == ["MISSING"]


# Task definitions


def test_revisions_are_counted_and_never_used_again(world, ecs):
    first, second = world.register("revisions", memory=256), world.register("revisions", memory=512)
    assert (first.rpartition(":")[2], second.rpartition(":")[2]) == ("1", "2")
    assert ecs.list_task_definitions(familyPrefix="revisions", sort="DESC")["taskDefinitionArns"] == [second, first]
    page = ecs.list_task_definitions(familyPrefix="revisions", sort="DESC", maxResults=1)
    assert page["taskDefinitionArns"] == [second]
    assert ecs.list_task_definitions(familyPrefix="revisions", sort="DESC", maxResults=1, nextToken=page["nextToken"])[
        "taskDefinitionArns"
    ] == [first]
    ecs.deregister_task_definition(taskDefinition=second)
    newest = ecs.describe_task_definition(taskDefinition="revisions")["taskDefinition"]
    assert newest["taskDefinitionArn"] == first
    assert ecs.describe_task_definition(taskDefinition="revisions:2")["taskDefinition"]["status"] == "INACTIVE"
    ecs.delete_task_definitions(taskDefinitions=[second])
    assert world.register("revisions").endswith(":3")
    for arn in ("revisions:1", "revisions:3"):
        ecs.deregister_task_definition(taskDefinition=arn)
    code, message = refusal(ecs, ecs.describe_task_definition, taskDefinition="revisions")
    assert (code, message) == ("ClientException", "Unable to describe task definition.")


def test_registering_answers_with_everything(world, ecs):
    answer = ecs.register_task_definition(
        family="everything",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        enableFaultInjection=True,
        runtimePlatform={"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
        containerDefinitions=[{"name": "app", "image": "web:1"}],
        tags=[{"key": "a", "value": "b"}],
    )
    assert answer["tags"] == [{"key": "a", "value": "b"}]
    definition = answer["taskDefinition"]
    assert (definition["enableFaultInjection"], definition["networkMode"]) == (True, "awsvpc")
    described = ecs.describe_task_definition(taskDefinition="everything", include=["TAGS"])
    assert described["taskDefinition"] == definition
    assert described["tags"] == answer["tags"]
    assert "tags" not in ecs.describe_task_definition(taskDefinition="everything")


def test_a_bad_task_definition_is_refused_and_uses_no_number(world, ecs):
    good = world.register("refused")
    with pytest.raises(ecs.exceptions.ClientException, match="No Fargate configuration"):
        world.register("refused", task={"cpu": "300"})
    assert good.endswith(":1")
    assert world.register("refused").endswith(":2")


# Services


def test_a_service_keeps_what_it_was_made_with(world, ecs):
    arn = world.register("kept")
    asked = {
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": {
                "enable": True,
                "rollback": False,
                "thresholdConfiguration": {"type": "COUNT", "value": 4},
            },
            "maximumPercent": 150,
            "minimumHealthyPercent": 50,
        },
        "availabilityZoneRebalancing": "DISABLED",
        "propagateTags": "SERVICE",
        "enableECSManagedTags": True,
        "platformVersion": "1.4.0",
        "tags": [{"key": "llmops:service", "value": "kept"}],
    }
    made = world.create("kept", "kept", 0, **asked)
    described = world.service("kept")
    for service in (made, described):
        kept = {**asked, "deploymentConfiguration": service["deploymentConfiguration"]}
        assert kept.items() <= service.items()
        assert asked["deploymentConfiguration"].items() <= service["deploymentConfiguration"].items()
        assert (service["taskDefinition"], service["launchType"], service["platformFamily"]) == (
            arn,
            "FARGATE",
            "Linux",
        )
        assert service["createdBy"].startswith("arn:aws:iam::")
    completed = world.wait_completed("kept")
    changed = world.update("kept", desiredCount=0, deploymentConfiguration={"maximumPercent": 200})
    assert changed["deploymentConfiguration"] == {**completed["deploymentConfiguration"], "maximumPercent": 200}
    assert changed["currentServiceDeployment"] == completed["currentServiceDeployment"]
    code, message = refusal(ecs, world.create, name="kept", task_definition="kept")
    assert (code, message) == ("InvalidParameterException", "Creation of service was not idempotent.")


def test_without_security_groups_it_is_the_default_one(world):
    world.register("plain")
    network = {"awsvpcConfiguration": {"subnets": world.subnets}}
    service = world.create("plain", "plain", 0, networkConfiguration=network)
    (group,) = service["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"]
    assert world.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["GroupName"] == "default"
    assert service["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "DISABLED"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0"]}}}, "subnet-0"),
        ({"networkConfiguration": {}}, "Network Configuration must be provided"),
        (
            {"capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}]},
            "both a launch type and capacity provider",
        ),
        ({"healthCheckGracePeriodSeconds": 60}, "only valid for services configured to use load balancers"),
        ({"deploymentConfiguration": {"maximumPercent": 100, "minimumHealthyPercent": 100}}, "will block deployments"),
        (
            {"deploymentConfiguration": {"strategy": "CANARY"}},
            "CANARY deployment strategy requires a load balancer",
        ),
        ({"serviceName": "bad name!"}, "invalid characters"),
        ({"enableExecuteCommand": True}, "valid taskRoleArn"),
        ({"taskDefinition": "none"}, "Unable to describe task definition"),
        ({"taskDefinition": "on-ec2"}, "does not support launch_type FARGATE"),
        (
            {"loadBalancers": [{"targetGroupArn": "x", "containerName": "web", "containerPort": 1}]},
            "container web does not exist",
        ),
        ({"loadBalancers": [{"targetGroupArn": "x", "containerName": "app", "containerPort": 1}]}, "container port 1"),
        ({"cluster": "none"}, "Cluster not found"),
    ],
)
def test_what_a_service_refuses(world, ecs, settings, message):
    world.register("refusing")
    world.register("on-ec2", task={"requiresCompatibilities": ["EC2"]})
    with pytest.raises(ecs.exceptions.ClientError, match=message):
        world.create("refusing", "refusing", 0, **settings)
    assert ecs.describe_services(cluster="api", services=["refusing"])["failures"][0]["reason"] == "MISSING"


@pytest.mark.parametrize(
    ("settings", "deploys"),
    [
        ({"desiredCount": 0}, False),
        ({"deploymentConfiguration": {"minimumHealthyPercent": 50}}, False),
        ({"enableECSManagedTags": True}, False),
        ({"propagateTags": "SERVICE"}, False),
        ({"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]}, False),
        ({"taskDefinition": "deploying"}, False),
        ({"taskDefinition": "deploying-too"}, True),
        ({"platformVersion": "1.3.0"}, True),
        ({"forceNewDeployment": True}, True),
        ({"networkConfiguration": "public"}, True),
    ],
)
def test_which_updates_start_a_deployment(world, settings, deploys):
    name = f"deploying-{time.monotonic_ns()}"
    for family in ("deploying", "deploying-too"):
        if not world.ecs.list_task_definitions(familyPrefix=family)["taskDefinitionArns"]:
            world.register(family)
    before = world.create(name, "deploying", 0, networkConfiguration=world.network("DISABLED"))
    if settings.get("networkConfiguration") == "public":
        settings = {"networkConfiguration": world.network()}
    after = world.update(name, **settings)
    assert (before["currentServiceDeployment"] != after["currentServiceDeployment"]) is deploys
    assert after["taskDefinition"].startswith("arn:aws:ecs:")
    if "capacityProviderStrategy" in settings:
        assert "launchType" not in after
    listed = world.ecs.list_service_deployments(cluster="api", service=name)["serviceDeployments"]
    assert len(listed) == (2 if deploys else 1)
    if deploys:
        assert listed[1]["status"] in ("STOPPED", "SUCCESSFUL")


def test_monitoring_is_told_by_the_revision_that_runs(world):
    world.register("watched")
    world.create("watched", "watched", 0, networkConfiguration=world.network("DISABLED"))
    asked = {"metricConfigurations": [{"metricNames": ["CPUUtilization"], "resolutionSeconds": 20}]}

    [current] = world.update("watched", monitoring=asked)["currentServiceRevisions"]

    [revision] = world.ecs.describe_service_revisions(serviceRevisionArns=[current["arn"]])["serviceRevisions"]
    assert revision["monitoring"] == asked


def test_clusters_and_services_are_matched_exactly(world, ecs):
    ecs.create_cluster(clusterName="api1")
    world.register("exact")
    network = world.network("DISABLED")
    world.create("exact", "exact", 0, networkConfiguration=network)
    world.create("exact1", "exact", 0, cluster="api1", networkConfiguration=network)
    assert [arn.rpartition("/")[2] for arn in ecs.list_services(cluster="api1")["serviceArns"]] == ["exact1"]
    failures = ecs.describe_services(cluster="api", services=["exact1"])["failures"]
    assert [failure["reason"] for failure in failures] == ["MISSING"]
    pages = list(ecs.get_paginator("list_services").paginate(cluster="api", PaginationConfig={"PageSize": 1}))
    assert all(len(page["serviceArns"]) == 1 for page in pages)
    ecs.delete_service(cluster="api1", service="exact1")
    code, _message = refusal(ecs, ecs.delete_cluster, cluster="api1")
    assert code == "ClusterContainsServicesException"
    status = wait(
        lambda: ecs.describe_services(cluster="api1", services=["exact1"])["services"][0]["status"],
        lambda found: found == "INACTIVE",
    )
    assert status == "INACTIVE"
    assert ecs.delete_cluster(cluster="api1")["cluster"]["status"] == "INACTIVE"


@pytest.mark.parametrize(
    ("call", "params"),
    [
        ("describe_services", {"cluster": "api", "services": [f"s{n}" for n in range(11)]}),
        ("describe_tasks", {"cluster": "api", "tasks": [f"t{n}" for n in range(101)]}),
        ("describe_service_deployments", {"serviceDeploymentArns": [f"d{n}" for n in range(21)]}),
        ("list_tasks", {"cluster": "api", "maxResults": 101}),
        ("list_tasks", {"cluster": "api", "nextToken": "?"}),
    ],
)
def test_limits_of_lists(ecs, call, params):
    code, _message = refusal(ecs, getattr(ecs, call), **params)
    assert code == "InvalidParameterException"


def test_tags_of_every_kind_of_resource(world, ecs):
    definition = world.register("tagged")
    service = world.create("tagged", "tagged", 0)["serviceArn"]
    cluster = ecs.describe_clusters(clusters=["api"])["clusters"][0]["clusterArn"]
    for arn in (definition, service, cluster):
        ecs.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
        ecs.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "3"}])
        ecs.untag_resource(resourceArn=arn, tagKeys=["b", "c"])
        assert ecs.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "a", "value": "3"}]
    assert world.service("tagged")["tags"] == [{"key": "a", "value": "3"}]


def test_a_deployment_can_be_stopped(world, ecs):
    world.register("stopped")
    world.create("stopped", "stopped", 0)
    good = world.wait_completed("stopped")
    world.register("stopped", memory=256)
    world.update("stopped", taskDefinition="stopped", desiredCount=1)
    arn = world.service("stopped")["currentServiceDeployment"]
    ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")
    deployment = wait(lambda: world.deployment("stopped"), lambda found: found["status"] == "ROLLBACK_SUCCESSFUL")
    assert deployment["serviceDeploymentArn"] == arn
    assert world.service("stopped")["taskDefinition"] == good["taskDefinition"]
    code, _message = refusal(ecs, ecs.stop_service_deployment, serviceDeploymentArn=arn)
    assert code == "ConflictException"
    code, _message = refusal(ecs, ecs.stop_service_deployment, serviceDeploymentArn=arn + "x")
    assert code == "ServiceDeploymentNotFoundException"
