# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rule a request meets, where a redirect leads, and how weights share."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from local_aws.alb.rules import At, Seen, in_order, meets, redirect_url, weighted

SEEN = Seen(
    method="POST",
    host="llm.example.com",
    path="/v1/Chat",
    query="version=v2&Debug=&q=a%20b",
    source="10.1.2.3",
    headers=(("X-Tenant", "Gold"), ("X-Tenant", "silver"), ("Accept", "text/event-stream")),
)


def config(field, **has):
    return {"Field": field, f"{''.join(word.capitalize() for word in field.split('-'))}Config": has}


def host(*values):
    return config("host-header", Values=values)


def path(*values):
    return config("path-pattern", Values=values)


def header(name, *values):
    return config("http-header", HttpHeaderName=name, Values=values)


def method(*values):
    return config("http-request-method", Values=values)


def query(value, key=None):
    return config("query-string", Values=[{"Value": value, **({"Key": key} if key else {})}])


def source(*values):
    return config("source-ip", Values=values)


# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"Field": "host-header", "Values": ["llm.example.com"]}, True),
        (host("LLM.example.COM"), True),
        (host("*.example.com"), True),
        (host("l?m.example.com"), True),
        (host("llm?.example.com"), False),
        (host("example.com"), False),
        (host("other.com", "llm.*"), True),
        (host("llm-example.com"), False),
        ({"Field": "path-pattern", "Values": ["/v1/*"]}, True),
        (path("/v1/Chat"), True),
        (path("/v1/chat"), False),
        (path("/v1"), False),
        (path("/v1/Cha[t]"), False),
        (path("/v1/????"), True),
        (path("/v1/???"), False),
        (header("x-tenant", "gold"), True),
        (header("X-Tenant", "sil*"), True),
        (header("X-Tenant", "bronze"), False),
        (header("X-Other", "*"), False),
        (method("GET", "POST"), True),
        (method("GET"), False),
        (method("post"), False),
        (query("V2"), True),
        (query("v2", "Version"), True),
        (query("v2", "q"), False),
        (query("*", "debug"), True),
        (query("a b", "q"), True),
        (source("10.0.0.0/8"), True),
        (source("10.1.2.3/32", "192.0.2.0/24"), True),
        (source("192.0.2.0/24"), False),
        (source("2001:db8::/32"), False),
    ],
)
def test_a_condition(condition, expected):
    assert meets([condition], SEEN) is expected


def test_all_conditions_are_to_be_met():
    assert meets([], SEEN)
    assert meets([host("llm.*"), path("/v1/*"), method("POST")], SEEN)
    assert not meets([host("llm.*"), path("/v2/*")], SEEN)


def test_the_lowest_number_is_first_and_the_default_rule_last():
    rules = [SimpleNamespace(priority=priority) for priority in ("default", 100, "20", 3)]

    assert [rule.priority for rule in in_order(rules)] == [3, "20", 100, "default"]


# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"Protocol": "HTTPS", "Port": "443"}, "https://llm.example.com:443/v1/Chat?version=v2&Debug=&q=a%20b"),
        ({"Path": "/new/#{path}", "Query": ""}, "http://llm.example.com:80/new/v1/Chat?version=v2&Debug=&q=a%20b"),
        ({"Host": "www.#{host}", "Path": "/", "Query": "from=#{path}"}, "http://www.llm.example.com:80/?from=v1/Chat"),
        ({"Host": "example.com", "Query": "#{query}&p=#{port}"}, None),
    ],
)
def test_a_redirect(wanted, expected):
    expected = expected or "http://example.com:80/v1/Chat?version=v2&Debug=&q=a%20b&p=80"

    assert redirect_url(wanted, At("HTTP", 80), SEEN) == expected


@pytest.mark.parametrize(
    ("weights", "draw", "expected"),
    [
        ([1], 0.0, 0),
        ([1, 1], 0.49, 0),
        ([1, 1], 0.5, 1),
        ([90, 10], 0.89, 0),
        ([90, 10], 0.9, 1),
        ([0, 10], 0.0, 1),
        ([1] * 6, 1 - 2**-53, 5),
        ([0, 0], 0.5, None),
        ([None, 3], 0.2, 0),
        ([None, 3], 0.3, 1),
    ],
)
def test_weights(weights, draw, expected):
    groups = [
        {"TargetGroupArn": number, **({} if weight is None else {"Weight": weight})}
        for number, weight in enumerate(weights)
    ]

    assert weighted(groups, draw) == expected
