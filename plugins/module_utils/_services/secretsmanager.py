# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What the modules ask of Secrets Manager, one function an action. A secret's value goes into no message."""

from __future__ import annotations

import typing as t

from .._aws.errors import aws_call
from .._aws.tags import list_of
from .._documents.shapes import Document


@aws_call("describe secret {name}", missing=("ResourceNotFoundException",))
def describe_secret(client: t.Any, name: str) -> Document | None:
    """Return the secret of this name or ARN, also one that is to be deleted (C(DeletedDate)); None if there is none.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
    """
    return client.describe_secret(SecretId=name)


# A name that was deleted without a recovery window is free again only after a moment.
@aws_call("create secret {name}", passing=("InvalidRequestException",))
def create_secret(client: t.Any, name: str, value: str, members: Document) -> Document:
    """Create the secret, and return C(ARN) and C(Name). botocore's token makes a call that is sent twice the same one.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
    """
    return client.create_secret(Name=name, SecretString=value, **members)


@aws_call("restore secret {arn}")
def restore_secret(client: t.Any, arn: str) -> None:
    """Take back a deletion that is scheduled.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RestoreSecret.html
    """
    client.restore_secret(SecretId=arn)


@aws_call("delete secret {arn}", missing=("ResourceNotFoundException",))
def delete_secret(client: t.Any, arn: str, days: int) -> None:
    """Delete the secret after so many days in which it can be restored, at once with 0.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
    """
    when = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
    client.delete_secret(SecretId=arn, **when)


@aws_call("read secret {name}")
def secret_value(client: t.Any, name: str) -> str:
    """Return the secret's text.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
    """
    return client.get_secret_value(SecretId=name)["SecretString"]


@aws_call("tag {arn}")
def tag(client: t.Any, arn: str, tags: dict[str, str]) -> None:
    client.tag_resource(SecretId=arn, Tags=list_of(tags))


@aws_call("untag {arn}")
def untag(client: t.Any, arn: str, keys: list[str]) -> None:
    client.untag_resource(SecretId=arn, TagKeys=keys)
