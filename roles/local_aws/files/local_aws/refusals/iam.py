# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM refuses and moto accepts: names, trust policies, boundaries that are none, deletes of what is attached."""

from __future__ import annotations

import json
import re
from typing import Any

from moto.iam.policy_validation import IAMTrustPolicyDocumentValidator

from ansible_collections.llmops.ecs.plugins.module_utils._facts import iam

from ..base.refused import Context, Refused, Row

PRINCIPALS = {"AWS", "Service", "Federated", "CanonicalUser"}
SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")


def role_name(params: dict[str, Any], context: Context) -> None:
    """A role's name has letters of IAM's own set, not too many."""
    name = params["RoleName"]
    found = f"1 validation error detected: Value '{name}' at 'roleName' failed to satisfy constraint: Member must "
    if len(name) > iam.LONGEST_ROLE_NAME:
        raise Refused("ValidationError", found + f"have length less than or equal to {iam.LONGEST_ROLE_NAME}")
    if not re.fullmatch(iam.ROLE_NAME, name, re.ASCII):
        raise Refused("ValidationError", found + f"satisfy regular expression pattern: {iam.ROLE_NAME}")


def trust_policy(params: dict[str, Any], context: Context) -> None:
    """A trust policy says who (a principal that can exist), may do what (assume), and no resource.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    document = params.get("AssumeRolePolicyDocument") or params.get("PolicyDocument") or ""
    IAMTrustPolicyDocumentValidator(document).validate()
    statements = json.loads(document)["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal")
        if not principal:
            raise Refused("MalformedPolicyDocument", "Missing required field Principal")
        if principal != "*":
            _check_principal(principal)


def _check_principal(principal: Any) -> None:
    if not isinstance(principal, dict) or not principal.keys() <= PRINCIPALS:
        raise Refused("MalformedPolicyDocument", "Syntax errors in policy.")
    services = principal.get("Service", [])
    for service in [services] if isinstance(services, str) else services:
        if not SERVICE.fullmatch(service):
            raise Refused("MalformedPolicyDocument", f'Invalid principal in policy: "SERVICE":"{service}"')


def boundary(params: dict[str, Any], context: Context) -> None:
    """A permissions boundary is a policy that exists."""
    arn = params.get("PermissionsBoundary")
    if arn and arn not in context.backend("iam").managed_policies:
        raise Refused("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.")


def policy_delete(params: dict[str, Any], context: Context) -> None:
    """A policy goes when it is attached to nothing, bounds nothing, and has but its default version."""
    backend = context.backend("iam")
    policy = backend.managed_policies.get(params["PolicyArn"])
    if policy is None:
        return
    bounds = any(policy.arn == role.permissions_boundary_arn for role in list(backend.roles.values()))
    if policy.attachment_count or bounds:
        raise Refused("DeleteConflict", "Cannot delete a policy attached to entities.")
    if len(policy.versions) > 1:
        order = "Before you delete a policy, you must delete the policy's versions."
        message = f"This policy has more than one version. {order} The default version is deleted with the policy."
        raise Refused("DeleteConflict", message)


def tag_keys(params: dict[str, Any], context: Context) -> None:
    """Keys that differ only in case are one key to IAM."""
    keys = [tag["Key"].lower() for tag in params.get("Tags", [])]
    if len(keys) != len(set(keys)):
        message = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        raise Refused("InvalidInput", message)


ROWS = [
    Row("iam", "CreateRole", role_name),
    Row("iam", "CreateRole", trust_policy),
    Row("iam", "CreateRole", boundary),
    Row("iam", "CreateRole", tag_keys),
    Row("iam", "TagRole", tag_keys),
    Row("iam", "UpdateAssumeRolePolicy", trust_policy),
    Row("iam", "PutRolePermissionsBoundary", boundary),
    Row("iam", "DeletePolicy", policy_delete),
]
