# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the refusals share: the scene on which a case plays, and how a case is judged.

A case is a function of a fresh scene. It yields the call that is to be refused, with the expected code and a part of
the message; resumed, it makes the call that is to pass.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

TRUST = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
NUMBERS = itertools.count(1)


class Scene:
    """Clients of a running server, and makers of what the cases need, each time with a name or block of its own."""

    def __init__(self, server):
        self.server = server
        self.number = next(NUMBERS)
        self.ec2, self.iam, self.elbv2, self.logs, self.acm, self.ecs = (
            server.client(service) for service in ("ec2", "iam", "elbv2", "logs", "acm", "ecs")
        )

    def name(self, stem="case"):
        return f"{stem}-{next(NUMBERS)}"

    def default_vpc(self):
        found = self.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])
        return found["Vpcs"][0]["VpcId"]

    def vpc(self):
        return self.ec2.create_vpc(CidrBlock=f"10.{100 + self.number % 100}.0.0/16")["Vpc"]["VpcId"]

    def subnet(self, vpc, third=1, zone="eu-west-1a"):
        block = f"10.{100 + self.number % 100}.{third}.0/24"
        return self.ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=zone)["Subnet"]["SubnetId"]

    def when_let_go(self, delete, seconds=20):
        """Delete what lingering interfaces hold, as soon as they are gone."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                return delete()
            except ClientError as error:
                if error.response["Error"]["Code"] != "DependencyViolation" or time.monotonic() > deadline:
                    raise
            time.sleep(0.1)

    def group(self, vpc):
        return self.ec2.create_security_group(GroupName=self.name(), Description="x", VpcId=vpc)["GroupId"]

    def interface(self, subnet, *groups):
        eni = self.ec2.create_network_interface(SubnetId=subnet, Groups=list(groups))
        return eni["NetworkInterface"]["NetworkInterfaceId"]

    def gateway(self, vpc=None):
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        if vpc:
            self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        return gateway

    def connect(self, vpc):
        table, gateway = self.main_table(vpc), self.gateway(vpc)
        self.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)

    def gateway_of(self, vpc):
        filters = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
        return self.ec2.describe_internet_gateways(Filters=filters)["InternetGateways"][0]["InternetGatewayId"]

    def task(self, subnet, group):
        """Run a task that sleeps; return it and its interface."""
        self.server.http("PUT", "/_local_aws/images", {"app:latest": {"command": ["sleep", "600"]}})
        self.ecs.create_cluster(clusterName="tasks")
        family = self.name()
        self.ecs.register_task_definition(
            family=family,
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            containerDefinitions=[{"name": "app", "image": "app:latest"}],
        )
        network = {"subnets": [subnet], "securityGroups": [group], "assignPublicIp": "ENABLED"}
        configuration = {"awsvpcConfiguration": network}
        task = self.ecs.run_task(
            cluster="tasks", taskDefinition=family, launchType="FARGATE", networkConfiguration=configuration
        )["tasks"][0]["taskArn"]
        of_group = [{"Name": "group-id", "Values": [group]}]
        deadline = time.monotonic() + 10
        found = []
        while not found and time.monotonic() < deadline:
            found = self.ec2.describe_network_interfaces(Filters=of_group)["NetworkInterfaces"]
        return task, found[0]["NetworkInterfaceId"]

    def table(self, vpc):
        return self.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]

    def main_table(self, vpc):
        filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
        return self.ec2.describe_route_tables(Filters=filters)["RouteTables"][0]["RouteTableId"]

    def default_subnets(self):
        found = self.ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])
        return [subnet["SubnetId"] for subnet in found["Subnets"]]

    def balancer(self, **settings):
        settings = {"Name": self.name(), "Subnets": self.default_subnets()[:2], **settings}
        return self.elbv2.create_load_balancer(**settings)["LoadBalancers"][0]

    def role(self, **settings):
        settings = {"RoleName": self.name(), "AssumeRolePolicyDocument": policy(TRUST), **settings}
        return self.iam.create_role(**settings)["Role"]

    def policy(self):
        document = policy({"Effect": "Allow", "Action": "logs:*", "Resource": "*"})
        return self.iam.create_policy(PolicyName=self.name(), PolicyDocument=document)["Policy"]["Arn"]


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class Cases:
    """The cases of a module, each for an action that AWS would refuse."""

    def __init__(self):
        self.actions = set()
        self.marked = []

    def __call__(self, action: str, name: str | None = None) -> Callable:
        """Register a function as a case of an action."""

        def register(case):
            self.actions.add(action)
            self.marked.append(pytest.param(action, case, id=name or case.__name__))
            return case

        return register


def refused_with(call, **parameters):
    """Return the code and message with which a call is refused."""
    with pytest.raises(ClientError) as error:
        call(**parameters)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def judge(server, action, case):
    """Play a case: the first call is refused as it says, and the second passes."""
    play = case(Scene(server))
    wrong, code, message = next(play)
    with pytest.raises(ClientError) as error:
        wrong()
    assert error.value.operation_name == action
    assert error.value.response["Error"]["Code"] == code
    assert message in error.value.response["Error"]["Message"]
    assert next(play, "done") == "done"
