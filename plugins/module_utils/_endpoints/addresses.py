# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Where a service answers: addresses of its tasks, and of the load balancers before them. Pure.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
"""

from __future__ import annotations

import typing as t

from .._aws.arns import name_of
from .._documents.shapes import Document
from .._ec2.network import has_internet_route, route_table_of

DEFAULT_PORTS = {"http": 80, "https": 443}
#: What a listener's rule can ask for that is not in the URL, or not always.
BESIDES_THE_URL = ("http-header", "http-request-method", "query-string")


class Asked(t.NamedTuple):
    """The options: port (None: the first one that the task definition maps), scheme (None: what fits), path, names.

    domain_names are those by which a load balancer is known, the best first.
    """

    port: int | None
    scheme: str | None
    path: str
    domain_names: tuple[str, ...] = ()


def make_url(scheme: str, host: str, port: int, path: str) -> str:
    """Return a URL; an IPv6 address gets brackets, a scheme's own port is left out."""
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}{'' if DEFAULT_PORTS.get(scheme) == port else f':{port}'}{rooted(path)}"


def rooted(path: str) -> str:
    return f"/{path.lstrip('/')}" if path.strip("/") else ""


def eni_of(task: Document) -> str | None:
    """Return the ID of the task's network interface; the awsvpc network mode gives each task one."""
    for attachment in task.get("attachments", []):
        for detail in attachment.get("details", []):
            if detail.get("name") == "networkInterfaceId" and attachment.get("status") != "DELETED":
                return detail.get("value")
    return None


def first_port(definition: Document) -> int | None:
    """Return the first port that a container of the task definition maps."""
    ports = (
        mapping["containerPort"]
        for container in definition.get("containerDefinitions", [])
        for mapping in container.get("portMappings", [])
        if "containerPort" in mapping
    )
    return next(ports, None)


def health_of(task: Document, definition: Document) -> str:
    """Return V(HEALTHY), V(UNHEALTHY) or V(UNKNOWN); V(RUNNING) where no container has a health check to say more."""
    if task.get("lastStatus") != "RUNNING":
        return "UNKNOWN"
    checked = any("healthCheck" in container for container in definition.get("containerDefinitions", []))
    return task.get("healthStatus", "UNKNOWN") if checked else "RUNNING"


def endpoint(task: Document, definition: Document, eni: Document | None, asked: Asked) -> Document:
    """Return how one task is reached; url is its public address if it has one, else the one inside the VPC."""
    eni = eni or {}
    addresses = {
        "public_ip": eni.get("Association", {}).get("PublicIp"),
        "ipv6": next((address["Ipv6Address"] for address in eni.get("Ipv6Addresses", [])), None),
        "private_ip": eni.get("PrivateIpAddress"),
    }
    host = next(filter(None, addresses.values()), None)
    port = asked.port or first_port(definition)
    scheme = asked.scheme or ("https" if port == 443 else "http")
    return {
        "url": make_url(scheme, host, port, asked.path) if host and port else None,
        **addresses,
        "eni_id": eni_of(task),
        "task_arn": task["taskArn"],
        "availability_zone": task.get("availabilityZone"),
        "health": health_of(task, definition),
        "started_at": task.get("startedAt"),
        "reason": None,
    }


def why_not_public(eni: Document | None, network: Document, route_tables: list[Document]) -> str:
    """Return why a task has no public address.

    eni: its network interface; network: the service's C(awsvpcConfiguration); route_tables: those of the subnet's VPC.
    """
    if eni is None:
        return "the task has no network interface (yet)"
    table = route_table_of(eni["SubnetId"], route_tables)
    routed = bool(table) and has_internet_route(table)
    reasons = []
    if network.get("assignPublicIp", "DISABLED") != "ENABLED":
        reasons.append("assignPublicIp of the service is not ENABLED")
    if not routed:
        reasons.append(f"subnet {eni['SubnetId']} has no route to an internet gateway")
    return " and ".join(reasons) or "its network interface has no public address (yet)"


def listener_urls(listener: Document, rules: list[Document], host: str, group: str, asked: Asked) -> list[str]:
    """Return the URLs by which a listener leads to the target group: by its rules, or by default.

    rules: as DescribeRules gives them; a rule for hosts or paths is told by its first host and path. One that asks for
    more than a URL says, such as a header, leads nowhere by the URL alone.
    """
    scheme = {"HTTP": "http", "HTTPS": "https"}.get(listener["Protocol"], asked.scheme or "http")
    host = next(iter(asked.domain_names), host)
    urls = []
    for rule in rules:
        if group in forwards_to(rule.get("Actions", [])) and _is_told_by_a_url(rule):
            named = _condition(rule, "host-header") or host
            path = asked.path or (_condition(rule, "path-pattern") or "").rstrip("*")
            urls.append(make_url(scheme, named, listener["Port"], path))
    if not rules and group in forwards_to(listener.get("DefaultActions", [])):
        urls.append(make_url(scheme, host, listener["Port"], asked.path))
    return list(dict.fromkeys(urls))


def load_balancer(balancer: Document, group: str, listeners: list[Document], asked: Asked) -> Document:
    """Return how a load balancer leads to one target group.

    listeners: as DescribeListeners gives them, each with its rules in C(Rules).
    """
    leading = {
        each["ListenerArn"]: urls
        for each in listeners
        if (urls := listener_urls(each, each["Rules"], balancer["DNSName"], group, asked))
    }
    urls = sorted({url for each in leading.values() for url in each}, key=by_scheme)
    return {
        "name": balancer["LoadBalancerName"],
        "dns_name": balancer["DNSName"],
        "url": next(iter(urls), None),
        "urls": urls,
        "listeners": [
            {"arn": each["ListenerArn"], "protocol": each["Protocol"], "port": each["Port"]}
            for each in listeners
            if each["ListenerArn"] in leading
        ],
        "target_group_arn": group,
    }


def target_counts(targets: list[Document]) -> Document:
    """Return how many targets, as DescribeTargetHealth gives them, are healthy, how many are not, and why not."""
    ill = [target["TargetHealth"] for target in targets if target["TargetHealth"]["State"] != "healthy"]
    reasons = [health.get("Description") or health.get("Reason") or health["State"] for health in ill]
    return {"healthy": len(targets) - len(ill), "unhealthy": len(ill), "reasons": list(dict.fromkeys(reasons))}


def by_scheme(url: str) -> tuple[bool, str]:
    """Sort HTTPS before everything else."""
    return not url.startswith("https:"), url


def forwards_to(actions: list[Document]) -> list[str]:
    """Return the target groups that get requests by the actions; a weight of zero gets none."""
    groups = []
    for action in actions:
        if action.get("TargetGroupArn"):
            groups.append(action["TargetGroupArn"])
        weighed = action.get("ForwardConfig", {}).get("TargetGroups", [])
        groups += [group["TargetGroupArn"] for group in weighed if group.get("Weight", 1)]
    return groups


def _is_told_by_a_url(rule: Document) -> bool:
    return all(condition.get("Field") not in BESIDES_THE_URL for condition in rule.get("Conditions", []))


def _condition(rule: Document, field: str) -> str | None:
    for condition in rule.get("Conditions", []):
        if condition.get("Field") == field:
            config = condition.get("HostHeaderConfig") or condition.get("PathPatternConfig") or {}
            values = condition.get("Values") or config.get("Values") or []
            plain = [value for value in values if "*" not in value.rstrip("*") and not value.startswith("*")]
            return next(iter(plain), None)
    return None


def best_url(endpoints: list[Document], load_balancers: list[Document]) -> str | None:
    """Return the URL to use: a load balancer's if there is one, HTTPS first, else the newest healthy task's."""
    urls = [url for balancer in load_balancers for url in balancer["urls"]]
    if urls:
        return min(urls, key=by_scheme)
    usable = [each for each in newest_first(endpoints) if each["url"] and is_up(each)]
    public = [each for each in usable if each["public_ip"] or each["ipv6"]]
    return next((each["url"] for each in public or usable), None)


def is_ready(endpoints: list[Document], load_balancers: list[Document]) -> bool:
    """Whether a request to the URL would be answered: by a healthy target, or by a healthy task."""
    before = [balancer for balancer in load_balancers if balancer["urls"]]
    return any(balancer["healthy"] for balancer in before) if before else best_url(endpoints, []) is not None


def is_up(each: Document) -> bool:
    return each["health"] in ("HEALTHY", "RUNNING")


def newest_first(endpoints: list[Document]) -> list[Document]:
    return sorted(endpoints, key=lambda each: str(each["started_at"] or ""), reverse=True)


def state(service: Document, endpoints: list[Document], load_balancers: list[Document]) -> str:
    """Return in words what is there, for the message of a wait that ended too early."""
    told = [f"{service.get('runningCount', 0)} of {service.get('desiredCount', 0)} tasks running"]
    told += [f"task {name_of(each['task_arn'])}: {each['health']}" for each in endpoints]
    told += [
        f"{each['dns_name']}: {each['healthy']} targets healthy, {each['unhealthy']} not"
        + (f" ({', '.join(each['reasons'])})" if each["reasons"] else "")
        for each in load_balancers
    ]
    return "; ".join(told)
