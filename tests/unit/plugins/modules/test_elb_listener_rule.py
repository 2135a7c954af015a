# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.modules import elb_listener_rule

BASE = "arn:aws:elasticloadbalancing:eu-west-1:123456789012"
LISTENER = f"{BASE}:listener/app/llm/50dc6c495c0c9188/f2f7dc8efc522ab2"
RULE = f"{BASE}:listener-rule/app/llm/50dc6c495c0c9188/f2f7dc8efc522ab2"
BLUE, GREEN = f"{BASE}:targetgroup/blue/1", f"{BASE}:targetgroup/green/2"
OWNER = {"llmops:service": "llm"}
OTHER = {"llmops:service": "other"}
PATHS = [{"Field": "path-pattern", "Values": ["/*"]}]
HOSTS = [{"Field": "host-header", "HostHeaderConfig": {"Values": ["llm.example.com"]}}]
FORWARD = [{"Type": "forward", "TargetGroupArn": BLUE}]
DEFAULT = {"RuleArn": f"{RULE}/0", "Priority": "default", "Conditions": [], "Actions": FORWARD, "IsDefault": True}


def listed(tags):
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def weighed(blue, green):
    groups = [{"TargetGroupArn": BLUE, "Weight": blue}, {"TargetGroupArn": GREEN, "Weight": green}]
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]


def rule(number=1, conditions=None, priority=None, **members):
    """Return a rule as AWS answers it, which adds to what it was given."""
    answered = [
        {
            "Type": "forward",
            "TargetGroupArn": BLUE,
            "Order": 1,
            "ForwardConfig": {
                "TargetGroups": [{"TargetGroupArn": BLUE, "Weight": 1}],
                "TargetGroupStickinessConfig": {"Enabled": False},
            },
        }
    ]
    return {
        "RuleArn": f"{RULE}/{number}",
        "Priority": str(priority or number),
        "Conditions": conditions or [{**PATHS[0], "PathPatternConfig": {"Values": ["/*"]}}],
        "Actions": answered,
        "IsDefault": False,
        **members,
    }


@pytest.fixture
def described(elbv2):
    """Return a function that lets the listener's rules be described, each with its tags."""

    def describe(*rules):
        answer = {"Rules": [*(found for found, tags in rules), DEFAULT]}
        elbv2.add_response("describe_rules", answer, {"ListenerArn": LISTENER})
        if rules:
            tagged = [
                {"ResourceArn": found["RuleArn"], **({"Tags": listed(tags)} if tags else {})} for found, tags in rules
            ]
            request = {"ResourceArns": [found["RuleArn"] for found, tags in rules]}
            elbv2.add_response("describe_tags", {"TagDescriptions": tagged}, request)

    return describe


@pytest.fixture
def ask(run):
    """Return a function that runs the module for the usual rule, with these parameters over it."""

    def run_it(check_mode=False, **params):
        usual = {"listener_arn": LISTENER, "conditions": PATHS, "actions": FORWARD, "owner_tags": OWNER}
        return run(elb_listener_rule, check_mode=check_mode, **{**usual, **params})

    return run_it


@pytest.mark.parametrize(("asked", "priority"), [(0, 2), (7, 7)])
def test_creates_a_missing_rule(elbv2, described, ask, asked, priority):
    there = (rule(1, HOSTS), OTHER), (rule(3, HOSTS[:0] or [{"Field": "host-header", "Values": ["b"]}]), OTHER)
    described(*there)
    request = {"ListenerArn": LISTENER, "Conditions": PATHS, "Actions": FORWARD, "Priority": priority}
    made = rule(9, priority=priority)
    elbv2.add_response("create_rule", {"Rules": [made]}, {**request, "Tags": listed({"team": "llm", **OWNER})})

    result = ask(priority=asked, tags={"team": "llm"})

    assert result["changed"], result
    assert (result["arn"], result["priority"]) == (f"{RULE}/9", priority)
    assert result["diff"]["before"] == {}
    assert result["tags"] == {"team": "llm", **OWNER}


def test_takes_the_next_priority_where_another_run_was_faster(elbv2, described, ask):
    described()
    elbv2.add_client_error("create_rule", "PriorityInUse", "in use")
    described((rule(1, HOSTS), OTHER))
    request = {"ListenerArn": LISTENER, "Conditions": PATHS, "Actions": FORWARD, "Priority": 2, "Tags": listed(OWNER)}
    elbv2.add_response("create_rule", {"Rules": [rule(2)]}, request)

    assert ask()["priority"] == 2


def test_a_plan_on_an_empty_account_makes_no_call(elbv2, ask):
    listener = f"arn:aws:elasticloadbalancing:eu-west-1:{'0' * 12}:listener/app/llm/{'0' * 16}/{'0' * 16}"

    result = ask(check_mode=True, listener_arn=listener)

    assert result["changed"], result
    assert result["priority"] == 1
    assert f":listener-rule/app/llm/{'0' * 16}/{'0' * 16}/{'0' * 16}" in result["arn"]


@pytest.mark.parametrize("owner", [OWNER, {}])
def test_leaves_a_matching_rule_alone(described, ask, owner):
    described((rule(4), OWNER), (rule(5, HOSTS), OTHER))

    result = ask(owner_tags=owner, conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}])

    assert not result["changed"], result
    assert (result["arn"], result["priority"]) == (f"{RULE}/4", 4)
    assert result["diff"]["before"] == result["diff"]["after"]


@pytest.mark.parametrize("ignore", [True, False])
def test_weights_that_ecs_shifted(elbv2, described, ask, ignore):
    described((rule(1, Actions=weighed(0, 100)), OWNER))
    if not ignore:
        request = {"RuleArn": f"{RULE}/1", "Actions": weighed(100, 0)}
        elbv2.add_response("modify_rule", {"Rules": [rule(1, Actions=weighed(100, 0))]}, request)

    assert ask(actions=weighed(100, 0), ignore_weights=ignore)["changed"] is not ignore


def test_changes_what_differs(elbv2, described, ask):
    described((rule(1), {"old": "1", **OWNER}))
    changed = rule(1, HOSTS)
    elbv2.add_response("modify_rule", {"Rules": [changed]}, {"RuleArn": f"{RULE}/1", "Conditions": HOSTS})
    elbv2.add_response(
        "set_rule_priorities", {"Rules": []}, {"RulePriorities": [{"RuleArn": f"{RULE}/1", "Priority": 9}]}
    )
    elbv2.add_response("remove_tags", {}, {"ResourceArns": [f"{RULE}/1"], "TagKeys": ["old"]})

    result = ask(conditions=HOSTS, priority=9, tags={})

    assert result["changed"], result
    assert (result["priority"], result["rule"]["Priority"]) == (9, "9")
    assert result["diff"]["before"]["Priority"] == 1


def test_check_mode_only_reads(described, ask):
    described((rule(1), OWNER))

    result = ask(check_mode=True, conditions=HOSTS, priority=9, tags={"team": "llm"})

    assert result["changed"]
    assert result["rule"]["Conditions"] == HOSTS


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"priority": 5, "conditions": HOSTS}, f"priority: 5 is taken by rule {RULE}/5 (priority 5, tags llmops:servi"),
        ({}, f"conditions: rule {RULE}/5 (priority 5, tags llmops:service=other) has the same ones"),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_what_another_rule_has_is_told_with_whose_it_is(described, ask, check_mode, params, message):
    described((rule(5), OTHER))

    assert message in ask(check_mode=check_mode, **params)["msg"]


def test_several_of_ours_need_another_tag(described, ask):
    described((rule(1, HOSTS), OWNER), (rule(2, [{"Field": "host-header", "Values": ["b"]}]), OWNER))

    assert "Add a tag that tells them apart" in ask()["msg"]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"priority": 50001}, "priority: 50001 is not between 1 and 50000"),
        ({"priority": -1}, "priority: -1 is not between"),
        ({"conditions": []}, "conditions: a rule needs one at least"),
        ({"conditions": [{"Field": "path", "Values": ["/"]}]}, "Field: path is not one of host-header"),
        ({"conditions": PATHS * 2}, "path-pattern is there 2 times; put all its values into one condition"),
        (
            {"conditions": [{"Field": "host-header", "Values": list("abcdef")}]},
            "there are 6 values in all, AWS takes 5 of a rule",
        ),
        (
            {
                "conditions": [
                    {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "a", "Values": list("abc")}},
                    {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "b", "Values": list("abc")}},
                ]
            },
            "there are 6 values in all, AWS takes 5 of a rule",
        ),
        (
            {
                "conditions": [
                    {"Field": "host-header", "Values": list("abc")},
                    {"Field": "path-pattern", "Values": ["/a", "/b", "/c"]},
                ]
            },
            "there are 6 values in all, AWS takes 5 of a rule",
        ),
        ({"conditions": [{"Field": "path-pattern", "Values": ["v1/*"]}]}, "a path must begin with /, among v1/*"),
        (
            {"conditions": [{"Field": "http-header", "HttpHeaderConfig": {"Values": ["a"]}}]},
            "HttpHeaderName is missing",
        ),
        ({"conditions": [{"Field": "source-ip"}]}, "source-ip has no values; set SourceIpConfig.Values"),
        ({"conditions": [{"Fields": "source-ip"}]}, 'Unknown parameter in rule.Conditions[0]: "Fields"'),
        ({"actions": []}, "actions: exactly one action, the last, is forward"),
        ({"actions": weighed(1000, 0)}, "a weight of 1000 is not between 0 and 999"),
    ],
)
def test_bad_input_gets_one_message_and_no_call(elbv2, ask, params, message):
    assert message in ask(**params)["msg"]


def test_one_condition_can_have_all_the_values_of_a_rule(described, ask):
    described()

    assert ask(check_mode=True, conditions=[{"Field": "host-header", "Values": list("abcde")}])["changed"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_deletes_the_rule(elbv2, described, ask, check_mode):
    described((rule(1), OWNER), (rule(2, HOSTS), OTHER))
    if not check_mode:
        elbv2.add_response("delete_rule", {}, {"RuleArn": f"{RULE}/1"})

    assert ask(check_mode=check_mode, state="absent")["changed"]


def test_has_nothing_to_delete(elbv2, described, ask):
    described((rule(2, HOSTS), OTHER))
    assert not ask(state="absent")["changed"]

    elbv2.add_client_error("describe_rules", "ListenerNotFound", "not found")
    assert not ask(state="absent")["changed"]
