# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.llmops.ecs.plugins.module_utils._elb import actions, listener_rule

GROUPS = st.lists(st.sampled_from("abcde"), min_size=1, unique=True)
VALUES = st.lists(st.sampled_from(["/a", "/b*", "/c"]), min_size=1, unique=True)
FIELDS = st.lists(st.sampled_from(["host-header", "path-pattern", "source-ip"]), min_size=1, unique=True)


@pytest.mark.parametrize(
    ("given_action", "answered"),
    [
        (
            {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}},
            {
                "Type": "redirect",
                "Order": 1,
                "RedirectConfig": {
                    "Protocol": "HTTPS",
                    "Port": "443",
                    "Host": "#{host}",
                    "Path": "/#{path}",
                    "Query": "#{query}",
                    "StatusCode": "HTTP_301",
                },
            },
        ),
        (
            {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}},
            {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain"}},
        ),
        (
            {"Type": "authenticate-oidc", "AuthenticateOidcConfig": {"ClientId": "llm", "ClientSecret": "x"}},
            {"Type": "authenticate-oidc", "AuthenticateOidcConfig": {"ClientId": "llm", "SessionTimeout": 604800}},
        ),
    ],
)
def test_what_aws_adds_is_no_difference(given_action, answered):
    assert actions.normal([given_action]) == actions.normal([answered])


@given(GROUPS, st.randoms())
def test_order_of_target_groups_and_stickiness_that_is_off_mean_nothing(groups, random):
    asked = [{"TargetGroupArn": arn, "Weight": 1} for arn in groups]
    answered = random.sample(asked, len(asked))
    off = {"Enabled": False, "DurationSeconds": 3600}

    assert actions.normal([{"Type": "forward", "ForwardConfig": {"TargetGroups": asked}}]) == actions.normal(
        [
            {
                "Type": "forward",
                "Order": 3,
                "ForwardConfig": {"TargetGroups": answered, "TargetGroupStickinessConfig": off},
            }
        ]
    )


@given(GROUPS, st.lists(st.integers(0, 999), min_size=5, max_size=5))
def test_weights_are_ignored_only_when_asked(groups, weights):
    def forward(weighed):
        groups_of_it = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in zip(groups, weighed, strict=False)]
        return [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups_of_it}}]

    ones = [1] * 5
    assert listener_rule.same_actions(forward(weights), forward(ones), True)
    assert listener_rule.same_actions(forward(weights), forward(ones), False) is (
        weights[: len(groups)] == ones[: len(groups)]
    )


@given(FIELDS, VALUES, st.randoms())
def test_conditions_have_one_form_that_is_its_own(fields, values, random):
    short = [{"Field": field, "Values": values} for field in fields]
    long = [
        {"Field": field, listener_rule.CONFIGS[field]: {"Values": random.sample(values, len(values))}}
        for field in random.sample(fields, len(fields))
    ]
    once = listener_rule.normal(short)

    assert once == listener_rule.normal(long)
    assert once == listener_rule.normal(once)


def forward(**weights):
    groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in weights.items()]
    return {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}


@pytest.mark.parametrize(
    ("asked", "there", "sent"),
    [
        (forward(blue=1, green=0), forward(green=100, blue=0), forward(blue=0, green=100)),
        (forward(blue=1, green=0), forward(blue=5), forward(blue=1, green=0)),
        (forward(blue=1), {"Type": "forward", "TargetGroupArn": "blue"}, forward(blue=1)),
        ({"Type": "redirect"}, forward(blue=5), {"Type": "redirect"}),
    ],
)
def test_a_change_keeps_the_weights_that_ecs_shifted(asked, there, sent):
    assert actions.with_weights([asked], [there]) == [sent]


def test_a_priority_that_is_too_low_is_given_up():
    rules = [{"Priority": priority} for priority in ("7", "20", "21", "default")]

    assert listener_rule.kept(rules[0], rules, 20) == 22
    assert listener_rule.kept(rules[1], rules, 20) == 20
    assert listener_rule.kept(rules[0], rules, 1) == 7


@given(st.sets(st.integers(1, 20)))
def test_the_lowest_free_priority_is_free_and_the_lowest(taken):
    found = listener_rule.lowest_free([{"Priority": str(priority)} for priority in taken] + [{"Priority": "default"}])

    assert found not in taken
    assert set(range(1, found)) <= taken


def test_a_change_keeps_the_secret_that_aws_has_unless_one_is_given():
    given_one = {"Type": "authenticate-oidc", "AuthenticateOidcConfig": {"ClientId": "llm", "ClientSecret": "x"}}
    none = {"Type": "authenticate-oidc", "AuthenticateOidcConfig": {"ClientId": "llm"}}
    kept = {"ClientId": "llm", "UseExistingClientSecret": True}

    assert actions.to_change([given_one]) == [given_one]
    assert actions.to_change([none]) == [{**none, "AuthenticateOidcConfig": kept}]
    assert actions.without_secrets([given_one]) == [none]
