# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.plugin_utils._deployment import load_balancer

REGION = "eu-west-1"
CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
WEB_ACL = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/llm/12345678"
NAMED = {"load_balancer_hosted_zone": "example.com", "load_balancer_domain_names": ["llm.example.com"]}
LOGIN = {"load_balancer_authentication": {"Type": "authenticate-cognito"}}


def problems(others=None, **values):
    return list(load_balancer.problems({"load_balancer_state": "present", **values}, REGION, others or {}))


@pytest.mark.parametrize(
    ("hosts", "paths", "headers", "expected"),
    [
        ([], [], {}, [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}]),
        (["a", "b"], [], {}, [{"Field": "host-header", "HostHeaderConfig": {"Values": ["a", "b"]}}]),
        (
            ["a"],
            ["/v1/*"],
            {},
            [
                {"Field": "host-header", "HostHeaderConfig": {"Values": ["a"]}},
                {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/v1/*"]}},
            ],
        ),
        (
            [],
            [],
            {"x-model": ["a", "b"], "x-team": "c"},
            [
                {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "x-model", "Values": ["a", "b"]}},
                {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "x-team", "Values": ["c"]}},
            ],
        ),
    ],
)
def test_which_requests_a_rule_is_for(hosts, paths, headers, expected):
    assert load_balancer.rule_conditions(hosts, paths, headers) == expected


@pytest.mark.parametrize(
    "values",
    [
        {},
        {
            "load_balancer_certificate_arn": CERTIFICATE,
            "load_balancer_ssl_policy": "ELBSecurityPolicy-TLS13-1-3-2021-06",
        },
        {"load_balancer_certificate_arn": "arn:aws:iam::123456789012:server-certificate/llm"},
        {**NAMED, **LOGIN},
        {
            **NAMED,
            "load_balancer_domain_names": ["example.com", "*.example.com"],
            "load_balancer_hosts": ["a.example.com"],
        },
        {"load_balancer_web_acl_arn": WEB_ACL},
        {"load_balancer_web_acl_arn": "none"},
        {"load_balancer_http_port": "443"},
        {"load_balancer_hosts": ["chat.example.com"], "load_balancer_headers": {"x-model": ["a", "b"]}},
        {"load_balancer_hosts": [f"{name}.example.com" for name in "abcde"]},
        {"load_balancer_target_group_name": "a" * 32},
        {"network_zones_count": "3"},
        {"load_balancer_state": "absent", "network_zones_count": 1, "load_balancer_paths": ["nowhere"]},
    ],
)
def test_what_can_be(values):
    assert problems(**values) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"network_zones_count": 1},
            "network_zones_count: 1; a load balancer needs subnets in at least two availability zones",
        ),
        ({"network_zones": ["eu-west-1a"]}, "network_zones: eu-west-1a; a load balancer needs at least two zones"),
        (
            {"load_balancer_subnet_ids": ["subnet-1"]},
            "load_balancer_subnet_ids: subnet-1; a load balancer needs at least two subnets",
        ),
        ({"load_balancer_certificate_arn": "llm"}, "llm is not the ARN of a certificate"),
        (
            {"load_balancer_certificate_arn": CERTIFICATE.replace("eu-west-1", "us-east-1")},
            "the certificate is in us-east-1, and the load balancer in eu-west-1",
        ),
        (LOGIN, "load_balancer_authentication needs HTTPS"),
        ({"load_balancer_ssl_policy": "x"}, "load_balancer_ssl_policy needs HTTPS"),
        ({"load_balancer_hosted_zone": "example.com"}, "is set without load_balancer_domain_names"),
        (
            {**NAMED, "load_balancer_domain_names": ["llm.example.org"]},
            "llm.example.org is not in load_balancer_hosted_z",
        ),
        ({**NAMED, "load_balancer_domain_names": ["*.example.com"]}, "*.example.com is a wildcard"),
        (
            {**NAMED, "load_balancer_hosts": ["chat.example.com"]},
            "chat.example.com is not in load_balancer_domain_names",
        ),
        ({"load_balancer_web_acl_arn": WEB_ACL.replace("regional", "global")}, "as one for CloudFront cannot be used"),
        ({"load_balancer_web_acl_arn": WEB_ACL.replace("eu-", "us-")}, "the web ACL is in us-west-1"),
        ({"load_balancer_http_port": 0}, "load_balancer_http_port: 0 is not between 1 and 65535"),
        ({"load_balancer_priority": 50001}, "load_balancer_priority: 50001 is not between 0 and 50000"),
        ({**NAMED, "load_balancer_http_port": 443}, "are both 443: set two different ports"),
        ({"load_balancer_paths": ["v1/*"]}, "a path must begin with /"),
        ({"load_balancer_hosts": list("abcdef")}, "there are 6 values in all, AWS takes 5 of a rule"),
        (
            {
                "load_balancer_hosts": ["a", "b", "c"],
                "load_balancer_paths": ["/a", "/b"],
                "ecs_service_deployment_strategy": "CANARY",
            },
            "there are 6 values in all, AWS takes 5 of a rule",
        ),
        ({"load_balancer_target_group_name": "a" * 33}, "has 33 characters"),
        (
            {"load_balancer_target_group_name": "a" * 31, "ecs_service_deployment_strategy": "LINEAR"},
            "has more than 30 characters",
        ),
        ({"load_balancer_access_logs_prefix": "llm"}, "without load_balancer_access_logs_bucket"),
    ],
)
def test_what_cannot_be_gets_one_sentence(values, said):
    [told] = problems(**values)

    assert said in told


@pytest.mark.parametrize(
    ("mine", "theirs", "said"),
    [
        ({}, {}, "have the same conditions"),
        ({"load_balancer_paths": ["/a", "/b"]}, {"load_balancer_paths": ["/b", "/a"]}, "have the same conditions"),
        ({"load_balancer_hosts": ["A"]}, {"load_balancer_hosts": ["a"]}, "have the same conditions"),
        (
            {"load_balancer_priority": 5, "load_balancer_paths": ["/a"]},
            {"load_balancer_priority": "5"},
            "load_balancer_priority: 5 is also set for other",
        ),
        ({"load_balancer_paths": ["/a/*"]}, {}, None),
        ({"load_balancer_priority": 0}, {"load_balancer_hosts": ["a"], "load_balancer_priority": 0}, None),
    ],
)
def test_services_that_share_it_are_told_apart(mine, theirs, said):
    told = problems({"other": theirs}, **mine)

    assert len(told) == (1 if said else 0)
    assert not said or said in told[0]
