# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.
"""Bring the scaling of a service to its document, or remove it: look, decide, do."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import UTC, datetime

from .._aws import tags as aws_tags
from .._aws.ownership import owned
from .._aws.tags import asked_tags, texts
from .._documents.shapes import Document, DocumentError
from .._ecs import service_api
from . import api, compare, render, suspension
from . import document as scaling_document
from .compare import LIMITS_TAG, NONE, Changes, Named
from .context import Run, active_service, find_place, monitoring
from .metrics import Place
from .schedules import is_over
from .validation import ScalingError


@dataclass(frozen=True)
class Target:
    """A scalable target as it is (before is None where there is none) and as it is to be, and its tags."""

    arn: str
    before: Document | None
    after: Document
    tags: aws_tags.TagChange


@dataclass(frozen=True)
class Plan:
    """All that differs.

    monitoring is what the service is to report, None where it does; arns are those of policies that stay, by name;
    wanted is what is given of policies, alarms and schedules, as AWS is to have it.
    """

    document: scaling_document.Document
    place: Place
    target: Target
    policies: Changes
    alarms: Changes
    schedules: Changes
    monitoring: Document | None
    arns: dict[str, str]
    wanted: dict[str, Named]

    @property
    def changed(self) -> bool:
        target = self.target.before != self.target.after or self.target.tags.changed
        return target or any((self.policies, self.alarms, self.schedules)) or self.monitoring is not None

    @property
    def parts(self) -> dict[str, Changes]:
        """Return what the document tells of: a list that is not given is left alone."""
        policies = {} if self.document["policies"] is None else {"policies": self.policies, "alarms": self.alarms}
        return {**policies, **({} if self.document["schedules"] is None else {"schedules": self.schedules})}


def present(run: Run) -> Document:
    """Make or change the scalable target, and all that is given of policies with their alarms, and schedules."""
    try:
        document = scaling_document.parse(run.params["definition"])
        service = active_service(run)
        place, others = find_place(run, service, document)
        if problems := scaling_document.place_problems(document, place, others):
            raise ScalingError(problems)
        plan = _plan(run, document, place, service)
    except ScalingError as error:
        raise DocumentError(str(error)) from error
    for warning in _warnings(plan, service):
        run.warn(warning)
    if not run.check_mode:
        _apply(run, plan)
    return _result(plan)


def absent(run: Run) -> Document:
    """Remove the scalable target with its policies, their alarms, and its schedules; the service stays as it is."""
    place = Place(run.cluster, run.service)
    target = run.target()
    if run.params["owner_tags"] and not (target and owned(run.tags_of(target), run.params["owner_tags"])):
        return {"changed": False, "diff": {"before": {}, "after": {}}}
    found = api.describe_alarms(run.clients("cloudwatch"), place.alarm_prefix)
    parts = {
        "policies": compare.policy_changes(api.describe_policies(run.scaling, run.resource_id), {}),
        "alarms": compare.alarm_changes(found, {}, place),
        "schedules": compare.schedule_changes(api.describe_schedules(run.scaling, run.resource_id), {}),
    }
    if not run.check_mode:
        _remove(run, **parts)
        if target:
            api.deregister(run.scaling, run.resource_id)
    there = {name: part.before for name, part in parts.items() if part.before}
    before = {**({"scalable_target": _shown(target)} if target else {}), **there}
    return {"changed": bool(before), "diff": {"before": before, "after": {}}}


def _plan(run: Run, document: scaling_document.Document, place: Place, service: Document | None) -> Plan:
    target = run.target()
    tags = run.tags_of(target)
    now = datetime.now(UTC)
    over = [item for item in document["schedules"] or [] if is_over(item, now)]
    for item in over:
        run.warn(f"schedules[{item['name']}] was for a time that is over, so it is left out: {item['schedule']}.")
    there = api.describe_schedules(run.scaling, run.resource_id)
    schedules = NONE
    wanted: dict[str, Named] = {}
    if document["schedules"] is not None:
        lasting = {**document, "schedules": [item for item in document["schedules"] if item not in over]}
        wanted["schedules"] = render.schedules(lasting)
        schedules = compare.schedule_changes(there, wanted["schedules"])
    remaining = [item for name, item in there.items() if name not in schedules.to_remove]
    policies, alarms, arns = NONE, NONE, {}
    if document["policies"] is not None:
        found = api.describe_policies(run.scaling, run.resource_id)
        wanted["policies"] = render.policies(document, place)
        policies = compare.policy_changes(found, wanted["policies"])
        gone = {*policies.to_remove, *policies.to_replace}
        arns = {name: item["PolicyARN"] for name, item in found.items() if name not in gone}
        wanted["alarms"] = render.alarms(document, place, arns)
        found_alarms = api.describe_alarms(run.clients("cloudwatch"), place.alarm_prefix)
        alarms = compare.alarm_changes(found_alarms, wanted["alarms"], place)
    bounds = compare.limits(document, target, tags, remaining)
    kept_limits = compare.limits_tag(document, tags, bool(remaining or schedules.to_put))
    changed = _target(run, {**bounds, "suspended": document["suspended"]}, target, tags, kept_limits)
    wants = monitoring(run, document, service)
    return Plan(document, place, changed, policies, alarms, schedules, wants, arns, wanted)


def _target(
    run: Run, wanted: Document, target: Document | None, tags: dict[str, str], kept_limits: str | None
) -> Target:
    """Return the scalable target as it is to be; flags that an interrupted run left suspended are restored."""
    kept = suspension.kept_in(tags)
    if kept:
        run.warn(suspension.repaired(run.service, kept))
    flags = suspension.flags_of(target) | (kept.flags if kept else {}) | wanted["suspended"]
    bounds = {name: value for name, value in wanted.items() if name != "suspended"}
    after = {**bounds, "SuspendedState": suspension.state_of(flags)}
    purge = run.params["purge_tags"] and run.params["tags"] is not None
    to_set, to_remove = aws_tags.tag_changes(tags, _tags_asked(run), purge)
    own = {suspension.KEPT_TAG: None, LIMITS_TAG: kept_limits}
    to_set |= {name: value for name, value in own.items() if value is not None and tags.get(name) != value}
    to_remove = [*to_remove, *(name for name, value in own.items() if value is None and name in tags)]
    tags_after = {name: value for name, value in {**tags, **to_set}.items() if name not in to_remove}
    change = aws_tags.TagChange(tags, tags_after, to_set, to_remove)
    return Target((target or {}).get("ScalableTargetARN", ""), _shown(target) if target else None, after, change)


def _tags_asked(run: Run) -> dict[str, str] | None:
    """Return the tags that are asked for, those of the owner among them; None leaves tags alone."""
    asked = asked_tags(run.params)
    return texts(run.params["owner_tags"]) or None if asked is None else asked


def _shown(target: Document) -> Document:
    """Return of a scalable target what a document says of one."""
    state = suspension.state_of(suspension.flags_of(target))
    return {"MinCapacity": target["MinCapacity"], "MaxCapacity": target["MaxCapacity"], "SuspendedState": state}


def _warnings(plan: Plan, service: Document | None) -> t.Iterator[str]:
    """Give what AWS takes and the user may regret."""
    target, name = plan.target, plan.place.service
    low, high = target.after["MinCapacity"], target.after["MaxCapacity"]
    lifted = any((item.get("ScalableTargetAction") or {}).get("MinCapacity") for item in plan.schedules.after.values())
    yield from scaling_document.warnings(plan.document, low, lifted)
    count = (service or {}).get("desiredCount")
    moved = compare.clamped(count, target.after) if target.before != target.after else None
    if moved is not None:
        yield (
            f"Service {name} has a desired count of {count}; AWS moves it to {moved} at once, into the limits "
            f"{low} to {high}."
        )
    shifting = any(entry.get("advancedConfiguration") for entry in (service or {}).get("loadBalancers", []))
    counted = [item for item in plan.document["policies"] or [] if "metric" in item]
    if shifting and any(item["metric"]["kind"] == "requests_per_target" for item in counted):
        yield (
            f"requests_per_target counts those of {plan.place.target_group} alone, and deployments of service {name} "
            "move it to another target group; take cpu, or a metric of the server's own."
        )


def _apply(run: Run, plan: Plan) -> None:
    """Make the calls that the differences need, in an order that AWS takes; plan.arns gets those of new policies."""
    if plan.monitoring:
        fields = {"monitoring": plan.monitoring}
        service_api.update_service(run.clients("ecs"), run.cluster, run.service, fields)
    _register(run, plan.target)
    _remove(run, plan.policies, plan.alarms, plan.schedules)
    for name in plan.policies.to_put:
        plan.arns[name] = api.put_policy(run.scaling, run.resource_id, name, plan.wanted["policies"][name])
    _put_alarms(run, plan)
    for name in plan.schedules.to_put:
        api.put_schedule(run.scaling, run.resource_id, name, plan.wanted["schedules"][name])


def _put_alarms(run: Run, plan: Plan) -> None:
    """Put the alarms that differ. An alarm names its policy by the ARN, which is known only now."""
    tags = _tags_asked(run) or {}
    new = {"Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())]} if tags else {}
    for name, alarm in plan.wanted.get("alarms", {}).items():
        alarm["AlarmActions"] = [plan.arns[name.removeprefix(plan.place.alarm_prefix)]]
    for name in plan.alarms.to_put:
        # AWS takes an alarm's tags only with the alarm that they are new on.
        fields = plan.wanted["alarms"][name]
        api.put_alarm(run.clients("cloudwatch"), fields if name in plan.alarms.before else {**fields, **new})


def _register(run: Run, target: Target) -> None:
    """Register the target where it differs, and change its tags.

    Flags first, then the tag that kept them: a run that is interrupted in between leaves it for the next one.
    """
    new = {"Tags": target.tags.after} if target.before is None and target.tags.after else {}
    if target.before != target.after:
        api.register(run.scaling, run.resource_id, {**target.after, **new})
    if target.arn:
        aws_tags.put(run.scaling, target.arn, target.tags, api.tag, api.untag)


def _remove(run: Run, policies: Changes, alarms: Changes, schedules: Changes) -> None:
    """Delete what goes, and what AWS does not change in place: alarms before the policies that they trigger."""
    if alarms.to_remove:
        api.delete_alarms(run.clients("cloudwatch"), alarms.to_remove)
    for name in [*policies.to_remove, *policies.to_replace]:
        api.delete_policy(run.scaling, run.resource_id, name)
    for name in [*schedules.to_remove, *schedules.to_replace]:
        api.delete_schedule(run.scaling, run.resource_id, name)


def _result(plan: Plan) -> Document:
    target = plan.target
    diff: Document = {"before": {"scalable_target": target.before} if target.before else {}}
    diff["after"] = {"scalable_target": target.after, **({"monitoring": plan.monitoring} if plan.monitoring else {})}
    for name, part in plan.parts.items():
        diff["before"] |= {name: part.before}
        diff["after"] |= {name: part.after}
    for when, tags in target.tags.diff.items():
        diff[when] |= tags
    arn = {"ScalableTargetARN": target.arn} if target.arn else {}
    return {
        "changed": plan.changed,
        "diff": diff,
        "scalable_target": {"ResourceId": plan.place.resource_id, **target.after, **arn},
        "tags": target.tags.after,
        **_told(plan),
    }


def _told(plan: Plan) -> Document:
    """Return policies, alarms and schedules as AWS has them now, as far as the document names any."""
    told: Document = {}
    if plan.document["policies"] is not None:
        policies, alarms = plan.wanted["policies"], plan.wanted["alarms"]
        told["policies"] = [
            {"PolicyName": name, "PolicyARN": plan.arns.get(name, ""), **item} for name, item in policies.items()
        ]
        told["alarms"] = [{**item, "AlarmArn": _alarm_arn(item)} for item in alarms.values()]
    if plan.document["schedules"] is not None:
        there = plan.schedules.after
        told["schedules"] = [{"ScheduledActionName": name, **item} for name, item in there.items()]
    return told


def _alarm_arn(alarm: Document) -> str:
    """Return an alarm's ARN, made of its policy's; empty where that is not there yet."""
    policy = alarm["AlarmActions"][0]
    if not policy.startswith("arn:"):
        return ""
    partition, _service, region, account = policy.split(":")[1:5]
    return f"arn:{partition}:cloudwatch:{region}:{account}:alarm:{alarm['AlarmName']}"
