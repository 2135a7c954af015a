# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole: a service is served on its public address to whom it should be, and at the end nothing of it is left."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

from local_aws.server.daemon import _started

PORT = 8080
TRUST = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}


def image(folder):
    """Return an image that serves a folder, with a child process of its own."""
    (folder / "index.html").write_text("hello")
    command = ["sh", "-c", "sleep 600 & exec python3 -u -m http.server --bind $HOST $PORT"]
    return {"command": command, "working_directory": str(folder), "path": [str(Path(sys.executable).parent)]}


def wait_for(condition, seconds=30):
    """Return the condition's first value that is true; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{condition} was not met within {seconds} s")


def curl(address, source="127.0.0.1"):
    """Return what the address serves to a source address, or None if it refuses the connection."""
    try:
        with socket.create_connection((address, PORT), timeout=5, source_address=(source, 0)) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        return answer.decode().rpartition("\r\n\r\n")[2]
    except (ConnectionResetError, ConnectionRefusedError):
        return None


def processes_of(folder):
    """Return the processes that run in a folder."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if os.readlink(link) == str(folder):
                found.append(int(link.parent.name))
        except OSError:
            continue
    return found


def children_of(pid):
    """Return the processes that a process started."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for children in lists for child in children.read_text().split()]


class Deployment:
    """One service with one task, deployed with boto3."""

    def __init__(self, server):
        self.ec2, self.ecs, self.iam, self.logs = (server.client(name) for name in ("ec2", "ecs", "iam", "logs"))
        self.tagging = server.client("resourcegroupstaggingapi")
        subnet = self.ec2.describe_subnets()["Subnets"][0]
        self.group = self.ec2.create_security_group(GroupName="llm", Description="x", VpcId=subnet["VpcId"])["GroupId"]
        document = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
        role = self.iam.create_role(RoleName="exec", AssumeRolePolicyDocument=document)["Role"]["Arn"]
        policy = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
        self.iam.attach_role_policy(RoleName="exec", PolicyArn=policy)
        self.logs.create_log_group(logGroupName="/llm")
        self.ecs.create_cluster(clusterName="llm")
        options = {"awslogs-group": "/llm", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "llm"}
        self.ecs.register_task_definition(
            family="llm",
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            executionRoleArn=role,
            containerDefinitions=[
                {
                    "name": "app",
                    "image": "app:latest",
                    "portMappings": [{"containerPort": PORT}],
                    "logConfiguration": {"logDriver": "awslogs", "options": options},
                }
            ],
        )
        self.arn = self.ecs.create_service(
            cluster="llm",
            serviceName="app",
            taskDefinition="llm",
            desiredCount=1,
            launchType="FARGATE",
            tags=[{"key": "llmops:service", "value": "app"}],
            networkConfiguration={
                "awsvpcConfiguration": {
                    "subnets": [subnet["SubnetId"]],
                    "securityGroups": [self.group],
                    "assignPublicIp": "ENABLED",
                }
            },
        )["service"]["serviceArn"]

    def allow(self, block):
        self.ec2.authorize_security_group_ingress(GroupId=self.group, IpPermissions=self._rule(block))

    def disallow(self, block):
        self.ec2.revoke_security_group_ingress(GroupId=self.group, IpPermissions=self._rule(block))

    @staticmethod
    def _rule(block):
        return [{"IpProtocol": "tcp", "FromPort": PORT, "ToPort": PORT, "IpRanges": [{"CidrIp": block}]}]

    def service(self):
        return self.ecs.describe_services(cluster="llm", services=["app"])["services"][0]

    def is_steady(self):
        return self.service()["deployments"][0]["rolloutState"] == "COMPLETED"

    def public_address(self):
        """Return the running task's public address."""
        tasks = self.ecs.list_tasks(cluster="llm", serviceName="app")["taskArns"]
        task = self.ecs.describe_tasks(cluster="llm", tasks=tasks)["tasks"][0]
        details = {detail["name"]: detail["value"] for detail in task["attachments"][0]["details"]}
        answer = self.ec2.describe_network_interfaces(NetworkInterfaceIds=[details["networkInterfaceId"]])
        interface = answer["NetworkInterfaces"][0]
        address = interface["Association"]["PublicIp"]
        assert interface["PrivateIpAddresses"][0]["Association"]["PublicIp"] == address
        return address

    def tagged(self):
        answer = self.tagging.get_resources(ResourceTypeFilters=["ecs:service"])
        return [mapping["ResourceARN"] for mapping in answer["ResourceTagMappingList"]]


@pytest.fixture
def running(new_server, tmp_path):
    """Return a server with a steady deployment, that one's public address, and the folder its processes run in."""
    server = new_server(environment={"LOCAL_AWS_DELAYS": "role=0,eni=0,drain=0"})
    server.start({"app:latest": image(tmp_path)})
    deployment = Deployment(server)
    wait_for(deployment.is_steady)
    return server, deployment, deployment.public_address(), tmp_path


def test_a_service_is_served_to_whom_its_security_group_lets_in(running):
    deployment, address, folder = running[1:]
    assert curl(address) is None
    deployment.allow("127.0.0.1/32")
    wait_for(lambda: curl(address) == "hello")
    assert curl(address, "127.0.0.9") is None
    deployment.disallow("127.0.0.1/32")
    deployment.allow("127.0.0.8/31")
    assert curl(address) is None
    assert curl(address, "127.0.0.9") == "hello"
    messages = [event["message"] for event in deployment.logs.filter_log_events(logGroupName="/llm")["events"]]
    assert any("GET / HTTP/1.0" in message for message in messages)

    assert deployment.tagged() == [deployment.arn]
    deployment.ecs.delete_service(cluster="llm", service="app", force=True)
    wait_for(lambda: deployment.service()["status"] == "INACTIVE")
    assert deployment.tagged() == []
    assert curl(address, "127.0.0.9") is None
    assert not processes_of(folder)
    wait_for(lambda: not deployment.ec2.describe_network_interfaces()["NetworkInterfaces"])
    deployment.ec2.delete_security_group(GroupId=deployment.group)


def end_by_stop(server):
    assert server.stop()["changed"]


def end_by_sigterm(server):
    os.kill(server.pid(), signal.SIGTERM)


def end_by_sigkill(server):
    os.kill(server.pid(), signal.SIGKILL)


@pytest.mark.parametrize("end", [end_by_stop, end_by_sigterm, end_by_sigkill])
def test_however_it_ends_no_process_and_no_port_is_left(running, end):
    server, deployment, address, folder = running
    deployment.allow("0.0.0.0/0")
    wait_for(lambda: curl(address) == "hello")
    began = [children_of(server.pid()), processes_of(folder)]
    assert all(len(pids) == 2 for pids in began), "the guardian and a task; the task and its child"
    end(server)
    wait_for(lambda: not any(_started(pid) for pids in began for pid in pids), 10)
    wait_for(lambda: curl(address) is None, 10)
    with socket.socket() as probe:
        wait_for(lambda: probe.connect_ex(("127.0.0.1", server.port)), 10)
