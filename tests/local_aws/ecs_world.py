# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of ECS share: a small account on a running server, images, and ways to wait for what ECS does."""

from __future__ import annotations

import json
import sys
import time
from urllib.request import urlopen

ACCOUNT, REGION = "123456789012", "eu-west-1"
PORT = 8080
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnLike": {"aws:SourceArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:*"},
            },
        }
    ],
}
# Answers with its environment, /slow after three seconds and in two parts, and tells its health: a file in its folder
# with its process id makes it unhealthy.
WEB = """
import http.server, json, os, sys, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        sick = os.path.exists(f"sick-{os.getpid()}") and self.path == "/healthz"
        self.send_response(503 if sick else 200)
        self.end_headers()
        told = dict(os.environ, PID=str(os.getpid()), ARGV=" ".join(sys.argv[1:]))
        self.wfile.write(json.dumps(told).encode() if self.path == "/" else b"")
        if self.path == "/slow":
            self.wfile.write(b"first ")
            time.sleep(3)
            self.wfile.write(b"last")
    def log_message(self, *args): pass
print("listening", flush=True)
http.server.ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
"""
# Bare sockets: what a probe costs, nine services pay every second.
HEALTHY = """
import os, socket, sys
with socket.create_connection((os.environ["HOST"], 8080), timeout=2) as connection:
    connection.sendall(b"GET /healthz HTTP/1.0\\r\\n\\r\\n")
    sys.exit(b" 200 " not in connection.makefile("rb").read())
"""
CHECK = {"command": ["CMD", sys.executable, "-ISc", HEALTHY], "interval": 5, "retries": 1, "startPeriod": 60}
FAILING_CHECK = {"command": ["CMD", "false"], "interval": 5, "retries": 1}


def python(code, *words):
    """Return an image that runs Python code."""
    return {"command": [sys.executable, "-u", "-c", code, *words]}


def images(folder):
    """Return the images; folder: where the web server's program lies."""
    (folder / "web.py").write_text(WEB)
    web = {
        "command": [sys.executable, "web.py", "$HOST"],
        "working_directory": str(folder),
        "environment": {"FROM": "image"},
    }
    return {
        "web:1": web,
        "web:2": {**web, "environment": {"FROM": "second image"}},
        "crash:1": python("print('cannot go on'); raise SystemExit(3)"),
        "sleep:1": {"command": ["sleep", "600"]},
        "greedy:1": python("hoard = b'x' * (200 * 2**20); import time; time.sleep(600)"),
        "stubborn:1": python("import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"),
        "broken:1": {"command": ["/no/such/program"]},
    }


class World:
    """A cluster of its own, a network, an execution role and a log group."""

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.ecs, self.ec2, self.iam, self.logs = map(server.client, ("ecs", "ec2", "iam", "logs"))
        self.secrets, self.ssm = server.client("secretsmanager"), server.client("ssm")
        self.role = self.iam.create_role(RoleName=f"{name}-exec", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"][
            "Arn"
        ]
        policy = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
        self.iam.attach_role_policy(RoleName=f"{name}-exec", PolicyArn=policy)
        self.ecs.create_cluster(clusterName=name, capacityProviders=["FARGATE", "FARGATE_SPOT"])
        self.logs.create_log_group(logGroupName=f"/ecs/{name}")
        subnets = self.ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
        self.subnets = [subnet["SubnetId"] for subnet in subnets][:2]
        self.group = self.ec2.create_security_group(GroupName=name, Description="tasks", VpcId=subnets[0]["VpcId"])[
            "GroupId"
        ]
        self.ec2.authorize_security_group_ingress(
            GroupId=self.group, IpProtocol="tcp", FromPort=PORT, ToPort=PORT, CidrIp="127.0.0.1/32"
        )

    def container(self, image, **settings):
        """Return a container definition."""
        options = {"awslogs-group": f"/ecs/{self.name}", "awslogs-region": REGION, "awslogs-stream-prefix": "llm"}
        return {
            "name": "app",
            "image": image,
            "portMappings": [{"containerPort": PORT}],
            "logConfiguration": {"logDriver": "awslogs", "options": options},
            "stopTimeout": 2,
            **settings,
        }

    def register(self, family, image="web:1", containers=None, task=None, **settings):
        """Register a revision of one container, or of these; return its ARN."""
        document = {
            "family": family,
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "256",
            "memory": "512",
            "executionRoleArn": self.role,
            "containerDefinitions": containers or [self.container(image, **settings)],
            **(task or {}),
        }
        return self.ecs.register_task_definition(**document)["taskDefinition"]["taskDefinitionArn"]

    def network(self, public="ENABLED"):
        """Return a networkConfiguration."""
        network = {"subnets": self.subnets, "securityGroups": [self.group], "assignPublicIp": public}
        return {"awsvpcConfiguration": network}

    def create(self, name, task_definition, count=1, **settings):
        """Create a service with a circuit breaker that rolls back after one failure."""
        breaker = {"enable": True, "rollback": True, "thresholdConfiguration": {"type": "COUNT", "value": 1}}
        document = {
            "cluster": self.name,
            "serviceName": name,
            "taskDefinition": task_definition,
            "desiredCount": count,
            "launchType": "FARGATE",
            "networkConfiguration": self.network(),
            "deploymentConfiguration": {"deploymentCircuitBreaker": breaker},
            **settings,
        }
        return self.ecs.create_service(**document)["service"]

    def update(self, name, **settings):
        """Update a service."""
        return self.ecs.update_service(cluster=self.name, service=name, **settings)["service"]

    def service(self, name):
        """Describe a service."""
        return self.ecs.describe_services(cluster=self.name, services=[name], include=["TAGS"])["services"][0]

    def primary(self, name):
        """Return a service's primary deployment."""
        return self.service(name)["deployments"][0]

    def deployment(self, name):
        """Return a service's newest service deployment."""
        arn = self.service(name)["currentServiceDeployment"]
        return self.ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"][0]

    def tasks(self, name, status="RUNNING"):
        """Describe a service's tasks that are meant to be RUNNING, or STOPPED."""
        arns = self.ecs.list_tasks(cluster=self.name, serviceName=name, desiredStatus=status)["taskArns"]
        return self.ecs.describe_tasks(cluster=self.name, tasks=arns, include=["TAGS"])["tasks"] if arns else []

    def task(self, arn):
        """Describe a task."""
        return self.ecs.describe_tasks(cluster=self.name, tasks=[arn])["tasks"][0]

    def run(self, task_definition, **settings):
        """Run a task on its own; return its ARN."""
        document = {"launchType": "FARGATE", "networkConfiguration": self.network(), **settings}
        return self.ecs.run_task(cluster=self.name, taskDefinition=task_definition, **document)["tasks"][0]["taskArn"]

    def interface(self, task):
        """Describe a task's network interface."""
        details = {detail["name"]: detail["value"] for detail in task["attachments"][0]["details"]}
        found = self.ec2.describe_network_interfaces(NetworkInterfaceIds=[details["networkInterfaceId"]])
        return found["NetworkInterfaces"][0]

    def ask(self, task):
        """Return what a task of the web image answers on its public address: its environment."""
        address = self.interface(task)["Association"]["PublicIp"]
        with urlopen(f"http://{address}:{PORT}/", timeout=5) as answer:
            return json.loads(answer.read())

    def wait_completed(self, name):
        """Wait until a service's deployment is complete; return the service."""
        return wait(
            lambda: self.service(name), lambda service: service["deployments"][0]["rolloutState"] == "COMPLETED"
        )

    def wait_stopped(self, name=None, arn=None):
        """Wait until a service has a stopped task, or a task is stopped; return it."""
        if arn:
            return wait(lambda: self.task(arn), lambda task: task["lastStatus"] == "STOPPED")
        tasks = wait(lambda: self.tasks(name, "STOPPED"), lambda found: found and found[0]["lastStatus"] == "STOPPED")
        return tasks[0]

    def clean_up(self):
        """Delete the services and the cluster, and wait until that is done."""
        names = self.ecs.get_paginator("list_services").paginate(cluster=self.name).build_full_result()["serviceArns"]
        for name in names:
            self.ecs.delete_service(cluster=self.name, service=name, force=True)
        for arn in self.ecs.list_tasks(cluster=self.name)["taskArns"]:
            self.ecs.stop_task(cluster=self.name, task=arn)
        wait(lambda: self.ecs.describe_clusters(clusters=[self.name])["clusters"][0], lambda cluster: self._deleted())

    def _deleted(self):
        try:
            return bool(self.ecs.delete_cluster(cluster=self.name))
        except (
            self.ecs.exceptions.ClusterContainsServicesException,
            self.ecs.exceptions.ClusterContainsTasksException,
        ):
            return False


def wait(get, reached, seconds=40):
    """Return what get() returns as soon as it meets reached(); fail, showing it, after so many seconds."""
    deadline = time.monotonic() + seconds
    while not reached(value := get()):
        assert time.monotonic() < deadline, f"still {json.dumps(value, default=str, indent=1)}"
        time.sleep(0.1)
    return value
