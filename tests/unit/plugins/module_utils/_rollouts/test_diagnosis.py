# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.module_utils._aws.session import Clients
from ansible_collections.llmops.ecs.plugins.module_utils._rollouts import diagnosis

CLUSTER = "arn:aws:ecs:eu-west-1:123456789012:cluster/c1"
TASK = "arn:aws:ecs:eu-west-1:123456789012:task/c1/"
DEFINITION = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:2"
GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/1"
MINE = "ecs-svc/2"
SERVICE = {
    "serviceName": "web",
    "clusterArn": CLUSTER,
    "status": "ACTIVE",
    "events": [
        {"id": "3", "message": "(service web) has reached a steady state."},
        {"id": "2", "message": "(service web) rolling back to deployment ecs-svc/1."},
        {"id": "1", "message": "(service web) is unable to consistently start tasks successfully."},
    ],
    "deployments": [
        {"id": "ecs-svc/3", "status": "PRIMARY", "rolloutState": "COMPLETED", "runningCount": 1, "desiredCount": 1,
         "taskDefinition": DEFINITION[:-1] + "1"},
    ],
}  # fmt: skip
LOGS = {"awslogs-group": "/web", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "p"}


def task(name, stopped_at="1", deployment=MINE, **more):
    return {
        "taskArn": TASK + name,
        "taskDefinitionArn": DEFINITION,
        "startedBy": deployment,
        "lastStatus": "STOPPED",
        "stopCode": "EssentialContainerExited",
        "stoppedReason": "Essential container in task exited",
        "stoppedAt": stopped_at,
        "containers": [{"name": "web", "exitCode": 1}],
        **more,
    }


def names(kinds):
    return [[diagnosis.short(each["taskArn"]) for each in kind] for kind in kinds]


def test_tasks_that_ended_alike_are_told_together_newest_first():
    out_of_memory = task("c", "2", containers=[{"name": "web", "exitCode": 137, "reason": "OutOfMemoryError"}])

    assert names(diagnosis.telling([task("a", "1"), task("b", "3"), out_of_memory], MINE)) == [["b", "a"], ["c"]]


def test_other_deployments_count_only_where_the_followed_one_has_no_tasks():
    other = task("x", "9", deployment="ecs-svc/1")

    assert names(diagnosis.telling([other, task("a")], MINE)) == [["a"]]
    assert names(diagnosis.telling([other], MINE)) == [["x"]]
    assert names(diagnosis.telling([other, task("a")], None)) == [["x", "a"]]


@pytest.mark.parametrize(
    "fine",
    [
        {"stoppedReason": "Scaling activity initiated by (deployment ecs-svc/1)"},
        {"lastStatus": "RUNNING", "healthStatus": "HEALTHY"},
    ],
)
def test_tasks_that_did_nothing_wrong_are_left_out(fine):
    assert diagnosis.telling([task("a", **fine)], MINE) == []


def test_a_task_that_is_not_up_yet_comes_after_those_that_stopped():
    waiting = task("w", None, lastStatus="RUNNING", healthStatus="UNKNOWN", stopCode=None, stoppedReason=None)

    assert names(diagnosis.telling([waiting, task("a")], MINE)) == [["a"], ["w"]]


@pytest.mark.parametrize(
    ("options", "stream"),
    [(LOGS, "p/web/a"), ({"awslogs-group": "/web"}, None), ({"awslogs-stream-prefix": "p"}, None), ({}, None)],
)
def test_log_stream(options, stream):
    assert diagnosis.log_stream(task("a"), "web", options) == stream


@pytest.fixture
def clients(aws):
    return Clients(lambda service, **_options: aws(service).client)


def described(aws, *tasks, status="ACTIVE"):
    """Let AWS answer for these tasks, and for their task definition, whose one variable is a secret."""
    ecs = aws("ecs")
    asked = {"cluster": CLUSTER, "serviceName": "web"}
    arns = [each["taskArn"] for each in tasks]
    ecs.add_response("list_tasks", {"taskArns": arns}, {**asked, "desiredStatus": "STOPPED"})
    ecs.add_response("list_tasks", {"taskArns": []}, {**asked, "desiredStatus": "RUNNING"})
    if tasks:
        ecs.add_response("describe_tasks", {"tasks": list(tasks)}, {"cluster": CLUSTER, "tasks": arns})
        container = {
            "name": "web",
            "environment": [{"name": "API_KEY", "value": "s3cr3tvalue"}],
            "logConfiguration": {"logDriver": "awslogs", "options": LOGS},
        }
        definition = {"status": status, "containerDefinitions": [container]}
        asked = {"taskDefinition": DEFINITION, "include": ["TAGS"]}
        ecs.add_response("describe_task_definition", {"taskDefinition": definition}, asked)


def logged(aws, *messages):
    asked = {"logGroupName": "/web", "logStreamName": "p/web/a", "limit": 20, "startFromHead": False}
    aws("logs").add_response("get_log_events", {"events": [{"message": each} for each in messages]}, asked)


def test_a_diagnosis_tells_code_reason_and_log_but_no_secret(aws, clients):
    described(aws, task("a"), status="INACTIVE")
    logged(aws, "starting with s3cr3tvalue\n", "Bearer abcdefgh12345678", "ValueError: no model")

    found = diagnosis.diagnose(clients, SERVICE, MINE)

    assert found["summary"] == [
        "Its deployment of web:1 is completed, 1 of 1 tasks running.",
        "Task a of web:2 stopped: EssentialContainerExited: Essential container in task exited",
        "  container web: exit code 1",
        "    starting with ********",
        "    Bearer ********",
        "    ValueError: no model",
        "Event: (service web) is unable to consistently start tasks successfully.",
        "Event: (service web) rolling back to deployment ecs-svc/1.",
        "What to do: The process ended by itself: its log says why. A container's command must stay in the foreground.",
    ]
    assert "s3cr3tvalue" not in str(found)
    assert found["tasks"][0]["containers"][0]["logStream"] == "p/web/a"


@pytest.mark.parametrize(("rollout", "told"), [("COMPLETED", 0), ("IN_PROGRESS", 1)])
def test_a_running_task_is_worth_telling_only_while_the_deployment_is_not_done(aws, clients, rollout, told):
    running = {
        "taskArn": TASK + "a",
        "taskDefinitionArn": DEFINITION,
        "lastStatus": "RUNNING",
        "healthStatus": "UNKNOWN",
        "containers": [{"name": "web"}],
    }
    deployment = {**SERVICE["deployments"][0], "rolloutState": rollout}
    asked = {"cluster": CLUSTER, "serviceName": "web"}
    aws("ecs").add_response("list_tasks", {"taskArns": []}, {**asked, "desiredStatus": "STOPPED"})
    aws("ecs").add_response("list_tasks", {"taskArns": [TASK + "a"]}, {**asked, "desiredStatus": "RUNNING"})
    aws("ecs").add_response("describe_tasks", {"tasks": [running]})
    if told:
        aws("ecs").add_response("describe_task_definition", {"taskDefinition": {}})

    assert len(diagnosis.diagnose(clients, {**SERVICE, "deployments": [deployment]})["tasks"]) == told


def test_a_container_that_said_nothing(aws, clients):
    described(aws, task("a"))
    aws("logs").add_client_error("get_log_events", "ResourceNotFoundException", "no stream")

    found = diagnosis.diagnose(clients, SERVICE, MINE)

    assert "    (nothing in log stream p/web/a of /web)" in found["summary"]


def test_what_may_not_be_read_is_told_and_the_rest_is_found(aws, clients):
    aws("elbv2").add_client_error("describe_target_health", "AccessDenied", "no")
    described(aws, task("a"))
    aws("logs").add_client_error("get_log_events", "AccessDeniedException", "not allowed")

    found = diagnosis.diagnose(clients, {**SERVICE, "loadBalancers": [{"targetGroupArn": GROUP}]}, MINE)

    assert found["unread"] == [line for line in found["unread"] if line.startswith("target health: Failed to describe")]
    assert any(line.startswith("Could not be read, target health") for line in found["summary"])
    assert any("Failed to read log stream p/web/a" in line for line in found["summary"])


def test_unhealthy_targets_are_told_with_their_reason(aws, clients):
    sick = {
        "Target": {"Id": "10.0.0.1", "Port": 80},
        "TargetHealth": {
            "State": "unhealthy",
            "Reason": "Target.ResponseCodeMismatch",
            "Description": "Health checks failed with these codes: [503]",
        },
    }
    well = {"Target": {"Id": "10.0.0.2", "Port": 80}, "TargetHealth": {"State": "healthy"}}
    health = {"TargetHealthDescriptions": [sick, well]}
    aws("elbv2").add_response("describe_target_health", health, {"TargetGroupArn": GROUP})
    described(aws)

    found = diagnosis.diagnose(clients, {**SERVICE, "loadBalancers": [{"targetGroupArn": GROUP}]}, MINE)

    told = [line for line in found["summary"] if line.startswith("Target")]
    assert told == ["Target 10.0.0.1:80: unhealthy (Health checks failed with these codes: [503])"]
    assert found["summary"][-1].startswith("What to do: The load balancer's health check fails")
