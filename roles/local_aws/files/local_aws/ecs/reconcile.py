# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service scheduler: what one service's tasks are compared with what they should be, and what follows from that.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
"""

from __future__ import annotations

from ..base.delays import DELAYS
from ..tasks.task import Task
from .deployments import rolling
from .deployments.deployment import Deployment
from .deployments.rolling import Group
from .placement import Candidate, least_used, leaving, placement
from .service import Service
from .state import EcsBackend

FAILED_CHECKS = "Task failed container health checks"
FAILED_ELB_CHECKS = "Task failed ELB health checks in (target-group {group})"
INCONSISTENT = (
    "is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the "
    "Amazon ECS Developer Guide."
)
UNPLACED = "was unable to place a task because no container instance met all of its requirements."


def reconcile(backend: EcsBackend, service: Service, now: float) -> None:
    """Take the service one step closer to its desired count and its primary deployment."""
    tasks = backend.tasks_of(service)
    if service.status == "DRAINING":
        _drain(service, tasks, now)
    elif service.status == "ACTIVE":
        _announce(service, tasks)
        _replace_unhealthy(service, tasks, now)
        _account_for_stopped(service, tasks, now)
        _break_circuit(service)
        _heed_alarms(service)
        _roll(backend, service, now)
        _settle(backend, service, now)


def _drain(service: Service, tasks: list[Task], now: float) -> None:
    for task in tasks:
        _stop(service, task)
    if any(task.last_status != "STOPPED" for task in tasks):
        service.drained_since = None
    elif service.drained_since is None:
        service.drained_since = now
    if service.drained_since is not None and now - service.drained_since >= DELAYS.drain:
        service.status = "INACTIVE"
        service.deployments = []


def _announce(service: Service, tasks: list[Task]) -> None:
    for task in tasks:
        if task.is_live and task.was_running and not task.announced:
            task.announced = True
            for group in task.registrations.groups:
                service.say(f"registered 1 targets in (target-group {group})")


def _replace_unhealthy(service: Service, tasks: list[Task], now: float) -> None:
    """Note whose health checks fail: such a task is stopped when its replacement is healthy, and fails a deployment.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
    """
    grace = service.settings.get("healthCheckGracePeriodSeconds", 0)
    for task in tasks:
        if not task.is_live or task.last_status != "RUNNING" or now - task.running_since < grace:
            continue
        failed, reason = task.registrations.failed, None
        if task.is_unhealthy:
            reason, message = FAILED_CHECKS, "failed container health checks."
        elif failed:
            reason = FAILED_ELB_CHECKS.format(group=failed.group)
            where = f"(port {failed.port}) is unhealthy in (target-group {failed.group})"
            message = f"{where} due to (reason {failed.description})"
        if reason and task.ailment is None:
            service.say(f"(task {task.id}) {message}")
        task.ailment = reason
        if reason and service.primary.rollout_state != "COMPLETED":
            _stop(service, task)


def _account_for_stopped(service: Service, tasks: list[Task], now: float) -> None:
    """Count the failures of each deployment, and put off the next start after failures in a row.

    AWS puts off starts only of tasks that never were RUNNING; a command that ends at once would keep this machine busy.
    """
    by_revision = {deployment.revision["serviceRevisionArn"]: deployment for deployment in service.deployments}
    for task in tasks:
        deployment = by_revision.get(task.revision)
        if deployment and task.was_running and task.is_live:
            deployment.any_has_run = True
        if task.was_healthy and not task.credited:
            task.credited = True
            service.failures_in_a_row = 0
            if deployment and service.circuit_breaker.get("resetOnHealthyTask", True):
                deployment.failed_tasks = 0
        if task.is_live or task.counted:
            continue
        task.counted = True
        _tell_deregistered(service, task)
        failed_check = (task.stopped_reason or "").startswith((FAILED_CHECKS, FAILED_ELB_CHECKS.partition("(")[0]))
        if not failed_check and task.stop_code not in ("TaskFailedToStart", "EssentialContainerExited"):
            continue
        if not task.was_healthy:
            service.failures_in_a_row += 1
            service.not_before = now + rolling.backoff(service.failures_in_a_row)
            if service.failures_in_a_row == 3:
                service.say(INCONSISTENT)
        if deployment and rolling.counts_as_failure(
            any_has_run=deployment.any_has_run,
            was_running=task.was_running,
            was_healthy=task.was_healthy,
            failed_health_check=failed_check,
            checked=task.is_checked or bool(task.registrations),
        ):
            deployment.failed_tasks += 1


def _break_circuit(service: Service) -> None:
    primary, breaker = service.primary, service.circuit_breaker
    if primary.is_in_progress and primary.service_deployment.rollback is None:
        primary.service_deployment.failures = primary.failed_tasks
    threshold = rolling.failure_threshold(service.desired_count, breaker)
    if breaker["enable"] and primary.is_in_progress and primary.failed_tasks >= threshold:
        service.fail_deployment(breaker["rollback"], "tasks failed to start.")


def _heed_alarms(service: Service) -> None:
    """Give up a deployment during which one of its alarms goes off; one that was on before says nothing about it.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html
    """
    deployment = service.primary.service_deployment
    if service.primary.is_in_progress and deployment.heeds_alarms and deployment.rollback is None and service.alarm:
        deployment.triggered_alarm = service.alarm
        rolls_back = service.settings["deploymentConfiguration"]["alarms"]["rollback"]
        service.fail_deployment(rolls_back, f"alarm {service.alarm} is in ALARM.", "ECS deployment alarms")


def _roll(backend: EcsBackend, service: Service, now: float) -> None:
    live = [task for task in backend.tasks_of(service) if task.is_live]
    deployment = service.primary
    if deployment.rollout_state == "FAILED":
        # Without a rollback nothing more is started for it; what was there before is kept up.
        if len(service.deployments) > 1:
            deployment = service.deployments[1]
            _start(backend, service, deployment, service.desired_count - len(live), now)
        return
    if service.shift and not service.shift.is_over:
        _hold_both(backend, service, live, now)
        return
    # A task whose health checks fail is as good as an old one: another takes its place.
    new = [task for task in live if deployment.owns(task) and not task.ailment]
    old = [task for task in live if task not in new]
    configuration = service.settings["deploymentConfiguration"]
    step = rolling.next_step(
        service.desired_count,
        configuration["minimumHealthyPercent"],
        configuration["maximumPercent"],
        _group(new, now),
        _group(old, now),
    )
    for task in _expendable(old, now)[: step.stop_old] + _expendable(new, now)[: step.stop_new]:
        _stop(service, task)
    _start(backend, service, deployment, step.start, now)


def _hold_both(backend: EcsBackend, service: Service, live: list[Task], now: float) -> None:
    """Keep the new tasks and those of before at the desired count, until all requests go to the new ones.

    What is left of deployments that did not get to their end goes.
    """
    before = service.completed
    kept = [item for item in service.deployments if item is service.primary or (before and item.owns_revision(before))]
    for task in live:
        if not any(deployment.owns(task) for deployment in kept):
            _stop(service, task)
    for deployment in kept:
        own = [task for task in live if deployment.owns(task)]
        for task in _expendable(own, now)[: max(len(own) - service.desired_count, 0)]:
            _stop(service, task)
        _start(backend, service, deployment, service.desired_count - len(own), now)


def _settle(backend: EcsBackend, service: Service, now: float) -> None:
    """Notice that the deployment is complete, which tasks that still answer hold up, and that the service is steady."""
    tasks = backend.tasks_of(service)
    live = [task for task in tasks if task.is_live]
    own = [task for task in live if service.primary.owns(task) and task.is_healthy(now)]
    if service.shift and not service.shift.is_over:
        percent = service.shift.step(len(own) >= service.desired_count)
        if percent is not None:
            service.shift_to_primary(percent)
        return
    is_steady = len(live) == len(own) == service.desired_count and not any(task.is_draining for task in tasks)
    if is_steady and service.primary.is_in_progress:
        service.complete_deployment()
    if is_steady and not service.is_steady:
        service.say("has reached a steady state.")
    service.is_steady = is_steady


def _group(tasks: list[Task], now: float) -> Group:
    return Group(len(tasks), sum(task.is_healthy(now) for task in tasks))


def _expendable(tasks: list[Task], now: float) -> list[Task]:
    """Return the tasks in the order in which they may go."""
    candidates = [Candidate(task.is_healthy(now), task.subnet, task.running_since) for task in tasks]
    return [tasks[number] for number in leaving(candidates)]


def _stop(service: Service, task: Task) -> None:
    if task.is_live:
        reason = task.ailment or f"Scaling activity initiated by (deployment {task.started_by})"
        task.stop(reason, "ServiceSchedulerInitiated")
        _tell_deregistered(service, task)
        service.say(f"has stopped 1 running tasks: (task {task.id}).")


def _tell_deregistered(service: Service, task: Task) -> None:
    for group in task.registrations.groups if task.announced else ():
        service.say(f"deregistered 1 targets in (target-group {group})")
        if task.is_drained_first:
            service.say("has begun draining connections on 1 tasks.")
    task.announced = False


def _start(backend: EcsBackend, service: Service, deployment: Deployment, count: int, now: float) -> None:
    if count <= 0 or now < service.not_before:
        return
    revision = deployment.revision
    if revision.get("launchType") == "EC2":
        if not service.events or UNPLACED not in service.events[0]["message"]:
            service.say(UNPLACED)
        return
    if service.failures_in_a_row:
        # One at a time until one is healthy again.
        tasks = backend.tasks_of(service)
        is_trying = any(task.is_live and deployment.owns(task) and not task.was_healthy for task in tasks)
        count = 0 if is_trying else 1
    for _task in range(count):
        task = _new_task(backend, service, deployment)
        backend.tasks[service.cluster][task.task_arn] = task
        service.say(f"has started 1 tasks: (task {task.id}).")


def _new_task(backend: EcsBackend, service: Service, deployment: Deployment) -> Task:
    live = [task for task in backend.tasks_of(service) if task.is_live]
    revision = deployment.revision
    task_definition = backend.task_definition(revision["taskDefinition"])
    network = revision["networkConfiguration"]["awsvpcConfiguration"]
    return Task(
        account=backend.account_id,
        region=backend.region_name,
        cluster=service.cluster,
        task_definition=task_definition.document,
        network=network,
        group=service.group,
        subnet=least_used(network["subnets"], [task.subnet for task in live]),
        started_by=deployment.id,
        revision=revision["serviceRevisionArn"],
        placement=placement(revision, [task.placement.get("capacityProviderName", "") for task in live]),
        tags=_tags(service, task_definition.tags),
        digests={
            image["containerName"]: image["imageDigest"]
            for image in revision["containerImages"]
            if "imageDigest" in image
        },
        enable_execute_command=service.settings["enableExecuteCommand"],
        target_groups=service.places(revision),
    )


def _tags(service: Service, of_task_definition: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return a task's tags.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html
    """
    sources = {"SERVICE": service.tags, "TASK_DEFINITION": of_task_definition}
    managed = {"aws:ecs:clusterName": service.cluster, "aws:ecs:serviceName": service.name}
    tags = [{"key": key, "value": value} for key, value in managed.items() if service.settings["enableECSManagedTags"]]
    return [*tags, *sources.get(service.settings["propagateTags"], [])]
