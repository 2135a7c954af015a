# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Read a load balancer and what belongs to it, and make the calls that lead to what is wanted."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._aws import arns, ownership
from .._aws import tags as aws_tags
from .._aws import wait as aws_wait
from .._aws.errors import EcsError
from .._aws.session import Clients
from .._aws.tags import TagChange, from_list
from .._documents import compare
from .._documents.compare import Difference, overlay
from .._documents.shapes import Document, DocumentError
from .._ec2.network import describe_interfaces, describe_subnets
from . import api, load_balancer
from . import attributes as elb_attributes

PROTECTION = "deletion_protection.enabled"
Outcome = tuple[Document, list[Document]]


class Existing(t.NamedTuple):
    """A load balancer as it is, with its tags, and what was asked about it; balancer is None if there is none."""

    balancer: Document | None
    attributes: list[dict[str, str]]
    listeners: list[Document]
    web_acl: str | None


@dataclass(frozen=True)
class Plan:
    """What differs. web_acl: the ARN to put, '' to take it away, None for no change."""

    new: bool
    difference: Difference
    attributes: elb_attributes.AttributeChange
    listeners: load_balancer.Listeners
    web_acl: str | None
    diff: dict[str, dict[str, t.Any]]

    @property
    def changed(self) -> bool:
        changes = (self.difference.changed, self.attributes.to_set, self.listeners.changed, self.web_acl is not None)
        return self.new or any(changes)


def read(clients: Clients, name: str, owner: dict[str, t.Any], asked: t.Collection[str]) -> Existing:
    """Read the load balancer, its tags, and what is asked: V(attributes), V(listeners), V(web_acl).

    Raises DocumentError if it is another one's.
    """
    client = clients("elbv2")
    balancer = api.describe_load_balancer(client, name)
    if balancer is None:
        return Existing(None, [], [], None)
    arn = balancer["LoadBalancerArn"]
    tags = api.describe_tags(client, [arn]).get(arn, [])
    ownership.check_owner(f"Load balancer {name}", from_list(tags), owner)
    return Existing(
        {**balancer, "tags": tags},
        api.balancer_attributes(client, arn) if "attributes" in asked else [],
        api.describe_listeners(client, arn) if "listeners" in asked else [],
        api.web_acl_of(clients("wafv2"), arn) if "web_acl" in asked else None,
    )


def plan(
    existing: Existing,
    document: Document,
    attributes: dict[str, str],
    listeners: list[Document] | None,
    web_acl: str | None,
) -> Plan:
    """Compare what there is with what is asked for. Raises DocumentError where AWS allows no change."""
    new = existing.balancer is None
    if new:
        load_balancer.check_new(document)
    difference = load_balancer.compare(
        None if existing.balancer is None else load_balancer.as_asked(existing.balancer), document
    )
    if not new:
        load_balancer.check_fixed(document["Name"], difference)
    attribute_change = elb_attributes.attribute_change(existing.attributes, attributes)
    listener_change = load_balancer.listener_changes(existing.listeners, listeners)
    acl = web_acl if web_acl is not None and web_acl != (existing.web_acl or "") else None
    acls = {} if web_acl is None else {"before": {"web_acl_arn": existing.web_acl}, "after": {"web_acl_arn": web_acl}}
    diff = compare.together(attribute_change.diff, listener_change.diff, acls if web_acl or existing.web_acl else {})
    return Plan(new, difference, attribute_change, listener_change, acl, {**diff, **({"before": {}} if new else {})})


def check_subnets(clients: Clients, planned: Plan, document: Document, check_mode: bool) -> None:
    """Look at the subnets where a call will name them. In check mode they may be some that are not there yet."""
    ids = load_balancer.subnets_of(document)
    if not ids or not (planned.new or "Subnets" in planned.difference.fields):
        return
    if check_mode and any(arns.is_made_up(subnet) for subnet in ids):
        return
    load_balancer.check_zones(document, describe_subnets(clients("ec2"), {"SubnetIds": ids}))


def predicted(clients: Clients, existing: Existing, planned: Plan, document: Document, tags: TagChange) -> Outcome:
    """Return the load balancer and its listeners as they would be."""
    client = clients("elbv2")
    balancer = existing.balancer or load_balancer.made_up(document, client)
    kept = {key: value for key, value in document.items() if key in ("SecurityGroups", "IpAddressType")}
    called = balancer["LoadBalancerArn"].partition("loadbalancer/")[2]
    made = [
        {**listener, "ListenerArn": arns.made_up_arn(client, f"listener/{called}")}
        for listener in planned.listeners.create
    ]
    gone = [listener["ListenerArn"] for listener in planned.listeners.delete]
    changes = dict(planned.listeners.change)
    stay = [
        {**listener, **changes.get(listener["ListenerArn"], {})}
        for listener in existing.listeners
        if listener["ListenerArn"] not in gone
    ]
    return overlay(balancer, kept), listener_results([*stay, *made])


def apply(clients: Clients, existing: Existing, planned: Plan, document: Document, tags: TagChange) -> Outcome:
    """Make the calls that the plan needs; return the load balancer and its listeners."""
    client = clients("elbv2")
    if existing.balancer is None:
        with_tags = {"Tags": aws_tags.list_of(tags.after)} if tags.after else {}
        balancer = api.create_load_balancer(client, {**document, **with_tags})
    else:
        balancer = existing.balancer
        _update(client, balancer["LoadBalancerArn"], planned.difference.fields, document, tags)
    arn = balancer["LoadBalancerArn"]
    if planned.attributes.to_set:
        api.set_balancer_attributes(client, arn, planned.attributes.to_set)
    if planned.web_acl:
        api.associate_web_acl(clients("wafv2"), arn, planned.web_acl)
    elif planned.web_acl == "" and existing.web_acl:
        api.disassociate_web_acl(clients("wafv2"), arn)
    listeners = _apply_listeners(client, arn, existing.listeners, planned.listeners)
    if existing.balancer is not None and planned.difference.changed:
        balancer = api.describe_load_balancer(client, document["Name"]) or balancer
    return balancer, listener_results(listeners)


def _update(client: t.Any, arn: str, fields: list[str], document: Document, tags: TagChange) -> None:
    if "Subnets" in fields:
        given = "SubnetMappings" if "SubnetMappings" in document else "Subnets"
        api.set_subnets(client, arn, {given: document[given]})
    if "SecurityGroups" in fields:
        api.set_security_groups(client, arn, document["SecurityGroups"])
    if "IpAddressType" in fields:
        api.set_ip_address_type(client, arn, document["IpAddressType"])
    aws_tags.put(client, arn, tags, api.tag, api.untag)


def _apply_listeners(
    client: t.Any, arn: str, existing: list[Document], changes: load_balancer.Listeners
) -> list[Document]:
    now = {listener["ListenerArn"]: listener for listener in existing}
    for listener in changes.delete:
        api.delete_listener(client, listener["ListenerArn"])
        del now[listener["ListenerArn"]]
    for listener_arn, fields in changes.change:
        now[listener_arn] = api.modify_listener(client, listener_arn, fields)
    for listener in changes.create:
        made = api.create_listener(client, {"LoadBalancerArn": arn, **listener})
        now[made["ListenerArn"]] = made
    return list(now.values())


def listener_results(listeners: list[Document]) -> list[Document]:
    """Return listeners as the module does, by port."""
    return [
        {"arn": listener["ListenerArn"], "port": listener["Port"], "protocol": listener["Protocol"]}
        for listener in sorted(listeners, key=lambda listener: listener["Port"])
    ]


def wait_until_active(client: t.Any, balancer: Document, seconds: int) -> Document:
    """Return the load balancer as soon as it can be used. Raises EcsError where it cannot, or not in time."""
    name, latest = balancer["LoadBalancerName"], balancer

    def is_settled() -> bool:
        nonlocal latest
        if _state(latest) in ("", "provisioning"):
            latest = api.describe_load_balancer(client, name) or latest
        return _state(latest) not in ("", "provisioning")

    if not aws_wait.until(is_settled, seconds):
        raise EcsError(f"Load balancer {name} is not active after {seconds} s; raise wait_timeout, or run again")
    if _state(latest) == "failed":
        reason = latest["State"].get("Reason", "AWS gives no reason")
        raise EcsError(f"Load balancer {name} failed: {reason}. Remove it (state=absent) and run again")
    return latest


def _state(balancer: Document) -> str:
    return balancer.get("State", {}).get("Code", "")


def is_protected(existing: Existing) -> bool:
    """Whether deletion protection keeps a load balancer."""
    return {"Key": PROTECTION, "Value": "true"} in existing.attributes


def refuse_protected(name: str) -> t.NoReturn:
    raise DocumentError(
        f"Load balancer {name} has deletion protection. To delete it, turn that off with attributes: "
        f"{{{PROTECTION}: false}}, or set force: true (in the role, load_balancer_remove_protected: true)"
    )


def unprotect(clients: Clients, balancer: Document) -> None:
    """Turn deletion protection off."""
    api.set_balancer_attributes(clients("elbv2"), balancer["LoadBalancerArn"], {PROTECTION: "false"})


def delete(clients: Clients, balancer: Document, seconds: int, wait: bool) -> None:
    """Delete a load balancer with its listeners; wait until its network interfaces are gone."""
    client, arn = clients("elbv2"), balancer["LoadBalancerArn"]
    aws_wait.when_let_go(lambda: api.delete_load_balancer(client, arn), seconds)
    if not wait:
        return
    called = arn.partition("loadbalancer/")[2]
    left: list[str] = []

    def are_gone() -> bool:
        found = describe_interfaces(clients("ec2"), "description", [f"ELB {called}"])
        left[:] = sorted(interface["NetworkInterfaceId"] for interface in found)
        return not left

    if not aws_wait.until(are_gone, seconds):
        raise EcsError(
            f"Load balancer {balancer['LoadBalancerName']} is deleted, but after {seconds} s AWS still keeps its "
            f"network interfaces {', '.join(left)}, which hold subnets and security groups. Raise wait_timeout, or "
            "wait and go on"
        )
