# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from ansible_collections.llmops.ecs.plugins.modules import secretsmanager_generated_secret

NAME = "/llmops/demo/chat/api-key"
ARN = f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{NAME}-AbCdEf"
TAGS = {"team": "llm", "llmops:deployment": "demo"}
VALUE = "v" * 48
GONE_AT = datetime(2026, 12, 24, tzinfo=UTC)


@pytest.fixture
def manager(aws):
    return aws("secretsmanager")


@pytest.fixture(autouse=True)
def known_value(monkeypatch):
    monkeypatch.setattr(secretsmanager_generated_secret.secrets, "choice", lambda characters: "v")


@pytest.fixture
def described(manager):
    """Return a function that lets the secret be found, or not."""

    def describe(there=True, name=NAME, tags=None, **members):
        if not there:
            manager.add_client_error("describe_secret", "ResourceNotFoundException", expected_params={"SecretId": name})
            return
        listed = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
        manager.add_response(
            "describe_secret", {"ARN": ARN, "Name": NAME, "Tags": listed, **members}, {"SecretId": name}
        )

    return describe


def test_makes_a_key_and_tells_it_to_nobody(manager, described, run):
    described(there=False)
    asked = {"Name": NAME, "SecretString": f"sk-{VALUE}", "Description": "for chat"}
    tags = [{"Key": key, "Value": value} for key, value in sorted(TAGS.items())]
    manager.add_response("create_secret", {"ARN": ARN, "Name": NAME}, {**asked, "Tags": tags})

    result = run(
        secretsmanager_generated_secret, name=NAME, prefix="sk-", description="for chat", tags=TAGS, diff_mode=True
    )

    assert result["changed"]
    assert result["arn"] == ARN
    assert not result["restored"]
    assert result["diff"]["before"] == {}
    assert result["diff"]["after"] == {"name": NAME, "value": secretsmanager_generated_secret.HIDDEN, "tags": TAGS}
    assert VALUE not in json.dumps(result)


def test_two_keys_differ(monkeypatch):
    monkeypatch.undo()
    made = {secretsmanager_generated_secret.generated("llm-", 48) for _time in range(20)}

    assert len(made) == 20
    assert all(re.fullmatch("llm-[A-Za-z0-9]{48}", value) for value in made)


@pytest.mark.parametrize("asked", [{}, {"tags": {"team": "llm"}}, {"tags": {}, "purge_tags": False}, {"length": 22}])
def test_keeps_a_key_that_is_there(described, run, asked):
    described(tags=TAGS)

    result = run(secretsmanager_generated_secret, name=NAME, **asked)

    assert not result["changed"]
    assert result["arn"] == ARN
    assert result["diff"]["before"] == result["diff"]["after"]


def test_changes_tags(manager, described, run):
    described(tags={"team": "web", "old": "x", "llmops:deployment": "demo"})
    manager.add_response("tag_resource", {}, {"SecretId": ARN, "Tags": [{"Key": "team", "Value": "llm"}]})
    manager.add_response("untag_resource", {}, {"SecretId": ARN, "TagKeys": ["old"]})

    result = run(secretsmanager_generated_secret, name=NAME, tags={"team": "llm"})

    assert result["changed"]
    assert result["tags"] == TAGS


@pytest.mark.parametrize("check_mode", [True, False])
def test_restores_a_key_that_is_about_to_go(manager, described, run, check_mode):
    described(DeletedDate=GONE_AT)
    if not check_mode:
        manager.add_response("restore_secret", {}, {"SecretId": ARN})

    result = run(secretsmanager_generated_secret, name=NAME, check_mode=check_mode)

    assert result["changed"]
    assert result["restored"]
    assert "deleted_on" in result["diff"]["before"]
    assert "deleted_on" not in result["diff"]["after"]


def test_makes_nothing_in_check_mode(aws, described, run):
    described(there=False)
    aws("sts").add_response("get_caller_identity", {"Account": "123456789012"})

    result = run(secretsmanager_generated_secret, name=NAME, check_mode=True)

    assert result["changed"]
    assert result["arn"] == f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{NAME}-??????"


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ({}, {"RecoveryWindowInDays": 30}),
        ({"recovery_window_in_days": 7}, {"RecoveryWindowInDays": 7}),
        ({"recovery_window_in_days": 0}, {"ForceDeleteWithoutRecovery": True}),
    ],
)
def test_deletes(manager, described, run, asked, sent):
    described(name=ARN)
    manager.add_response("delete_secret", {}, {"SecretId": ARN, **sent})

    assert run(secretsmanager_generated_secret, name=ARN, state="absent", **asked)["changed"]


@pytest.mark.parametrize("days", [0, 30])
def test_a_key_that_goes_by_itself(manager, described, run, days):
    described(DeletedDate=GONE_AT)
    if days == 0:
        manager.add_response("delete_secret", {}, {"SecretId": ARN, "ForceDeleteWithoutRecovery": True})

    result = run(secretsmanager_generated_secret, name=NAME, state="absent", recovery_window_in_days=days)

    assert result["changed"] == (days == 0)


def test_has_nothing_to_delete(described, run):
    described(there=False)

    assert not run(secretsmanager_generated_secret, name=NAME, state="absent")["changed"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"length": 8}, "length: 8 is not between 22, below which it can be guessed"),
        ({"recovery_window_in_days": 3}, "recovery_window_in_days: 3 is neither 0 nor between 7 and 30"),
    ],
)
def test_refuses(run, asked, said):
    result = run(secretsmanager_generated_secret, name=NAME, **asked)

    assert result["failed"]
    assert said in result["msg"]


def test_tells_what_aws_refuses_without_the_value(manager, described, run):
    described(there=False)
    manager.add_client_error("create_secret", "LimitExceededException", f"Too many secrets for {VALUE}")

    result = run(secretsmanager_generated_secret, name=NAME)

    assert f"Failed to create secret {NAME}" in result["msg"]
    assert VALUE not in json.dumps(result)


def test_tries_again_while_the_name_of_a_deleted_key_is_not_free(manager, described, run, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    described(there=False)
    manager.add_client_error("create_secret", "InvalidRequestException", "already scheduled for deletion")
    manager.add_response("create_secret", {"ARN": ARN, "Name": NAME})

    assert run(secretsmanager_generated_secret, name=NAME)["arn"] == ARN
