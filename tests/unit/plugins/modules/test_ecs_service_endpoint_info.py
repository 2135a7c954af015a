# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.module_utils._aws import wait
from ansible_collections.llmops.ecs.plugins.modules import ecs_service_endpoint_info

CLUSTER = "arn:aws:ecs:eu-west-1:123456789012:cluster/c1"
DEFINITION = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1"
TASK = "arn:aws:ecs:eu-west-1:123456789012:task/c1/"
GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/1"
BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/main/1"
LISTENER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/main/1/2"
DESCRIBE = {"cluster": "c1", "services": ["web"], "include": ["TAGS"]}
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": "ENABLED"}}
SERVICE = {
    "serviceName": "web",
    "clusterArn": CLUSTER,
    "status": "ACTIVE",
    "networkConfiguration": NETWORK,
    "runningCount": 1,
    "desiredCount": 1,
}


def task(name, health="HEALTHY", status="RUNNING", started_at=1):
    return {
        "taskArn": TASK + name,
        "taskDefinitionArn": DEFINITION,
        "lastStatus": status,
        "healthStatus": health,
        "startedAt": started_at,
        "availabilityZone": "eu-west-1a",
        "attachments": [
            {"status": "ATTACHED", "details": [{"name": "networkInterfaceId", "value": f"eni-{name}"}]},
        ],
    }


def interface(name, public=True):
    found = {
        "NetworkInterfaceId": f"eni-{name}",
        "SubnetId": "subnet-1",
        "VpcId": "vpc-1",
        "PrivateIpAddress": f"172.31.0.{ord(name)}",
    }
    return found | ({"Association": {"PublicIp": f"198.51.100.{ord(name)}"}} if public else {})


@pytest.fixture(autouse=True)
def naps(monkeypatch):
    """Make time pass only by sleeping; return the naps that were taken."""
    taken = []
    monkeypatch.setattr(wait.time, "monotonic", lambda: sum(taken))
    monkeypatch.setattr(wait.time, "sleep", taken.append)
    return taken


@pytest.fixture
def runs(aws):
    """Return a function that lets the service have these tasks, with a health check, and these interfaces."""
    ecs, ec2 = aws("ecs"), aws("ec2")

    def answer(tasks, interfaces, service=None):
        ecs.add_response("describe_services", {"services": [service or SERVICE]}, DESCRIBE)
        arns = [each["taskArn"] for each in tasks]
        listed = {"cluster": CLUSTER, "serviceName": "web", "desiredStatus": "RUNNING"}
        ecs.add_response("list_tasks", {"taskArns": arns}, listed)
        if tasks:
            ecs.add_response("describe_tasks", {"tasks": tasks}, {"cluster": CLUSTER, "tasks": arns})
        running = [each["taskArn"].removeprefix(TASK) for each in tasks if each["lastStatus"] == "RUNNING"]
        if running:
            container = {"portMappings": [{"containerPort": 8080}], "healthCheck": {"command": ["CMD", "true"]}}
            definition = {"status": "ACTIVE", "containerDefinitions": [container]}
            asked = {"taskDefinition": DEFINITION, "include": ["TAGS"]}
            ecs.add_response("describe_task_definition", {"taskDefinition": definition}, asked)
            wanted = [{"Name": "network-interface-id", "Values": [f"eni-{name}" for name in running]}]
            found = {"NetworkInterfaces": interfaces}
            ec2.add_response("describe_network_interfaces", found, {"Filters": wanted})

    return answer


@pytest.fixture
def info(run):
    return lambda **params: run(ecs_service_endpoint_info, **{"cluster": "c1", "service": "web", **params})


def test_the_newest_healthy_task_is_the_one_to_use(runs, info):
    tasks = [task("a", started_at=1), task("b", started_at=2), task("c", "UNKNOWN", started_at=3)]
    runs(tasks, [interface(name) for name in "abc"])

    result = info(path="v1")

    assert result["url"] == "http://198.51.100.98:8080/v1"
    assert [each["task_arn"] for each in result["endpoints"]] == [TASK + name for name in "cba"]
    assert result["urls"] == [
        "http://198.51.100.98:8080/v1",
        "http://198.51.100.99:8080/v1",
        "http://198.51.100.97:8080/v1",
    ]
    assert result["load_balancers"] == []
    assert not result["changed"]


def test_a_task_that_is_not_running_yet_is_no_endpoint(runs, info):
    runs([task("a", "UNKNOWN", "PENDING")], [])

    result = info()

    assert (result["url"], result["urls"], result["endpoints"]) == (None, [], [])


def test_a_task_without_a_public_address_says_why(aws, runs, info):
    private = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": "DISABLED"}}
    runs([task("a")], [interface("a", public=False)], {**SERVICE, "networkConfiguration": private})
    asked = {"Filters": [{"Name": "vpc-id", "Values": ["vpc-1"]}]}
    aws("ec2").add_response("describe_route_tables", {"RouteTables": []}, asked)

    (endpoint,) = info()["endpoints"]

    assert endpoint["public_ip"] is None
    assert endpoint["url"] == "http://172.31.0.97:8080"
    assert endpoint["reason"] == (
        "assignPublicIp of the service is not ENABLED and subnet subnet-1 has no route to an internet gateway"
    )


def test_an_interface_that_is_gone_leaves_its_task_without_a_url(runs, info):
    runs([task("a"), task("b")], [interface("b")])

    result = info()

    assert result["url"] == "http://198.51.100.98:8080"
    assert result["endpoints"][0]["reason"] == "the task has no network interface (yet)"


def balanced(elbv2, state):
    """Let the service's target group be behind an HTTPS listener's rule for a host."""
    group = {"TargetGroupArn": GROUP, "LoadBalancerArns": [BALANCER]}
    elbv2.add_response("describe_target_groups", {"TargetGroups": [group]}, {"TargetGroupArns": [GROUP]})
    balancer = {"LoadBalancerArn": BALANCER, "LoadBalancerName": "main", "DNSName": "lb"}
    elbv2.add_response("describe_load_balancers", {"LoadBalancers": [balancer]}, {"LoadBalancerArns": [BALANCER]})
    listener = {"ListenerArn": LISTENER, "Protocol": "HTTPS", "Port": 443}
    elbv2.add_response("describe_listeners", {"Listeners": [listener]}, {"LoadBalancerArn": BALANCER})
    rule = {
        "Actions": [{"Type": "forward", "TargetGroupArn": GROUP}],
        "Conditions": [{"Field": "host-header", "Values": ["llm.example.com"]}],
    }
    elbv2.add_response("describe_rules", {"Rules": [rule]}, {"ListenerArn": LISTENER})
    target = {"Target": {"Id": "172.31.0.97", "Port": 8080}, "TargetHealth": {"State": state}}
    elbv2.add_response("describe_target_health", {"TargetHealthDescriptions": [target]}, {"TargetGroupArn": GROUP})


def test_a_load_balancer_comes_before_the_tasks_and_is_waited_for(aws, runs, info, naps):
    service = {**SERVICE, "loadBalancers": [{"targetGroupArn": GROUP, "containerName": "web", "containerPort": 8080}]}
    for state in ("initial", "healthy"):
        runs([task("a")], [interface("a")], service)
        balanced(aws("elbv2"), state)

    result = info(wait=True)

    assert naps == [wait.SHORTEST]
    assert result["url"] == "https://llm.example.com"
    assert result["urls"] == ["https://llm.example.com", "http://198.51.100.97:8080"]
    (balancer,) = result["load_balancers"]
    assert (balancer["dns_name"], balancer["healthy"], balancer["unhealthy"]) == ("lb", 1, 0)


def test_a_wait_ends_with_what_was_seen(runs, info):
    for _look in range(3):
        runs([task("a", "UNKNOWN")], [interface("a")])

    result = info(wait=True, wait_timeout=4)

    assert result["failed"]
    assert result["msg"] == (
        "Nothing healthy answers for service web in cluster c1 after wait_timeout=4 s: 1 of 1 tasks running; "
        "task a: UNKNOWN."
    )


@pytest.mark.parametrize("there", [[], [{**SERVICE, "status": "INACTIVE"}]])
def test_a_service_that_is_not_there_has_no_url_and_is_not_waited_for(aws, info, there):
    for _run in range(2):
        aws("ecs").add_response("describe_services", {"services": there}, DESCRIBE)

    assert info()["url"] is None
    assert info(wait=True)["msg"].startswith("There is no service web in cluster c1 to wait for")


def test_check_mode_waits_for_nothing(aws, info):
    aws("ecs").add_client_error("describe_services", "ClusterNotFoundException", "Cluster not found.")

    assert info(wait=True, check_mode=True)["url"] is None
