# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from botocore.stub import ANY

from ansible_collections.llmops.ecs.plugins.module_utils._facts.acm import KEY_ALGORITHMS
from ansible_collections.llmops.ecs.plugins.modules import acm_certificate

ARN = "arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
DOMAIN = "llm.example.com"
TAGS = [{"Key": "llmops:deployment", "Value": "demo"}]
OWNER = {"llmops:deployment": "demo"}
RECORD = {"Name": "_x1.llm.example.com.", "Type": "CNAME", "Value": "_x2.acm-validations.aws."}


def certificate(status="ISSUED", records=(RECORD,), **members):
    options = [{"DomainName": DOMAIN, **({"ResourceRecord": record} if record else {})} for record in records]
    return {
        "CertificateArn": ARN,
        "DomainName": DOMAIN,
        "SubjectAlternativeNames": [DOMAIN],
        "Status": status,
        "KeyAlgorithm": "RSA-2048",
        "DomainValidationOptions": options,
        **members,
    }


@pytest.fixture
def acm(aws, impatient):
    return aws("acm")


@pytest.fixture
def described(acm):
    """Return a function that lets the certificates be listed, tagged, and described one after the other."""

    def describe(*looks, tags=None):
        summaries = [{"CertificateArn": ARN, "DomainName": DOMAIN}] if tags is not None else []
        other = {"CertificateArn": f"{ARN[:-1]}3", "DomainName": "other.example.com"}
        answer = {"CertificateSummaryList": [other, *summaries]}
        acm.add_response("list_certificates", answer, {"Includes": {"keyTypes": list(KEY_ALGORITHMS)}})
        if tags is not None:
            acm.add_response("list_tags_for_certificate", {"Tags": tags} if tags else {}, {"CertificateArn": ARN})
        looked(*looks)

    def looked(*looks):
        for look in looks:
            acm.add_response("describe_certificate", {"Certificate": look}, {"CertificateArn": ARN})

    describe.looked = looked
    return describe


def requested(acm, described, *looks, **more):
    request = {
        "DomainName": DOMAIN,
        "ValidationMethod": "DNS",
        "KeyAlgorithm": "RSA_2048",
        "IdempotencyToken": ANY,
        "Tags": TAGS,
    }
    acm.add_response("request_certificate", {"CertificateArn": ARN}, {**request, **more})
    described.looked(*looks)


def test_requests_a_missing_one_and_tells_the_records(acm, described, run):
    described()
    requested(acm, described, certificate("PENDING_VALIDATION", [None]), certificate("PENDING_VALIDATION"))

    result = run(acm_certificate, domain_name=DOMAIN, tags=OWNER)

    assert result["changed"], result
    assert (result["arn"], result["status"]) == (ARN, "PENDING_VALIDATION")
    assert result["validation_records"] == [{"name": RECORD["Name"], "type": "CNAME", "value": RECORD["Value"]}]


def test_says_in_check_mode_what_it_would_request(described, run):
    described()

    result = run(acm_certificate, check_mode=True, domain_name=DOMAIN, subject_alternative_names=[f"*.{DOMAIN}"])

    assert result["changed"], result
    assert result["arn"] == f"arn:aws:acm:eu-west-1:{'0' * 12}:certificate/{'0' * 16}"
    assert [record["name"] for record in result["validation_records"]] == [f"_0.{DOMAIN}."]


def test_leaves_a_matching_one_alone(described, run):
    described(certificate(), tags=TAGS)

    result = run(acm_certificate, domain_name=DOMAIN, owner_tags=OWNER, wait=True)

    assert not result["changed"], result
    assert result["status"] == "ISSUED"
    assert result["diff"]["before"] == result["diff"]["after"]


def test_changes_tags(acm, described, run):
    described(certificate(), tags=[*TAGS, {"Key": "old", "Value": "1"}])
    new = [{"Key": "team", "Value": "llm"}]
    acm.add_response("add_tags_to_certificate", {}, {"CertificateArn": ARN, "Tags": new})
    acm.add_response("remove_tags_from_certificate", {}, {"CertificateArn": ARN, "Tags": [{"Key": "old"}]})

    assert run(acm_certificate, domain_name=DOMAIN, tags={"team": "llm", **OWNER})["changed"]


@pytest.mark.parametrize(
    "there",
    [
        {"status": "FAILED"},
        {"SubjectAlternativeNames": [DOMAIN, "b.example.com"]},
        {"KeyAlgorithm": "EC-prime256v1"},
    ],
)
def test_one_that_will_not_do_is_requested_anew(acm, described, run, there):
    described(certificate(**there), tags=TAGS)
    requested(acm, described, certificate("PENDING_VALIDATION"))

    assert run(acm_certificate, domain_name=DOMAIN, owner_tags=OWNER)["changed"]


def test_another_ones_is_left_alone(acm, described, run):
    described(tags=[{"Key": "llmops:deployment", "Value": "other"}])
    requested(acm, described, certificate("PENDING_VALIDATION"))

    assert run(acm_certificate, domain_name=DOMAIN, tags=OWNER)["changed"]


def test_waits_until_it_is_issued(described, run):
    described(*[certificate("PENDING_VALIDATION")] * 2, certificate(), tags=TAGS)

    result = run(acm_certificate, domain_name=DOMAIN, owner_tags=OWNER, wait=True)

    assert (result.get("changed"), result.get("status")) == (False, "ISSUED")


def by_email(status):
    option = {"DomainName": DOMAIN, "ValidationMethod": "EMAIL", "ValidationDomain": DOMAIN}
    return certificate(status, DomainValidationOptions=[option])


def imported():
    made = certificate(Type="IMPORTED")
    del made["DomainValidationOptions"]
    return made


@pytest.mark.parametrize(
    "there", [by_email("ISSUED"), by_email("PENDING_VALIDATION"), imported(), certificate("ISSUED", [None])]
)
def test_waits_for_no_record_that_never_comes(described, run, there):
    described(there, tags=TAGS)

    result = run(acm_certificate, domain_name=DOMAIN, owner_tags=OWNER)

    assert (result.get("changed"), result.get("validation_records")) == (False, [])
    assert result["status"] == there["Status"]


def test_waits_for_the_records_of_one_that_is_pending(described, run):
    described(certificate("PENDING_VALIDATION", [None]), certificate("PENDING_VALIDATION"), tags=TAGS)

    result = run(acm_certificate, domain_name=DOMAIN, owner_tags=OWNER)

    assert [record["name"] for record in result["validation_records"]] == [RECORD["Name"]]


@pytest.mark.parametrize(
    ("last", "message"),
    [
        (certificate("FAILED", FailureReason="CAA_ERROR"), "CAA_ERROR: a CAA record of the domain does not allow"),
        (certificate("VALIDATION_TIMED_OUT"), "its DNS records were not there in time"),
        (certificate("PENDING_VALIDATION"), "is not issued after 0 s. Check that the zone that the world sees has _x1"),
        (by_email("PENDING_VALIDATION"), "whoever AWS sent an e-mail"),
        (certificate("PENDING_VALIDATION", [None]), "AWS has not told its DNS records yet"),
    ],
)
def test_one_that_is_not_issued_says_why(described, run, last, message):
    described(certificate("PENDING_VALIDATION"), last, tags=TAGS)

    assert message in run(acm_certificate, domain_name=DOMAIN, owner_tags=OWNER, wait=True, wait_timeout=0)["msg"]


def test_bad_names_get_one_message_and_no_call(acm, run):
    result = run(acm_certificate, domain_name="llm", subject_alternative_names=["a..b"])

    assert "'llm' is no domain name" in result["msg"]
    assert "'a..b' is no domain name" in result["msg"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_deletes_ours_as_soon_as_it_is_let_go(acm, described, run, check_mode):
    described(certificate(), tags=TAGS)
    if not check_mode:
        acm.add_client_error("delete_certificate", "ResourceInUseException", "in use")
        acm.add_response("delete_certificate", {}, {"CertificateArn": ARN})

    result = run(acm_certificate, check_mode=check_mode, domain_name=DOMAIN, state="absent", owner_tags=OWNER)

    assert result["changed"], result
    assert result["validation_records"] == [{"name": RECORD["Name"], "type": "CNAME", "value": RECORD["Value"]}]


def test_keeps_the_records_that_another_certificate_needs(acm, run):
    theirs = f"{ARN[:-1]}4"
    summaries = [{"CertificateArn": arn, "DomainName": DOMAIN} for arn in (ARN, theirs)]
    acm.add_response("list_certificates", {"CertificateSummaryList": summaries})
    acm.add_response("list_tags_for_certificate", {"Tags": TAGS}, {"CertificateArn": ARN})
    acm.add_response("list_tags_for_certificate", {}, {"CertificateArn": theirs})
    acm.add_response("delete_certificate", {}, {"CertificateArn": ARN})

    result = run(acm_certificate, domain_name=DOMAIN, state="absent", owner_tags=OWNER)

    assert result["changed"], result
    assert result["validation_records"] == []


def test_has_nothing_to_delete(described, run):
    described(tags=[])

    assert not run(acm_certificate, domain_name=DOMAIN, state="absent", owner_tags=OWNER)["changed"]
