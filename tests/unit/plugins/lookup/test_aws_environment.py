# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
import sys

import pytest

from ansible_collections.llmops.ecs.plugins.lookup.aws_environment import LOCAL_PROFILE, aws_environment

LOCAL = "http://127.0.0.1:4566"
HOSTILE = {
    "AWS_PROFILE": "stale",
    "AWS_ACCESS_KEY_ID": "stale",
    "AWS_SECRET_ACCESS_KEY": "stale",
    "AWS_SESSION_TOKEN": "stale",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_ENDPOINT_URL_ECS": "http://127.0.0.1:1",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_CONFIG_FILE": "/nonexistent",
    "AWS_MAX_ATTEMPTS": "0",
    "AWS_RETRY_MODE": "nonsense",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_CA_BUNDLE": "/nonexistent",
    "AWS_DEFAULT_REGION": "xx-none-1",
    "HTTP_PROXY": "http://127.0.0.1:1",
}


@pytest.mark.parametrize(
    ("url", "local"),
    [
        (LOCAL, True),
        ("http://localhost:4566", True),
        ("http://[::1]:4566", True),
        ("https://ecs.eu-west-1.amazonaws.com", False),
        ("nonsense", False),
        ("http://LOCALHOST", True),
        ("http://me@127.0.0.2:80/path", True),
        ("http://127.example.com", False),
    ],
)
def test_loopback(url, local):
    assert (aws_environment({}, "", "eu-west-1", url).get("AWS_PROFILE") == LOCAL_PROFILE) is local


def test_a_real_account_keeps_the_callers_environment():
    assert aws_environment(HOSTILE, "", "eu-west-1", "") == {
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }


def test_a_profile_wins_over_keys():
    variables = aws_environment(HOSTILE, "prod", "eu-west-1", "")

    assert variables["AWS_PROFILE"] == "prod"
    assert not any(variables[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"))


def test_a_clean_environment_gets_no_empty_keys():
    assert "AWS_ACCESS_KEY_ID" not in aws_environment({}, "prod", "eu-west-1", "")


@pytest.mark.parametrize("environ", [{}, HOSTILE])
def test_botocore_takes_the_embedded_aws(environ):
    """A client that is made in a hostile environment talks to the embedded AWS, with the keys that name nobody."""
    script = (
        "import boto3; client = boto3.client('ecs'); credentials = boto3.Session().get_credentials(); "
        "print(client.meta.endpoint_url, client.meta.region_name, credentials.access_key, credentials.token)"
    )
    result = subprocess.run(
        [sys.executable, "-c", script],
        env={**environ, **aws_environment(environ, "", "eu-west-1", LOCAL)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.stdout.split() == [LOCAL, "eu-west-1", "local", "None"], result.stderr
