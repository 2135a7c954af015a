#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: acm_certificate
version_added: 0.2.0
short_description: Request or delete a public certificate of AWS Certificate Manager, validated by DNS
description:
  - Finds the certificate with exactly these names, key algorithm and owner tags, or requests a new one.
  - Returns the DNS records that ACM uses to validate that you own the domain. ACM issues the certificate once these
    records exist.
  - A certificate cannot be changed. With other names or another key algorithm a new one is requested, and the old one
    stays until O(state=absent).
author:
  - The llmops.ecs contributors (@llmops)
options:
  state:
    description: Whether the certificate exists. V(absent) deletes all certificates with this domain name and owner.
    type: str
    choices: [present, absent]
    default: present
  domain_name:
    description: The first name of the certificate, as in V(llm.example.com) or V(*.example.com).
    type: str
    required: true
  subject_alternative_names:
    description: Further domain names of the certificate.
    type: list
    elements: str
    default: []
  key_algorithm:
    description: The algorithm of the key.
    type: str
    choices: [RSA_2048, EC_prime256v1, EC_secp384r1]
    default: RSA_2048
  wait:
    description: Whether to wait until the certificate is issued. This needs the DNS records to exist.
    type: bool
    default: false
  wait_timeout:
    description:
      - How many seconds to wait at most until the certificate is issued or, with O(state=absent), until no resource
        uses it any more.
    type: int
    default: 600
  owner_tags:
    description:
      - Tags that identify the certificate. A new certificate gets them.
      - By default, the tags in O(tags) that begin with V(llmops:).
    type: dict
    default: {}
extends_documentation_fragment:
  - llmops.ecs.attributes
  - llmops.ecs.tags
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - name: community.aws.acm_certificate
    link: https://docs.ansible.com/projects/ansible/latest/collections/community/aws/acm_certificate_module.html
    description: Imports a certificate that another authority issued.
"""

EXAMPLES = r"""
- name: Request a certificate
  llmops.ecs.acm_certificate:
    domain_name: llm.example.com
    tags:
      team: llm
  register: certificate

- name: Show the DNS records to create
  ansible.builtin.debug:
    var: certificate.validation_records

- name: Delete the certificate
  llmops.ecs.acm_certificate:
    domain_name: llm.example.com
    state: absent
"""

RETURN = r"""
arn:
  description: The certificate's ARN. In check mode, if it would be requested, an ARN made of zeros.
  returned: O(state=present)
  type: str
  sample: arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012
status:
  description: V(PENDING_VALIDATION) or V(ISSUED).
  returned: O(state=present)
  type: str
  sample: PENDING_VALIDATION
validation_records:
  description:
    - The DNS records that validate the certificate, with C(name), C(type) and C(value). Empty for a certificate
      that was imported or is validated by e-mail.
    - With O(state=absent), the records of the deleted certificates, unless another certificate of this domain needs
      them.
  returned: success
  type: list
  elements: dict
  sample:
    - name: _x1.llm.example.com.
      type: CNAME
      value: _x2.acm-validations.aws.
tags:
  description: The certificate's tags.
  returned: O(state=present)
  type: dict
  sample:
    team: llm
"""

import uuid

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws import ownership, wait
from ..module_utils._aws import tags as aws_tags
from ..module_utils._aws.errors import EcsError
from ..module_utils._aws.outcome import failures_told
from ..module_utils._aws.session import connect
from ..module_utils._documents import compare
from ..module_utils._services import acm


def owner_of(params):
    own = {key: value for key, value in (params["tags"] or {}).items() if key.startswith("llmops:")}
    return params["owner_tags"] or own


def ours(params, client, listed):
    """Return those of the listed certificates that carry the owner's tags: pairs of ARN and tags."""
    found = [(arn, acm.tags_of(client, arn)) for arn in listed]
    return [(arn, tags) for arn, tags in found if ownership.owned(aws_tags.from_list(tags), owner_of(params))]


def settled(client, arn, done, seconds):
    """Look at the certificate until it is as it should be, for so many seconds."""
    last = {}

    def look():
        last.update(acm.describe(client, arn))
        return done(last)

    wait.until(look, seconds)
    return last


def wait_until_issued(client, arn, seconds):
    certificate = settled(client, arn, lambda last: last["Status"] != "PENDING_VALIDATION", seconds)
    if certificate["Status"] == "PENDING_VALIDATION":
        raise EcsError(f"{arn} is not issued after {seconds} s. {acm.what_to_wait_for(certificate)}")
    if certificate["Status"] != "ISSUED":
        raise EcsError(f"{arn} is {certificate['Status']}: {acm.why_not(certificate)}")
    return certificate


def request(params, client, tags):
    document = {
        "DomainName": params["domain_name"],
        "ValidationMethod": "DNS",
        "KeyAlgorithm": params["key_algorithm"],
        # A request that botocore sends again is the same one.
        "IdempotencyToken": uuid.uuid4().hex,
    }
    names = params["subject_alternative_names"]
    more = {"SubjectAlternativeNames": names} if names else {}
    return acm.request(client, {**document, **more, **({"Tags": aws_tags.list_of(tags)} if tags else {})})


def present(module, client):
    params = module.params
    domain, names, key = params["domain_name"], params["subject_alternative_names"], params["key_algorithm"]
    acm.check(domain, names)
    listed = acm.list_certificates(client, domain)
    found = [({**acm.describe(client, arn), "CertificateArn": arn}, tags) for arn, tags in ours(params, client, listed)]
    alike = [pair for pair in found if acm.is_alike(pair[0], domain, names, key)]
    certificate, tagged = next(iter(sorted(alike, key=lambda pair: pair[0]["Status"])), (None, []))
    new = certificate is None
    tags = aws_tags.change({"tags": tagged}, aws_tags.asked_tags(params), params["purge_tags"])
    if new:
        tags = aws_tags.change(None, aws_tags.new_tags(params, tags), True)
    if new and module.check_mode:
        certificate = acm.made_up(client, domain, names)
    elif new:
        certificate = {"CertificateArn": request(params, client, tags.after)}
    elif not module.check_mode:
        aws_tags.put(client, certificate["CertificateArn"], tags, acm.tag, acm.untag)
    arn = certificate["CertificateArn"]
    if not module.check_mode:
        if new or not acm.has_records(certificate):
            certificate = settled(client, arn, acm.has_records, params["wait_timeout"])
        if params["wait"] and certificate["Status"] != "ISSUED":
            certificate = wait_until_issued(client, arn, params["wait_timeout"])
    shown = {"DomainName": domain, "SubjectAlternativeNames": sorted(acm.names_of(domain, names))}
    return {
        "changed": new or tags.changed,
        "arn": arn,
        "status": certificate["Status"],
        "validation_records": acm.records_of(certificate),
        "tags": tags.after,
        "diff": compare.together({"before": {} if new else shown, "after": shown}, tags.diff),
    }


def absent(module, client):
    listed = acm.list_certificates(client, module.params["domain_name"])
    arns = [arn for arn, tags in ours(module.params, client, listed)]
    alone = len(arns) == len(listed)
    records = [acm.records_of(acm.describe(client, arn)) for arn in arns if alone]
    for arn in [] if module.check_mode else arns:
        in_use = ("ResourceInUseException",)
        wait.when_let_go(lambda arn=arn: acm.delete(client, arn), module.params["wait_timeout"], in_use)
    return {
        "changed": bool(arns),
        "validation_records": list({record["name"]: record for each in records for record in each}.values()),
        "diff": {"before": {"CertificateArns": arns} if arns else {}, "after": {}},
    }


def main():
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"choices": ["present", "absent"], "default": "present"},
            "domain_name": {"required": True},
            "subject_alternative_names": {"type": "list", "elements": "str", "default": []},
            "key_algorithm": {"choices": ["RSA_2048", "EC_prime256v1", "EC_secp384r1"], "default": "RSA_2048"},
            "wait": {"type": "bool", "default": False},
            "wait_timeout": {"type": "int", "default": 600},
            "owner_tags": {"type": "dict", "default": {}},
            "tags": {"type": "dict"},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    with failures_told(module):
        client = connect(module, "acm")
        module.exit_json(**(present if module.params["state"] == "present" else absent)(module, client))


if __name__ == "__main__":
    main()
