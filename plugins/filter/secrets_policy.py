# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible.errors import AnsibleFilterError

SECRET = re.compile(r"(arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:[^:]+)(:.*)?")
PARAMETER = re.compile(r"arn:[\w-]+:ssm:[\w-]+:\d{12}:parameter/\S+")
PARAMETER_NAME = re.compile(r"[\w.\-/]+")


@dataclass(frozen=True)
class Where:
    """The account whose parameters are meant by names alone."""

    account_id: str
    region: str = "*"
    partition: str = "aws"
    kms_key_arns: Sequence[str] = ()


def secrets_policy(secrets: Iterable[str], **where: Any) -> dict[str, Any]:
    """Return the IAM policy that reads these secrets and nothing else. Raises AnsibleFilterError.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
    """
    account = Where(**where)
    grants: dict[str, set[str]] = {}
    for secret in secrets:
        action, resource = _grant(secret, account)
        grants.setdefault(action, set()).add(resource)
    if account.kms_key_arns:
        grants["kms:Decrypt"] = set(account.kms_key_arns)
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": sorted(resources)}
        for action, resources in sorted(grants.items())
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _grant(secret: str, where: Where) -> tuple[str, str]:
    """The action that reads a secret, and its ARN: without what picks a JSON key or a version of it."""
    # YAML reads an ARN that ends in a colon as a mapping, unless it is quoted.
    text = secret if isinstance(secret, str) else ""
    if found := SECRET.fullmatch(text):
        return "secretsmanager:GetSecretValue", found.group(1)
    if PARAMETER.fullmatch(text):
        return "ssm:GetParameters", text
    if PARAMETER_NAME.fullmatch(text):
        arn = f"arn:{where.partition}:ssm:{where.region}:{where.account_id}:parameter/{text.lstrip('/')}"
        return "ssm:GetParameters", arn
    raise AnsibleFilterError(
        f"iam_secret_arns: {secret!r} is not the ARN of a Secrets Manager secret, nor the ARN or the name of an SSM "
        "parameter. Write it in quotes, as in the container's valueFrom, for example "
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:llm/api-key-AbCdEf."
    )


class FilterModule:
    """What Ansible looks for in a filter plugin."""

    def filters(self):
        return {"secrets_policy": secrets_policy}
