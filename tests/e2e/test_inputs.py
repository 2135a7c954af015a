# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bad input gets one clear message, and nothing is created."""

from __future__ import annotations

import os
import socket

import pytest
from conftest import Play, World, free_port


@pytest.fixture(scope="module")
def world(world):
    world.guide_service()
    world.server("start")
    return world


@pytest.fixture
def refused(world):
    """Return a function that deploys with such variables of the group, and gives the one message of the one failure."""

    def deploy(_environment: dict | None = None, /, **variables) -> str:
        world.variables("zz_bad", **variables)
        world.control("DELETE", "requests")
        play = world.play("deploy.yml", **(_environment or {}))
        assert world.writes() == []
        return only_message(play)

    yield deploy
    world.variables("zz_bad")


def only_message(play: Play) -> str:
    assert play.code != 0, play.output
    assert "Traceback" not in play.output
    [message] = play.failed.values()
    return " ".join(message.split())


CHECKED_FIRST = {
    "unknown region": (
        {"aws_region": "eu-west-9"},
        ["aws_region: ", "knows no region 'eu-west-9' with Amazon ECS", "eu-west-1"],
    ),
    "no region": ({"aws_region": ""}, ["aws_region is not set", "aws_region: eu-west-1"]),
    "CPU and memory that Fargate lacks": (
        {"ecs_service_cpu": 1024, "ecs_service_memory": 512},
        ["task_definition.memory", "memory 512 with cpu 1024", "2048 to 8192 in steps of 1024 MiB"],
    ),
    "CPU that Fargate lacks": ({"ecs_service_cpu": 1000}, ["cpu", "1000", "256, 512, 1024"]),
    "unknown field of the service": (
        {"ecs_service_definition": {"deploymentConfiguration": {"maximumPercentage": 200}}},
        ["definition.deploymentConfiguration", "maximumPercentage"],
    ),
    "unknown field of a container": (
        {"ecs_service_container_definition": {"portMapings": []}},
        ["task_definition.containerDefinitions[0]", "portMapings"],
    ),
    "empty image": ({"ecs_service_image": ""}, ["ecs_service_image is empty", "ghcr.io/me/llm:1.0"]),
    "wrong type": (
        {"ecs_service_desired_count": "many"},
        ["ecs_service_desired_count", "many", "int"],
    ),
    "a list that is none": ({"network_allowed_cidrs": {"home": "203.0.113.0/24"}}, ["network_allowed_cidrs", "list"]),
    "unknown preset": ({"ecs_service_preset": "gpt5"}, ["ecs_service_preset", "gpt4all_fastapi", "gpt5"]),
    "retention that CloudWatch lacks": (
        {"ecs_service_log_retention_days": 8},
        ["ecs_service_log_retention_days", "7, 14"],
    ),
    "rollout without room": (
        {"ecs_service_maximum_percent": 150},
        ["ecs_service_maximum_percent 150, ECS cannot replace any of 1 task(s)", "Raise the second to 200"],
    ),
    "scaling that cannot work": (
        {
            "ecs_service_scaling": {
                "min_capacity": 4,
                "max_capacity": 3,
                "policies": [
                    {
                        "name": "tracks",
                        "type": "target_tracking",
                        "metric": "cpu",
                        "target": 5,
                        "evaluation_periods": 10,
                    },
                    {"name": "wakes", "type": "wake_from_zero", "capacity": 9},
                ],
            }
        },
        ["ecs_service_scaling: policies[tracks].evaluation_periods", "use type: step", "min_capacity 4 is over max_"],
    ),
    "waking without a load balancer": (
        {
            "ecs_service_scaling": {
                "min_capacity": 0,
                "max_capacity": 1,
                "policies": [{"name": "wakes", "type": "wake_from_zero"}],
            }
        },
        ["ecs_service_scaling: policies[wakes] needs an Application Load Balancer"],
    ),
    "GPU server on Fargate": ({"ecs_service_preset": "vllm"}, ["ecs_service_preset: vllm needs a GPU"]),
    "load balancer in one zone": (
        {"load_balancer_state": "present", "network_zones_count": 1},
        [
            "network_zones_count: 1; a load balancer needs subnets in at least two availability zones",
            "set it to 2 or more",
        ],
    ),
    "certificate of another region": (
        {
            "load_balancer_state": "present",
            "load_balancer_certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234",
        },
        ["load_balancer_certificate_arn: the certificate is in us-east-1", "request or import a certificate there"],
    ),
    "load balancer's name that is too long": (
        {"load_balancer_state": "present", "load_balancer_name": "a" * 33},
        ["load_balancer_name", "has 33 characters", "at most 32"],
    ),
    "login without HTTPS": (
        {"load_balancer_state": "present", "load_balancer_authentication": {"Type": "authenticate-cognito"}},
        ["load_balancer_authentication needs HTTPS", "set load_balancer_certificate_arn"],
    ),
    "path that is none": (
        {"load_balancer_state": "present", "load_balancer_paths": ["v1/*"]},
        ["load_balancer_paths", "a path must begin with /", "v1/*"],
    ),
    "name that cannot be": (
        {"deployment_name": "my_llm"},
        ["deployment_name: 'my_llm'", "letters, digits and hyphens"],
    ),
}


@pytest.mark.parametrize("case", CHECKED_FIRST)
def test_what_the_inventory_alone_tells_is_told_before_any_call(world, refused, case):
    variables, said = CHECKED_FIRST[case]

    message = refused(**variables)

    for words in said:
        assert words in message
    assert world.control("GET", "requests") == []


SEEN_IN_THE_ACCOUNT = {
    "VPC that does not exist": (
        {"network_vpc": "vpc-0123456789abcdef0"},
        ["There is no VPC vpc-0123456789abcdef0", "Set network_vpc"],
    ),
    "overlapping CIDR": ({"network_subnet_cidrs": ["172.31.0.0/24"]}, ["172.31.0.0/24", "network_subnet_cidrs"]),
    "CIDR outside of the VPC": ({"network_subnet_cidrs": ["10.9.0.0/24"]}, ["10.9.0.0/24", "172.31.0.0/16"]),
    "block that is none": ({"network_allowed_cidrs": ["203.0.113.0/33"]}, ["network_allowed_cidrs", "203.0.113.0/33"]),
    "everybody": (
        {"network_allowed_cidrs": ["0.0.0.0/0"]},
        ["network_allowed_cidrs allows all addresses", "network_allow_public"],
    ),
}


@pytest.mark.parametrize("case", SEEN_IN_THE_ACCOUNT)
def test_what_the_account_tells_is_told_before_anything_is_created(refused, case):
    variables, said = SEEN_IN_THE_ACCOUNT[case]

    message = refused(**variables)

    for words in said:
        assert words in message


def test_shared_variables_that_differ(world, refused):
    world.hosts(chat={"deployment_tags": {"team": "a"}}, code={"deployment_tags": {"team": "b"}})
    world.variables("zz_bad")
    world.control("DELETE", "requests")

    play = world.play("deploy.yml", "--limit", "chat")

    message = only_message(play)
    world.hosts(llm={})
    assert "deployment_tags is shared by all hosts of llm_services but differs" in message
    assert "{'team': 'a'} on chat; {'team': 'b'} on code" in message
    assert world.control("GET", "requests") == []


def test_services_that_a_load_balancer_cannot_tell_apart(world, refused):
    world.hosts(chat={"load_balancer_paths": ["/a", "/b"]}, code={"load_balancer_paths": ["/b", "/a"]})
    world.variables("zz_bad", load_balancer_state="present")
    world.control("DELETE", "requests")

    play = world.play("deploy.yml", "--limit", "chat")

    message = only_message(play)
    world.hosts(llm={})
    assert "This service and code have the same conditions on their common load balancer" in message
    assert "load_balancer_hosts or load_balancer_paths" in message
    assert world.control("GET", "requests") == []


def test_missing_credentials(world, refused, tmp_path):
    """The endpoint is on this machine but not known as such, so that nothing leaves it and no keys are supplied."""
    endpoint = f"http://0.0.0.0:{world.port}"
    nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    inherited = dict.fromkeys(name for name in os.environ if name.startswith("AWS_"))
    environment = {**inherited, **nothing, "HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}

    message = refused(environment, deployment_local_aws=False, aws_endpoint_url=endpoint)
    assert "Unable to locate credentials" in message
    assert "AWS_PROFILE" in message

    message = refused(environment, deployment_local_aws=False, aws_endpoint_url=endpoint, aws_profile="nobody")
    assert "nobody" in message
    assert "AWS_PROFILE" in message


def test_endpoint_down(refused):
    port = free_port()
    message = refused(deployment_local_aws=False, aws_endpoint_url=f"http://127.0.0.1:{port}")

    assert f"127.0.0.1:{port}" in message
    assert "Check that the endpoint answers" in message


def test_port_taken(world, refused):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        message = refused(local_aws_port=port)

    assert str(port) in message
    assert "LOCAL_AWS_PORT" in message
    assert "local_aws_port" in message


def remove_default_vpc(world: World) -> None:
    """Remove the default VPC with what is in it."""
    ec2 = world.client("ec2")
    [vpc] = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    inside = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc["VpcId"]]}]
    for subnet in ec2.describe_subnets(Filters=inside)["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    for gateway in ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]:
        ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc["VpcId"])
        ec2.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])
    ec2.delete_vpc(VpcId=vpc["VpcId"])


def test_no_default_vpc(world, refused):
    remove_default_vpc(world)

    message = refused()

    assert "There is no default VPC" in message
    assert "Set network_vpc to the ID of one that 'aws ec2 describe-vpcs' lists, or to create" in message
