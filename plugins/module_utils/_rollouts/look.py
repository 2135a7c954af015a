# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What looks at a service say about the deployment that is followed: lines to show, and how it ends. Pure.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
"""

from __future__ import annotations

import re
import typing as t

from .._aws.arns import short
from .._ecs import service as ecs_service

Look = dict[str, t.Any]

SUCCEEDED = "succeeded"
FAILED = "failed"
ROLLED_BACK = "rolled_back"
ROLLBACK_FAILED = "rollback_failed"
REPLACED = "replaced"
DELETED = "deleted"
GONE = "gone"
TIMED_OUT = "timed_out"

#: Verdicts that end a wait well; every other one is a failure.
GOOD = frozenset({SUCCEEDED, GONE})

#: Seconds for which a look without the followed deployment is not believed: what ECS answers is eventually consistent.
GRACE = 60

_ROLLBACK = re.compile(r"roll(ing|ed)[ -]?back", re.IGNORECASE)


def first_look(service: dict | None, deployment_id: str | None) -> Look:
    """Return what is known before the first look: service is as it was before it was changed, None if it was not there.

    Its events are old; everything else that the first look sees is new.
    """
    past = look(service, deployment_id)
    kept = {name: past[name] for name in ("has_rollback_target", "seen")}
    return {**look(None, deployment_id), **kept, "unseen_since": None, "events": past["events"][:1]}


def look(
    service: dict | None, deployment_id: str | None, before: Look | None = None, beside: dict | None = None
) -> Look:
    """Return a small JSON document of everything that progress and verdict depend on.

    service: as DescribeServices gives it, None when there is none.
    deployment_id: the deployment to follow, None when the service has none (external deployment controller).
    before: the previous look.
    beside: what other calls tell: targets, the state of each load balancer target (C({"10.0.0.1:80": "healthy"}));
        deployment, the service deployment under way as DescribeServiceDeployments gives it; tasks, how many tasks are
        not stopped yet, counted only while a service goes away; at, when it was looked, in seconds.
    """
    service = service or {"status": "MISSING"}
    beside = beside or {}
    detail = beside.get("deployment") or {}
    deployments = service.get("deployments", [])
    primary = ecs_service.primary(service)
    own = next((d for d in deployments if d.get("id") == deployment_id), {})
    counts = own or primary or service
    seen = _last(before, "seen", False) or bool(own if deployment_id else service["status"] == "ACTIVE")
    has_rollback_target = _last(before, "has_rollback_target", False) or any(
        deployment is not own and _rolled_out(deployment) for deployment in deployments
    )
    since = None if seen else _first_given(_last(before, "unseen_since", None), beside.get("at", 0.0))
    now = {
        "status": service["status"],
        "deployment": deployment_id,
        "seen": seen,
        "unseen_since": since,
        "may_be_stale": not seen and "tasks" not in beside and beside.get("at", 0.0) - since < GRACE,
        "is_primary": bool(own) and own is primary,
        # A deployment that was rolled back leaves the list: what was last seen of it stays.
        "task_definition": short(own.get("taskDefinition")) or _last(before, "task_definition", ""),
        "rollout": own.get("rolloutState") or _last(before, "rollout", None),
        "reason": _reason(own) or _last(before, "reason", ""),
        "failed_tasks": own.get("failedTasks") or _last(before, "failed_tasks", 0),
        "desired": counts.get("desiredCount", 0),
        "running": counts.get("runningCount", 0),
        "pending": counts.get("pendingCount", 0),
        "threshold": detail.get("deploymentCircuitBreaker", {}).get("threshold"),
        "stage": detail.get("lifecycleStage"),
        "waits_for": [hook["hookId"] for hook in detail.get("lifecycleHookDetails", []) if _awaits(hook)],
        "primary": {
            "id": primary.get("id"),
            "task_definition": short(primary.get("taskDefinition")),
            "rollout": primary.get("rolloutState"),
            "reason": primary.get("rolloutStateReason", ""),
            "complete": is_complete(primary),
        },
        "rolls_back": _rolls_back(service.get("deploymentConfiguration", {})),
        "has_rollback_target": has_rollback_target,
        "targets": beside.get("targets", {}),
        "tasks": beside.get("tasks"),
        "events": [{"id": event["id"], "message": event["message"]} for event in service.get("events", [])],
    }
    if before is None:
        return {**now, "deployment_failed": False}
    now["reason"] = _failure_in_events(before, now) or now["reason"]
    return {**now, "deployment_failed": before["deployment_failed"] or _has_failed(before, now)}


def next_step(previous: Look, current: Look) -> tuple[list[str], str | None]:
    """Return the lines that say what changed between two looks, and the verdict: None while the outcome is open."""
    return lines(previous, current), verdict(current)


def remembered(now: Look) -> Look:
    """Return the look as the next one needs it: of its events, the newest is enough to know which are new."""
    return {**now, "events": now["events"][:1]}


def verdict(now: Look) -> str | None:
    """Return how the wait ends, None while it goes on."""
    if now["tasks"] is not None:
        return GONE if now["status"] in ("INACTIVE", "MISSING") and not now["tasks"] else None
    if now["may_be_stale"] and not now["deployment_failed"]:
        return None
    if now["status"] != "ACTIVE":
        return DELETED
    if now["deployment"] is None:
        return SUCCEEDED if now["running"] >= now["desired"] else None
    return _verdict_on_primary(now) if now["is_primary"] else _verdict_on_replaced(now)


def _verdict_on_primary(now: Look) -> str | None:
    if now["rollout"] == "FAILED":
        # The rollback is a new deployment that takes over; with nothing to go back to it never comes.
        return None if now["rolls_back"] and now["has_rollback_target"] else FAILED
    return SUCCEEDED if now["primary"]["complete"] else None


def _verdict_on_replaced(now: Look) -> str | None:
    """The followed deployment is not the primary one any more: rolled back, or another call started one."""
    if not now["deployment_failed"]:
        return REPLACED
    if now["primary"]["rollout"] == "FAILED":
        return ROLLBACK_FAILED
    return ROLLED_BACK if now["primary"]["complete"] else None


def lines(previous: Look, current: Look) -> list[str]:
    """Return what is new, one line each: events first, they say why the figures after them changed."""
    out = [f"event: {message}" for message in dict.fromkeys(new_events(previous, current))]
    out += _target_lines(previous["targets"], current["targets"])
    out += _hook_lines(previous, current)
    figures = _figures(current)
    # The figures of a look that may be stale are those of the past.
    was_none = previous["status"] == "MISSING" or previous["may_be_stale"]
    if not current["may_be_stale"] and (was_none or figures != _figures(previous)):
        out.append(figures)
    return out


def new_events(previous: Look, current: Look) -> list[str]:
    """Return the messages that came since the previous look, oldest first, without the service's name in front."""
    newest = previous["events"][0]["id"] if previous["events"] else None
    fresh = []
    for event in current["events"]:
        if event["id"] == newest:
            break
        fresh.append(re.sub(r"^\(service [^)]*\)\s*", "", event["message"]))
    return fresh[::-1]


def outcome(how: str, now: Look, service: str, seconds: int) -> str:
    """Return one sentence on how the wait of wait_timeout=seconds ended; service is its name and cluster, in words."""
    own = now["task_definition"] or now["deployment"] or "the task set"
    primary = now["primary"]["task_definition"]
    reason = f": {now['reason'].rstrip('.')}" if now["deployment_failed"] and now["reason"] else ""
    unseen = "" if now["seen"] else f" DescribeServices did not show {now['deployment'] or 'it'} after it was started."
    if how == TIMED_OUT and now["tasks"] is not None:
        return f"{service} is still there after wait_timeout={seconds} seconds ({_figures(now)})."
    return {
        SUCCEEDED: f"{service} runs {own} ({_counts(now)}).",
        GONE: f"{service} is gone.",
        FAILED: f"{service}: the deployment of {own} failed ({_counts(now)}){reason}.",
        ROLLED_BACK: f"{service}: the deployment of {own} failed and was rolled back, {primary} runs again{reason}.",
        ROLLBACK_FAILED: f"{service}: the deployment of {own} failed, and so did its rollback to {primary}{reason}.",
        REPLACED: f"{service}: another deployment, of {primary}, replaced {now['deployment']} before its end.{unseen}",
        DELETED: f"{service} was deleted while it was waited for (status {now['status']}).{unseen}",
        TIMED_OUT: (
            f"{service}: the deployment of {own} is not done after wait_timeout={seconds} s ({_counts(now)}).{unseen}"
        ),
    }[how]


def _last(before: Look | None, key: str, default: t.Any) -> t.Any:
    return before[key] if before else default


def _first_given(*values: t.Any) -> t.Any:
    return next((value for value in values if value is not None), None)


def _failure_in_events(before: Look, now: Look) -> str | None:
    """Return what an event says of the deployment's failure: its own entry may be gone before it is looked at."""
    start = re.escape(f"(deployment {now['deployment']}) deployment failed: ")
    matches = (re.match(f"{start}(.*)", text) for text in new_events(before, now))
    return next((match.group(1) for match in matches if match), None)


def _has_failed(before: Look, now: Look) -> bool:
    """Whether the deployment failed, by its own state or by what is said while another one takes over."""
    texts = [now["primary"]["reason"], *new_events(before, now)]
    if now["rollout"] == "FAILED" or now["reason"]:
        return True
    # While a look may be stale, what it says of a rollback may be about an earlier deployment.
    return not now["is_primary"] and not now["may_be_stale"] and any(_ROLLBACK.search(text) for text in texts)


def _reason(deployment: dict) -> str:
    """Return why the deployment failed; before that, the reason only repeats the state."""
    return deployment.get("rolloutStateReason", "") if deployment.get("rolloutState") == "FAILED" else ""


def _rolled_out(deployment: dict) -> bool:
    """Deployments of controllers other than ECS have no rollout state."""
    return deployment.get("rolloutState", "COMPLETED") == "COMPLETED"


def is_complete(deployment: dict) -> bool:
    """Whether the deployment is rolled out and all its tasks run; {} is complete."""
    return _rolled_out(deployment) and deployment.get("runningCount", 0) >= deployment.get("desiredCount", 0)


def _rolls_back(configuration: dict) -> bool:
    guards = (configuration.get("deploymentCircuitBreaker", {}), configuration.get("alarms", {}))
    return any(guard.get("enable") and guard.get("rollback") for guard in guards)


def _awaits(hook: dict) -> bool:
    return hook.get("status") == "AWAITING_ACTION" and "hookId" in hook


def _counts(now: Look) -> str:
    failed = f", {now['failed_tasks']} failed" if now["failed_tasks"] else ""
    return f"{now['running']} of {now['desired']} running, {now['pending']} pending{failed}"


def _figures(now: Look) -> str:
    """Return the state of the rollout, or of the deletion, in one line."""
    if now["tasks"] is not None:
        return f"{now['status'].lower()}, tasks not stopped yet: {now['tasks']}"
    primary = now["primary"]
    if not primary["id"]:
        return _counts(now)
    if not now["is_primary"]:
        return f"now on {primary['task_definition']}: {'completed' if primary['complete'] else 'in progress'}"
    state = (now["rollout"] or now["status"]).lower().replace("_", " ")
    trips = f" (the circuit breaker trips at {now['threshold']})" if now["failed_tasks"] and now["threshold"] else ""
    stage = f", stage {now['stage']}" if now["stage"] else ""
    return f"{now['task_definition']}: {state}, {_counts(now)}{trips}{stage}"


def _target_lines(before: dict[str, str], after: dict[str, str]) -> list[str]:
    changed = [f"target {target}: {state}" for target, state in after.items() if before.get(target) != state]
    return changed + [f"target {target}: gone" for target in before if target not in after]


def _hook_lines(previous: Look, current: Look) -> list[str]:
    fresh = [hook for hook in current["waits_for"] if hook not in previous["waits_for"]]
    return [f"paused at hook {hook} until `aws ecs continue-service-deployment --hook-id {hook}`" for hook in fresh]
