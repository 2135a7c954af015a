# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.llmops.ecs.plugins.module_utils._aws import arns
from ansible_collections.llmops.ecs.plugins.module_utils._rollouts import look as rollouts_look

OLD, NEW, BACK = "ecs-svc/1", "ecs-svc/2", "ecs-svc/3"
BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
TASK_DEFINITION = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:"


def deployment(which, status="PRIMARY", rollout="COMPLETED", running=1, **more):
    return {
        "id": which,
        "status": status,
        "rolloutState": rollout,
        "taskDefinition": f"{TASK_DEFINITION}{1 if which != NEW else 2}",
        "desiredCount": 1,
        "runningCount": running,
        "pendingCount": 0,
        **more,
    }


def service(*deployments, events=(), status="ACTIVE", **more):
    return {
        "serviceName": "web",
        "status": status,
        "deployments": list(deployments),
        "deploymentConfiguration": BREAKER,
        "events": [{"id": text, "message": f"(service web) {text}"} for text in events],
        "desiredCount": 1,
        "runningCount": 1,
        **more,
    }


def followed(*seen, deployment_id=NEW, before=None, every=1):
    """Look at one service after the other, every so many seconds; return the last look and the lines of all steps."""
    look, lines = rollouts_look.first_look(before, deployment_id), []
    for at, each in enumerate(seen):
        current = rollouts_look.look(each, deployment_id, rollouts_look.remembered(look), {"at": 1e9 + at * every})
        lines += rollouts_look.next_step(rollouts_look.remembered(look), current)[0]
        look = current
    return look, lines


BEFORE = service(deployment(OLD))
STARTED = service(deployment(NEW, rollout="IN_PROGRESS", running=0), deployment(OLD, "ACTIVE"))
FAILED = service(deployment(NEW, "ACTIVE", "FAILED", 0), deployment(BACK, rollout="IN_PROGRESS"))

VERDICTS = {
    "still starting": ([STARTED], None),
    "done": ([STARTED, service(deployment(NEW))], rollouts_look.SUCCEEDED),
    "done, but a task just died": ([service(deployment(NEW, running=0))], None),
    "scaled to nothing": ([service(deployment(NEW, running=0, desiredCount=0))], rollouts_look.SUCCEEDED),
    "a controller without rollout state": ([service({"id": NEW, "status": "PRIMARY"})], rollouts_look.SUCCEEDED),
    "failed, the rollback is yet to come": (
        [service(deployment(NEW, rollout="FAILED", running=0), deployment(OLD, "ACTIVE"))],
        None,
    ),
    "failed, and rolling back": ([STARTED, FAILED], None),
    "rolled back": ([STARTED, FAILED, service(deployment(BACK))], rollouts_look.ROLLED_BACK),
    "rolled back between two looks, told by an event": (
        [STARTED, service(deployment(BACK), events=[f"rolling back to deployment {OLD}."])],
        rollouts_look.ROLLED_BACK,
    ),
    "rolled back between two looks, told by the primary deployment": (
        [STARTED, service(deployment(BACK, rolloutStateReason="ECS deployment circuit breaker: rolling back to x."))],
        rollouts_look.ROLLED_BACK,
    ),
    "the rollback failed too": (
        [STARTED, FAILED, service(deployment(BACK, rollout="FAILED"))],
        rollouts_look.ROLLBACK_FAILED,
    ),
    "somebody else deployed": ([STARTED, service(deployment(BACK, rollout="IN_PROGRESS"))], rollouts_look.REPLACED),
    "deleted meanwhile": ([STARTED, service(deployment(NEW), status="DRAINING")], rollouts_look.DELETED),
    "gone meanwhile": ([STARTED, None], rollouts_look.DELETED),
}


@pytest.mark.parametrize(("seen", "verdict"), VERDICTS.values(), ids=VERDICTS)
def test_verdict(seen, verdict):
    look, _lines = followed(*seen, before=BEFORE)

    assert rollouts_look.verdict(look) == verdict


PRIMARY_AFTER_A_ROLLBACK = service(
    deployment(OLD, rolloutStateReason="ECS deployment circuit breaker: rolling back to x.")
)
LATE = {
    "a created service is not shown yet": ([None], None),
    "a deleted one of that name is": ([service(status="INACTIVE")], None),
    "an updated one still shows the old deployment": ([BEFORE], None),
    "which came of a rollback": ([PRIMARY_AFTER_A_ROLLBACK], None),
    "which rolled back meanwhile": ([service(deployment(OLD), events=["rolling back to deployment ecs-svc/0."])], None),
    "then the new one is shown": ([None, BEFORE, STARTED], None),
    "and done": ([None, BEFORE, service(deployment(NEW))], rollouts_look.SUCCEEDED),
    "and deleted": ([BEFORE, STARTED, None], rollouts_look.DELETED),
    "and replaced": ([BEFORE, STARTED, service(deployment(BACK))], rollouts_look.REPLACED),
    "never shown, but told to have failed": (
        [service(deployment(OLD), events=[f"(deployment {NEW}) deployment failed: tasks failed to start."])],
        rollouts_look.ROLLED_BACK,
    ),
}


@pytest.mark.parametrize(("seen", "verdict"), LATE.values(), ids=LATE)
def test_a_look_at_the_past_is_no_end(seen, verdict):
    look, lines = followed(*seen, before=BEFORE)

    assert rollouts_look.verdict(look) == verdict
    assert not any("now on" in line for line in lines) or verdict


GIVEN_UP = {
    "missing": (None, rollouts_look.DELETED, "status MISSING"),
    "another one": (BEFORE, rollouts_look.REPLACED, "another deployment, of web:1"),
    "after a rollback": (PRIMARY_AFTER_A_ROLLBACK, rollouts_look.ROLLED_BACK, "was rolled back, web:1 runs again"),
}


@pytest.mark.parametrize(("seen", "verdict", "said"), GIVEN_UP.values(), ids=GIVEN_UP)
def test_a_deployment_that_is_never_shown_is_given_up_after_a_grace(seen, verdict, said):
    shortly, _lines = followed(seen, seen, before=BEFORE, every=rollouts_look.GRACE - 1)
    long, _lines = followed(seen, seen, before=BEFORE, every=rollouts_look.GRACE)
    told = rollouts_look.outcome(verdict, long, "Service web", 600)

    assert (rollouts_look.verdict(shortly), rollouts_look.verdict(long)) == (None, verdict)
    assert said in told
    assert verdict == rollouts_look.ROLLED_BACK or told.endswith(
        "DescribeServices did not show ecs-svc/2 after it was started."
    )


def test_a_deployment_that_was_there_before_is_not_waited_for():
    look, _lines = followed(None, deployment_id=OLD, before=BEFORE)

    assert rollouts_look.verdict(look) == rollouts_look.DELETED


def test_an_external_controller_s_service_may_be_shown_late():
    assert rollouts_look.verdict(followed(None, deployment_id=None)[0]) is None


def test_a_first_deployment_has_nothing_to_go_back_to():
    look, _lines = followed(service(deployment(NEW, rollout="FAILED", running=0)))

    assert rollouts_look.verdict(look) == rollouts_look.FAILED


def test_without_rollback_a_failure_is_final():
    without = service(
        deployment(NEW, rollout="FAILED", running=0), deployment(OLD, "ACTIVE"), deploymentConfiguration={}
    )

    assert rollouts_look.verdict(followed(without, before=BEFORE)[0]) == rollouts_look.FAILED


@pytest.mark.parametrize(("running", "verdict"), [(1, rollouts_look.SUCCEEDED), (0, None)])
def test_an_external_controller_has_no_deployments(running, verdict):
    look, _lines = followed(service(runningCount=running), deployment_id=None)

    assert rollouts_look.verdict(look) == verdict


@pytest.mark.parametrize(
    ("seen", "tasks", "verdict"),
    [
        (service(status="DRAINING"), 1, None),
        (service(status="DRAINING"), 0, None),
        (service(status="INACTIVE"), 1, None),
        (service(status="INACTIVE"), 0, rollouts_look.GONE),
        (None, 0, rollouts_look.GONE),
    ],
)
def test_a_service_is_gone_when_its_tasks_are(seen, tasks, verdict):
    look = rollouts_look.look(seen, None, rollouts_look.first_look(BEFORE, None), {"tasks": tasks})

    assert rollouts_look.verdict(look) == verdict


def test_lines_tell_each_thing_once_and_events_first():
    started = service(*STARTED["deployments"], events=["has started 1 tasks: (task a).", "old"])
    done = service(deployment(NEW), events=["has reached a steady state.", "has started 1 tasks: (task a).", "old"])

    _look, lines = followed(started, started, done, done, before=service(deployment(OLD), events=["old"]))

    assert lines == [
        "event: has started 1 tasks: (task a).",
        "web:2: in progress, 0 of 1 running, 0 pending",
        "event: has reached a steady state.",
        "web:2: completed, 1 of 1 running, 0 pending",
    ]


def test_lines_tell_targets_hooks_failures_and_stages():
    first = rollouts_look.first_look(None, NEW)
    detail = {
        "lifecycleStage": "PRE_SCALE_UP",
        "deploymentCircuitBreaker": {"threshold": 3},
        "lifecycleHookDetails": [
            {"hookId": "h1", "status": "AWAITING_ACTION"},
            {"hookId": "h0", "status": "SUCCEEDED"},
        ],
    }
    seen = service(deployment(NEW, rollout="IN_PROGRESS", running=0, failedTasks=2))
    one = rollouts_look.look(seen, NEW, first, {"targets": {"10.0.0.1:80": "initial"}, "deployment": detail})
    two = rollouts_look.look(seen, NEW, one, {"targets": {"10.0.0.2:80": "healthy"}, "deployment": detail})

    assert rollouts_look.lines(first, one) == [
        "target 10.0.0.1:80: initial",
        "paused at hook h1 until `aws ecs continue-service-deployment --hook-id h1`",
        "web:2: in progress, 0 of 1 running, 0 pending, 2 failed (the circuit breaker trips at 3), stage PRE_SCALE_UP",
    ]
    assert rollouts_look.lines(one, two) == ["target 10.0.0.2:80: healthy", "target 10.0.0.1:80: gone"]


OUTCOMES = {
    rollouts_look.SUCCEEDED: ([service(deployment(NEW))], "Service web runs web:2 (1 of 1 running, 0 pending)."),
    rollouts_look.FAILED: (
        [service(deployment(NEW, rollout="FAILED", running=0, rolloutStateReason="tasks failed to start."))],
        "Service web: the deployment of web:2 failed (0 of 1 running, 0 pending): tasks failed to start.",
    ),
    rollouts_look.ROLLED_BACK: (
        [STARTED, service(deployment(BACK), events=[f"(deployment {NEW}) deployment failed: tasks failed to start."])],
        "Service web: the deployment of web:2 failed and was rolled back, web:1 runs again: tasks failed to start.",
    ),
    rollouts_look.ROLLBACK_FAILED: (
        [STARTED, FAILED, service(deployment(BACK, rollout="FAILED"))],
        "Service web: the deployment of web:2 failed, and so did its rollback to web:1.",
    ),
    rollouts_look.REPLACED: (
        [STARTED, service(deployment(BACK))],
        "Service web: another deployment, of web:1, replaced ecs-svc/2 before its end.",
    ),
    rollouts_look.DELETED: ([STARTED, None], "Service web was deleted while it was waited for (status MISSING)."),
    rollouts_look.TIMED_OUT: (
        [STARTED],
        "Service web: the deployment of web:2 is not done after wait_timeout=60 s (0 of 1 running, 0 pending).",
    ),
}


@pytest.mark.parametrize(("how", "seen", "said"), [(how, *rest) for how, rest in OUTCOMES.items()], ids=OUTCOMES)
def test_outcome(how, seen, said):
    look, _lines = followed(*seen, before=BEFORE)

    assert rollouts_look.outcome(how, look, "Service web", 60) == said


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (rollouts_look.GONE, "is gone."),
        (rollouts_look.TIMED_OUT, "is still there after wait_timeout=60 seconds (draining, tasks not stopped yet: 2)."),
    ],
)
def test_outcome_of_a_deletion(how, said):
    look = rollouts_look.look(service(status="DRAINING"), None, None, {"tasks": 2})

    assert rollouts_look.outcome(how, look, "Service web", 60) == f"Service web {said}"


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        (f"{TASK_DEFINITION}7", "web:7"),
        ("arn:aws:ecs:eu-west-1:123456789012:task/c1/0123", "0123"),
        ("arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/llm/0123", "llm"),
        ("arn:aws:sns:eu-west-1:123456789012:topic", "topic"),
        ("web:7", "web:7"),
        (None, ""),
    ],
)
def test_short(arn, name):
    assert arns.short(arn) == name


deployments = st.lists(
    st.builds(
        deployment,
        st.sampled_from([OLD, NEW, BACK]),
        st.sampled_from(["PRIMARY", "ACTIVE"]),
        st.sampled_from(["IN_PROGRESS", "COMPLETED", "FAILED"]),
        st.integers(0, 1),
    ),
    max_size=3,
    unique_by=lambda each: each["id"],
)
services = st.none() | st.builds(
    lambda found, events, status: service(*found, events=events, status=status),
    deployments,
    st.lists(st.text(max_size=5), max_size=3, unique=True),
    st.sampled_from(["ACTIVE", "DRAINING", "INACTIVE"]),
)


@given(st.lists(services, min_size=1, max_size=4))
def test_nothing_new_is_no_line_and_looks_are_json(seen):
    look, _lines = followed(*seen, before=BEFORE)
    kept = json.loads(json.dumps(rollouts_look.remembered(look)))
    again = rollouts_look.look(seen[-1], NEW, kept)

    assert rollouts_look.lines(kept, again) in (
        [],
        [rollouts_look._figures(again)] if again["status"] == "MISSING" else [],
    )
    assert rollouts_look.verdict(again) == rollouts_look.verdict(look)
