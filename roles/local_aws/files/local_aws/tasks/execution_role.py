# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""May a task use its execution role, and may that role do what the start of the task needs?

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

from moto.core.utils import utcnow
from moto.iam.models import Role, iam_backends
from moto.utilities.utils import get_partition

from ..base.delays import DELAYS

ECS_TASKS = "ecs-tasks.amazonaws.com"


def find_role(name_or_arn: str, account: str, region: str) -> Role | None:
    """Return the role of this ARN, or of this name in the account; None if there is none."""
    roles = iam_backends[account][get_partition(region)].roles.values()
    return next((role for role in list(roles) if name_or_arn in (role.arn, role.name)), None)


def can_assume(role: Role | None, account: str, region: str) -> bool:
    """Return whether ECS can assume the role for a task in this account and region: it is old enough and trusts ECS."""
    if role is None or (utcnow() - role.create_date).total_seconds() < DELAYS.role:
        return False
    context = {
        "aws:SourceAccount": account,
        "aws:SourceArn": f"arn:{get_partition(region)}:ecs:{region}:{account}:task/*",
    }
    return trusts(_parsed(role.assume_role_policy_document), context)


def trusts_ecs(role: Role | None, account: str, region: str) -> bool:
    """Return whether there is the role and lets ECS itself assume it for its services in this account and region."""
    context = {
        "aws:SourceAccount": account,
        "aws:SourceArn": f"arn:{get_partition(region)}:ecs:{region}:{account}:service/*",
    }
    return role is not None and trusts(_parsed(role.assume_role_policy_document), context, "ecs.amazonaws.com")


def may(role: Role, action: str, resource: str) -> bool:
    """Return whether the role's own and attached policies allow the action; conditions are taken as met."""
    attached = [
        version for policy in role.managed_policies.values() for version in policy.versions if version.is_default
    ]
    documents = [*role.policies.values(), *(version.document for version in attached)]
    statements = [statement for document in documents for statement in _statements(_parsed(document))]
    concerned = [statement for statement in statements if _covers(statement, action, resource)]
    effects = {statement["Effect"] for statement in concerned}
    return "Allow" in effects and "Deny" not in effects


def trusts(document: dict[str, Any], context: dict[str, str], principal: str = ECS_TASKS) -> bool:
    """Return whether a trust policy lets a service of AWS assume the role, given the condition keys that it sends."""
    return any(
        statement.get("Effect") == "Allow"
        and _matches_any(statement.get("Action"), "sts:AssumeRole")
        and isinstance(statement.get("Principal"), dict)
        and principal in _listed(statement["Principal"].get("Service"))
        and _conditions_hold(statement.get("Condition", {}), context)
        for statement in _statements(document)
    )


def _conditions_hold(conditions: dict[str, dict[str, Any]], context: dict[str, str]) -> bool:
    """Condition operators that are no equality or likeness, and keys that ECS does not send, do not hold."""
    return all(
        operator in ("StringEquals", "StringLike", "ArnEquals", "ArnLike") and _value_matches(context.get(key), wanted)
        for operator, pairs in conditions.items()
        for key, wanted in pairs.items()
    )


def _value_matches(value: str | None, wanted: Any) -> bool:
    # Which task asks is not known before it runs, so a pattern for tasks and one for tasks of a cluster both match.
    return value is not None and any(
        fnmatchcase(value, pattern) or fnmatchcase(pattern, value) for pattern in _listed(wanted)
    )


def _covers(statement: dict[str, Any], action: str, resource: str) -> bool:
    return _matches_any(statement.get("Action"), action) and any(
        fnmatchcase(resource, pattern) for pattern in _listed(statement.get("Resource"))
    )


def _matches_any(patterns: Any, action: str) -> bool:
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in _listed(patterns))


def _statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    return _listed(document.get("Statement"))


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _parsed(document: str | dict[str, Any]) -> dict[str, Any]:
    return json.loads(document) if isinstance(document, str) else document
