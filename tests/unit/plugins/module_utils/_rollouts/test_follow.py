# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.module_utils._aws.session import Clients
from ansible_collections.llmops.ecs.plugins.module_utils._rollouts import follow
from ansible_collections.llmops.ecs.plugins.module_utils._rollouts import look as rollouts_look

OWN = "ecs-svc/2"
GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/1"
DEPLOYMENT = "arn:aws:ecs:eu-west-1:123456789012:service-deployment/c1/web/d"
DESCRIBE = {"cluster": "c1", "services": ["web"], "include": ["TAGS"]}


def service(running, rollout="IN_PROGRESS", **more):
    deployment = {"id": OWN, "status": "PRIMARY", "rolloutState": rollout, "desiredCount": 1, "runningCount": running}
    return {"serviceName": "web", "status": "ACTIVE", "deployments": [deployment], **more}


@pytest.fixture
def clients(aws):
    return Clients(lambda name, **_options: aws(name).client)


@pytest.fixture
def naps(monkeypatch):
    """Make time pass only by sleeping; return the naps that were taken."""
    taken = []
    monkeypatch.setattr(follow.time, "monotonic", lambda: sum(taken))
    monkeypatch.setattr(follow.time, "sleep", taken.append)
    return taken


def watch(clients, previous, seconds=60):
    return follow.watch(clients, follow.Watched("c1", "web", OWN), previous, seconds)


def seen(*services):
    look = rollouts_look.first_look(None, OWN)
    for each in services:
        look = rollouts_look.look(each, OWN, look)
    return look


def test_returns_as_soon_as_there_is_something_to_tell(aws, clients, naps):
    for running in (0, 0, 1):
        aws("ecs").add_response("describe_services", {"services": [service(running)]}, DESCRIBE)

    step = watch(clients, seen(service(0)))

    assert step.lines == [": in progress, 1 of 1 running, 0 pending"]
    assert step.verdict is None
    assert naps == [0.5, 0.75]


def test_looks_less_often_while_nothing_happens_and_never_too_long(aws, clients, naps):
    for _look in range(14):
        aws("ecs").add_response("describe_services", {"services": [service(0)]}, DESCRIBE)

    step = watch(clients, seen(service(0)), seconds=41.5)

    assert (step.lines, step.verdict) == ([], None)
    assert max(naps) == follow.LONGEST
    assert sum(naps) == pytest.approx(41.5)


def test_ends_with_the_verdict(aws, clients, naps):
    done = service(1, "COMPLETED")
    aws("ecs").add_response("describe_services", {"services": [done]}, DESCRIBE)

    step = watch(clients, seen(service(0)))

    assert step.verdict == rollouts_look.SUCCEEDED
    assert step.service == done
    assert naps == []


def test_targets_and_the_service_deployment_enrich_the_look(aws, clients):
    balanced = service(1, loadBalancers=[{"targetGroupArn": GROUP}], currentServiceDeployment=DEPLOYMENT)
    target = {
        "Target": {"Id": "10.0.0.1", "Port": 80},
        "TargetHealth": {"State": "initial", "Reason": "Elb.RegistrationInProgress"},
    }
    detail = {
        "serviceDeploymentArn": DEPLOYMENT,
        "lifecycleStage": "SCALE_UP",
        "deploymentCircuitBreaker": {"threshold": 3},
    }
    aws("ecs").add_response("describe_services", {"services": [balanced]}, DESCRIBE)
    health = {"TargetHealthDescriptions": [target]}
    aws("elbv2").add_response("describe_target_health", health, {"TargetGroupArn": GROUP})
    asked = {"serviceDeploymentArns": [DEPLOYMENT]}
    aws("ecs").add_response("describe_service_deployments", {"serviceDeployments": [detail]}, asked)

    step = watch(clients, seen(service(0)))

    assert "target 10.0.0.1:80: initial (Elb.RegistrationInProgress)" in step.lines
    assert step.look["stage"] == "SCALE_UP"
    assert step.look["threshold"] == 3


def test_a_wait_goes_on_without_what_may_not_be_read(aws, clients):
    balanced = service(1, "COMPLETED", loadBalancers=[{"targetGroupArn": GROUP}])
    aws("ecs").add_response("describe_services", {"services": [balanced]}, DESCRIBE)
    aws("elbv2").add_client_error("describe_target_health", "AccessDenied", "no")

    assert watch(clients, seen(service(0))).verdict == rollouts_look.SUCCEEDED


def test_a_deletion_waits_for_the_tasks(aws, clients, naps):
    arns = ["arn:aws:ecs:eu-west-1:123456789012:task/c1/a", "arn:aws:ecs:eu-west-1:123456789012:task/c1/b"]
    watched = follow.Watched("c1", "web", tasks=arns)
    for status, states in (("DRAINING", ["RUNNING", "STOPPED"]), ("INACTIVE", ["STOPPED"])):
        aws("ecs").add_response("describe_services", {"services": [service(0) | {"status": status}]}, DESCRIBE)
        tasks = [{"taskArn": arn, "lastStatus": state} for arn, state in zip(arns, states, strict=False)]
        aws("ecs").add_response("describe_tasks", {"tasks": tasks}, {"cluster": "c1", "tasks": arns})

    first = follow.watch(clients, watched, rollouts_look.first_look(service(1), None), 60)
    last = follow.watch(clients, watched, first.look, 60)

    assert first.lines == ["draining, tasks not stopped yet: 1"]
    assert (last.lines, last.verdict) == (["inactive, tasks not stopped yet: 0"], rollouts_look.GONE)
