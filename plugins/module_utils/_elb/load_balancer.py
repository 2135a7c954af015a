# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Load balancers and their listeners: how two are compared, and what AWS would refuse, told before anything is sent.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
"""

from __future__ import annotations

import typing as t

from .._aws import arns
from .._documents import problems
from .._documents.compare import Difference, Rules, changes
from .._documents.shapes import Document, DocumentError
from .._facts import elb
from . import actions
from . import attributes as elb_attributes

# What has a call of its own. The rest of a load balancer is there from its creation on.
CHANGED = ("Subnets", "SubnetMappings", "SecurityGroups", "IpAddressType")
RULES = Rules(
    defaults={"Type": "application", "Scheme": "internet-facing", "IpAddressType": "ipv4"},
    sets={"Subnets": None, "SecurityGroups": None, "SubnetMappings": "SubnetId"},
)
LISTENER_RULES = Rules(sets={"Certificates": "CertificateArn"}, ignored=frozenset({"Certificates[].IsDefault"}))
SECURE = ("HTTPS", "TLS")


class Listeners(t.NamedTuple):
    """What leads from the listeners there are to those that are wanted. Each change has its ARN and the new fields."""

    delete: list[Document]
    change: list[tuple[str, Document]]
    create: list[Document]
    diff: dict[str, dict[str, t.Any]]

    @property
    def changed(self) -> bool:
        return bool(self.delete or self.change or self.create)


def check(
    document: Document, attributes: dict[str, str], listeners: list[Document] | None, web_acl: str | None, region: str
) -> None:
    """Raise DocumentError with all that AWS would refuse in what is asked for, whatever there is."""
    problems.refuse(
        [
            *elb_attributes.name_problems(document["Name"], "load balancer"),
            *_few_subnets(document),
            *elb_attributes.attribute_problems(attributes, elb.LOAD_BALANCER_ATTRIBUTES),
            *_listener_problems(listeners or [], region),
            *_other_region("web_acl_arn", web_acl or "", region),
        ]
    )


def subnets_of(document: Document) -> list[str]:
    """Return the IDs of the subnets that are asked for."""
    return document.get("Subnets") or [mapping.get("SubnetId") for mapping in document.get("SubnetMappings") or []]


def _is_application(document: Document) -> bool:
    return document.get("Type", "application") == "application"


def _few_subnets(document: Document) -> t.Iterator[str]:
    asked = "Subnets" in document or "SubnetMappings" in document
    if asked and _is_application(document) and len(subnets_of(document)) < elb.FEWEST_ZONES:
        yield (
            f"definition.Subnets: {', '.join(subnets_of(document)) or 'none'}; an application load balancer needs "
            "subnets in at least two availability zones. Add one in another zone"
        )


def check_new(document: Document) -> None:
    """Raise DocumentError where a new load balancer has no subnets."""
    if not subnets_of(document):
        raise DocumentError("definition.Subnets is missing: a new load balancer needs subnets in two zones at least")


def check_zones(document: Document, subnets: list[Document]) -> None:
    """Raise DocumentError where the subnets, as AWS describes them, are not what a load balancer needs."""
    asked = subnets_of(document)
    zones: dict[str, list[str]] = {}
    for subnet in subnets:
        zones.setdefault(subnet["AvailabilityZone"], []).append(subnet["SubnetId"])
    told = "; ".join(f"{zone}: {', '.join(sorted(ids))}" for zone, ids in sorted(zones.items()))
    if not subnets:
        raise DocumentError(f"definition.Subnets: one of {', '.join(asked)} does not exist in this region and account")
    if len({subnet["VpcId"] for subnet in subnets}) > 1:
        raise DocumentError(f"definition.Subnets: {', '.join(asked)} are of more than one VPC; take those of one")
    if any(len(ids) > 1 for ids in zones.values()):
        raise DocumentError(f"definition.Subnets: AWS takes one subnet of a zone, there are more ({told}); drop some")
    if _is_application(document) and len(zones) < elb.FEWEST_ZONES:
        raise DocumentError(
            f"definition.Subnets: all are in one availability zone ({told}), an application load balancer needs "
            "subnets in at least two. Add one in another zone"
        )


def _listener_problems(listeners: list[Document], region: str) -> t.Iterator[str]:
    ports = [listener.get("Port") for listener in listeners]
    for port in sorted({port for port in ports if ports.count(port) > 1}, key=str):
        yield f"listeners: port {port} has more than one listener; a port takes one, tell requests apart by rules"
    for position, listener in enumerate(listeners):
        where = f"listeners[{position}]"
        for member in ("Port", "Protocol"):
            if member not in listener:
                yield f"{where}.{member} is missing"
        certificates = listener.get("Certificates") or []
        if listener.get("Protocol") in SECURE and not certificates:
            yield f"{where}: {listener['Protocol']} on port {listener.get('Port')} needs Certificates; name one"
        if listener.get("Protocol") not in SECURE and certificates:
            yield f"{where}: {listener.get('Protocol')} takes no certificate; drop Certificates, or take HTTPS"
        if len(certificates) > 1:
            yield f"{where}.Certificates: AWS takes one here, the default; put all names into one certificate"
        for certificate in certificates:
            yield from _other_region(f"{where}.Certificates", certificate.get("CertificateArn", ""), region)
        yield from actions.problems(listener.get("DefaultActions") or [], f"{where}.DefaultActions")


def _other_region(where: str, arn: str, region: str) -> t.Iterator[str]:
    # Certificates of IAM have no region.
    parts = arn.split(":")
    if arn and len(parts) < 6:
        yield f"{where}: {arn} is no ARN"
    elif arn and parts[3] not in ("", region):
        yield f"{where}: {arn} is of region {parts[3]}, the load balancer is in {region}; make or name one there"


def as_asked(balancer: Document) -> Document:
    """Return a load balancer that AWS described as CreateLoadBalancer would take it."""
    zones = balancer.get("AvailabilityZones", [])
    kept = {key: balancer[key] for key in ("Scheme", "Type", "IpAddressType", "SecurityGroups") if key in balancer}
    ids = [zone["SubnetId"] for zone in zones if "SubnetId" in zone]
    return {**kept, "Name": balancer["LoadBalancerName"], "Subnets": ids}


def compare(before: Document | None, document: Document) -> Difference:
    """Compare a load balancer in CreateLoadBalancer's form with what is asked for, and only that."""
    plain = dict(document)
    if "SubnetMappings" in plain:
        # What AWS answers does not tell which address was asked for: only the subnets are compared.
        plain["Subnets"] = subnets_of({"SubnetMappings": plain.pop("SubnetMappings")})
    return changes(before, plain, RULES, whole=False)


def check_fixed(name: str, difference: Difference) -> None:
    """Raise DocumentError where something differs that AWS sets only at creation."""
    fixed = [field for field in difference.fields if field not in CHANGED]
    if fixed:
        before, after = difference.before, difference.after
        told = ", ".join(f"{field} is {before.get(field)}, not {after.get(field)}" for field in fixed)
        raise DocumentError(
            f"Load balancer {name}: {told}; AWS sets that only at creation. Give the new load balancer another name, "
            "or remove this one first (state=absent)"
        )


def listener_changes(there: list[Document], asked: list[Document] | None) -> Listeners:
    """Return what to do for the listeners that are asked for, matched by port; None leaves them all alone."""
    if asked is None:
        return Listeners([], [], [], {})
    by_port = {listener["Port"]: listener for listener in there}
    wanted = {listener["Port"]: listener for listener in asked}
    change, before, after = [], {}, {}
    for port, listener in wanted.items():
        old = _comparable(by_port[port]) if port in by_port else None
        difference = changes(old, _comparable(listener), LISTENER_RULES, whole=False)
        after[f"port {port}"] = difference.after
        if old is not None:
            before[f"port {port}"] = difference.before
        if old is not None and difference.changed:
            change.append((by_port[port]["ListenerArn"], _to_change(listener, difference.fields)))
    for port in by_port.keys() - wanted.keys():
        before[f"port {port}"] = {key: by_port[port].get(key) for key in ("Port", "Protocol")}
    return Listeners(
        [listener for port, listener in by_port.items() if port not in wanted],
        change,
        [listener for port, listener in wanted.items() if port not in by_port],
        {side: {"listeners": shown} for side, shown in (("before", before), ("after", after)) if shown},
    )


def _comparable(listener: Document) -> Document:
    fields = {key: value for key, value in listener.items() if key not in ("Tags", "ListenerArn", "LoadBalancerArn")}
    return {**fields, "DefaultActions": actions.normal(listener.get("DefaultActions", []))}


def _to_change(listener: Document, fields: list[str]) -> Document:
    # With another protocol AWS needs certificate and policy too, and a change of them the protocol.
    names = {*fields, *(("Protocol", "Certificates", "SslPolicy") if "Protocol" in fields else ())}
    changed = {name: listener[name] for name in listener if name in names}
    if "DefaultActions" in changed:
        changed["DefaultActions"] = actions.to_change(changed["DefaultActions"])
    return changed


def as_result(balancer: Document) -> Document:
    """Return a load balancer as the module does: AWS's own, and beside that what a play asks for most."""
    return {
        **balancer,
        "arn": balancer["LoadBalancerArn"],
        "dns_name": balancer.get("DNSName", ""),
        "canonical_hosted_zone_id": balancer.get("CanonicalHostedZoneId", ""),
    }


def made_up(document: Document, client: t.Any) -> Document:
    """Return what check mode answers for a load balancer that would be made."""
    name, region = document["Name"], client.meta.region_name
    return {
        "LoadBalancerArn": arns.made_up_arn(client, f"loadbalancer/app/{name}"),
        "LoadBalancerName": name,
        "DNSName": f"{name}-0000000000.{region}.elb.amazonaws.com",
        "CanonicalHostedZoneId": "Z" + "0" * 13,
        "Scheme": document.get("Scheme", "internet-facing"),
        "Type": document.get("Type", "application"),
        "IpAddressType": document.get("IpAddressType", "ipv4"),
        "SecurityGroups": document.get("SecurityGroups", []),
        "AvailabilityZones": [{"SubnetId": subnet} for subnet in subnets_of(document)],
        "State": {"Code": "active"},
    }
