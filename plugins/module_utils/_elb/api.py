# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What the modules ask of Elastic Load Balancing one function an action."""

from __future__ import annotations

import typing as t

from .._aws.errors import aws_call
from .._aws.pages import all_pages
from .._aws.tags import from_list, list_of
from .._documents.shapes import Document
from .._facts.elb import TAGS_DESCRIBED_AT_ONCE as AT_ONCE

# Between its parts AWS knows of new things a little later.
NEW = ("LoadBalancerNotFound", "ListenerNotFound", "TargetGroupNotFound", "CertificateNotFound", "RuleNotFound")


@aws_call("describe load balancer {name}", missing=("LoadBalancerNotFound",))
def describe_load_balancer(client: t.Any, name: str) -> Document | None:
    """Return the load balancer of exactly this name, or None.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html
    """
    found = all_pages(client, "describe_load_balancers", "LoadBalancers", Names=[name])
    return next((balancer for balancer in found if balancer["LoadBalancerName"] == name), None)


@aws_call("describe load balancers {arns}", missing=("LoadBalancerNotFound",), value=[])
def describe_load_balancers(client: t.Any, arns: list[str]) -> list[Document]:
    """Return the load balancers; none at all if one of them does not exist."""
    return all_pages(client, "describe_load_balancers", "LoadBalancers", LoadBalancerArns=arns) if arns else []


@aws_call("describe target group {name}", missing=("TargetGroupNotFound",))
def describe_target_group(client: t.Any, name: str) -> Document | None:
    """Return the target group of exactly this name, or None.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html
    """
    found = all_pages(client, "describe_target_groups", "TargetGroups", Names=[name])
    return next((group for group in found if group["TargetGroupName"] == name), None)


@aws_call("describe target groups {arns}", missing=("TargetGroupNotFound",), value=[])
def describe_target_groups(client: t.Any, arns: list[str]) -> list[Document]:
    """Return the target groups; none at all if one of them does not exist."""
    return all_pages(client, "describe_target_groups", "TargetGroups", TargetGroupArns=arns) if arns else []


@aws_call("describe the target groups behind {balancer}", missing=("LoadBalancerNotFound",), value=[])
def target_groups_behind(client: t.Any, balancer: str) -> list[Document]:
    """Return all target groups that a load balancer, named by its ARN, leads to."""
    return all_pages(client, "describe_target_groups", "TargetGroups", LoadBalancerArn=balancer)


@aws_call("describe the attributes of {arn}", passing=NEW)
def balancer_attributes(client: t.Any, arn: str) -> list[dict[str, str]]:
    return client.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]


@aws_call("describe the attributes of {arn}", passing=NEW)
def group_attributes(client: t.Any, arn: str) -> list[dict[str, str]]:
    return client.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]


@aws_call("change the attributes of {arn}", passing=NEW)
def set_balancer_attributes(client: t.Any, arn: str, attributes: dict[str, str]) -> None:
    client.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=list_of(attributes))


@aws_call("change the attributes of {arn}", passing=NEW)
def set_group_attributes(client: t.Any, arn: str, attributes: dict[str, str]) -> None:
    client.modify_target_group_attributes(TargetGroupArn=arn, Attributes=list_of(attributes))


def _listeners(client: t.Any, arn: str) -> list[Document]:
    return all_pages(client, "describe_listeners", "Listeners", LoadBalancerArn=arn)


#: The listeners of a load balancer (its ARN): of one that must be there, or none where it is gone.
describe_listeners = aws_call("describe the listeners of {arn}", passing=NEW)(_listeners)
listeners_if_any = aws_call("describe the listeners of {arn}", missing=("LoadBalancerNotFound",), value=[])(_listeners)


@aws_call("describe the tags of {arns}", passing=NEW)
def describe_tags(client: t.Any, arns: list[str]) -> dict[str, list[dict[str, str]]]:
    """Return each ARN's tags; AWS takes a few ARNs a call.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html
    """
    batches = [arns[start : start + AT_ONCE] for start in range(0, len(arns), AT_ONCE)]
    found = [item for batch in batches for item in client.describe_tags(ResourceArns=batch)["TagDescriptions"]]
    return {item["ResourceArn"]: item.get("Tags", []) for item in found}


@aws_call("tag {arn}")
def tag(client: t.Any, arn: str, tags: dict[str, str]) -> None:
    client.add_tags(ResourceArns=[arn], Tags=list_of(tags))


@aws_call("untag {arn}")
def untag(client: t.Any, arn: str, keys: list[str]) -> None:
    client.remove_tags(ResourceArns=[arn], TagKeys=keys)


@aws_call("create load balancer {document[Name]}")
def create_load_balancer(client: t.Any, document: Document) -> Document:
    return client.create_load_balancer(**document)["LoadBalancers"][0]


@aws_call("set the subnets of {arn}")
def set_subnets(client: t.Any, arn: str, fields: Document) -> None:
    client.set_subnets(LoadBalancerArn=arn, **fields)


@aws_call("set the security groups of {arn}", passing=("InvalidSecurityGroup",))
def set_security_groups(client: t.Any, arn: str, groups: list[str]) -> None:
    client.set_security_groups(LoadBalancerArn=arn, SecurityGroups=groups)


@aws_call("set the address type of {arn}")
def set_ip_address_type(client: t.Any, arn: str, kind: str) -> None:
    client.set_ip_address_type(LoadBalancerArn=arn, IpAddressType=kind)


@aws_call("delete load balancer {arn}", missing=("LoadBalancerNotFound",))
def delete_load_balancer(client: t.Any, arn: str) -> None:
    client.delete_load_balancer(LoadBalancerArn=arn)


# A certificate that was issued a moment ago may not do yet.
@aws_call(
    "create the listener on port {document[Port]} of {document[LoadBalancerArn]}",
    passing=(*NEW, "UnsupportedCertificate"),
)
def create_listener(client: t.Any, document: Document) -> Document:
    return client.create_listener(**document)["Listeners"][0]


@aws_call("change listener {arn}", passing=(*NEW, "UnsupportedCertificate"))
def modify_listener(client: t.Any, arn: str, fields: Document) -> Document:
    return client.modify_listener(ListenerArn=arn, **fields)["Listeners"][0]


@aws_call("delete listener {arn}", missing=("ListenerNotFound",))
def delete_listener(client: t.Any, arn: str) -> None:
    client.delete_listener(ListenerArn=arn)


@aws_call("create target group {document[Name]}")
def create_target_group(client: t.Any, document: Document) -> Document:
    return client.create_target_group(**document)["TargetGroups"][0]


@aws_call("change the health check of {arn}")
def modify_target_group(client: t.Any, arn: str, fields: Document) -> Document:
    return client.modify_target_group(TargetGroupArn=arn, **fields)["TargetGroups"][0]


@aws_call("delete target group {arn}", missing=("TargetGroupNotFound",))
def delete_target_group(client: t.Any, arn: str) -> None:
    client.delete_target_group(TargetGroupArn=arn)


@aws_call(
    "get the web ACL of {arn}", missing=("WAFNonexistentItemException",), passing=("WAFUnavailableEntityException",)
)
def web_acl_of(wafv2: t.Any, arn: str) -> str | None:
    """Return the ARN of the web ACL before a load balancer, or None.

    https://docs.aws.amazon.com/waf/latest/APIReference/API_GetWebACLForResource.html
    """
    return wafv2.get_web_acl_for_resource(ResourceArn=arn).get("WebACL", {}).get("ARN")


@aws_call(
    "put web ACL {web_acl} before {arn}", passing=("WAFUnavailableEntityException", "WAFNonexistentItemException")
)
def associate_web_acl(wafv2: t.Any, arn: str, web_acl: str) -> None:
    wafv2.associate_web_acl(WebACLArn=web_acl, ResourceArn=arn)


@aws_call("take the web ACL off {arn}", missing=("WAFNonexistentItemException",))
def disassociate_web_acl(wafv2: t.Any, arn: str) -> None:
    wafv2.disassociate_web_acl(ResourceArn=arn)


@aws_call("describe the health of targets in {target_group_arn}", missing=("TargetGroupNotFound",), value=[])
def target_health(client: t.Any, target_group_arn: str) -> list[Document]:
    """Return each target with its state.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetHealth.html
    """
    return client.describe_target_health(TargetGroupArn=target_group_arn)["TargetHealthDescriptions"]


def _rules(client: t.Any, listener_arn: str) -> list[Document]:
    return all_pages(client, "describe_rules", "Rules", ListenerArn=listener_arn)


#: The rules of a listener, the default one among them: of a listener that must be there, or none where it is gone.
#: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeRules.html
_RULES = "describe the rules of listener {listener_arn}"
describe_rules = aws_call(_RULES, passing=("ListenerNotFound",))(_rules)
rules_if_any = aws_call(_RULES, missing=("ListenerNotFound",), value=[])(_rules)


def rules_with_tags(client: t.Any, rules: list[Document]) -> list[Document]:
    """Return the rules, each with C(tags) as a map."""
    found = describe_tags(client, [rule["RuleArn"] for rule in rules])
    return [{**rule, "tags": from_list(found.get(rule["RuleArn"]))} for rule in rules]


@aws_call(
    "create a rule of listener {document[ListenerArn]}",
    missing=("PriorityInUse",),
    passing=("ListenerNotFound", "TargetGroupNotFound"),
)
def create_rule(client: t.Any, document: Document) -> Document | None:
    """Return the new rule; None if another one took the priority meanwhile.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
    """
    return client.create_rule(**document)["Rules"][0]


@aws_call("change rule {arn}", passing=("TargetGroupNotFound",))
def modify_rule(client: t.Any, arn: str, fields: Document) -> Document:
    return client.modify_rule(RuleArn=arn, **fields)["Rules"][0]


@aws_call("give rule {arn} the priority {priority}")
def set_priority(client: t.Any, arn: str, priority: int) -> None:
    client.set_rule_priorities(RulePriorities=[{"RuleArn": arn, "Priority": priority}])


@aws_call("delete rule {arn}", missing=("RuleNotFound",))
def delete_rule(client: t.Any, arn: str) -> None:
    client.delete_rule(RuleArn=arn)
