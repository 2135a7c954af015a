# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tests/bench/same_requests.py makes of requests, before it compares them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "bench"))
import aws_requests
import same_requests

ELB = "arn:aws:elasticloadbalancing:eu-west-1:123456789012"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:/llmops/a/b/api-key"
A, B, C = "a" * 16, "b" * 16, "c" * 16


def call(action, refused=None, service="ecs", **parameters):
    write = not action.startswith("Describe")
    return {"service": service, "action": action, "write": write, "refused": refused, "parameters": parameters}


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "expected"),
    [
        pytest.param(
            "POST",
            "/",
            {"x-amz-target": "AmazonEC2ContainerServiceV20141113.CreateCluster"},
            b'{"clusterName": "a"}',
            ("CreateCluster", True, {"clusterName": "a"}),
            id="JSON",
        ),
        pytest.param(
            "POST",
            "/",
            {"content-type": "application/x-www-form-urlencoded; charset=utf-8"},
            b"Action=DescribeVpcs&Version=2016-11-15&Filter.1.Name=is-default&Filter.1.Value.1=true&Empty=",
            ("DescribeVpcs", False, {"Filter": [{"Name": "is-default", "Value": ["true"]}], "Empty": ""}),
            id="query",
        ),
        pytest.param("POST", "/2013/zone", {}, b"<a/>", ("POST /2013/zone", True, "<a/>"), id="rest-writes"),
        pytest.param("GET", "/2013/zone?id=1", {}, b"", ("GET /2013/zone?id=1", False, ""), id="rest-reads"),
    ],
)
def test_read(method, path, headers, body, expected):
    signed = headers | {"authorization": "AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/ec2/aws4_request, …"}
    action, write, parameters = expected
    assert aws_requests.read(method, path, signed, body) == {
        "service": "ec2",
        "action": action,
        "write": write,
        "parameters": parameters,
    }


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"Tags.member.1.Key": "a", "Tags.member.2.Key": "b"}, {"Tags": [{"Key": "a"}, {"Key": "b"}]}),
        pytest.param({f"Id.{number}": str(number) for number in range(1, 12)}, {"Id": list(map(str, range(1, 12)))}),
        pytest.param({"Attribute.Value": "true"}, {"Attribute": {"Value": "true"}}),
    ],
    ids=["members", "more than nine", "structure"],
)
def test_nested(fields, expected):
    assert aws_requests.nested(fields) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("vpc-0123456789abcdef0", "vpc-<10.0.0.0/16>", id="named"),
        pytest.param(["sg-12345678", "sg-87654321", "sg-12345678"], ["sg-<1>", "sg-<2>", "sg-<1>"], id="numbered"),
        pytest.param(["sg-12345678", "eni-12345678"], ["sg-<1>", "eni-<1>"], id="numbered apart"),
        pytest.param("llm-20260101", "llm-20260101", id="a name that looks like one"),
        pytest.param(
            [f"{ELB}:targetgroup/a/{A}", f"{ELB}:targetgroup/b/{B}"],
            [f"{ELB}:targetgroup/a/<1>", f"{ELB}:targetgroup/b/<1>"],
            id="target groups",
        ),
        pytest.param(
            [f"{ELB}:listener/app/a/{A}/{B}", f"{ELB}:listener/app/a/{A}/{C}"],
            [f"{ELB}:listener/app/a/<1>/<1>", f"{ELB}:listener/app/a/<1>/<2>"],
            id="listeners",
        ),
        pytest.param(f"{SECRET}-Ab3dE6", f"{SECRET}-<1>", id="secret's ARN"),
        pytest.param(f"{SECRET}-??????", f"{SECRET}-??????", id="secrets' ARNs"),
        pytest.param("certificate/12345678-1234-1234-1234-123456789012", "certificate/<1>", id="UUID"),
        pytest.param({"SecretString": "s3cret", "Name": "a"}, {"SecretString": "<secret>", "Name": "a"}, id="secret"),
        pytest.param({"clientToken": "x1"}, {"clientToken": "<token>"}, id="token"),
        pytest.param("at 2026-01-02T03:04:05.678Z", "at <time>", id="time"),
        pytest.param(["127.0.0.1/32", "127.9.8.7"], ["127.0.0.1/32", "<1>"], id="addresses"),
        pytest.param(["me@host", "host", "host-a"], ["<user>@<machine>", "<machine>", "host-a"], id="machine"),
        pytest.param('{"a": [1], "b": "sg-12345678"}', {"a": [1], "b": "sg-<1>"}, id="JSON in a text"),
        pytest.param("[draft", "[draft", id="no JSON"),
        pytest.param(
            [{"Key": "b", "Value": "1"}, {"Key": "a", "Value": "2"}],
            [{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "1"}],
            id="tags",
        ),
        pytest.param([2, 1, None, True], [2, 1, None, True], id="other values"),
    ],
)
def test_neutral(value, expected):
    neutral = aws_requests.Neutral(
        {"vpc-0123456789abcdef0": "10.0.0.0/16"}, {"me@host": "<user>@<machine>", "host": "<machine>"}
    )
    assert neutral.value(value) == expected


def test_reads_before_a_write_change_no_number_of_it():
    reads = [call("DescribeX", id="sg-11111111")]
    write = call("CreateX", id="sg-22222222")
    for phases in ({"a": reads, "b": [write]}, {"a": [], "b": [*reads, write]}, {"b": [write]}):
        made = aws_requests.Neutral({}).phases(phases)
        assert made["b"][-1]["parameters"] == {"id": "sg-<1>"}
        assert [len(each) for each in made.values()] == [len(each) for each in phases.values()]


@pytest.mark.parametrize(
    ("asked", "answer", "expected"),
    [
        pytest.param(
            call("DescribeSubnets", service="ec2"),
            '<r xmlns="x"><s><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><cidrBlock>10.0.1.0/24</cidrBlock>'
            "</item></s></r>",
            {"subnet-1": "10.0.1.0/24"},
            id="a subnet is not its VPC",
        ),
        pytest.param(
            call("DescribeVpcs", service="ec2"),
            "<r><s><item><vpcId>vpc-1</vpcId><cidrBlock>10.0.0.0/16</cidrBlock></item></s></r>",
            {"vpc-1": "10.0.0.0/16"},
            id="VPC",
        ),
        pytest.param(
            call("CreateSecurityGroup", service="ec2", GroupName="a", VpcId="vpc-1"),
            "<r><groupId>sg-1</groupId></r>",
            {"sg-1": "a"},
            id="created",
        ),
        pytest.param(call("DescribeClusters"), '{"vpcId": "vpc-1"}', {}, id="not EC2"),
    ],
)
def test_names_in(asked, answer, expected):
    assert aws_requests.names_in(asked, answer.encode()) == expected


ONE, TWO = call("CreateX", name="1"), call("CreateX", name="2")
TEXT = 'ecs:CreateX {"name": "%s"}'


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param([ONE, TWO], [TWO, ONE], [], id="another order"),
        pytest.param([ONE], [TWO], ["- " + TEXT % 1, "+ " + TEXT % 2], id="another parameter"),
        pytest.param([ONE], [ONE, ONE], ["+ " + TEXT % 1], id="once more"),
        pytest.param([ONE], [], ["- " + TEXT % 1], id="no more"),
        pytest.param([call("DescribeX")], [], [], id="fewer reads"),
        pytest.param([call("CreateX", "TooSoon", name="1"), ONE], [ONE], [], id="fewer refusals"),
    ],
)
def test_compare(before, after, expected, tmp_path, capsys):
    assert aws_requests.differences({"a": before}, {"a": after}) == {"a": expected}
    files = []
    for number, calls in enumerate((before, after)):
        files.append(tmp_path / f"{number}.json")
        files[-1].write_text(json.dumps({"phases": {"a": {"requests": calls}}}))
    assert same_requests.compare(files) == (not expected)
    assert [line.strip() for line in capsys.readouterr().out.splitlines() if line[2:3] in "+-"] == expected


def test_a_phase_that_only_one_recording_has_is_a_difference():
    assert aws_requests.differences({"a": [], "b": []}, {"a": [], "c": []}) == {
        "a": [],
        "b": ["- the whole phase"],
        "c": ["+ the whole phase"],
    }


def test_other_calls():
    before = [ONE, call("DescribeX"), call("DescribeX"), call("CreateX", "TooSoon")]
    after = [ONE, call("DescribeX")]
    assert aws_requests.other_calls(before, after) == [
        ("ecs:CreateX (TooSoon)", 1, 0),
        ("ecs:DescribeX", 2, 1),
        ("all", 3, 1),
    ]
