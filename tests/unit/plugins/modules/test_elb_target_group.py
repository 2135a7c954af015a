# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.modules import elb_target_group

NAME = "llm-server"
ARN = f"arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/{NAME}/73e2d6bc24d8a067"
OWNER = {"llmops:deployment": "demo"}
ASKED = {
    "TargetType": "ip",
    "Protocol": "HTTP",
    "Port": 8000,
    "VpcId": "vpc-0123456789abcdef0",
    "HealthCheckPath": "/healthz",
}
ANSWERED = {
    **ASKED,
    "ProtocolVersion": "HTTP1",
    "IpAddressType": "ipv4",
    "HealthCheckProtocol": "HTTP",
    "HealthCheckPort": "traffic-port",
    "HealthCheckEnabled": True,
    "HealthCheckIntervalSeconds": 30,
    "HealthCheckTimeoutSeconds": 5,
    "HealthyThresholdCount": 5,
    "UnhealthyThresholdCount": 2,
    "Matcher": {"HttpCode": "200"},
    "LoadBalancerArns": [],
}


def group(**members):
    return {"TargetGroupArn": ARN, "TargetGroupName": NAME, **ANSWERED, **members}


def listed(tags):
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


@pytest.fixture
def described(elbv2):
    """Return a function that lets the target group be described with its tags, or be none."""

    def describe(there=None, tags=None, attributes=None):
        if there is None:
            elbv2.add_client_error("describe_target_groups", "TargetGroupNotFound", "not found")
            return
        elbv2.add_response("describe_target_groups", {"TargetGroups": [there]}, {"Names": [NAME]})
        answer = {"TagDescriptions": [{"ResourceArn": ARN, **({"Tags": listed(tags)} if tags else {})}]}
        elbv2.add_response("describe_tags", answer, {"ResourceArns": [ARN]})
        if attributes is not None:
            answer = {"Attributes": listed(attributes)}
            elbv2.add_response("describe_target_group_attributes", answer, {"TargetGroupArn": ARN})

    return describe


def test_creates_a_missing_target_group(elbv2, described, run):
    described()
    tags = {"team": "llm", **OWNER}
    elbv2.add_response(
        "create_target_group", {"TargetGroups": [group()]}, {"Name": NAME, **ASKED, "Tags": listed(tags)}
    )
    attributes = [{"Key": "deregistration_delay.timeout_seconds", "Value": "600"}]
    elbv2.add_response(
        "modify_target_group_attributes", {"Attributes": attributes}, {"TargetGroupArn": ARN, "Attributes": attributes}
    )

    result = run(
        elb_target_group,
        name=NAME,
        definition={**ASKED, "Port": "8000"},
        attributes={"deregistration_delay.timeout_seconds": 600},
        tags={"team": "llm"},
        owner_tags=OWNER,
    )

    assert result["changed"], result
    assert result["arn"] == ARN
    assert result["target_group"]["HealthCheckPath"] == "/healthz"
    assert result["tags"] == tags
    assert result["diff"]["before"] == {}
    assert result["diff"]["after"]["attributes"] == {"deregistration_delay.timeout_seconds": "600"}


def test_says_in_check_mode_what_it_would_create(described, run):
    described()

    result = run(elb_target_group, check_mode=True, name=NAME, definition=ASKED, attributes={"a": True})

    assert result["changed"]
    assert result["arn"] == (f"arn:aws:elasticloadbalancing:eu-west-1:000000000000:targetgroup/{NAME}/0000000000000000")
    assert result["target_group"]["TargetGroupName"] == NAME


@pytest.mark.parametrize(
    "definition",
    [
        {},
        ASKED,
        {"Port": "8000", "HealthCheckIntervalSeconds": "30"},
        {"ProtocolVersion": "http1", "Matcher": {"HttpCode": 200}, "HealthCheckPort": "traffic-port"},
    ],
)
def test_leaves_a_matching_target_group_alone(described, run, definition):
    delay = {"deregistration_delay.timeout_seconds": "300"}
    described(group(), tags={"team": "llm", **OWNER}, attributes={**delay, "stickiness.enabled": "false"})

    result = run(
        elb_target_group,
        name=NAME,
        definition=definition,
        attributes={"deregistration_delay.timeout_seconds": 300, "stickiness.enabled": False},
        tags={"team": "llm"},
        owner_tags=OWNER,
    )

    assert not result["changed"], result
    assert result["diff"]["before"] == result["diff"]["after"]


def test_what_an_answer_leaves_out_is_the_default(described, run):
    there = {key: value for key, value in group().items() if key not in ("ProtocolVersion", "IpAddressType", "Matcher")}
    described(there)
    definition = {"ProtocolVersion": "HTTP1", "IpAddressType": "ipv4", "Matcher": {"HttpCode": "200"}}

    assert not run(elb_target_group, name=NAME, definition=definition)["changed"]


def test_changes_the_health_check_attributes_and_tags(elbv2, described, run):
    described(group(), tags={"old": "1"}, attributes={"slow_start.duration_seconds": "0"})
    changed = {"HealthCheckPath": "/v1/models", "Matcher": {"HttpCode": "200-299"}}
    elbv2.add_response("modify_target_group", {"TargetGroups": [group()]}, {"TargetGroupArn": ARN, **changed})
    elbv2.add_response("add_tags", {}, {"ResourceArns": [ARN], "Tags": listed({"team": "llm"})})
    elbv2.add_response("remove_tags", {}, {"ResourceArns": [ARN], "TagKeys": ["old"]})
    attributes = [{"Key": "slow_start.duration_seconds", "Value": "60"}]
    elbv2.add_response(
        "modify_target_group_attributes", {"Attributes": attributes}, {"TargetGroupArn": ARN, "Attributes": attributes}
    )

    result = run(
        elb_target_group,
        name=NAME,
        definition={"Port": 8000, **changed},
        attributes={"slow_start.duration_seconds": 60},
        tags={"team": "llm"},
    )

    assert result["changed"], result
    assert result["target_group"]["HealthCheckPath"] == "/v1/models"
    assert result["diff"]["before"]["HealthCheckPath"] == "/healthz"
    assert result["diff"]["before"]["attributes"] == {"slow_start.duration_seconds": "0"}


def test_check_mode_only_reads(described, run):
    described(group(), attributes={"slow_start.duration_seconds": "0"})
    asked = {"HealthCheckPath": "/v1/models"}

    result = run(
        elb_target_group,
        check_mode=True,
        name=NAME,
        definition=asked,
        attributes={"slow_start.duration_seconds": 60},
        tags={"team": "llm"},
    )

    assert result["changed"]
    assert result["target_group"]["HealthCheckPath"] == "/v1/models"


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (
            {"Port": 9000},
            "Target group llm-server: Port is 8000, not 9000; AWS sets that only at creation. Give the new",
        ),
        ({"TargetType": "instance"}, "TargetType is ip, not instance"),
        ({"HealthCheckIntervalSeconds": 5}, "HealthCheckTimeoutSeconds: 5 s must be below HealthCheckIntervalSeconds"),
    ],
)
def test_what_there_is_does_not_allow_it(described, run, definition, message):
    described(group())

    result = run(elb_target_group, name=NAME, definition=definition)

    assert result["failed"]
    assert message in result["msg"]


@pytest.mark.parametrize("state", ["present", "absent"])
def test_leaves_another_ones_target_group_alone(described, run, state):
    described(group(), tags={"llmops:deployment": "other"})

    result = run(elb_target_group, name=NAME, state=state, owner_tags=OWNER)

    assert result["failed"]
    assert "is not ours: it has the tags llmops:deployment=other and lacks llmops:deployment=demo" in result["msg"]


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ({}, "definition.Protocol is missing"),
        ({**ASKED, "HealthCheckTimeoutSeconds": 30}, "30 s must be below HealthCheckIntervalSeconds (30 s)"),
    ],
)
def test_a_new_target_group_that_aws_would_refuse(described, run, definition, message):
    described()

    assert message in run(elb_target_group, name=NAME, definition=definition)["msg"]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "name is missing"),
        ({"name": "x" * 33}, "has 33 characters, a target group's name has 32 at most; shorten it"),
        ({"name": "llm-"}, "may not begin or end with a hyphen"),
        ({"name": "llm.server"}, "may only hold letters, digits and hyphens"),
        ({"name": NAME, "definition": {"HealthCheckPath": "healthz"}}, "HealthCheckPath: healthz must begin with /"),
        ({"name": NAME, "definition": {"Matcher": {"HttpCode": "ok"}}}, "Matcher.HttpCode: ok must be codes"),
        ({"name": NAME, "definition": {"Matcher": {"HttpCode": "299-200"}}}, "Matcher.HttpCode: 299-200 must be"),
        ({"name": NAME, "definition": {"UnhealthyThresholdCount": 11}}, "valid max value: 10"),
        ({"name": NAME, "definition": {"HealthPath": "/"}}, 'Unknown parameter in definition: "HealthPath"'),
        ({"name": NAME, "attributes": {"slow_start.duration_seconds": 10}}, "AWS takes 0 (off) or 30 to 900"),
        (
            {"name": NAME, "attributes": {"deregistration_delay.timeout_seconds": 4000}},
            "deregistration_delay.timeout_seconds is 4000, AWS takes 0 to 3600",
        ),
    ],
)
def test_bad_input_gets_one_message_and_no_call(elbv2, run, params, message):
    result = run(elb_target_group, **params)

    assert result["failed"]
    assert message in result["msg"]


def test_deletes_a_target_group_as_soon_as_aws_lets_it_go(elbv2, described, run):
    described(group())
    elbv2.add_client_error("delete_target_group", "ResourceInUse", "in use by a listener or a rule")
    elbv2.add_response("delete_target_group", {}, {"TargetGroupArn": ARN})

    result = run(elb_target_group, name=NAME, state="absent")

    assert result["changed"]
    assert result["diff"] == {"before": {"Name": NAME}, "after": {}}


def test_a_target_group_that_stays_in_use(elbv2, described, run):
    described(group())
    elbv2.add_client_error("delete_target_group", "ResourceInUse", "in use by a listener or a rule")

    result = run(elb_target_group, name=NAME, state="absent", wait_timeout=0)

    assert result["failed"]
    assert "ResourceInUse" in result["msg"]
    assert "Delete the rules, listeners and other resources that use it first" in result["msg"]


def test_says_in_check_mode_what_it_would_delete(described, run):
    described(group())

    assert run(elb_target_group, check_mode=True, name=NAME, state="absent")["changed"]


def test_has_nothing_to_delete(described, run):
    described()

    assert not run(elb_target_group, name=NAME, state="absent")["changed"]
