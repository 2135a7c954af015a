# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Elastic Load Balancing refuses and moto accepts: names, zones, duplicates, protection, ranges."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.llmops.ecs.plugins.module_utils._facts import elb

from ..base.refused import Context, Refused, Row
from ..network.vpc import has_internet_route

WORDS = {
    "HealthCheckIntervalSeconds": "Health check interval",
    "HealthCheckTimeoutSeconds": "Health check timeout",
    "HealthyThresholdCount": "Healthy threshold count",
    "UnhealthyThresholdCount": "Unhealthy threshold count",
}


def balancer_name(params: dict[str, Any], context: Context) -> None:
    """A load balancer's name has letters, digits and inner hyphens, is not too long, and does not begin as AWS's do."""
    name = params["Name"]
    if len(name) > elb.LONGEST_NAME:
        message = f"The load balancer name '{name}' cannot be longer than '{elb.LONGEST_NAME}' characters"
        raise Refused("ValidationError", message)
    if not re.fullmatch(elb.NAME, name):
        letters = "characters that are alphanumeric characters and hyphens(-)"
        raise Refused("ValidationError", f"The load balancer name '{name}' can only contain {letters}")
    if name.startswith("-") or name.endswith("-"):
        raise Refused("ValidationError", f"The load balancer name '{name}' cannot begin or end with a hyphen(-)")
    if name.startswith(elb.RESERVED_PREFIX):
        raise Refused("ValidationError", f"The load balancer name '{name}' cannot begin with '{elb.RESERVED_PREFIX}'")


def balancer_subnets(params: dict[str, Any], context: Context) -> None:
    """An application load balancer has a subnet in each of two zones or more, public ones if it faces the internet."""
    if params.get("Type", "application") != "application":
        return
    backend = context.backend("ec2")
    ids = params.get("Subnets") or [mapping["SubnetId"] for mapping in params.get("SubnetMappings", [])]
    subnets = backend.describe_subnets(filters={"subnet-id": ids})
    missing = {*ids} - {subnet.id for subnet in subnets}
    if missing:
        raise Refused("SubnetNotFound", f"The subnet ID '{min(missing)}' does not exist")
    zones = {subnet.availability_zone for subnet in subnets}
    if len(zones) < len(subnets):
        message = "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
        raise Refused("InvalidConfigurationRequest", message)
    if len(zones) < elb.FEWEST_ZONES:
        raise Refused("ValidationError", "At least two subnets in two different Availability Zones must be specified")
    if params.get("Scheme", "internet-facing") == "internet-facing":
        for subnet in subnets:
            if not has_internet_route(subnet):
                raise Refused("InvalidSubnet", f"VPC {subnet.vpc_id} has no internet gateway")


def balancer_delete(params: dict[str, Any], context: Context) -> None:
    """A protected load balancer stays."""
    balancer = context.backend("elbv2").load_balancers.get(params["LoadBalancerArn"])
    if balancer and balancer.attrs.get("deletion_protection.enabled") == "true":
        message = f"Load balancer '{balancer.arn}' cannot be deleted because deletion protection is enabled"
        raise Refused("OperationNotPermitted", message)


def listener_create(params: dict[str, Any], context: Context) -> None:
    """A load balancer has one listener a port; one for HTTPS has a certificate that was issued."""
    balancer = context.backend("elbv2").load_balancers.get(params["LoadBalancerArn"])
    if balancer and str(params.get("Port")) in [str(its.port) for its in list(balancer.listeners.values())]:
        message = f"A listener already exists on this port for this load balancer '{balancer.arn}'"
        raise Refused("DuplicateListener", message)
    if params.get("Protocol") in ("HTTPS", "TLS"):
        _check_certificates(params.get("Certificates", []), context)


def _check_certificates(certificates: list[dict[str, str]], context: Context) -> None:
    if not certificates:
        raise Refused("ValidationError", "A certificate must be specified for HTTPS listeners")
    for certificate in certificates:
        arn = certificate["CertificateArn"]
        known = context.backend("acm")._certificates.get(arn)
        if known and known.status != "ISSUED":
            wants = "must have a fully-qualified domain name, a supported signature, and a supported key size"
            raise Refused("UnsupportedCertificate", f"The certificate '{arn}' {wants}.")


def health_check(params: dict[str, Any], context: Context) -> None:
    """A target group's health check is within AWS's ranges and its path is one."""
    for name, (least, most) in elb.HEALTH_CHECK.items():
        if not least <= int(params.get(name) or least) <= most:
            raise Refused("ValidationError", f"{WORDS[name]} '{params[name]}' must be in the range {least}-{most}")
    path = params.get("HealthCheckPath") or "/"
    if not path.startswith("/"):
        raise Refused("ValidationError", f"Health check path '{path}' must begin with a '/' character")


def rule_priority(params: dict[str, Any], context: Context) -> None:
    """Rules come in an order of numbers in a range."""
    least, most = elb.RULE_PRIORITY
    if not least <= int(params["Priority"]) <= most:
        raise Refused("ValidationError", f"Priority '{params['Priority']}' must be in the range {least}-{most}")


def rule_values(params: dict[str, Any], context: Context) -> None:
    """All conditions of a rule together have not too many values; a single one can be written without the Config."""
    count = 0
    for condition in params.get("Conditions", []):
        for its in (condition, *(part for part in condition.values() if isinstance(part, dict))):
            count += len(its.get("Values", []))
    if count > elb.VALUES_OF_A_RULE:
        raise Refused("ValidationError", f"A rule can only have '{elb.VALUES_OF_A_RULE}' condition values")


ROWS = [
    Row("elbv2", "CreateLoadBalancer", balancer_name),
    Row("elbv2", "CreateLoadBalancer", balancer_subnets),
    Row("elbv2", "SetSubnets", balancer_subnets),
    Row("elbv2", "DeleteLoadBalancer", balancer_delete),
    Row("elbv2", "CreateListener", listener_create),
    Row("elbv2", "CreateTargetGroup", health_check),
    Row("elbv2", "ModifyTargetGroup", health_check),
    Row("elbv2", "CreateRule", rule_priority),
    Row("elbv2", "CreateRule", rule_values),
    Row("elbv2", "ModifyRule", rule_values),
]
