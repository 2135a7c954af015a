# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's answers: its own routes, and AWS's errors in every protocol."""

from __future__ import annotations

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from scenes import refused_with

from local_aws.server.requests import is_write


@pytest.mark.parametrize(
    ("action", "write"),
    [
        ("DescribeServices", False),
        ("ListTasks", False),
        ("GetRole", False),
        ("BatchGetImage", False),
        ("FilterLogEvents", False),
        ("CreateService", True),
        ("PutRetentionPolicy", True),
        ("TagResource", True),
        ("RunTask", True),
        ("BatchDeleteImage", True),
        ("GetawayPlan", True),
    ],
)
def test_what_does_not_read_is_a_write(action, write):
    assert is_write(action) is write


def test_record_tells_reads_from_writes(server):
    server.http("DELETE", "/_local_aws/requests")
    server.client("ecs").create_cluster(clusterName="recorded")
    server.client("ec2").describe_vpcs()
    calls = [
        {"service": "ecs", "action": "CreateCluster", "write": True},
        {"service": "ec2", "action": "DescribeVpcs", "write": False},
    ]
    assert json.loads(server.http("GET", "/_local_aws/requests")) == calls
    server.http("DELETE", "/_local_aws/requests")
    assert json.loads(server.http("GET", "/_local_aws/requests")) == []


def test_checkip_tells_the_callers_address_or_the_one_set(server):
    assert server.http("GET", "/checkip") == "127.0.0.1\n"
    server.http("PUT", "/_local_aws/checkip", {"address": "127.0.0.9"})
    assert server.http("GET", "/checkip") == "127.0.0.9\n"
    server.http("PUT", "/_local_aws/checkip")
    assert server.http("GET", "/checkip") == "127.0.0.1\n"


@pytest.mark.parametrize(
    ("request_", "status", "words"),
    [
        (("GET", "/_local_aws/nothing"), 404, "is not one of"),
        (("POST", "/_local_aws/health", {}), 405, "not allowed"),
        (("PUT", "/_local_aws/images", []), 400, "list"),
        (("PUT", "/_local_aws/images", {"app": {"comand": []}}), 400, "comand"),
        (("PUT", "/_local_aws/checkip", {"ip": "127.0.0.9"}), 400, "address"),
        (("PUT", "/_local_aws/checkip", {"address": "home"}), 400, "home"),
    ],
)
def test_wrong_use_of_the_own_routes_is_told(server, request_, status, words):
    with pytest.raises(HTTPError) as error:
        server.http(*request_)
    assert error.value.code == status
    assert words in error.value.read().decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Host": "evil.example"},
        {"Host": "evil.example:4566"},
        {"Host": ""},
    ],
)
@pytest.mark.parametrize("path", ["/", "/_local_aws/health", "/v2/", "/checkip"])
def test_a_web_page_is_not_answered(server, headers, path):
    with pytest.raises(HTTPError) as error:
        urlopen(Request(server.url + path, headers=headers), timeout=5)
    assert error.value.code == 403
    assert "Access-Control-Allow-Origin" not in error.value.headers


def test_localhost_is_a_name_of_the_server(server):
    with urlopen(f"http://localhost:{server.port}/_local_aws/health", timeout=5) as answer:
        assert json.load(answer)["port"] == server.port


CALLS = {
    "ec2": ("describe_vpcs", {}),
    "ecs": ("list_clusters", {}),
    "iam": ("list_roles", {}),
    "elbv2": ("describe_load_balancers", {}),
    "logs": ("describe_log_groups", {}),
    "sts": ("get_caller_identity", {}),
    "cloudwatch": ("describe_alarms", {}),
    "resourcegroupstaggingapi": ("get_resources", {}),
    "application-autoscaling": ("describe_scalable_targets", {"ServiceNamespace": "ecs"}),
}


@pytest.mark.parametrize("service", CALLS)
def test_an_unknown_region_is_refused_by_name(server, service):
    operation, parameters = CALLS[service]
    code, message = refused_with(getattr(server.client(service, "xx-fake-1"), operation), **parameters)
    assert code == "SignatureDoesNotMatch"
    assert "'xx-fake-1'" in message
    getattr(server.client(service), operation)(**parameters)


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("iam", "simulate_custom_policy", {"PolicyInputList": ["{}"], "ActionNames": ["ecs:RunTask"]}),
        ("ec2", "describe_network_insights_paths", {}),
        ("elbv2", "describe_trust_stores", {}),
        ("logs", "associate_kms_key", {"logGroupName": "/llm", "kmsKeyId": "arn:aws:kms:eu-west-1:1:key/x"}),
        ("cloudwatch", "list_metric_streams", {}),
    ],
)
def test_what_is_not_implemented_says_so_in_every_protocol(server, service, operation, parameters):
    code, message = refused_with(getattr(server.client(service), operation), **parameters)
    assert code == "NotImplemented"
    assert message.startswith(service)
    assert operation in message


def test_a_filter_that_is_not_implemented_is_named(server):
    filters = [{"Name": "no-such-filter", "Values": ["x"]}]
    code, message = refused_with(server.client("ec2").describe_vpcs, Filters=filters)
    assert code == "NotImplemented"
    assert "no-such-filter" in message


def test_what_goes_wrong_inside_is_an_error_of_aws_and_is_logged(server):
    scale = server.client("autoscaling").set_desired_capacity
    code, message = refused_with(scale, AutoScalingGroupName="no-such-group", DesiredCapacity=1)
    assert code == "InternalFailure"
    assert "its log says why" in message
    log = (server.home / f"server-{server.port}.log").read_text()
    assert "autoscaling SetDesiredCapacity failed" in log
    assert "Traceback" in log
