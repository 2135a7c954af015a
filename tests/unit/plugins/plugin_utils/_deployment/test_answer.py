# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a service can be asked from here, the command that asks it, and what to mind."""

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.plugin_utils._deployment import answer

KEY = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf"
BALANCER = {"scheme": "internet-facing", "paths": [], "dns_name": "llm-1.elb.amazonaws.com"}
ASKED = {
    "url": "http://203.0.113.7:8080",
    "question": {"method": "POST", "path": "/generate", "body": {"text": "It's?"}},
    "ask": True,
    "api_key_arn": "",
    "assign_public_ip": True,
    "caller_ip": "auto",
    "load_balancer": None,
    "region": "eu-west-1",
    "profile": "",
    "endpoint_url": "",
}


def balanced(**changed):
    return {"load_balancer": BALANCER | changed}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, True),
        ({"ask": False}, False),
        ({"question": {}}, False),
        ({"assign_public_ip": False}, False),
        ({"caller_ip": "none"}, False),
        ({"assign_public_ip": False} | balanced(), True),
        (balanced(scheme="internal"), False),
        (balanced(paths=["/chat/*"]), False),
        (balanced(paths=["/chat/*", "/gen*"]), True),
        (balanced(paths=["/generat?"]), True),
        (balanced(paths=["/generate.x"]), False),
    ],
)
def test_what_can_be_asked_from_here(changed, expected):
    assert answer.can_be_asked(ASKED | changed) is expected


def test_a_command_without_a_key():
    assert answer.command(ASKED) == (
        "curl --silent --request POST http://203.0.113.7:8080/generate --header 'Content-Type: application/json' "
        """--data '{"text": "It'"'"'s?"}'"""
    )


def test_a_key_is_no_programs_argument():
    asked = ASKED | {"api_key_arn": KEY, "profile": "dev", "question": {"method": "GET", "path": "/"}}

    assert answer.command(asked) == (
        f"key=$(aws secretsmanager get-secret-value --secret-id {KEY} --region eu-west-1 --profile dev "
        "--query SecretString --output text) && "
        """printf "Authorization: Bearer %s" "$key" | curl --silent --header @- --request GET http://203.0.113.7:8080/"""
    )


@pytest.mark.parametrize(
    ("changed", "unknown", "told"),
    [
        ({}, False, []),
        ({"api_key_arn": KEY}, False, ["plain HTTP", "load_balancer_certificate_arn"]),
        ({"api_key_arn": KEY, "url": "https://llm.example.com"}, False, []),
        (balanced() | {"url": "https://llm.example.com"}, True, ["llm.example.com", BALANCER["dns_name"]]),
        ({"url": "https://llm.example.com"}, True, ["the load balancer", "load_balancer_hosted_zone"]),
    ],
)
def test_what_to_mind(changed, unknown, told):
    warning = answer.warning(ASKED | changed, unknown)

    assert bool(warning) is bool(told)
    assert all(words in warning for words in told)


def test_a_service_that_does_not_answer_names_what_to_change():
    message = answer.failure(ASKED, "HTTP status 404.")

    for words in (
        "http://203.0.113.7:8080",
        "POST /generate",
        "HTTP status 404.",
        "network_caller_ip",
        "deployment_ask",
    ):
        assert words in message
