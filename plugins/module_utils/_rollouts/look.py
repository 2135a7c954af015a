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
from .._ecs.service import primary

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
    kept = {name: past[name] for name in ("refuge", "seen")}
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
    heir = primary(service)
    mine = next((d for d in deployments if d.get("id") == deployment_id), {})
    counts = mine or heir or service
    seen = _last(before, "seen", False) or bool(mine if deployment_id else service["status"] == "ACTIVE")
    since = None if seen else _first(_last(before, "unseen_since", None), beside.get("at", 0.0))
    now = {
        "status": service["status"],
        "deployment": deployment_id,
        "seen": seen,
        "unseen_since": since,
        "doubted": not seen and "tasks" not in beside and beside.get("at", 0.0) - since < GRACE,
        "is_primary": bool(mine) and mine is heir,
        # A deployment that was rolled back leaves the list: what was last seen of it stays.
        "task_definition": short(mine.get("taskDefinition")) or _last(before, "task_definition", ""),
        "rollout": mine.get("rolloutState") or _last(before, "rollout", None),
        "reason": _reason(mine) or _last(before, "reason", ""),
        "failed": mine.get("failedTasks") or _last(before, "failed", 0),
        "desired": counts.get("desiredCount", 0),
        "running": counts.get("runningCount", 0),
        "pending": counts.get("pendingCount", 0),
        "threshold": detail.get("deploymentCircuitBreaker", {}).get("threshold"),
        "stage": detail.get("lifecycleStage"),
        "waits_for": [hook["hookId"] for hook in detail.get("lifecycleHookDetails", []) if _awaits(hook)],
        "primary": {
            "id": heir.get("id"),
            "task_definition": short(heir.get("taskDefinition")),
            "rollout": heir.get("rolloutState"),
            "reason": heir.get("rolloutStateReason", ""),
            "complete": is_complete(heir),
        },
        "rolls_back": _rolls_back(service.get("deploymentConfiguration", {})),
        "refuge": _last(before, "refuge", False) or any(d is not mine and _rolled_out(d) for d in deployments),
        "targets": beside.get("targets", {}),
        "tasks": beside.get("tasks"),
        "events": [{"id": event["id"], "message": event["message"]} for event in service.get("events", [])],
    }
    if before is None:
        return {**now, "undone": False}
    now["reason"] = _failure_told(before, now) or now["reason"]
    return {**now, "undone": before["undone"] or _is_undone(before, now)}


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
    if now["doubted"] and not now["undone"]:
        return None
    if now["status"] != "ACTIVE":
        return DELETED
    if now["deployment"] is None:
        return SUCCEEDED if now["running"] >= now["desired"] else None
    return _verdict_on_primary(now) if now["is_primary"] else _verdict_on_replaced(now)


def _verdict_on_primary(now: Look) -> str | None:
    if now["rollout"] == "FAILED":
        # The rollback is a new deployment that takes over; with nothing to go back to it never comes.
        return None if now["rolls_back"] and now["refuge"] else FAILED
    return SUCCEEDED if now["primary"]["complete"] else None


def _verdict_on_replaced(now: Look) -> str | None:
    """The followed deployment is not the primary one any more: rolled back, or another call started one."""
    if not now["undone"]:
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
    # The figures of a look that is not believed are those of the past.
    was_none = previous["status"] == "MISSING" or previous["doubted"]
    if not current["doubted"] and (was_none or figures != _figures(previous)):
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
    mine = now["task_definition"] or now["deployment"] or "the task set"
    heir = now["primary"]["task_definition"]
    reason = f": {now['reason'].rstrip('.')}" if now["undone"] and now["reason"] else ""
    unseen = "" if now["seen"] else f" DescribeServices did not show {now['deployment'] or 'it'} after it was started."
    if how == TIMED_OUT and now["tasks"] is not None:
        return f"{service} is still there after wait_timeout={seconds} seconds ({_figures(now)})."
    return {
        SUCCEEDED: f"{service} runs {mine} ({_counts(now)}).",
        GONE: f"{service} is gone.",
        FAILED: f"{service}: the deployment of {mine} failed ({_counts(now)}){reason}.",
        ROLLED_BACK: f"{service}: the deployment of {mine} failed and was rolled back, {heir} runs again{reason}.",
        ROLLBACK_FAILED: f"{service}: the deployment of {mine} failed, and so did its rollback to {heir}{reason}.",
        REPLACED: f"{service}: another deployment, of {heir}, replaced {now['deployment']} before its end.{unseen}",
        DELETED: f"{service} was deleted while it was waited for (status {now['status']}).{unseen}",
        TIMED_OUT: (
            f"{service}: the deployment of {mine} is not done after wait_timeout={seconds} s ({_counts(now)}).{unseen}"
        ),
    }[how]


def _last(before: Look | None, key: str, default: t.Any) -> t.Any:
    return before[key] if before else default


def _first(*values: t.Any) -> t.Any:
    return next((value for value in values if value is not None), None)


def _failure_told(before: Look, now: Look) -> str | None:
    """Return what an event says of the deployment's failure: its own entry may be gone before it is looked at."""
    said = re.escape(f"(deployment {now['deployment']}) deployment failed: ")
    found = (re.match(f"{said}(.*)", text) for text in new_events(before, now))
    return next((match.group(1) for match in found if match), None)


def _is_undone(before: Look, now: Look) -> bool:
    """Whether the deployment failed, by its own state or by what is said while another one takes over."""
    said = [now["primary"]["reason"], *new_events(before, now)]
    if now["rollout"] == "FAILED" or now["reason"]:
        return True
    # While the looks are not believed, what they say of a rollback may be about an earlier deployment.
    return not now["is_primary"] and not now["doubted"] and any(_ROLLBACK.search(text) for text in said)


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
    failed = f", {now['failed']} failed" if now["failed"] else ""
    return f"{now['running']} of {now['desired']} running, {now['pending']} pending{failed}"


def _figures(now: Look) -> str:
    """Return the state of the rollout, or of the deletion, in one line."""
    if now["tasks"] is not None:
        return f"{now['status'].lower()}, tasks not stopped yet: {now['tasks']}"
    heir = now["primary"]
    if not heir["id"]:
        return _counts(now)
    if not now["is_primary"]:
        return f"now on {heir['task_definition']}: {'completed' if heir['complete'] else 'in progress'}"
    state = (now["rollout"] or now["status"]).lower().replace("_", " ")
    trips = f" (the circuit breaker trips at {now['threshold']})" if now["failed"] and now["threshold"] else ""
    stage = f", stage {now['stage']}" if now["stage"] else ""
    return f"{now['task_definition']}: {state}, {_counts(now)}{trips}{stage}"


def _target_lines(before: dict[str, str], after: dict[str, str]) -> list[str]:
    changed = [f"target {target}: {state}" for target, state in after.items() if before.get(target) != state]
    return changed + [f"target {target}: gone" for target in before if target not in after]


def _hook_lines(previous: Look, current: Look) -> list[str]:
    fresh = [hook for hook in current["waits_for"] if hook not in previous["waits_for"]]
    return [f"paused at hook {hook} until `aws ecs continue-service-deployment --hook-id {hook}`" for hook in fresh]
