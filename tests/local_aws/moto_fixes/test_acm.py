# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate is issued when the records that prove its names are in a zone."""

from __future__ import annotations


def test_a_certificate_is_issued_by_its_records(server):
    acm, route53 = server.client("acm"), server.client("route53")
    zone = route53.create_hosted_zone(Name="proved.example.com", CallerReference="proved")["HostedZone"]["Id"]
    names = ["llm.proved.example.com", "*.llm.proved.example.com", "proved.example.com"]
    arn = acm.request_certificate(DomainName=names[0], SubjectAlternativeNames=names[1:], ValidationMethod="DNS")[
        "CertificateArn"
    ]

    def certificate():
        return acm.describe_certificate(CertificateArn=arn)["Certificate"]

    records = {
        option["ResourceRecord"]["Name"]: option["ResourceRecord"]
        for option in certificate()["DomainValidationOptions"]
    }
    assert len(records) == 2
    for record in records.values():
        assert certificate()["Status"] == "PENDING_VALIDATION"
        entry = {"Name": record["Name"], "Type": "CNAME", "TTL": 300, "ResourceRecords": [{"Value": record["Value"]}]}
        change = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": entry}]}
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=change)

    assert certificate()["Status"] == "ISSUED"
