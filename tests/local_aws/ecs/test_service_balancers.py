# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services behind a load balancer: tasks come when they are healthy and go when nobody asks them any more."""

from __future__ import annotations

import itertools
import json
import os
import signal
import threading
import time
from http.client import HTTPConnection

import pytest
from botocore.exceptions import ClientError
from ecs_world import ACCOUNT, PORT, World, images, wait

REFUSED = "InvalidParameterException"
NO_ALARMS = {"alarmNames": [], "enable": False, "rollback": False}


class Door:
    """A load balancer with a target group and a rule for each service, by the service's path."""

    def __init__(self, world, server):
        self.world, self.elbv2, self.cloudwatch = world, server.client("elbv2"), server.client("cloudwatch")
        self.numbers = itertools.count(1)
        described = world.ec2.describe_subnets(SubnetIds=world.subnets)["Subnets"]
        self.vpc = described[0]["VpcId"]
        made = self.elbv2.create_load_balancer(Name="door", Subnets=world.subnets, SecurityGroups=[world.group])
        self.balancer = made["LoadBalancers"][0]
        world.ec2.authorize_security_group_ingress(
            GroupId=world.group,
            IpPermissions=[
                {
                    "IpProtocol": "tcp",
                    "FromPort": PORT,
                    "ToPort": PORT,
                    "UserIdGroupPairs": [{"GroupId": world.group}],
                }
            ],
        )
        nowhere = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
        arn = self.balancer["LoadBalancerArn"]
        listener = self.elbv2.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=PORT, DefaultActions=nowhere)
        self.listener = listener["Listeners"][0]["ListenerArn"]
        trust = {"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"}
        world.iam.create_role(
            RoleName="balancers", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        )

    def group(self, name, **settings):
        """Return the ARN of a new target group, which is asked for health as often as AWS lets one."""
        usual = {"TargetType": "ip", "HealthCheckPath": "/healthz"}
        checks = {"HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 2}
        made = self.elbv2.create_target_group(
            **{"Name": name, "Protocol": "HTTP", "Port": PORT, "VpcId": self.vpc, **usual, **checks, **settings}
        )
        return made["TargetGroups"][0]["TargetGroupArn"]

    def rule(self, name, *groups):
        """Lead the requests for a host to the target groups, all of them to the first; return the rule's ARN."""
        weights = [{"TargetGroupArn": arn, "Weight": 100 - 100 * bool(n)} for n, arn in enumerate(groups)]
        made = self.elbv2.create_rule(
            ListenerArn=self.listener,
            Priority=next(self.numbers),
            Conditions=[{"Field": "host-header", "Values": [name]}],
            Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}],
        )
        return made["Rules"][0]["RuleArn"]

    def ask(self, name):
        """Ask a service by the load balancer; return status and body."""
        connection = HTTPConnection(self.balancer["DNSName"], PORT, timeout=10)
        try:
            connection.request("GET", "/", headers={"Host": name})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def environment(self, name):
        """Return what the service's environment is, as one of its tasks tells it."""
        status, body = self.ask(name)
        assert status == 200
        return json.loads(body)

    def states(self, group):
        """Return the states of a target group's targets but for those that leave, each with how many there are."""
        shown = self.elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        states = [target["TargetHealth"]["State"] for target in shown]
        states = [state for state in states if state != "draining"]
        return {state: states.count(state) for state in set(states)}

    def weights(self, rule):
        """Return the weights of a rule's target groups, by ARN."""
        [found] = self.elbv2.describe_rules(RuleArns=[rule])["Rules"]
        return {
            group["TargetGroupArn"]: group["Weight"] for group in found["Actions"][0]["ForwardConfig"]["TargetGroups"]
        }


class Asking:
    """Somebody who asks a service all the time, and what went wrong."""

    def __init__(self, door, name):
        self.door, self.name = door, name
        self.lost, self.number = [], 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_exception):
        self._over.set()
        self._thread.join()

    def _ask(self):
        while not self._over.wait(0.02):
            self.number += 1
            try:
                status, _body = self.door.ask(self.name)
            except OSError as error:
                status = repr(error)
            if status != 200:
                self.lost.append(status)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the web server's program lies."""
    return tmp_path_factory.mktemp("web")


@pytest.fixture(scope="module")
def world(server, folder):
    server.http("PUT", "/_local_aws/images", images(folder))
    made = World(server, "balanced")
    time.sleep(2.1)  # The role is as new as on AWS until then.
    yield made
    made.clean_up()


@pytest.fixture(scope="module")
def door(world, server):
    made = Door(world, server)
    yield made
    made.elbv2.delete_load_balancer(LoadBalancerArn=made.balancer["LoadBalancerArn"])


def balanced(*groups, rule=None):
    """Return a service's loadBalancers."""
    entry = {"targetGroupArn": groups[0], "containerName": "app", "containerPort": PORT}
    if rule:
        entry["advancedConfiguration"] = {
            "alternateTargetGroupArn": groups[1],
            "productionListenerRule": rule,
            "roleArn": f"arn:aws:iam::{ACCOUNT}:role/balancers",
        }
    return [entry]


@pytest.fixture(scope="module")
def rolling(world, door):
    """A service of two tasks; return its target group."""
    group = door.group("rolling")
    door.rule("rolling", group)
    world.create("rolling", world.register("rolling"), 2, loadBalancers=balanced(group))
    world.wait_completed("rolling")
    return group


def messages(world, name):
    return [event["message"] for event in world.service(name)["events"]]


def test_tasks_are_registered_and_the_deployment_waits_for_their_health(world, door, rolling):
    assert door.states(rolling) == {"healthy": 2}
    assert {door.environment("rolling")["PID"] for _number in range(4)} != {door.environment("rolling")["PID"]}
    assert messages(world, "rolling").count(f"(service rolling) registered 1 targets in (target-group {rolling})") == 2


def test_a_rolling_deployment_loses_no_request(world, door, rolling):
    with Asking(door, "rolling") as asking:
        world.update("rolling", taskDefinition=world.register("rolling", "web:2"))
        world.wait_completed("rolling")
        wait(lambda: door.states(rolling), lambda states: states == {"healthy": 2})

    assert (asking.lost, asking.number > 50) == ([], True)
    assert {door.environment("rolling")["FROM"] for _number in range(4)} == {"second image"}
    assert f"(service rolling) deregistered 1 targets in (target-group {rolling})" in messages(world, "rolling")


def test_a_scale_in_loses_no_request(world, door, rolling):
    with Asking(door, "rolling") as asking:
        # On an idle machine one time is over before enough was asked meanwhile.
        for _time in range(5):
            world.update("rolling", desiredCount=1)
            wait(lambda: door.states(rolling), lambda states: states == {"healthy": 1})
            world.update("rolling", desiredCount=2)
            wait(lambda: door.states(rolling), lambda states: states == {"healthy": 2})
            if asking.number > 20:
                break

    assert (asking.lost, asking.number > 20) == ([], True)


def test_a_task_ends_the_answers_that_it_has_begun(world, door, rolling):
    world.wait_completed("rolling")
    connection = HTTPConnection(door.balancer["DNSName"], PORT, timeout=10)
    connection.request("GET", "/slow", headers={"Host": "rolling"})
    answer = connection.getresponse()
    assert answer.read(6) == b"first "

    world.update("rolling", desiredCount=0)
    wait(lambda: world.tasks("rolling"), lambda tasks: tasks == [])
    leaving = world.tasks("rolling", "STOPPED")
    assert "DEACTIVATING" in [task["lastStatus"] for task in leaving]
    assert "has reached a steady state" not in messages(world, "rolling")[0]
    assert answer.read() == b"last"

    connection.close()
    wait(lambda: messages(world, "rolling")[0], lambda message: "has reached a steady state" in message)
    assert "has reached a steady state" not in messages(world, "rolling")[1]
    wait(lambda: world.tasks("rolling", "STOPPED"), lambda tasks: {task["lastStatus"] for task in tasks} == {"STOPPED"})
    said = [message.removeprefix("(service rolling) ").partition(" (")[0] for message in messages(world, "rolling")]
    end = said.index("has stopped 1 running tasks:")
    assert said[end + 1 : end + 3] == ["has begun draining connections on 1 tasks.", "deregistered 1 targets in"]
    world.update("rolling", desiredCount=2)
    wait(lambda: door.states(rolling), lambda states: states == {"healthy": 2})


def test_an_unhealthy_task_answers_until_its_replacement_does(world, door, rolling, folder):
    victim = door.environment("rolling")["PID"]
    with Asking(door, "rolling") as asking:
        (folder / f"sick-{victim}").touch()
        stopped = wait(lambda: _stopped_for_its_health(world), bool)

    assert asking.lost == []
    assert stopped[0]["stoppedReason"] == f"Task failed ELB health checks in (target-group {rolling})"
    assert max(task["startedAt"] for task in world.tasks("rolling")) < stopped[0]["stoppingAt"]
    assert {door.environment("rolling")["PID"] for _number in range(4)}.isdisjoint({victim})


def _stopped_for_its_health(world):
    return [task for task in world.tasks("rolling", "STOPPED") if "health checks" in task["stoppedReason"]]


def test_a_killed_task_is_deregistered_and_replaced(world, door, rolling):
    victim = door.environment("rolling")["PID"]
    os.kill(int(victim), signal.SIGKILL)
    wait(lambda: door.states(rolling), lambda states: states.get("healthy") == 1)

    assert {door.environment("rolling")["PID"] for _number in range(4)}.isdisjoint({victim})
    wait(lambda: door.states(rolling), lambda states: states == {"healthy": 2})


def test_a_task_that_fails_the_load_balancers_checks_is_stopped_and_ends_the_deployment(world, door):
    group = door.group("picky", Matcher={"HttpCode": "204"})
    door.rule("picky", group)
    world.create("picky", world.register("picky"), loadBalancers=balanced(group))

    stopped = world.wait_stopped("picky")

    assert stopped["stoppedReason"] == f"Task failed ELB health checks in (target-group {group})"
    assert wait(lambda: world.deployment("picky")["status"], lambda status: status == "STOPPED")
    unhealthy = f"(port {PORT}) is unhealthy in (target-group {group}) due to "
    reason = "(reason Health checks failed with these codes: [200])"
    assert any(unhealthy + reason in message for message in messages(world, "picky"))


def test_the_grace_period_keeps_a_task_that_is_not_ready(world, door):
    group = door.group("slow", Matcher={"HttpCode": "204"}, HealthyThresholdCount=2)
    door.rule("slow", group)
    world.create("slow", world.register("slow"), loadBalancers=balanced(group), healthCheckGracePeriodSeconds=600)
    wait(lambda: door.states(group), lambda states: states == {"unhealthy": 1})
    time.sleep(0.5)  # Some turns of the scheduler, which has to leave it alone.

    assert world.tasks("slow", "STOPPED") == []
    door.elbv2.modify_target_group(TargetGroupArn=group, Matcher={"HttpCode": "200"})
    world.wait_completed("slow")


@pytest.fixture(scope="module")
def shifting(world, door):
    """A blue/green service; return its rule and its two target groups."""
    groups = [door.group("blue"), door.group("green")]
    rule = door.rule("shifting", *groups)
    configuration = {
        "strategy": "BLUE_GREEN",
        "bakeTimeInMinutes": 0,
        "alarms": {"alarmNames": ["errors"], "enable": True, "rollback": True},
    }
    settings = {"loadBalancers": balanced(*groups, rule=rule), "deploymentConfiguration": configuration}
    world.create("shifting", world.register("shifting"), **settings)
    world.wait_completed("shifting")
    return rule, groups, settings


def test_blue_green_moves_the_requests_to_the_other_target_group_and_back(world, door, shifting):
    rule, (blue, green), settings = shifting
    assert door.weights(rule) == {blue: 100, green: 0}
    assert world.service("shifting")["loadBalancers"] == settings["loadBalancers"]

    with Asking(door, "shifting") as asking:
        world.update("shifting", taskDefinition=world.register("shifting", "web:2"))
        world.wait_completed("shifting")
        assert door.weights(rule) == {blue: 0, green: 100}
        wait(lambda: (door.states(blue), door.states(green)), lambda states: states[1] == {"healthy": 1})
        assert door.environment("shifting")["FROM"] == "second image"
        world.update("shifting", forceNewDeployment=True)
        world.wait_completed("shifting")

    assert door.weights(rule) == {blue: 100, green: 0}
    assert asking.lost == []


def test_an_alarm_takes_the_requests_back(world, door, shifting):
    rule, _groups, settings = shifting
    before = door.weights(rule)
    answered = door.environment("shifting")["FROM"]
    alarm = {"Namespace": "x", "MetricName": "y", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1}
    comparison = {"Threshold": 1, "ComparisonOperator": "GreaterThanThreshold"}
    door.cloudwatch.put_metric_alarm(AlarmName="errors", **alarm, **comparison)
    baking = {**settings["deploymentConfiguration"], "bakeTimeInMinutes": 60}
    world.update("shifting", taskDefinition=world.register("shifting", "web:1"), deploymentConfiguration=baking)
    wait(lambda: world.deployment("shifting")["lifecycleStage"], lambda stage: stage == "BAKE_TIME")
    assert door.weights(rule) != before

    door.cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="test")

    wait(lambda: world.deployment("shifting")["status"], lambda status: status == "ROLLBACK_SUCCESSFUL")
    assert door.weights(rule) == before
    assert door.environment("shifting")["FROM"] == answered


def test_the_next_deployment_takes_the_place_of_one_that_moves_requests(world, door, shifting):
    rule, _groups, settings = shifting
    before, answered = door.weights(rule), door.environment("shifting")["FROM"]
    baking = {**settings["deploymentConfiguration"], "bakeTimeInMinutes": 60, "alarms": NO_ALARMS}
    world.update("shifting", taskDefinition=world.register("shifting", "web:1"), deploymentConfiguration=baking)
    wait(lambda: world.deployment("shifting")["lifecycleStage"], lambda stage: stage == "BAKE_TIME")
    moved = world.deployment("shifting")
    assert moved["targetServiceRevision"]["requestedProductionTrafficWeight"] == 100
    assert moved["alarms"] == {"status": "DISABLED", "alarmNames": [], "triggeredAlarmNames": []}
    superseded = {task["taskArn"] for task in world.tasks("shifting")}

    world.update("shifting", taskDefinition=world.register("shifting", "broken:1"))

    assert door.weights(rule) == before
    assert door.environment("shifting")["FROM"] == answered
    gone = wait(lambda: superseded & {task["taskArn"] for task in world.tasks("shifting", "STOPPED")}, bool)
    assert len(gone) == 1
    baking["bakeTimeInMinutes"] = 0
    world.update("shifting", taskDefinition=world.register("shifting", "web:1"), deploymentConfiguration=baking)
    world.wait_completed("shifting")
    assert door.weights(rule) != before


def test_a_canary_is_kept_as_it_was_asked_for_and_tests_come_first(world, door):
    groups = [door.group("canary"), door.group("canary-2")]
    rule, test_rule = door.rule("canary", *groups), door.rule("canary-test", *groups)
    load_balancers = balanced(*groups, rule=rule)
    load_balancers[0]["advancedConfiguration"]["testListenerRule"] = test_rule
    canary = {"canaryPercent": 20.0, "canaryBakeTimeInMinutes": 60}
    configuration = {"strategy": "CANARY", "canaryConfiguration": canary, "bakeTimeInMinutes": 0}
    settings = {"loadBalancers": load_balancers, "deploymentConfiguration": configuration}
    world.create("canary", world.register("canary"), **settings)
    world.wait_completed("canary")

    world.update("canary", taskDefinition=world.register("canary", "web:2"), **settings)
    wait(
        lambda: world.deployment("canary")["lifecycleStage"],
        lambda stage: stage == "PRODUCTION_TRAFFIC_SHIFT",
    )
    described = world.service("canary")
    assert described["deploymentConfiguration"].items() >= configuration.items()
    assert described["loadBalancers"] == load_balancers
    assert list(door.weights(rule).values()) == [80, 20]
    assert list(door.weights(test_rule).values()) == [0, 100]
    assert door.environment("canary-test")["FROM"] == "second image"

    # With a new task definition, for what differs in the deployment's configuration alone deploys nothing.
    world.update("canary", taskDefinition=described["taskDefinition"], deploymentConfiguration={"strategy": "ROLLING"})
    rolling = world.service("canary")["deploymentConfiguration"]
    assert "canaryConfiguration" not in rolling
    assert world.deployment("canary")["deploymentConfiguration"]["canaryConfiguration"] == canary
    world.update("canary", forceNewDeployment=True)
    world.wait_completed("canary")
    assert list(door.weights(rule).values()) == [100, 0]
    assert door.environment("canary")["FROM"] == "second image"


def test_a_service_comes_behind_a_load_balancer_and_leaves_it(world, door):
    group = door.group("later")
    door.rule("later", group)
    world.create("later", world.register("later"))
    world.wait_completed("later")
    assert door.ask("later")[0] == 503

    world.update("later", loadBalancers=balanced(group), healthCheckGracePeriodSeconds=60)
    world.wait_completed("later")
    assert door.environment("later")["FROM"] == "image"

    world.update("later", loadBalancers=[])
    after = world.wait_completed("later")
    assert "healthCheckGracePeriodSeconds" not in after
    wait(lambda: door.states(group), lambda states: states == {})
    assert world.ask(world.tasks("later")[0])["FROM"] == "image"


def test_target_groups_that_do_not_fit_are_refused(world, door, rolling):
    alone = door.group("alone")
    of_instances = door.group("of-instances", TargetType="instance")
    door.rule("of-instances", of_instances)
    document = world.register("lacking")
    [there] = balanced(rolling)
    for load_balancer, message in (
        ({**there, "targetGroupArn": alone}, "does not have an associated load balancer"),
        ({**there, "targetGroupArn": of_instances}, "incompatible with the awsvpc network mode"),
        ({**there, "targetGroupArn": f"{rolling}0"}, "does not exist"),
        ({**there, "containerName": "other"}, "The container other does not exist in the task definition"),
        ({**there, "containerPort": 1}, "did not have a container port 1 defined"),
    ):
        with pytest.raises(ClientError, match=message) as refused:
            world.create("refused", document, loadBalancers=[load_balancer])
        assert refused.value.response["Error"]["Code"] == REFUSED


def test_what_a_deployment_that_shifts_lacks_is_refused(world, door, rolling):
    other = door.group("other")
    rule = door.rule("other", rolling, other)
    document = world.register("lacking")
    [whole] = balanced(rolling, other, rule=rule)
    advanced = whole["advancedConfiguration"]

    def without(**changes):
        return {"loadBalancers": [{**whole, "advancedConfiguration": {**advanced, **changes}}]}

    blue_green = {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0}
    canary = {"strategy": "CANARY", "bakeTimeInMinutes": 0}
    for configuration, settings, message in (
        (canary, {"loadBalancers": balanced(rolling)}, "alternateTargetGroupArn, productionListenerRule, roleArn is"),
        ({"strategy": "LINEAR"}, {}, "LINEAR deployment strategy requires a load balancer"),
        (blue_green, without(productionListenerRule=f"{rule}0"), "The productionListenerRule .* does not exist"),
        (blue_green, without(testListenerRule=f"{rule}0"), "The testListenerRule .* does not exist"),
        (blue_green, without(roleArn=f"{advanced['roleArn']}-2"), "Unable to assume role and validate"),
        (blue_green, without(roleArn=world.role), "Unable to assume role and validate"),
        ({**blue_green, "bakeTimeInMinutes": 1441}, without(), "bakeTimeInMinutes must be between 0 and 1440"),
        ({**blue_green, "canaryConfiguration": {}, "linearConfiguration": {"stepPercent": 5}}, without(), "only valid"),
        ({**canary, "canaryConfiguration": {"canaryPercent": 0.05}}, without(), "between 0.1 and 100"),
        ({**canary, "canaryConfiguration": {"canaryPercent": 0.25}}, without(), "a multiple of 0.1"),
    ):
        with pytest.raises(ClientError, match=message) as refused:
            world.create("refused", document, deploymentConfiguration=configuration, **settings)
        assert refused.value.response["Error"]["Code"] == REFUSED
