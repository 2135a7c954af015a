# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.llmops.ecs.plugins.module_utils._documents import masking
from ansible_collections.llmops.ecs.plugins.module_utils._rollouts import advice

REASONS = {
    "CannotPullContainerError: pull image manifest: failed to resolve ref a:b: not found": "was pushed",
    "CannotPullContainerError: ref pull has been retried: dial tcp 3.4.5.6:443: i/o timeout": "internet gateway",
    "CannotPullContainerError: pull access denied, repository does not exist or may require authorization": "refuses",
    "CannotPullContainerError: toomanyrequests: You have reached your pull rate limit": "limits",
    "CannotPullContainerError: no match for platform in manifest sha256:abc": "cpuArchitecture",
    "CannotPullContainerError: write /layer: no space left on device": "ephemeralStorage",
    "ResourceInitializationError: ECS was unable to assume the role 'arn:aws:iam::1:role/x'": "ecs-tasks.amazonaws.com",
    "ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException": "GetSecretValue",
    "ResourceInitializationError: unable to pull secrets: dial tcp: i/o timeout": "internet gateway",
    "ResourceInitializationError: failed to validate logger args: create stream: log group": "log group",
    "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: mount.nfs4": "port 2049",
    "ResourceInitializationError: unable to pull secrets: execution resource retrieval failed: role cannot assume: "
    "not authorized to perform: sts:AssumeRole": "trust policy",
    "CannotPullContainerError: There is a connection issue between the task and the registry.": "internet gateway",
    "CannotPullContainerError: descriptor matching platform 'linux/amd64' is not in it": "cpuArchitecture",
    "CannotPullContainerError: failed to resolve ref registry/ml-platform:1: not found": "was pushed",
    "container web: exit code 137, OutOfMemoryError: Container killed due to memory usage": "raise memory",
    "stopped: ServiceSchedulerInitiated: Task failed container health checks": "healthCheck.startPeriod",
    "stopped: Task failed ELB health checks in (target-group arn:aws:x)": "healthCheckGracePeriodSeconds",
    "Target 10.0.0.1:80: unhealthy (Health checks failed with these codes: [503])": "healthCheckGracePeriodSeconds",
    "unhealthy (Health checks failed with these codes: [404])": "set ecs_service_health_path",
    "is unhealthy in (target-group g) due to (reason Health checks failed with these codes: [401])": "without a key",
    "Target 10.0.0.1:80: unhealthy (Request timed out)": "gets no answer",
    "exec /app/run.sh: exec format error": "cpuArchitecture",
    "CannotStartContainerError: ResourceInitializationError: exec: 'x': executable file not found": "entryPoint",
    "container web: exit code 127": "entryPoint",
    "container web: exit code 139": "segmentation fault",
    "Capacity is unavailable at this time. Please try again later": "other zones",
    "stopped: SpotInterruption: Your Spot Task was interrupted.": "Spot",
    "was unable to place a task because no container instance met all of its requirements": "Fargate",
    "stopped: EssentialContainerExited: Essential container in task exited": "its log says why",
}


@pytest.mark.parametrize(("reason", "said"), REASONS.items(), ids=range(len(REASONS)))
def test_advice(reason, said):
    (text,) = advice.advice([reason])

    assert said in text


DENIED = (
    "AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/{role}/0123abcd is not authorized to perform: "
    "{action} because no identity-based policy allows the {action} action"
)
START = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
LOGGER = "ResourceInitializationError: failed to validate logger args: "


@pytest.mark.parametrize("role", ["llm-exec", "assume-role", "secret-log-efs", "ecr"])
@pytest.mark.parametrize(
    ("start", "action", "said"),
    [
        (f"{START}unable to retrieve secret from asm: ", "secretsmanager:GetSecretValue", "allowed to read it"),
        (f"{START}unable to retrieve secrets from ssm: ", "ssm:GetParameters", "allowed to read it"),
        (f"{START}unable to retrieve secret from asm: ", "kms:Decrypt", "kms:Decrypt"),
        (f"{START}unable to retrieve ecr registry auth: ", "ecr:GetAuthorizationToken", "be allowed to pull"),
        (
            f"{LOGGER}create stream has been retried 1 times: ",
            "logs:CreateLogStream",
            "allowed to write",
        ),
        (
            "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: ",
            "elasticfilesystem:ClientMount",
            "file system",
        ),
        ("CannotPullContainerError: pull image manifest has been retried 1 time(s): ", "ecr:BatchGetImage", "refuses"),
    ],
)
def test_what_a_role_may_not_do_is_said_whatever_the_role_is_called(role, start, action, said):
    (text,) = advice.advice([start + DENIED.format(role=role, action=action)])

    assert said in text
    assert "trust policy" not in text


@pytest.mark.parametrize(
    "reason",
    [
        f"{START}The task cannot pull registry auth: There is a connection issue between the task and Amazon ECR.",
        f"{START}unable to retrieve ecr registry auth: Post https://api.ecr.eu-west-1.amazonaws.com/: i/o timeout",
        f"{START}There is a connection issue between the task and AWS Secrets Manager.",
        f"{LOGGER}It finds no log group. There is a connection issue between the task and Amazon CloudWatch.",
        f"{LOGGER}signal: killed",
    ],
)
def test_a_missing_way_out_is_told_from_what_would_be_reached(reason):
    (text,) = advice.advice([reason])

    assert "way out" in text
    assert "internet gateway" in text


def test_a_log_group_may_be_called_after_secrets():
    (text,) = advice.advice([f"{LOGGER}there is no log group /ecs/secrets"])

    assert "The log group must exist" in text


def test_the_last_resort_is_silent_where_something_precise_is_known():
    lines = ["Essential container in task exited", "container web: exit code 137", "container web: exit code 137"]

    assert advice.advice(lines) == [advice.ADVICE[r"OutOfMemory|\bexit code 137\b"]]


@pytest.mark.parametrize("line", ["has reached a steady state.", "INFO: 200 OK", "  container web: its last lines"])
def test_no_advice_where_nothing_is_wrong(line):
    assert advice.advice([line]) == []


HIDING = {
    "password=hunter2 next": "hunter2",
    'DB_PASSWORD: "hunter2"': "hunter2",
    "Authorization: Bearer abcdefgh12345678": "abcdefgh12345678",
    "using key AKIAIOSFODNN7EXAMPLE": "AKIAIOSFODNN7EXAMPLE",
    "token hf_abcdefghijklmnopqrstuv": "hf_abcdefghijklmnopqrstuv",
    "sk-proj-abcdefghijklmnop is no key": "sk-proj-abcdefghijklmnop",
    "postgres://me:hunter2@db:5432/x": "hunter2",
    '{"api_key": "hunter2", "n": 1}': "hunter2",
    "aws_secret_access_key = hunter2/x+y": "hunter2/x+y",
    "vllm serve --api-key hunter2 --port 80": "hunter2",
    "serve -password='hunter2'": "hunter2",
}


@pytest.mark.parametrize(("line", "secret"), HIDING.items(), ids=HIDING)
def test_what_looks_like_a_secret_is_hidden(line, secret):
    shown = masking.redacted(line, [])

    assert secret not in shown
    assert masking.REDACTED in shown


@pytest.mark.parametrize(
    "line",
    [
        "Traceback (most recent call last):",
        "ModuleNotFoundError: No module named 'torch'",
        "loaded in 3.2 s: 412 tensors",
        "serve --tokenizer mistral --port 80",
        "serve --api-key --port 80",
    ],
)
def test_ordinary_lines_stay_as_they_are(line):
    assert masking.redacted(line, []) == line


def test_values_of_variables_that_are_secret_by_name():
    environment = [
        {"name": "API_KEY", "value": "abcd"},
        {"name": "DB_PASSWORD", "value": "abcdefgh"},
        {"name": "TOKEN", "value": "1"},
        {"name": "MODEL", "value": "mistral"},
        {"name": "SECRET"},
    ]

    assert masking.secret_values(environment) == ["abcdefgh", "abcd"]


def test_words_after_a_flag_that_is_secret_by_its_name():
    words = ["serve", "--api-key", "a", "b", "--token=x", "y", "--tokenizer", "z", "--auth", "--port", "80", "--secret"]

    assert [word for word, hide in zip(words, masking.secret_words(words), strict=True) if hide] == ["a"]
    assert masking.secret_words([]) == []


@given(st.text(alphabet="abcXYZ019", min_size=4, max_size=20), st.text(max_size=30), st.text(max_size=30))
def test_a_known_value_never_shows(value, before, after):
    assert value not in masking.redacted(f"{before}{value}{after}", [value]).replace(masking.REDACTED, "\0")
