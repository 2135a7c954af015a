# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Bring a service to what is asked, or remove it: look, decide, do."""

from __future__ import annotations

import time
import typing as t
import uuid
from dataclasses import dataclass

from .._aws import arns as aws_arns
from .._aws import tags as aws_tags
from .._aws import wait
from .._aws.errors import EcsError
from .._aws.session import Clients
from .._documents import compare
from .._documents.shapes import Document, DocumentError, agreed, coerce, shape_of, validate
from .._services import autoscaling, cloudmap
from . import api, service_api
from . import images as ecs_images
from . import service as ecs_service
from .run import ServiceRun

if t.TYPE_CHECKING:
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


#: Not told in results: a hundred events of the past, in every run.
UNTOLD = ("events",)


@dataclass(frozen=True)
class DeployRun(ServiceRun):
    """A run that deploys a service or removes it, since started (seconds of the monotonic clock)."""

    started: float

    @classmethod
    def of(cls, module: AnsibleAWSModule, clients: Clients) -> DeployRun:
        params = module.params
        cluster = params["cluster"] or (params["definition"] or {}).get("cluster") or "default"
        given = {"cluster": cluster, "definition": params["definition"]}
        named = agreed("cluster", given, "cluster"), agreed("name", params, "serviceName")
        return cls(params, module.check_mode, *named, clients, module.warn, time.monotonic())

    @property
    def left(self) -> float:
        """Return how many seconds of wait_timeout are left."""
        return self.params["wait_timeout"] - (time.monotonic() - self.started)


class Watched(t.NamedTuple):
    """A service, and the deployment (its ID) or the tasks (their ARNs, while it goes away) that are waited for."""

    cluster: str
    name: str
    deployment: str | None = None
    tasks: list[str] | None = None


class Applied(t.NamedTuple):
    """The module's result, what to wait for (None: nothing), the service before and after it (None: not there)."""

    result: Document
    watched: Watched | None
    before: Document | None
    after: Document | None


def present(run: DeployRun) -> Applied:
    """Create the service, or change what differs from the definition."""
    shape = shape_of(run.clients("ecs"), "CreateService")
    asked = coerce({**run.params["definition"], "cluster": run.cluster, "serviceName": run.service}, shape)
    validate(asked, shape)
    ecs_service.check(asked)
    tags = aws_tags.wanted(run.params["tags"], asked.pop("tags", None))
    current = run.describe()
    if current and current["status"] == "DRAINING" and not run.check_mode:
        _wait_until_drained(run)
    if current is None or current["status"] != "ACTIVE":
        return _create(run, asked, tags)
    return _update(run, current, asked, tags)


def absent(run: DeployRun) -> Applied:
    """Delete the service, and wait for what is still there of it, also when another call deleted it."""
    current = run.describe()
    if current is None or current["status"] == "INACTIVE":
        return Applied({"changed": False, "diff": {"before": {}, "after": {}}}, None, None, None)
    arns = service_api.list_tasks(run.clients("ecs"), run.cluster, run.service, "RUNNING")
    changed = current["status"] == "ACTIVE"
    if changed and not run.check_mode:
        service_api.delete_service(run.clients("ecs"), run.cluster, run.service)
    shown = {"serviceName": run.service, "cluster": run.cluster}
    result = {"changed": changed, "diff": {"before": shown if changed else {}, "after": {}}}
    return Applied(result, Watched(run.cluster, run.service, tasks=arns), current, None)


def _wait_until_drained(run: DeployRun) -> None:
    """A name is free again only when the service that had it is INACTIVE."""

    def is_drained() -> bool:
        service = run.describe()
        return service is None or service["status"] == "INACTIVE"

    if not wait.until(is_drained, run.left):
        raise EcsError(
            f"Service {run.service} in cluster {run.cluster} was deleted and is still DRAINING after "
            f"wait_timeout={run.params['wait_timeout']} seconds; it cannot be created anew before that ends. "
            f"Raise wait_timeout, or take another name."
        )


def _create(run: DeployRun, asked: Document, tags: dict[str, str] | None) -> Applied:
    ecs_service.check_creation(asked)
    client = run.clients("ecs")
    if "desiredCount" in asked:
        asked["desiredCount"], warning = ecs_service.owned_count(asked["desiredCount"], _owner(run))
        if warning:
            run.warn(warning)
    change = aws_tags.change(None, tags, True)
    difference = compare.changes(None, asked, ecs_service.RULES, whole=False)
    if run.check_mode:
        resource = f"service/{aws_arns.name_of(run.cluster)}/{run.service}"
        arn = aws_arns.predicted_arn(client, run.clients("sts"), resource)
        service = {**asked, "serviceArn": arn, "status": "ACTIVE"}
    else:
        # botocore sends a call again when its answer was lost: by the token AWS knows it for the same one.
        token = {"clientToken": uuid.uuid4().hex, **asked}
        service = service_api.create_service(
            client, {**token, **({"tags": aws_tags.to_list(change.after)} if change.after else {})}
        )
    changes = {
        "changed": True,
        "changed_fields": sorted([*difference.fields, *(["tags"] if change.changed else [])]),
        "will_redeploy": True,
        "diff": difference.diff(besides=change.diff),
    }
    return _applied(run, None, service, change, changes)


def _update(run: DeployRun, current: Document, asked: Document, tags: dict[str, str] | None) -> Applied:
    client = run.clients("ecs")
    elsewhere = any(member in asked for member in ecs_service.IN_REVISIONS)
    revision = service_api.newest_revision(client, current) if elsewhere else None
    before = ecs_service.observed(current, shape_of(client, "CreateService"), revision)
    plan = ecs_service.plan_update(
        _named(run, before, asked), _resolved(run, current, asked), shape_of(client, "UpdateService")
    )
    change = aws_tags.change(current, tags, run.params["purge_tags"])
    forced = run.params["force_new_deployment"]
    moved = {} if plan.redeploys or forced or not run.params["follow_image"] else _moved_images(run, current, revision)
    send = {**plan.send, **({"forceNewDeployment": True} if forced or moved else {})}
    if run.check_mode:
        service = compare.overlay(current, {name: asked.get(name, value) for name, value in plan.send.items()})
    else:
        service = service_api.update_service(client, run.cluster, run.service, send) if send else current
        aws_tags.put(client, current["serviceArn"], change, api.tag, api.untag)
    besides = {
        when: {**change.diff.get(when, {}), **({"images": {n: d[i] for n, d in moved.items()}} if moved else {})}
        for i, when in enumerate(("before", "after"))
    }
    fields = [*plan.difference.fields, *(["tags"] if change.changed else []), *(["images"] if moved else [])]
    changes = {
        "changed": bool(send) or change.changed,
        "changed_fields": sorted(fields),
        "will_redeploy": plan.redeploys or "forceNewDeployment" in send,
        "diff": plan.difference.diff(besides=besides),
    }
    return _applied(run, current, service, change, changes)


def _applied(
    run: DeployRun, before: Document | None, service: Document, tags: aws_tags.TagChange, changes: Document
) -> Applied:
    watched = Watched(run.cluster, run.service, ecs_service.primary(service).get("id"))
    result = service_result({**service, "tags": aws_tags.to_list(tags.after)})
    return Applied({**changes, **result}, watched, before, service)


def service_result(service: Document) -> Document:
    """Return what a module's result tells of a service, in AWS's own spelling."""
    return {
        "service": {name: value for name, value in service.items() if name not in UNTOLD},
        "arn": service["serviceArn"],
        "tags": aws_tags.from_list(service.get("tags")),
        "deployment": ecs_service.primary(service) or None,
    }


def _owner(run: DeployRun) -> Document | None:
    """Return the scalable target that owns the desired count, None if the definition does."""
    if run.params["desired_count_policy"] == "enforce":
        return None
    return autoscaling.scalable_target(run.clients("application-autoscaling"), run.cluster, run.service)


def _resolved(run: DeployRun, current: Document, asked: Document) -> Document:
    """Return what is asked of a service that exists: a revision for a family, and no count that is autoscaling's."""
    count = asked.get("desiredCount")
    if count is not None and count != current["desiredCount"] and _owner(run):
        asked = {name: value for name, value in asked.items() if name != "desiredCount"}
    family = asked.get("taskDefinition")
    if family and ":" not in aws_arns.name_of(family):
        newest = api.active_task_definition(run.clients("ecs"), family)
        if newest is None and not run.check_mode:
            raise DocumentError(
                f"definition.taskDefinition is {family!r}, which has no ACTIVE revision: register one with "
                "llmops.ecs.ecs_task_definition, or name another family."
            )
        asked = {**asked, "taskDefinition": newest["taskDefinitionArn"] if newest else family}
    return asked


def _named(run: DeployRun, before: Document, asked: Document) -> Document:
    """Return before with the Cloud Map namespace by its name, where it is asked for by name and AWS tells the ARN."""
    observed = before.get("serviceConnectConfiguration") or {}
    wanted = (asked.get("serviceConnectConfiguration") or {}).get("namespace", "")
    arn = observed.get("namespace", "")
    if not wanted or wanted.startswith("arn:") or not arn.startswith("arn:"):
        return before
    name = cloudmap.namespace_name(run.clients("servicediscovery"), aws_arns.name_of(arn))
    return {**before, "serviceConnectConfiguration": {**observed, "namespace": name or arn}}


def _moved_images(run: DeployRun, current: Document, revision: Document | None) -> dict[str, tuple[str, str]]:
    """Return the containers whose tag names another image than the one that runs: the digests before and after."""
    client = run.clients("ecs")
    definition = api.describe_task_definition(client, current["taskDefinition"])
    tagged = {
        container["name"]: ecs_images.parse(container["image"])
        for container in definition.get("containerDefinitions", [])
        if "@" not in container["image"]
    }
    running = _running_digests(run, current, revision) if tagged else {}
    moved = {}
    for name, image in tagged.items():
        if name not in running:
            continue
        try:
            now = ecs_images.resolve(image, running[name], lambda region: run.clients("ecr", region))
        except (ecs_images.ImageError, EcsError) as error:
            run.warn(f"follow_image: container {name} keeps its image, {image.name} cannot be looked up: {error}")
            continue
        if running[name] not in now:
            moved[name] = (running[name], now[0])
    return moved


def _running_digests(run: DeployRun, current: Document, revision: Document | None) -> dict[str, str]:
    """Return the digest that each container runs: as the service revision has it, else as the newest tasks have it."""
    client = run.clients("ecs")
    revision = revision or service_api.newest_revision(client, current) or {}
    images = {
        image["containerName"]: image["imageDigest"]
        for image in revision.get("containerImages", [])
        if image.get("imageDigest")
    }
    if images:
        return images
    tasks = service_api.describe_tasks(
        client, run.cluster, service_api.list_tasks(client, run.cluster, run.service, "RUNNING")
    )
    return {
        container["name"]: container["imageDigest"]
        for task in sorted(tasks, key=lambda task: str(task.get("createdAt", "")))
        for container in task.get("containers", [])
        if container.get("imageDigest")
    }
