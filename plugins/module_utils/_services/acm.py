# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Certificates of ACM: which one is ours, what is still to be done for it, and why one failed.

https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
"""

from __future__ import annotations

import re
import typing as t

from .._aws import arns
from .._aws.errors import aws_call
from .._aws.pages import all_pages
from .._aws.tags import list_of
from .._documents import problems
from .._documents.shapes import Document
from .._facts import acm

ALIVE = ("ISSUED", "PENDING_VALIDATION")
#: https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-failed.html
REASONS = {
    "CAA_ERROR": "a CAA record of the domain does not allow amazon.com; add one that does, or remove it",
    "DOMAIN_NOT_ALLOWED": "AWS issues none for this domain; ask AWS Support if that is a mistake",
    "INVALID_PUBLIC_DOMAIN": "one of the names is not of a public domain; check their spelling",
    "ADDITIONAL_VERIFICATION_REQUIRED": "AWS wants to know more; ask AWS Support",
    "NO_AVAILABLE_CONTACTS": "nobody could be asked; validate by DNS",
}


def check(domain: str, names: list[str]) -> None:
    """Raise DocumentError where one of the names is none."""
    label = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
    valid = re.compile(rf"(\*\.)?({label}\.)+{label}", re.I)
    bad = [name for name in [domain, *names] if len(name) > acm.LONGEST_DOMAIN_NAME or not valid.fullmatch(name)]
    problems.refuse(f"{name!r} is no domain name, as in llm.example.com or *.example.com" for name in bad)


def names_of(domain: str, names: t.Iterable[str]) -> set[str]:
    """Return all names of a certificate: the first is always among them, and names have no case."""
    return {name.lower() for name in [domain, *names]}


def is_alike(certificate: Document, domain: str, names: list[str], key_algorithm: str) -> bool:
    """Whether a certificate, as DescribeCertificate answers it, is the one that would be requested."""
    there = names_of(certificate["DomainName"], certificate.get("SubjectAlternativeNames", []))
    key = certificate.get("KeyAlgorithm", key_algorithm).replace("-", "_")
    return certificate["Status"] in ALIVE and there == names_of(domain, names) and key == key_algorithm


def records_of(certificate: Document) -> list[dict[str, str]]:
    """Return the DNS records that validate a certificate, each once: a name and its wildcard share one."""
    options = certificate.get("DomainValidationOptions", [])
    found = [option["ResourceRecord"] for option in options if "ResourceRecord" in option]
    return [
        {"name": record["Name"], "type": record["Type"], "value": record["Value"]}
        for record in {record["Name"]: record for record in found}.values()
    ]


def has_records(certificate: Document) -> bool:
    """Whether AWS has told all records that it will tell; it does some seconds after a request.

    Only a certificate that is still to be validated by DNS needs any: one that is issued or imported does not, and one
    that is validated by e-mail or over HTTP has none.
    """
    options = certificate.get("DomainValidationOptions", [])
    by_dns = [option for option in options if option.get("ValidationMethod", "DNS") == "DNS"]
    told = bool(options) and all("ResourceRecord" in option for option in by_dns)
    return certificate["Status"] != "PENDING_VALIDATION" or told


def made_up(client: t.Any, domain: str, names: list[str]) -> Document:
    """Return what check mode answers for a certificate that would be requested."""
    made = sorted({name.removeprefix("*.") for name in names_of(domain, names)})
    return {
        "CertificateArn": arns.made_up_arn(client, "certificate", "acm"),
        "DomainName": domain,
        "Status": "PENDING_VALIDATION",
        "DomainValidationOptions": [
            {"ResourceRecord": {"Name": f"_0.{name}.", "Type": "CNAME", "Value": "_0.acm-validations.aws."}}
            for name in made
        ],
    }


def what_to_wait_for(certificate: Document) -> str:
    """Return what has to happen before a certificate that is pending is issued."""
    records = ", ".join(record["name"] for record in records_of(certificate))
    if records:
        return f"Check that the zone that the world sees has {records}"
    if has_records(certificate):
        return "It is not validated by DNS: whoever AWS sent an e-mail about it has to follow the link in that mail"
    return "AWS has not told its DNS records yet; run this again later"


def why_not(certificate: Document) -> str:
    """Return why a certificate was not issued, and what to do."""
    if certificate["Status"] == "VALIDATION_TIMED_OUT":
        return "its DNS records were not there in time; add validation_records to the zone that the world sees"
    reason = certificate.get("FailureReason", "AWS gives no reason")
    return f"{reason}: {REASONS.get(reason, 'see the certificate in the console')}"


@aws_call("list certificates for {domain}")
def list_certificates(client: t.Any, domain: str) -> list[str]:
    """Return the ARNs of the certificates whose first name this is, whatever their key.

    https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html
    """
    key_types = {"keyTypes": list(acm.KEY_ALGORITHMS)}
    found = all_pages(client, "list_certificates", "CertificateSummaryList", Includes=key_types)
    return [item["CertificateArn"] for item in found if item.get("DomainName", "").lower() == domain.lower()]


@aws_call("list the tags of {arn}", missing=("ResourceNotFoundException",), value=[])
def tags_of(client: t.Any, arn: str) -> list[dict[str, str]]:
    return client.list_tags_for_certificate(CertificateArn=arn).get("Tags", [])


@aws_call("describe {arn}", passing=("ResourceNotFoundException",))
def describe(client: t.Any, arn: str) -> Document:
    return client.describe_certificate(CertificateArn=arn)["Certificate"]


@aws_call("request a certificate for {document[DomainName]}")
def request(client: t.Any, document: Document) -> str:
    return client.request_certificate(**document)["CertificateArn"]


@aws_call("delete {arn}", missing=("ResourceNotFoundException",))
def delete(client: t.Any, arn: str) -> None:
    client.delete_certificate(CertificateArn=arn)


@aws_call("tag {arn}")
def tag(client: t.Any, arn: str, tags: dict[str, str]) -> None:
    client.add_tags_to_certificate(CertificateArn=arn, Tags=list_of(tags))


@aws_call("untag {arn}")
def untag(client: t.Any, arn: str, keys: list[str]) -> None:
    client.remove_tags_from_certificate(CertificateArn=arn, Tags=[{"Key": key} for key in keys])
