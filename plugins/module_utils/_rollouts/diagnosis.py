# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Why a service is not up: events, deployments, tasks with stop codes and log tails, target health, and a summary."""

from __future__ import annotations

import re
import typing as t

from .._aws.arns import short
from .._aws.errors import EcsError
from .._aws.session import Clients
from .._documents.masking import redacted, secret_values
from .._documents.shapes import Document
from .._ecs import api, service_api
from .._ecs.service import primary
from .._facts.ecs import TASKS_AT_ONCE
from .._services import logs
from .advice import advice
from .follow import target_name, target_state
from .look import is_complete

KINDS = 3
EVENTS = 10
LOG_LINES = 20
#: Tasks that ECS stopped because there were newer or too many ones did nothing wrong.
NORMAL = "Scaling activity initiated by"
_TROUBLE = re.compile(r"unable|unhealthy|fail|error|rolling back|was stopped", re.IGNORECASE)


def diagnose(
    clients: Clients, service: Document, deployment: str | None = None, log_lines: int = LOG_LINES
) -> Document:
    """Return C(events), C(deployments), C(tasks), C(targets) and C(summary), lines for a person. Holds no secret.

    service: as DescribeServices gives it; deployment: the ID of the one whose tasks count, all of them without it.
    log_lines: how many lines of each container's log.
    """
    found: Document = {
        "events": [
            {"createdAt": e.get("createdAt"), "message": e["message"]} for e in service.get("events", [])[:EVENTS]
        ],
        "deployments": [_deployment(d) for d in service.get("deployments", [])],
    }
    found["targets"] = _if_allowed(lambda: _targets(clients, service), found, "target health")
    found["tasks"] = _if_allowed(lambda: _tasks(clients, service, deployment, log_lines), found, "stopped tasks")
    return {**found, "summary": summary(found)}


def _if_allowed(ask: t.Callable[[], list], found: Document, what: str) -> list:
    """Return the answer; a diagnosis is worth having without what may not be read, and says so."""
    try:
        return ask()
    except EcsError as error:
        found.setdefault("unread", []).append(f"{what}: {error}")
        return []


def _deployment(deployment: Document) -> Document:
    shown = ("id", "status", "rolloutState", "rolloutStateReason", "desiredCount", "runningCount", "pendingCount")
    told = {field: deployment[field] for field in (*shown, "failedTasks", "createdAt") if field in deployment}
    return {**told, "taskDefinition": short(deployment.get("taskDefinition"))}


def _targets(clients: Clients, service: Document) -> list[Document]:
    if not service.get("loadBalancers"):
        return []
    return [
        {
            "targetGroupArn": target["TargetGroupArn"],
            "target": target_name(target),
            "state": target["TargetHealth"]["State"],
            "reason": target["TargetHealth"].get("Reason"),
            "description": target_state(target),
        }
        for target in service_api.targets_of(clients("elbv2"), service)
    ]


def _tasks(clients: Clients, service: Document, deployment: str | None, log_lines: int) -> list[Document]:
    client, cluster, name = clients("ecs"), service["clusterArn"], service["serviceName"]
    arns = [
        arn
        for status in ("STOPPED", "RUNNING")
        for arn in service_api.list_tasks(client, cluster, name, status)[:TASKS_AT_ONCE]
    ]
    tasks = service_api.describe_tasks(client, cluster, arns)
    if is_complete(primary(service)):
        tasks = [task for task in tasks if not _is_running(task)]
    kinds = telling(tasks, deployment)
    definitions = {kind[0]["taskDefinitionArn"]: {} for kind in kinds}
    for arn in definitions:
        definitions[arn] = api.describe_task_definition(client, arn)
    return [
        {**_task(clients, kind[0], definitions[kind[0]["taskDefinitionArn"]], log_lines), "alike": len(kind)}
        for kind in kinds
    ]


def telling(tasks: list[Document], deployment: str | None) -> list[list[Document]]:
    """Return the tasks that say most, those that ended alike together: the newest first, the oldest kind last.

    If the deployment has tasks, only its own count. Pure.
    """
    own = [task for task in tasks if deployment and task.get("startedBy") == deployment] or tasks
    kinds: dict[tuple, list[Document]] = {}
    for task in sorted((task for task in own if not _went_well(task)), key=_when, reverse=True):
        kinds.setdefault(_kind(task), []).append(task)
    return list(kinds.values())[:KINDS]


def _kind(task: Document) -> tuple:
    ends = [(c["name"], c.get("exitCode"), c.get("reason")) for c in task.get("containers", [])]
    return task["taskDefinitionArn"], task.get("lastStatus"), task.get("stopCode"), task.get("stoppedReason"), *ends


def _went_well(task: Document) -> bool:
    if task.get("lastStatus") == "STOPPED":
        return NORMAL in task.get("stoppedReason", "")
    return task.get("lastStatus") == "RUNNING" and task.get("healthStatus") == "HEALTHY"


def _is_running(task: Document) -> bool:
    """Whether it runs and no health check says otherwise; many containers have none."""
    return task.get("lastStatus") == "RUNNING" and task.get("healthStatus") != "UNHEALTHY"


def _when(task: Document) -> tuple[bool, str]:
    """Stopped tasks come before those that are still trying."""
    return task.get("lastStatus") == "STOPPED", str(task.get("stoppedAt") or task.get("createdAt") or "")


def _task(clients: Clients, task: Document, definition: Document, log_lines: int) -> Document:
    containers = {container["name"]: container for container in definition.get("containerDefinitions", [])}
    return {
        "task": short(task["taskArn"]),
        "taskDefinition": short(task["taskDefinitionArn"]),
        "lastStatus": task.get("lastStatus"),
        "healthStatus": task.get("healthStatus"),
        "stopCode": task.get("stopCode"),
        "stoppedReason": task.get("stoppedReason"),
        "stoppedAt": task.get("stoppedAt"),
        "containers": [
            _container(clients, task, container, containers.get(container["name"], {}), log_lines)
            for container in task.get("containers", [])
        ],
    }


def _container(clients: Clients, task: Document, container: Document, defined: Document, log_lines: int) -> Document:
    options = defined.get("logConfiguration", {}).get("options", {})
    stream = log_stream(task, container["name"], options)
    values = secret_values(defined.get("environment", []))
    return {
        "name": container["name"],
        "image": container.get("image"),
        "exitCode": container.get("exitCode"),
        "reason": container.get("reason") and redacted(container["reason"], values),
        "healthStatus": container.get("healthStatus"),
        "logGroup": options.get("awslogs-group") if stream else None,
        "logStream": stream,
        "log": [redacted(line, values) for line in _log(clients, options, stream, log_lines)],
    }


def log_stream(task: Document, container: str, options: dict[str, str]) -> str | None:
    """Return the stream that the awslogs driver writes a container's output to, None where it cannot be known.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
    """
    if not options.get("awslogs-group") or not options.get("awslogs-stream-prefix"):
        return None
    return f"{options['awslogs-stream-prefix']}/{container}/{short(task['taskArn'])}"


def _log(clients: Clients, options: dict[str, str], stream: str | None, lines: int) -> list[str]:
    if stream is None or lines < 1:
        return []
    try:
        client = clients("logs", options.get("awslogs-region"))
        return logs.last_log_lines(client, options["awslogs-group"], stream, lines)
    except EcsError as error:
        return [f"({error})"]


def summary(found: Document) -> list[str]:
    """Return the findings as lines for a person, each reason once, and last what to do. Pure."""
    lines = [_deployment_line(each) for each in found["deployments"] if each.get("status") == "PRIMARY"]
    lines += [line for task in found["tasks"] for line in _task_lines(task)]
    lines += [f"Target {each['target']}: {each['description']}" for each in found["targets"] if _is_bad(each)]
    trouble = [event["message"] for event in found["events"] if _TROUBLE.search(event["message"])]
    lines += [f"Event: {message}" for message in reversed(trouble[:3])]
    lines += [f"Could not be read, {what}" for what in found.get("unread", [])]
    return lines + [f"What to do: {text}" for text in advice(lines)]


def _deployment_line(deployment: Document) -> str:
    state = deployment.get("rolloutState", deployment["status"]).lower().replace("_", " ")
    counts = "{runningCount} of {desiredCount} tasks running".format_map(
        {"runningCount": 0, "desiredCount": 0} | deployment
    )
    return f"Its deployment of {deployment['taskDefinition']} is {state}, {counts}."


def _is_bad(target: Document) -> bool:
    return target["state"] != "healthy"


def _task_lines(task: Document) -> list[str]:
    head = f"Task {task['task']} of {task['taskDefinition']} is {task['lastStatus']}, health {task['healthStatus']}"
    if task["lastStatus"] == "STOPPED":
        head = f"Task {task['task']} of {task['taskDefinition']} stopped: {task['stopCode'] or 'no stop code'}"
        head += f": {task['stoppedReason']}" if task["stoppedReason"] else ""
    lines = [head + (f" (and {task['alike'] - 1} more like it)" if task["alike"] > 1 else "")]
    for container in task["containers"]:
        lines += _container_lines(container, task["stoppedReason"])
    return lines


def _container_lines(container: Document, told: str | None) -> list[str]:
    """Return what the container says beyond the reason that was told of its task."""
    facts = [f"exit code {container['exitCode']}"] if container["exitCode"] is not None else []
    facts += [container["reason"]] if container["reason"] and container["reason"] != told else []
    if container["healthStatus"] not in (None, "UNKNOWN", "HEALTHY"):
        facts.append(f"health {container['healthStatus']}")
    log = [f"    {line}" for line in container["log"]]
    if facts and container["logStream"] and not log:
        log = [f"    (nothing in log stream {container['logStream']} of {container['logGroup']})"]
    return [f"  container {container['name']}: {', '.join(facts) or 'its last lines'}", *log] if facts or log else []
