# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What is wrong with the load balancer that an inventory asks for, found before any call. Yields sentences. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from ...module_utils._elb import attributes, listener_rule
from ...module_utils._facts import elb

Values = Mapping[str, Any]

#: What each service may have by itself.
OWN = (
    "load_balancer_hosts",
    "load_balancer_paths",
    "load_balancer_headers",
    "load_balancer_priority",
    "load_balancer_authentication",
    "load_balancer_target_group_name",
    "load_balancer_target_group_attributes",
    "load_balancer_health_path",
    "load_balancer_health_check",
    "load_balancer_deregistration_delay",
    "load_balancer_strategy",
    "load_balancer_test_header",
)
RANGES = {
    "load_balancer_http_port": (1, 65535),
    "load_balancer_https_port": (1, 65535),
    "load_balancer_idle_timeout": elb.LOAD_BALANCER_ATTRIBUTES["idle_timeout.timeout_seconds"],
    "load_balancer_deregistration_delay": elb.TARGET_GROUP_ATTRIBUTES["deregistration_delay.timeout_seconds"],
    "load_balancer_priority": (0, elb.RULE_PRIORITY[1]),
}
CERTIFICATE = re.compile(
    r"arn:[\w-]+:(acm:(?P<region>[\w-]+):\d{12}:certificate/\S+|iam::\d{12}:server-certificate/\S+)"
)
WEB_ACL = re.compile(r"arn:[\w-]+:wafv2:(?P<region>[\w-]+):\d{12}:(?P<scope>\w+)/webacl/\S+")


def is_wanted(values: Values) -> bool:
    return values.get("load_balancer_state", "absent") == "present"


def problems(values: Values, region: str, others: Mapping[str, Values]) -> Iterator[str]:
    """Say what of the variables that are set cannot be.

    values: those of one service, of the roles load_balancer, network and ecs_service; others: those of the group's
    other hosts that are their own, by host.
    """
    if not is_wanted(values):
        return
    yield from _zones(values)
    yield from _ranges(values)
    yield from _certificate(values, region)
    yield from _web_acl(str(values.get("load_balancer_web_acl_arn", "")), region)
    yield from _names(values)
    yield from _rule(values)
    yield from _same_rule(values, others)
    yield from _target_group(values)
    if values.get("load_balancer_access_logs_prefix") and not values.get("load_balancer_access_logs_bucket"):
        yield "load_balancer_access_logs_prefix is set without load_balancer_access_logs_bucket: set the bucket too"


def is_secure(values: Values) -> bool:
    """Whether there will be HTTPS: with a certificate, or with what one is requested for."""
    requested = values.get("load_balancer_hosted_zone") and values.get("load_balancer_domain_names")
    return bool(values.get("load_balancer_certificate_arn") or requested)


def rule_conditions(
    hosts: Sequence[str], paths: Sequence[str] = (), headers: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Return the conditions of a rule for these hosts, paths and headers, for every path if there is none of them.

    headers: each has a value or a list of them.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html
    """
    paths = paths or ([] if hosts or headers else ["/*"])
    found = [{"Field": "host-header", "HostHeaderConfig": {"Values": list(hosts)}}] if hosts else []
    found += [{"Field": "path-pattern", "PathPatternConfig": {"Values": list(paths)}}] if paths else []
    for name, wanted in (headers or {}).items():
        listed = list(wanted) if isinstance(wanted, (list, tuple)) else [wanted]
        found.append({"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": name, "Values": listed}})
    return found


def _conditions(values: Values) -> list[dict[str, Any]]:
    hosts, paths, headers = (values.get(f"load_balancer_{name}") for name in ("hosts", "paths", "headers"))
    return rule_conditions(hosts or [], paths or [], headers)


def _zones(values: Values) -> Iterator[str]:
    count = int(values.get("network_zones_count", 2))
    if count < elb.FEWEST_ZONES:
        yield (
            f"network_zones_count: {count}; a load balancer needs subnets in at least two availability zones: "
            "do not set the variable, or set it to 2 or more"
        )
    for name, what in (("network_zones", "zones"), ("load_balancer_subnet_ids", "subnets in different zones")):
        given = values.get(name)
        if given and len(given) < elb.FEWEST_ZONES:
            yield f"{name}: {', '.join(given)}; a load balancer needs at least two {what}: add another"


def _ranges(values: Values) -> Iterator[str]:
    for name, (least, most) in RANGES.items():
        if name in values and not least <= int(values[name]) <= most:
            yield f"{name}: {values[name]} is not between {least} and {most}"
    ports = [int(values.get(f"load_balancer_{kind}_port", port)) for kind, port in (("http", 80), ("https", 443))]
    if is_secure(values) and ports[0] == ports[1]:
        yield f"load_balancer_http_port and load_balancer_https_port are both {ports[0]}: set two different ports"


def _certificate(values: Values, region: str) -> Iterator[str]:
    arn = values.get("load_balancer_certificate_arn") or ""
    found = CERTIFICATE.fullmatch(arn)
    if arn and not found:
        yield f"load_balancer_certificate_arn: {arn} is not the ARN of a certificate in ACM or IAM"
    elif found and region and found["region"] not in (None, region):
        yield (
            f"load_balancer_certificate_arn: the certificate is in {found['region']}, and the load balancer in {region}"
            ". Both must be in the same Region: request or import a certificate there, or set "
            "load_balancer_hosted_zone and load_balancer_domain_names to have one requested"
        )
    way_out = (
        "set load_balancer_certificate_arn, or load_balancer_hosted_zone and load_balancer_domain_names to have a "
        "certificate requested"
    )
    for name in ("load_balancer_ssl_policy", "load_balancer_authentication"):
        if values.get(name) and not is_secure(values):
            yield f"{name} needs HTTPS, and there is no certificate: {way_out}"


def _web_acl(arn: str, region: str) -> Iterator[str]:
    found = WEB_ACL.fullmatch(arn)
    if arn in ("", "none"):
        return
    if not found or found["scope"] != "regional":
        yield (
            f"load_balancer_web_acl_arn: {arn} is not the ARN of a regional web ACL of AWS WAF: set a regional one, as "
            "one for CloudFront cannot be used"
        )
    elif region and found["region"] != region:
        where = f"the web ACL is in {found['region']}, and the load balancer in {region}"
        yield f"load_balancer_web_acl_arn: {where}: use a web ACL in {region}"


def _names(values: Values) -> Iterator[str]:
    names = [str(name).lower() for name in values.get("load_balancer_domain_names") or []]
    zone = str(values.get("load_balancer_hosted_zone") or "").lower().rstrip(".")
    if zone and not names:
        yield f"load_balancer_hosted_zone: {zone} is set without load_balancer_domain_names: set the domain names too"
    if names and names[0].startswith("*"):
        yield f"load_balancer_domain_names: the first one is in the URL, but {names[0]} is a wildcard: list it later"
    for name in names:
        if zone and name != zone and not name.endswith(f".{zone}"):
            yield f"load_balancer_domain_names: {name} is not in load_balancer_hosted_zone, {zone}"
    for host in values.get("load_balancer_hosts") or [] if zone and names else []:
        if not any(fnmatchcase(str(host).lower(), name) for name in names):
            yield (
                f"load_balancer_hosts: {host} is not in load_balancer_domain_names ({', '.join(names)}), so it has no "
                "DNS record: add it there, for the whole group"
            )


def _rule(values: Values) -> Iterator[str]:
    wanted = _conditions(values)
    if _shifts(values):
        header = {"HttpHeaderName": values.get("load_balancer_test_header", "x-llmops-test"), "Values": ["*"]}
        wanted.append({"Field": "http-header", "HttpHeaderConfig": header})
    for problem in listener_rule.condition_problems(wanted):
        yield f"load_balancer_hosts, load_balancer_paths, load_balancer_headers: {problem}"


def _same_rule(values: Values, others: Mapping[str, Values]) -> Iterator[str]:
    mine = listener_rule.normal(_conditions(values))
    alike = [host for host, theirs in others.items() if listener_rule.normal(_conditions(theirs)) == mine]
    if alike:
        yield (
            f"This service and {', '.join(alike)} have the same conditions on their common load balancer: "
            "set different load_balancer_hosts or load_balancer_paths"
        )
    priority = int(values.get("load_balancer_priority", 0))
    taken = [host for host, theirs in others.items() if priority and int(theirs.get(OWN[3], 0)) == priority]
    if taken:
        yield f"load_balancer_priority: {priority} is also set for {', '.join(taken)}: set different ones, or none"


def _target_group(values: Values) -> Iterator[str]:
    name = values.get("load_balancer_target_group_name")
    for problem in attributes.name_problems(name, "target group") if name else []:
        yield f"load_balancer_target_group_name: {problem.removeprefix('name: ')}"
    longest = elb.LONGEST_NAME - 2
    if name and _shifts(values) and longest < len(name) <= elb.LONGEST_NAME:
        told = f"{name} has more than {longest} characters; the second target group's name has two more"
        yield f"load_balancer_target_group_name: {told}"


def _shifts(values: Values) -> bool:
    strategy = values.get("load_balancer_strategy") or values.get("ecs_service_deployment_strategy") or "ROLLING"
    return strategy != "ROLLING"


def bad_balancer_name(name: str) -> Iterator[str]:
    """Refuse a name that Elastic Load Balancing would refuse when the network is made already; '' is none."""
    if not name:
        return
    told = f"load_balancer_name: {name!r}"
    way_out = "set load_balancer_name (the default is the deployment's name)"
    if len(name) > elb.LONGEST_NAME:
        yield f"{told} has {len(name)} characters, and a load balancer's name has at most {elb.LONGEST_NAME}: {way_out}"
    elif any(attributes.name_problems(name, "load balancer")):
        yield (
            f"{told} must have only letters, digits and hyphens, no hyphen at an end, and not begin with internal-: "
            f"{way_out}"
        )
