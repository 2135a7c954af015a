# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ProfileNotFound,
    SSOTokenLoadError,
)
from botocore.parsers import ResponseParserError

from ansible_collections.llmops.ecs.plugins.module_utils._aws.errors import EcsError, aws_call, explain


def client_error(code, message="no", operation="DescribeClusters"):
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@pytest.fixture
def naps(monkeypatch):
    """The seconds that retries would have slept."""
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    return slept


@aws_call(
    "describe cluster {name} of {owner}", missing=("ClusterNotFoundException", "Unable to describe"), value="none"
)
def describe(answers, name, owner="anybody"):
    answer = answers.pop(0)
    if isinstance(answer, Exception):
        raise answer
    return answer


def test_the_answer_is_handed_on():
    assert describe(["cluster"], "llm") == "cluster"


@pytest.mark.parametrize(
    "error", [client_error("ClusterNotFoundException"), client_error("ClientException", "Unable to describe it.")]
)
def test_what_is_missing_is_a_value(error):
    assert describe([error], "llm") == "none"


@pytest.mark.parametrize(
    "error",
    [
        client_error("ThrottlingException"),
        client_error("UpdateInProgressException"),
        client_error("InvalidParameterException", "Unable to assume the service linked role."),
        client_error("ClientException", "ECS was unable to assume the role"),
    ],
)
def test_what_passes_is_tried_again(naps, error):
    assert describe([error, error, "cluster"], "llm") == "cluster"
    assert len(naps) == 2


@aws_call("create a service in {name}", passing=("ClusterNotFoundException",))
def create(answers, name):
    answer = answers.pop(0)
    if isinstance(answer, Exception):
        raise answer
    return answer


NOT_YET = client_error("ClusterNotFoundException", "Cluster not found.", "CreateService")


def test_what_may_be_seconds_old_is_tried_again_briefly(naps):
    assert create([NOT_YET, client_error("ThrottlingException"), NOT_YET, "service"], "llm") == "service"

    naps.clear()
    with pytest.raises(EcsError):
        create([NOT_YET] * 100, "llm")
    assert naps == [1, 2, 4]


def test_other_errors_of_such_a_call_are_not_tried_again(naps):
    with pytest.raises(EcsError):
        create([client_error("ServerException"), "service"], "llm")

    assert not naps


def test_a_throttled_call_ends_after_some_tries(naps):
    with pytest.raises(EcsError):
        describe([client_error("ThrottlingException")] * 100, "llm")

    assert 5 <= len(naps) <= 10
    assert sum(naps) <= 8 * 20


def test_another_error_is_not_tried_again(naps):
    with pytest.raises(EcsError) as raised:
        describe([client_error("ServerException"), "cluster"], name="llm", owner="me")

    assert raised.value.message == "Failed to describe cluster llm of me"
    assert not naps


DENIED = "User: arn:aws:iam::123456789012:user/u is not authorized to perform: ecs:DescribeClusters on resource: *"


@pytest.mark.parametrize(
    ("cause", "parts"),
    [
        (NoCredentialsError(), ["Unable to locate credentials", "AWS_PROFILE", "AWS_ACCESS_KEY_ID"]),
        (ProfileNotFound(profile="nope"), ["nope", "~/.aws/config", "AWS_PROFILE"]),
        (SSOTokenLoadError(error_msg="gone"), ["aws sso login"]),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1/"), ["http://127.0.0.1:1/", "AWS_ENDPOINT_URL"]),
        (client_error("ExpiredTokenException"), ["ExpiredTokenException", "Get new credentials"]),
        (client_error("UnrecognizedClientException"), ["access_key and secret_key"]),
        (client_error("InvalidSignatureException"), ["does not belong to the access key", "clock"]),
        (client_error("AccessDeniedException", DENIED), ["Allow ecs:DescribeClusters in an IAM policy"]),
        (client_error("UnauthorizedOperation", "You are not authorized."), ["Allow the action DescribeClusters"]),
        (client_error("ClusterNotFoundException"), ["llmops.ecs.ecs_cluster", "check its name and the region"]),
        (client_error("ClusterContainsServicesException"), ["llmops.ecs.ecs_service with state=absent"]),
        (
            client_error("500", "<!doctype html>"),
            ["Failed to do it: not supported by this endpoint", "AWS_ENDPOINT_URL"],
        ),
        (ResponseParserError("<html>"), ["Failed to do it: not supported by this endpoint", "AWS_ENDPOINT_URL"]),
    ],
)
def test_the_way_out_is_told(cause, parts):
    told = explain(EcsError("Failed to do it", cause), "eu-west-1", "http://127.0.0.1:1")

    assert all(part in told for part in parts)
    assert told.startswith("Failed to do it: ")
    assert told.endswith(".")
    assert "<" not in told


def test_an_error_that_speaks_for_itself():
    assert explain(EcsError("Set the option region.")) == "Set the option region."
    assert explain(EcsError("Failed", client_error("ServerException", "Oops"))).endswith("operation: Oops.")


@pytest.mark.parametrize(
    "cause", [EndpointConnectionError(endpoint_url="u"), client_error("500"), client_error("SignatureDoesNotMatch")]
)
def test_a_region_that_does_not_exist_is_named(cause):
    told = explain(EcsError("Failed to do it", cause), "eu-nowhere-1")

    assert "Set the option region (AWS_REGION) to an existing Region. eu-nowhere-1 is not one of" in told
    assert "eu-west-1, eu-west-2" in told


@pytest.mark.parametrize(
    ("cause", "region"), [(EndpointConnectionError(endpoint_url="u"), None), (client_error("X"), "x")]
)
def test_a_region_that_is_not_the_matter(cause, region):
    assert "an existing Region. " not in explain(EcsError("Failed to do it", cause), region)


def test_an_endpoint_that_is_no_aws_is_told_by_a_call():
    with pytest.raises(EcsError) as raised:
        describe([ResponseParserError("<html>")], "llm")

    assert "not supported by this endpoint" in explain(raised.value, endpoint_url="http://127.0.0.1:1")


def bad_gateway():
    answer = {"Error": {"Code": "502", "Message": "<html>"}, "ResponseMetadata": {"HTTPStatusCode": 502}}
    return ClientError(answer, "DescribeClusters")


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (bad_gateway(), "HTTP status 502 without an AWS error code."),
        (client_error("503"), "HTTP status 503 without an AWS error code."),
        (ResponseParserError("<html>"), "an answer that cannot be read."),
    ],
)
@pytest.mark.parametrize("region", [None, "eu-west-1"])
def test_aws_s_own_endpoint_is_not_called_unsupported(cause, said, region):
    told = explain(EcsError("Failed to do it", cause), region)

    way_out = "The answer is not in AWS's usual format: a proxy, or a passing fault at AWS. Try again."
    assert told == f"Failed to do it: {said} {way_out}"
