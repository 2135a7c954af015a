# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.module_utils._endpoints import addresses

GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/1"
ANY = addresses.Asked(None, None, "")
WEB = {"name": "web", "portMappings": [{"containerPort": 8080}]}
CHECKED = {**WEB, "healthCheck": {"command": ["CMD", "true"]}}
ENI = {"NetworkInterfaceId": "eni-1", "SubnetId": "subnet-1", "VpcId": "vpc-1", "PrivateIpAddress": "172.31.0.9"}
PUBLIC = {**ENI, "Association": {"PublicIp": "198.51.100.7"}}


def task(eni="eni-1", status="ATTACHED", **more):
    details = [{"name": "subnetId", "value": "subnet-1"}, {"name": "networkInterfaceId", "value": eni}]
    attachment = {"type": "ElasticNetworkInterface", "status": status, "details": details}
    arn = "arn:aws:ecs:eu-west-1:123456789012:task/c1/t"
    return {"taskArn": arn, "lastStatus": "RUNNING", "attachments": [attachment], **more}


@pytest.mark.parametrize(
    ("parts", "url"),
    [
        (("http", "198.51.100.7", 8080, ""), "http://198.51.100.7:8080"),
        (("http", "198.51.100.7", 80, ""), "http://198.51.100.7"),
        (("https", "llm.example.com", 443, "v1"), "https://llm.example.com/v1"),
        (("https", "llm.example.com", 80, "/"), "https://llm.example.com:80"),
        (("http", "2001:db8::7", 8080, "/v1/x"), "http://[2001:db8::7]:8080/v1/x"),
    ],
)
def test_make_url(parts, url):
    assert addresses.make_url(*parts) == url


@pytest.mark.parametrize(
    ("found", "eni"),
    [(task(), "eni-1"), (task(status="DELETED"), None), ({}, None), ({"attachments": [{"type": "x"}]}, None)],
)
def test_eni_of(found, eni):
    assert addresses.eni_of(found) == eni


@pytest.mark.parametrize(
    ("containers", "port"),
    [
        ([WEB], 8080),
        ([{"name": "sidecar"}, WEB], 8080),
        ([{"portMappings": [{"containerPortRange": "80-90"}, {"containerPort": 81}]}], 81),
        ([{"name": "sidecar"}], None),
        ([], None),
    ],
)
def test_first_port(containers, port):
    assert addresses.first_port({"containerDefinitions": containers}) == port


@pytest.mark.parametrize(
    ("container", "state", "health"),
    [
        (WEB, {}, "RUNNING"),
        (CHECKED, {}, "UNKNOWN"),
        (CHECKED, {"healthStatus": "HEALTHY"}, "HEALTHY"),
        (CHECKED, {"healthStatus": "UNHEALTHY"}, "UNHEALTHY"),
        (WEB, {"lastStatus": "PENDING"}, "UNKNOWN"),
    ],
)
def test_health_of(container, state, health):
    assert addresses.health_of(task(**state), {"containerDefinitions": [container]}) == health


ENDPOINTS = {
    "public": (PUBLIC, ANY, "http://198.51.100.7:8080"),
    "private": (ENI, ANY, "http://172.31.0.9:8080"),
    "IPv6": ({**ENI, "Ipv6Addresses": [{"Ipv6Address": "2001:db8::7"}]}, ANY, "http://[2001:db8::7]:8080"),
    "TLS by its port": (PUBLIC, addresses.Asked(443, None, ""), "https://198.51.100.7"),
    "as asked": (PUBLIC, addresses.Asked(9000, "https", "/v1"), "https://198.51.100.7:9000/v1"),
    "no interface": (None, ANY, None),
}


@pytest.mark.parametrize(("eni", "asked", "url"), ENDPOINTS.values(), ids=ENDPOINTS)
def test_endpoint(eni, asked, url):
    found = addresses.endpoint(task(), {"containerDefinitions": [WEB]}, eni, asked)

    assert found["url"] == url
    assert found["private_ip"] == (eni and "172.31.0.9")


def test_a_task_without_any_port_has_no_url():
    assert addresses.endpoint(task(), {}, PUBLIC, ANY)["url"] is None


def route_table(gateway):
    return {
        "Associations": [{"SubnetId": "subnet-1"}],
        "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway, "State": "active"}],
    }


@pytest.mark.parametrize(
    ("eni", "assign", "gateway", "reason"),
    [
        (None, "ENABLED", "igw-1", "the task has no network interface (yet)"),
        (ENI, "DISABLED", "igw-1", "assignPublicIp of the service is not ENABLED"),
        (ENI, "ENABLED", "nat-1", "subnet subnet-1 has no route to an internet gateway"),
        (
            ENI,
            "DISABLED",
            "nat-1",
            "assignPublicIp of the service is not ENABLED and subnet subnet-1 has no route to an internet gateway",
        ),
        (ENI, "ENABLED", "igw-1", "its network interface has no public address (yet)"),
    ],
)
def test_why_not_public(eni, assign, gateway, reason):
    assert addresses.why_not_public(eni, {"assignPublicIp": assign}, [route_table(gateway)]) == reason


HTTP = {"ListenerArn": "l1", "Protocol": "HTTP", "Port": 80}
HTTPS = {"ListenerArn": "l2", "Protocol": "HTTPS", "Port": 443}
TO_US = [{"Type": "forward", "TargetGroupArn": GROUP}]
WEIGHED = [{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": GROUP, "Weight": 1}]}}]
NOT_NOW = [{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": GROUP, "Weight": 0}]}}]
REDIRECT = [{"Type": "redirect"}]
TCP = {"ListenerArn": "l3", "Protocol": "TCP", "Port": 81, "DefaultActions": TO_US}
HOST = {"Field": "host-header", "HostHeaderConfig": {"Values": ["*.example.com", "llm.example.com"]}}
PATH = {"Field": "path-pattern", "Values": ["/llm/*"]}

LISTENERS = {
    "by default": (HTTP, [{"IsDefault": True, "Actions": TO_US}], ANY, ["http://lb"]),
    "weighed": (HTTP, [{"Actions": WEIGHED}], ANY, ["http://lb"]),
    "with no weight": (HTTP, [{"Actions": NOT_NOW}], ANY, []),
    "redirects": (HTTP, [{"Actions": REDIRECT}], ANY, []),
    "for a host": (HTTPS, [{"Actions": TO_US, "Conditions": [HOST]}], ANY, ["https://llm.example.com"]),
    "for a path": (HTTPS, [{"Actions": TO_US, "Conditions": [PATH]}], ANY, ["https://lb/llm/"]),
    "for a path, but another is asked": (
        HTTPS,
        [{"Actions": TO_US, "Conditions": [PATH]}],
        addresses.Asked(None, None, "/llm/v1"),
        ["https://lb/llm/v1"],
    ),
    "known by a name": (
        HTTPS,
        [{"Actions": TO_US, "Conditions": [{"Field": "path-pattern", "Values": ["/*"]}]}],
        addresses.Asked(None, None, "", ("llm.example.com", "www.example.com")),
        ["https://llm.example.com"],
    ),
    "for a host that is none of the names": (
        HTTPS,
        [{"Actions": TO_US, "Conditions": [HOST]}],
        addresses.Asked(None, None, "", ("www.example.com",)),
        ["https://llm.example.com"],
    ),
    "for who sends a header": (
        HTTPS,
        [
            {
                "Actions": TO_US,
                "Conditions": [{"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X", "Values": ["1"]}}],
            }
        ],
        ANY,
        [],
    ),
    "network load balancer": (TCP, [], ANY, ["http://lb:81"]),
    "another's": (HTTP, [{"Actions": [{"TargetGroupArn": "other"}]}], ANY, []),
}


@pytest.mark.parametrize(("listener", "rules", "asked", "urls"), LISTENERS.values(), ids=LISTENERS)
def test_listener_urls(listener, rules, asked, urls):
    assert addresses.listener_urls(listener, rules, "lb", GROUP, asked) == urls


def test_a_load_balancer_tells_https_first_and_only_the_listeners_that_lead_there():
    balancer = {"LoadBalancerName": "main", "DNSName": "lb"}
    listeners = [
        {**HTTP, "Rules": [{"Actions": TO_US}]},
        {**HTTPS, "Rules": [{"Actions": TO_US}]},
        {**HTTP, "ListenerArn": "l9", "Port": 81, "Rules": [{"Actions": REDIRECT}]},
    ]

    assert addresses.load_balancer(balancer, GROUP, listeners, ANY) == {
        "name": "main",
        "dns_name": "lb",
        "url": "https://lb",
        "urls": ["https://lb", "http://lb"],
        "listeners": [
            {"arn": "l1", "protocol": "HTTP", "port": 80},
            {"arn": "l2", "protocol": "HTTPS", "port": 443},
        ],
        "target_group_arn": GROUP,
    }


@pytest.mark.parametrize(
    ("states", "counts"),
    [
        ([], {"healthy": 0, "unhealthy": 0, "reasons": []}),
        (
            [
                {"State": "healthy"},
                {"State": "initial", "Reason": "Elb.InitialHealthChecking"},
                {"State": "unhealthy", "Reason": "x", "Description": "Health checks failed with these codes: [404]"},
                {"State": "unhealthy", "Reason": "x", "Description": "Health checks failed with these codes: [404]"},
                {"State": "unused"},
            ],
            {
                "healthy": 1,
                "unhealthy": 4,
                "reasons": [
                    "Elb.InitialHealthChecking",
                    "Health checks failed with these codes: [404]",
                    "unused",
                ],
            },
        ),
    ],
)
def test_target_counts(states, counts):
    assert addresses.target_counts([{"TargetHealth": state} for state in states]) == counts


def up(url, health="HEALTHY", started_at="1", public_ip="198.51.100.7"):
    each = {"url": url, "health": health, "started_at": started_at, "public_ip": public_ip, "ipv6": None}
    return {**each, "task_arn": "arn:aws:ecs:eu-west-1:123456789012:task/c1/t"}


def behind(*urls, healthy=1):
    reasons = [] if healthy else ["Request timed out"]
    return {"urls": list(urls), "healthy": healthy, "unhealthy": 1 - healthy, "reasons": reasons, "dns_name": "lb"}


BEST = {
    "the load balancer's": ([up("http://a")], [behind("http://lb")], "http://lb", True),
    "TLS before plain": ([], [behind("http://lb"), behind("https://lb")], "https://lb", True),
    "no healthy target": ([up("http://a")], [behind("http://lb", healthy=0)], "http://lb", False),
    "no listener leads there": ([up("http://a")], [behind()], "http://a", True),
    "the newest task's": ([up("http://a"), up("http://b", started_at="2")], [], "http://b", True),
    "the newest healthy task's": ([up("http://a"), up("http://b", "UNKNOWN", "2")], [], "http://a", True),
    "a public one before a private one": (
        [up("http://a"), up("http://b", started_at="2", public_ip=None)],
        [],
        "http://a",
        True,
    ),
    "a private one if there is no other": ([up("http://a", public_ip=None)], [], "http://a", True),
    "a task without a health check": ([up("http://a", "RUNNING")], [], "http://a", True),
    "nothing healthy": ([up("http://a", "UNHEALTHY")], [], None, False),
    "nothing": ([], [], None, False),
}


@pytest.mark.parametrize(("tasks", "balancers", "url", "ready"), BEST.values(), ids=BEST)
def test_best_url(tasks, balancers, url, ready):
    assert addresses.best_url(tasks, balancers) == url
    assert addresses.is_ready(tasks, balancers) == ready


def test_state_in_words():
    service = {"runningCount": 1, "desiredCount": 2}

    assert (
        addresses.state(service, [up("http://a", "UNKNOWN")], [behind(healthy=0)])
        == "1 of 2 tasks running; task t: UNKNOWN; lb: 0 targets healthy, 1 not (Request timed out)"
    )
