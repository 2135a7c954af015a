# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM refuses: names, trust policies, boundaries that are none, deletes of what is attached."""

from __future__ import annotations

import pytest
from scenes import TRUST, Cases, judge, policy

from local_aws.refusals import iam

refused = Cases()


@refused("CreateRole")
def role_with_a_bad_name(scene):
    yield lambda: scene.role(RoleName="bad name!"), "ValidationError", r"regular expression pattern: [\w+=,.@-]+"
    scene.role(RoleName="good.name@llm")


@refused("CreateRole")
def role_with_a_long_name(scene):
    yield lambda: scene.role(RoleName="x" * 65), "ValidationError", "less than or equal to 64"
    scene.role(RoleName="x" * 64)


@refused("CreateRole")
def trust_that_is_no_policy(scene):
    yield lambda: scene.role(AssumeRolePolicyDocument='{"a": 1}'), "MalformedPolicyDocument", "Syntax errors in policy."
    condition = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    scene.role(AssumeRolePolicyDocument=policy(TRUST | {"Condition": condition}))


@refused("CreateRole")
def role_with_a_boundary_that_does_not_exist(scene):
    arn = "arn:aws:iam::123456789012:policy/none"
    yield lambda: scene.role(PermissionsBoundary=arn), "NoSuchEntity", f"Scope ARN: {arn} does not exist"
    scene.role(PermissionsBoundary=scene.policy())


@refused("PutRolePermissionsBoundary")
def boundary_that_does_not_exist(scene):
    name = scene.role()["RoleName"]

    def put(arn):
        scene.iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=arn)

    yield lambda: put("arn:aws:iam::123456789012:policy/none"), "NoSuchEntity", "does not exist or is not attachable"
    put(scene.policy())


@refused("CreateRole")
def role_with_a_tag_twice(scene):
    tags = [{"Key": "owner", "Value": "a"}, {"Key": "Owner", "Value": "b"}]
    yield lambda: scene.role(Tags=tags), "InvalidInput", "Tag keys are case insensitive"
    scene.role(Tags=tags[:1])


@refused("DeletePolicy")
def policy_that_is_attached(scene):
    arn, name = scene.policy(), scene.role()["RoleName"]
    scene.iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    yield lambda: scene.iam.delete_policy(PolicyArn=arn), "DeleteConflict", "Cannot delete a policy attached"
    scene.iam.detach_role_policy(RoleName=name, PolicyArn=arn)
    scene.iam.delete_policy(PolicyArn=arn)


@refused("DeletePolicy")
def policy_that_is_a_boundary(scene):
    arn = scene.policy()
    name = scene.role(PermissionsBoundary=arn)["RoleName"]
    yield lambda: scene.iam.delete_policy(PolicyArn=arn), "DeleteConflict", "Cannot delete a policy attached"
    scene.iam.delete_role(RoleName=name)
    scene.iam.delete_policy(PolicyArn=arn)


@refused("DeletePolicy")
def policy_with_versions(scene):
    arn = scene.policy()
    document = policy({"Effect": "Allow", "Action": "ecr:*", "Resource": "*"})
    version = scene.iam.create_policy_version(PolicyArn=arn, PolicyDocument=document)["PolicyVersion"]["VersionId"]
    yield lambda: scene.iam.delete_policy(PolicyArn=arn), "DeleteConflict", "more than one version"
    scene.iam.delete_policy_version(PolicyArn=arn, VersionId=version)
    scene.iam.delete_policy(PolicyArn=arn)


def bad_trust(name, changes, message):
    @refused("CreateRole", name)
    def case(scene):
        statement = {key: value for key, value in (TRUST | changes).items() if value is not None}
        yield lambda: scene.role(AssumeRolePolicyDocument=policy(statement)), "MalformedPolicyDocument", message
        scene.role()


for _arguments in (
    ("trust without a principal", {"Principal": None}, "Missing required field Principal"),
    ("trust with a resource", {"Resource": "*"}, "Has prohibited field Resource"),
    ("trust of a service that is none", {"Principal": {"Service": "ecs.example.com"}}, '"SERVICE":"ecs.example.com"'),
    ("trust of an unknown kind", {"Principal": {"Task": "x"}}, "Syntax errors in policy."),
    ("trust for another action", {"Action": "ecs:RunTask"}, "sts:AssumeRole"),
    ("trust for no action", {"Action": None}, "must contain actions"),
):
    bad_trust(*_arguments)


@refused("UpdateAssumeRolePolicy")
def trust_that_is_made_bad(scene):
    name = scene.role()["RoleName"]

    def update(principal):
        scene.iam.update_assume_role_policy(RoleName=name, PolicyDocument=policy(TRUST | {"Principal": principal}))

    yield lambda: update({"Service": "ecs"}), "MalformedPolicyDocument", '"SERVICE":"ecs"'
    update({"AWS": "*"})


@refused("TagRole")
def tag_that_a_role_has_twice(scene):
    name = scene.role()["RoleName"]

    def tag(*keys):
        scene.iam.tag_role(RoleName=name, Tags=[{"Key": key, "Value": "x"} for key in keys])

    yield lambda: tag("team", "Team"), "InvalidInput", "Tag keys are case insensitive"
    tag("team", "teams")


@pytest.mark.parametrize(("action", "case"), refused.marked)
def test_refused_as_on_aws_and_the_legitimate_twin_passes(server, action, case):
    judge(server, action, case)


def test_every_row_has_a_case():
    assert {row.action for row in iam.ROWS} <= refused.actions
