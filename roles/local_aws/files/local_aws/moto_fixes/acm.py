# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates are issued when Route 53 has the records that prove their names, and not by the passing of time."""

from __future__ import annotations

from moto.acm.models import CertBundle
from moto.core.utils import utcnow
from moto.route53.models import route53_backends


def install() -> None:
    """Replace moto's validation.

    https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
    """

    def check(certificate: CertBundle) -> None:
        if certificate._not_valid_after(certificate._cert) <= utcnow():
            certificate.status = "EXPIRED"
        elif certificate.status == "PENDING_VALIDATION" and _is_proved(certificate):
            certificate.status = "ISSUED"

    CertBundle.check = check


def _is_proved(certificate: CertBundle) -> bool:
    options = certificate.describe()["Certificate"].get("DomainValidationOptions", [])
    wanted = {(option["ResourceRecord"]["Name"], option["ResourceRecord"]["Value"]) for option in options}
    _arn, partition, _acm, _region, account, _id = certificate.arn.split(":", 5)
    there = {
        (record.name, value)
        for zone in list(route53_backends[account][partition].zones.values())
        for record in list(zone.rrsets)
        if record.type == "CNAME"
        for value in record.records
    }
    return bool(wanted) and wanted <= there
