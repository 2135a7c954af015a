# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service behind a load balancer that scales by a document, live: what is asked of it, and what is seen happening.

evaluation/test_scaling_live.py runs it as a test, tools/plot_scaling.py to draw it.
"""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

from ecs_world import PORT, World

sys.path.append(str(Path(__file__).parents[2] / "plugins"))
from module_utils._scaling import document as scaling_document
from module_utils._scaling import render
from module_utils._scaling.metrics import Place

#: How the service scales, in the words of the inventory.
SCALING = {
    "min_capacity": 0,
    "max_capacity": 3,
    "policies": [
        {
            "name": "load",
            "type": "step",
            "metric": "requests_in_flight",
            "scale_out": {
                "above": 1.5,
                "evaluation_periods": 1,
                "cooldown": 60,
                "steps": [{"below": 3, "add": 1}, {"add": 2}],
            },
            "scale_in": {
                "below": 0.1,
                "evaluation_periods": 10,
                "datapoints_to_alarm": 10,
                "cooldown": 60,
                "steps": [{"remove": 1}],
            },
        },
        {"name": "wake", "type": "wake_from_zero", "capacity": 1, "cooldown": 60},
    ],
}
#: A server that thinks, and writes how many requests it is answering into its log, in embedded metric format.
SERVER = """
import http.server, json, os, threading, time
flying, lock = 0, threading.Lock()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global flying
        if self.path == "/":
            with lock: flying += 1
            time.sleep(0.25)
            with lock: flying -= 1
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *args): pass
def tell():
    named = {"ClusterName": os.environ["CLUSTER"], "ServiceName": os.environ["SERVICE"]}
    directive = {"Namespace": "llmops/ecs", "Dimensions": [list(named)], "Metrics": [{"Name": "RequestsInFlight"}]}
    while True:
        about = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
        print(json.dumps({"_aws": about, **named, "RequestsInFlight": flying}), flush=True)
        time.sleep(0.1)
threading.Thread(target=tell, daemon=True).start()
http.server.ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
"""
NAME = "live"


class Live:
    """The service on a running server, whatever its speed, and a record of what happens to it.

    Times are minutes of CloudWatch since it was made.
    """

    def __init__(self, server, folder):
        self.server = server
        (folder / "server.py").write_text(SERVER)
        command = [sys.executable, "-u", str(folder / "server.py")]
        server.http("PUT", "/_local_aws/images", {"server:1": {"command": command}})
        self.world = World(server, NAME)
        clients = (server.client(its) for its in ("application-autoscaling", "cloudwatch", "elbv2"))
        self.scaling, self.cloudwatch, self.elbv2 = clients
        self.began = server.now()
        self.counts, self.requests, self.marks = [], [], []
        self.balancer, self.group = self._door()
        named = [{"name": "CLUSTER", "value": NAME}, {"name": "SERVICE", "value": NAME}]
        target = {"targetGroupArn": self.group, "containerName": "app", "containerPort": PORT}
        self.world.create(
            NAME,
            self.world.register(NAME, "server:1", environment=named),
            loadBalancers=[target],
            deploymentConfiguration={},
        )
        parts = (
            arn.rpartition(":")[2].removeprefix("loadbalancer/")
            for arn in (self.balancer["LoadBalancerArn"], self.group)
        )
        self.place = Place(NAME, NAME, *parts)
        self.of = render.resource(self.place)
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch)

    def __enter__(self):
        self._watcher.start()
        return self

    def __exit__(self, *_exception):
        self._ended.set()
        self._watcher.join()
        self.world.clean_up()

    @property
    def minute(self):
        """How many minutes have passed in CloudWatch."""
        return (self.server.now() - self.began) / 60

    @property
    def is_healthy(self):
        """Whether the load balancer has a target to send requests to."""
        shown = self.elbv2.describe_target_health(TargetGroupArn=self.group)["TargetHealthDescriptions"]
        return "healthy" in [target["TargetHealth"]["State"] for target in shown]

    def in_flight(self, start, end):
        """Return the average number of requests that a task was answering, in each minute from one to another."""
        found = self.cloudwatch.get_metric_statistics(
            Namespace="llmops/ecs",
            MetricName="RequestsInFlight",
            Dimensions=[{"Name": "ClusterName", "Value": NAME}, {"Name": "ServiceName", "Value": NAME}],
            StartTime=datetime.fromtimestamp(self.began + start * 60, UTC),
            EndTime=datetime.fromtimestamp(self.began + end * 60, UTC),
            Period=60,
            Statistics=["Average"],
        )["Datapoints"]
        return [point["Average"] for point in sorted(found, key=lambda its: its["Timestamp"])]

    @property
    def desired(self):
        return self.world.service(NAME)["desiredCount"]

    def apply(self, document):
        """Make of a scaling document what AWS is to have, as the module does."""
        parsed = scaling_document.parse(document)
        limits = {"MinCapacity": parsed["min_capacity"], "MaxCapacity": parsed["max_capacity"]}
        self.scaling.register_scalable_target(**self.of, **{k: v for k, v in limits.items() if v is not None})
        arns = {
            name: self.scaling.put_scaling_policy(PolicyName=name, **self.of, **policy)["PolicyARN"]
            for name, policy in render.policies(parsed, self.place).items()
        }
        for alarm in render.alarms(parsed, self.place, arns).values():
            self.cloudwatch.put_metric_alarm(**alarm)
        for name, action in render.schedules(parsed).items():
            self.scaling.put_scheduled_action(ScheduledActionName=name, **self.of, **action)

    def schedule(self, name, minutes, low, high):
        """Put a schedule that is due in so many minutes, once a day; return the minute when it is due."""
        due = self.server.now() // 60 * 60 + minutes * 60
        at = datetime.fromtimestamp(due, UTC)
        limits = {"min_capacity": low, "max_capacity": high}
        self.apply({"schedules": [{"name": name, "cron": f"{at.minute} {at.hour} * * ? *", **limits}]})
        self.marks.append(((due - self.began) / 60, name))
        return self.marks[-1][0]

    def alarm(self, policy):
        """Describe a policy's alarm."""
        return self.cloudwatch.describe_alarms(AlarmNames=[self.place.alarm_prefix + policy])["MetricAlarms"][0]

    def history(self, policy):
        """Return the changes of a policy's alarm, oldest first, each with its minute."""
        found = self.cloudwatch.describe_alarm_history(
            AlarmName=self.place.alarm_prefix + policy, HistoryItemType="StateUpdate", ScanBy="TimestampAscending"
        )["AlarmHistoryItems"]
        return [((item["Timestamp"].timestamp() - self.began) / 60, item) for item in found]

    def activities(self):
        """Return the scaling activities, oldest first."""
        return self.scaling.describe_scaling_activities(**self.of)["ScalingActivities"][::-1]

    def mark(self, what):
        """Note what happens now; return the minute."""
        self.marks.append((self.minute, what))
        return self.marks[-1][0]

    def ask(self):
        """Send the load balancer a request; return status, headers and body."""
        connection = HTTPConnection(self.balancer["DNSName"], PORT, timeout=20)
        try:
            connection.request("GET", "/")
            answer = connection.getresponse()
            self.requests.append((self.minute, answer.status))
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    @contextmanager
    def asked_by(self, number):
        """Have so many callers ask one request after the other, all the time."""
        over = threading.Event()

        def call():
            while not over.is_set():
                self.ask()

        callers = [threading.Thread(target=call) for _caller in range(number)]
        for caller in callers:
            caller.start()
        try:
            yield
        finally:
            over.set()
            for caller in callers:
                caller.join()

    def wait(self, reached, minutes, what):
        """Wait until something holds, for at most so many minutes of CloudWatch; return the minute."""
        end = self.minute + minutes
        while not reached():
            assert self.minute < end, f"after {minutes} minutes not yet: {what}; the counts were {self.counts[-20:]}"
            time.sleep(0.05)
        return self.minute

    def _watch(self):
        while not self._ended.wait(0.1):
            service = self.world.service(NAME)
            self.counts.append((self.minute, service["desiredCount"], service["runningCount"]))

    def _door(self):
        """Return a load balancer that leads to the target group, whose ARN comes with it."""
        ec2, elbv2 = self.world.ec2, self.elbv2
        vpc = ec2.describe_subnets(SubnetIds=self.world.subnets)["Subnets"][0]["VpcId"]
        pair = [{"GroupId": self.world.group}]
        within = {"IpProtocol": "tcp", "FromPort": PORT, "ToPort": PORT, "UserIdGroupPairs": pair}
        ec2.authorize_security_group_ingress(GroupId=self.world.group, IpPermissions=[within])
        made = elbv2.create_load_balancer(Name=NAME, Subnets=self.world.subnets, SecurityGroups=[self.world.group])
        checks = {"HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 2, "HealthCheckPath": "/healthz"}
        groups = elbv2.create_target_group(Name=NAME, Protocol="HTTP", Port=PORT, VpcId=vpc, TargetType="ip", **checks)[
            "TargetGroups"
        ]
        group, balancer = groups[0]["TargetGroupArn"], made["LoadBalancers"][0]
        delay = [{"Key": "deregistration_delay.timeout_seconds", "Value": "1"}]
        elbv2.modify_target_group_attributes(TargetGroupArn=group, Attributes=delay)
        actions = [{"Type": "forward", "TargetGroupArn": group}]
        arn = balancer["LoadBalancerArn"]
        elbv2.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=PORT, DefaultActions=actions)
        return balancer, group


def play(live):
    """Let the service be asked, left alone, woken, opened and closed; yield what there is to see at each point."""
    live.apply(SCALING)
    # A request before that would be answered 503, and counted.
    live.wait(lambda: live.is_healthy, 60, "the first task is healthy")
    yield "up", live.mark("load")
    with live.asked_by(8):
        live.wait(lambda: live.world.service(NAME)["runningCount"] == 3, 60, "three tasks run")
        out = live.minute
        yield "out", out
        live.wait(lambda: live.minute > out + 3, 5, "more load")
    yield "left", live.mark("idle")
    live.wait(lambda: live.desired == 0, 60, "no task is desired")
    # As long as it is in ALARM it would end a task that woke, as on AWS.
    live.wait(lambda: live.alarm("load-in")["StateValue"] == "OK", 20, "idle no more")
    yield "asleep", live.mark("one request")
    yield "refused", live.ask()
    live.wait(lambda: live.desired == 1, 5, "one task is desired")
    live.wait(lambda: live.ask()[0] == 200, 30, "it answers again")
    awake = live.minute
    with live.asked_by(1):
        live.wait(lambda: live.minute > awake + 8, 10, "it stayed up")
    yield "awake", awake
    yield "opens", live.schedule("open", 2, 2, 3)
    live.wait(lambda: live.world.service(NAME)["runningCount"] == 2, 60, "two tasks run")
    yield "closes", live.schedule("close", 3, 0, 0)
    live.wait(lambda: live.world.service(NAME)["runningCount"] == 0, 60, "no task runs")
    closed = live.minute
    yield "closed", closed
    live.wait(lambda: live.minute > closed + 2, 5, "a look at the end")
