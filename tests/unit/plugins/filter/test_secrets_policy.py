# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.llmops.ecs.plugins.filter.secrets_policy import secrets_policy

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:llm/key-AbCdEf"
PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter/llm/token"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"


@pytest.mark.parametrize(
    ("secrets", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([SECRET], [("secretsmanager:GetSecretValue", [SECRET])], id="secret"),
        pytest.param([f"{SECRET}:password::"], [("secretsmanager:GetSecretValue", [SECRET])], id="a JSON key of it"),
        pytest.param([f"{SECRET}:::v1", SECRET], [("secretsmanager:GetSecretValue", [SECRET])], id="each once"),
        pytest.param([PARAMETER], [("ssm:GetParameters", [PARAMETER])], id="parameter"),
        pytest.param(["/llm/token"], [("ssm:GetParameters", [PARAMETER])], id="parameter by name"),
        pytest.param(["llm/token"], [("ssm:GetParameters", [PARAMETER])], id="parameter by name, no slash"),
        pytest.param(
            [PARAMETER, SECRET],
            [("secretsmanager:GetSecretValue", [SECRET]), ("ssm:GetParameters", [PARAMETER])],
            id="both",
        ),
        pytest.param(
            [
                "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/b",
                "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/a",
            ],
            [
                (
                    "ssm:GetParameters",
                    [
                        "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/a",
                        "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/b",
                    ],
                )
            ],
            id="another partition, in order",
        ),
    ],
)
def test_reads_exactly_the_secrets(secrets, expected):
    policy = secrets_policy(secrets, account_id="123456789012", region="eu-west-1")

    assert policy["Version"] == "2012-10-17"
    assert {statement["Effect"] for statement in policy["Statement"]} <= {"Allow"}
    assert [(statement["Action"], statement["Resource"]) for statement in policy["Statement"]] == expected


def test_decrypts_with_the_keys_that_are_named():
    policy = secrets_policy([SECRET], account_id="123456789012", kms_key_arns=[KEY])

    assert {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": [KEY]} in policy["Statement"]


def test_a_name_without_a_region_is_meant_in_all():
    (statement,) = secrets_policy(["/a"], account_id="123456789012", partition="aws-us-gov")["Statement"]

    assert statement["Resource"] == ["arn:aws-us-gov:ssm:*:123456789012:parameter/a"]


@pytest.mark.parametrize(
    "secret",
    ["", "a b", {f"{SECRET}:password:": None}, "arn:aws:s3:::bucket", "arn:aws:secretsmanager:eu-west-1:1:secret:x"],
)
def test_refuses_what_is_no_secret(secret):
    with pytest.raises(AnsibleFilterError, match=r"iam_secret_arns: .* is not the ARN of a Secrets Manager secret"):
        secrets_policy([secret], account_id="123456789012")
