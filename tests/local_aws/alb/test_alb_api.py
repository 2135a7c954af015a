# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A load balancer as the AWS CLI makes one: it listens with its listener, and ends with it."""

from __future__ import annotations

import socket
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError
from scenes import Scene

from local_aws.alb import api
from local_aws.base.refused import Refused

PORT = 8080


@pytest.fixture
def scene(server):
    return Scene(server)


def says(text):
    config = {"StatusCode": "200", "MessageBody": text, "ContentType": "text/plain"}
    return [{"Type": "fixed-response", "FixedResponseConfig": config}]


def ask(host, port=PORT):
    connection = HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read()
    finally:
        connection.close()


def made(scene):
    """Return a load balancer that lets this machine in, and its security group."""
    vpc = scene.default_vpc()
    group = scene.group(vpc)
    allowed = {"IpProtocol": "tcp", "FromPort": PORT, "ToPort": PORT + 1, "IpRanges": [{"CidrIp": "127.0.0.1/32"}]}
    scene.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[allowed])
    subnets = scene.default_subnets()[:2]
    name = scene.name("alb")
    made = scene.elbv2.create_load_balancer(Name=name, Subnets=subnets, SecurityGroups=[group])["LoadBalancers"][0]
    return made, group


def interfaces(scene, balancer):
    described = f"ELB app/{balancer['LoadBalancerArn'].partition('/app/')[2]}"
    found = scene.ec2.describe_network_interfaces(Filters=[{"Name": "description", "Values": [described]}])
    return found["NetworkInterfaces"]


def test_from_the_listener_to_the_end(scene):
    balancer, group = made(scene)
    arn, host = balancer["LoadBalancerArn"], balancer["DNSName"]
    with pytest.raises(ConnectionRefusedError):
        ask(host)
    listener = scene.elbv2.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=PORT, DefaultActions=says("one"))[
        "Listeners"
    ][0]["ListenerArn"]
    assert ask(host) == b"one"
    scene.elbv2.modify_listener(ListenerArn=listener, DefaultActions=says("two"))
    assert ask(host) == b"two"
    scene.elbv2.modify_listener(ListenerArn=listener, Port=PORT + 1)
    assert ask(host, PORT + 1) == b"two"
    with pytest.raises(ConnectionRefusedError):
        ask(host)
    assert [[its["GroupId"] for its in eni["Groups"]] for eni in interfaces(scene, balancer)] == [[group]] * 2

    closed = scene.group(scene.default_vpc())
    scene.elbv2.set_security_groups(LoadBalancerArn=arn, SecurityGroups=[closed])
    with pytest.raises(ConnectionError):
        ask(host, PORT + 1)

    scene.elbv2.delete_load_balancer(LoadBalancerArn=arn)
    with pytest.raises(ClientError, match="DependencyViolation"):
        scene.ec2.delete_security_group(GroupId=closed)
    deadline = time.monotonic() + 10
    while interfaces(scene, balancer):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    scene.ec2.delete_security_group(GroupId=closed)


def test_what_it_counts_is_in_cloudwatch(scene, server):
    balancer, _group = made(scene)
    arn, host = balancer["LoadBalancerArn"], balancer["DNSName"]
    scene.elbv2.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=PORT, DefaultActions=says("one"))
    for _number in range(3):
        ask(host)

    found = server.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApplicationELB",
        MetricName="HTTP_Fixed_Response_Count",
        Dimensions=[{"Name": "LoadBalancer", "Value": arn.partition(":loadbalancer/")[2]}],
        StartTime=datetime.now(UTC) - timedelta(hours=1),
        EndTime=datetime.now(UTC) + timedelta(hours=1),
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]

    assert sum(point["Sum"] for point in found) == 3
    assert {point["Unit"] for point in found} == {"Count"}
    scene.elbv2.delete_load_balancer(LoadBalancerArn=arn)


def test_targets_that_are_registered_by_hand(scene):
    balancer, _group = made(scene)
    group = scene.elbv2.create_target_group(
        Name=scene.name(), Protocol="HTTP", Port=80, VpcId=scene.default_vpc(), TargetType="ip"
    )["TargetGroups"][0]["TargetGroupArn"]
    scene.elbv2.register_targets(
        TargetGroupArn=group, Targets=[{"Id": "172.31.0.77"}, {"Id": "172.31.0.78", "Port": 81}]
    )

    def health(**asked):
        shown = scene.elbv2.describe_target_health(TargetGroupArn=group, **asked)["TargetHealthDescriptions"]
        return {(its["Target"]["Id"], its["Target"]["Port"]): its["TargetHealth"] for its in shown}

    assert {key: its["State"] for key, its in health().items()} == {
        ("172.31.0.77", 80): "unused",
        ("172.31.0.78", 81): "unused",
    }
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    arn = balancer["LoadBalancerArn"]
    scene.elbv2.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=PORT, DefaultActions=forward)
    assert {its["State"] for its in health().values()} == {"initial"}
    scene.elbv2.deregister_targets(TargetGroupArn=group, Targets=[{"Id": "172.31.0.77"}])
    assert health()["172.31.0.77", 80]["Reason"] == "Target.DeregistrationInProgress"
    [unknown] = health(Targets=[{"Id": "172.31.0.79"}]).values()
    assert (unknown["State"], unknown["Reason"]) == ("unused", "Target.NotRegistered")
    scene.elbv2.delete_load_balancer(LoadBalancerArn=arn)


def test_a_port_that_another_program_has_is_refused(scene):
    balancer, _group = made(scene)
    with closing(socket.create_server(("0.0.0.0", 0))) as other:
        port = other.getsockname()[1]
        with pytest.raises(ClientError, match=f"Another program on this machine listens on port {port}"):
            scene.elbv2.create_listener(
                LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=port, DefaultActions=says("x")
            )
    scene.elbv2.delete_load_balancer(LoadBalancerArn=balancer["LoadBalancerArn"])


def test_a_port_that_only_root_may_have_is_refused_with_the_way_out(monkeypatch):
    def refuse(*_address):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(api, "bind", refuse)
    with pytest.raises(Refused, match="load_balancer_http_port: 8080"):
        api._check_port(SimpleNamespace(dns_name="127.16.0.1"), 80)
