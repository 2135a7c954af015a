# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Calls to AWS: what is being done goes into the error, throttling is retried, and the way out is told."""

from __future__ import annotations

import functools
import inspect
import re
import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

try:
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError
    from botocore.session import Session
except ImportError:
    # Modules say which libraries are missing before anything is called here.
    BotoCoreError = ClientError = ResponseParserError = type(None)

if t.TYPE_CHECKING:
    from collections.abc import Callable


class EcsError(AnsibleAWSError):
    """A call to AWS failed: message says what was being done, exception is botocore's."""


class _Retry(AWSRetry):
    @staticmethod
    def status_code_from_exception(error: ClientError) -> str:
        # A role, ECS's own included, can be named before it can be assumed: that passes within seconds.
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
        about = error.response.get("Error", {})
        return "NotYetAssumable" if "nable to assume" in about.get("Message", "") else about.get("Code", "")


class _Brief(_Retry):
    @staticmethod
    def found(response_code: str, catch_extra_error_codes: t.Iterable[str] | None = None) -> bool:
        return response_code in (catch_extra_error_codes or ())


_retried = _Retry.jittered_backoff(
    retries=8,
    delay=1,
    max_delay=20,
    catch_extra_error_codes=[
        *("ThrottlingException", "UpdateInProgressException", "ConcurrentUpdateException", "NotYetAssumable")
    ],
)

CREDENTIALS = (
    "Set the option profile (AWS_PROFILE), or access_key and secret_key (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)."
)
EXPIRED = (
    "Get new credentials: run `aws sso login` if the profile uses SSO, or replace the access keys that you exported."
)
SIGNATURE = f"The secret key does not belong to the access key, or this machine's clock is wrong. {CREDENTIALS}"
ENDPOINT = (
    "Check that the endpoint answers (option endpoint_url, AWS_ENDPOINT_URL; the embedded AWS must be running), "
    "and that the region exists (option region, AWS_REGION)."
)
PASSING = "The answer is not in AWS's usual format: a proxy, or a passing fault at AWS. Try again."
WAY_OUT = {
    "NoCredentialsError": CREDENTIALS,
    "PartialCredentialsError": CREDENTIALS,
    "CredentialRetrievalError": CREDENTIALS,
    "ProfileNotFound": "Set the option profile (AWS_PROFILE) to a profile in ~/.aws/config, or do not set it.",
    "NoRegionError": "Set the option region (AWS_REGION).",
    "InvalidRegionError": "Set the option region (AWS_REGION) to a Region code such as eu-west-1.",
    "EndpointConnectionError": ENDPOINT,
    "ConnectTimeoutError": ENDPOINT,
    "ConnectionClosedError": ENDPOINT,
    "ReadTimeoutError": ENDPOINT,
    "ProxyConnectionError": "Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY.",
    "SSLError": "Check the options validate_certs and aws_ca_bundle (AWS_CA_BUNDLE).",
    "SSOTokenLoadError": EXPIRED,
    "UnauthorizedSSOTokenError": EXPIRED,
    "TokenRetrievalError": EXPIRED,
    "ExpiredToken": EXPIRED,
    "ExpiredTokenException": EXPIRED,
    "RequestExpired": "Set this machine's clock, or get new credentials.",
    "InvalidClientTokenId": CREDENTIALS,
    "UnrecognizedClientException": CREDENTIALS,
    "AuthFailure": CREDENTIALS,
    "InvalidSignatureException": SIGNATURE,
    "SignatureDoesNotMatch": SIGNATURE,
    "ClusterNotFoundException": "Create the cluster with llmops.ecs.ecs_cluster, or check its name and the region.",
    "ClusterContainsServicesException": "Delete its services first (llmops.ecs.ecs_service with state=absent).",
    "ClusterContainsTasksException": "Stop its tasks first. Tasks of a deleted service stop by themselves.",
    "ClusterContainsContainerInstancesException": "Deregister its container instances first.",
    "ResourceInUse": "Delete the rules, listeners and other resources that use it first, and wait a moment.",
    "CertificateNotFound": "Use a certificate in the load balancer's region and account.",
    "UnsupportedCertificate": "Wait until the certificate is issued (llmops.ecs.acm_certificate with wait=true).",
    "SSLPolicyNotFound": "Use a policy that `aws elbv2 describe-ssl-policies` lists.",
    "ClusterContainsCapacityProviderException": "Remove its capacity providers first (capacityProviders: []).",
}
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


def aws_call(
    description: str, missing: tuple[str, ...] = (), value: t.Any = None, passing: tuple[str, ...] = ()
) -> Callable[[Callable], Callable]:
    """Decorate a function that makes one call to AWS: retried when AWS is busy, EcsError when it fails.

    description says what is done, with the function's own parameters in braces: V(describe cluster {name}).
    missing are error codes, or parts of messages, that mean the thing does not exist: then value is returned.
    passing are error codes that may only mean that a thing is seconds old: tried again, for 7 seconds in all.
    """

    def decorate(function: Callable) -> Callable:
        signature = inspect.signature(function)
        briefly = _Brief.exponential_backoff(retries=4, delay=1, catch_extra_error_codes=passing)
        call = _retried(briefly(function) if passing else function)

        @functools.wraps(function)
        def call_aws(*args: t.Any, **kwargs: t.Any) -> t.Any:
            try:
                return call(*args, **kwargs)
            except (ClientError, BotoCoreError, ResponseParserError) as error:
                if isinstance(error, ClientError) and _is(error, missing):
                    return value
                bound = signature.bind(*args, **kwargs)
                bound.apply_defaults()
                raise EcsError(f"Failed to {description.format(**bound.arguments)}", error) from error

        return call_aws

    return decorate


def explain(error: AnsibleAWSError, region: str | None = None, endpoint_url: str | None = None) -> str:
    """Return the whole message of an error: what was being done, AWS's code and message, and the way out.

    region is where it was tried; endpoint_url, the endpoint if it is not AWS's own.
    """
    cause = error.exception
    if not is_answer_of_aws(cause) and not endpoint_url:
        told = f"{error.message}: {_status(cause)}."
    elif not is_answer_of_aws(cause):
        told = f"{error.message}: not supported by this endpoint: its answer is not in AWS's format."
    else:
        told = f"{error.message}: {cause}" if cause else str(error.message)
        told = told if told.endswith(".") else f"{told}."
    way_out = _way_out(cause, endpoint_url)
    if region and way_out in (ENDPOINT, PASSING, SIGNATURE):
        way_out = _unknown(region) or way_out
    return f"{told} {way_out}" if way_out else told


def answer_of(cause: BaseException | None) -> dict[str, t.Any]:
    """Return AWS's answer in an exception, with its C(Error); {} where no answer came: other errors may have None."""
    return cause.response if isinstance(cause, ClientError) else {}


def is_answer_of_aws(cause: BaseException | None) -> bool:
    """Whether an exception is not what a server that is no AWS, or lacks the action, leads to.

    AWS's errors have a code with a name; where there is none, botocore takes the HTTP status.
    """
    if isinstance(cause, ClientError):
        return not str(cause.response.get("Error", {}).get("Code", "")).isdigit()
    return not isinstance(cause, ResponseParserError)


def _is(error: ClientError, codes: tuple[str, ...]) -> bool:
    about = error.response.get("Error", {})
    return any(code == about.get("Code") or code in about.get("Message", "") for code in codes)


def _status(cause: BaseException | None) -> str:
    """Return the HTTP status of an answer that is no AWS error, in words."""
    about = answer_of(cause)
    status = about.get("ResponseMetadata", {}).get("HTTPStatusCode") or about.get("Error", {}).get("Code")
    return f"HTTP status {status} without an AWS error code" if status else "an answer that cannot be read"


def _unknown(region: str) -> str:
    session = Session()
    partitions = session.get_available_partitions()
    known = sorted({name for partition in partitions for name in session.get_available_regions("ecs", partition)})
    if region in known:
        return ""
    return f"Set the option region (AWS_REGION) to an existing Region. {region} is not one of {', '.join(known)}."


def _way_out(cause: BaseException | None, endpoint_url: str | None) -> str:
    if not is_answer_of_aws(cause):
        return ENDPOINT if endpoint_url else PASSING
    if not isinstance(cause, ClientError):
        return next((WAY_OUT[name] for name in (kind.__name__ for kind in type(cause).__mro__) if name in WAY_OUT), "")
    about = cause.response.get("Error", {})
    if about.get("Code") in DENIED:
        named = re.search(r"perform: ([\w-]+:\w+)", about.get("Message", ""))
        action = named.group(1) if named else f"the action {cause.operation_name}"
        return f"Allow {action} in an IAM policy of these credentials."
    return WAY_OUT.get(about.get("Code", ""), "")
