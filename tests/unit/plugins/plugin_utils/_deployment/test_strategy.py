# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.plugin_utils._deployment import api_key, load_balancer
from ansible_collections.llmops.ecs.plugins.plugin_utils._deployment import strategy as deployment_strategy

SHIFTED = {
    "targetGroupArn": "arn:tg/blue",
    "advancedConfiguration": {
        "alternateTargetGroupArn": "arn:tg/green",
        "productionListenerRule": "arn:rule",
        "roleArn": "arn:role",
    },
}
KEY = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:llm/key-AbCdEf"


def rollout(strategy, balancers=(SHIFTED,), **members):
    return {
        "loadBalancers": list(balancers),
        "deploymentConfiguration": {"strategy": strategy, "bakeTimeInMinutes": 5, **members},
    }


@pytest.mark.parametrize(
    "definition",
    [
        {},
        {"deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}},
        rollout("BLUE_GREEN"),
        rollout("BLUE_GREEN", bakeTimeInMinutes=0),
        rollout("CANARY", canaryConfiguration={"canaryPercent": 0.1, "canaryBakeTimeInMinutes": 1440}),
        rollout("CANARY"),
        rollout("LINEAR", linearConfiguration={"stepPercent": 33.3, "stepBakeTimeInMinutes": 0}),
        rollout("LINEAR", alarms={"alarmNames": ["errors"], "enable": True, "rollback": True}),
        {**rollout("BLUE_GREEN", balancers=()), "serviceConnectConfiguration": {"enabled": True}},
    ],
)
def test_what_aws_takes(definition):
    assert list(deployment_strategy.bad_strategy(definition)) == []


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        (rollout("BLUE_GREEN", balancers=()), ["BLUE_GREEN shifts requests between two target groups"]),
        (rollout("BLUE_GREEN", balancers=()), ["set load_balancer_state: present, or the strategy to ROLLING"]),
        (
            rollout("CANARY", balancers=[{"targetGroupArn": "arn:tg"}]),
            [
                (
                    "CANARY needs ecs_service_alternate_target_group_arn, ecs_service_listener_rule_arn, "
                    "ecs_service_infrastructure_role_arn too"
                )
            ],
        ),
        (rollout("BLUE_GREEN", bakeTimeInMinutes=None), ["ecs_service_bake_minutes is missing"]),
        (rollout("BLUE_GREEN", bakeTimeInMinutes=1441), ["ecs_service_bake_minutes: 1441 is not between 0 and 1440"]),
        (rollout("BLUE_GREEN", bakeTimeInMinutes=-1), ["ecs_service_bake_minutes: -1"]),
        (
            rollout("CANARY", canaryConfiguration={"canaryPercent": 0, "canaryBakeTimeInMinutes": 2000}),
            ["ecs_service_canary_percent: 0 is not between 0.1 and 100", "ecs_service_canary_bake_minutes: 2000"],
        ),
        (
            rollout("LINEAR", linearConfiguration={"stepPercent": 2.9, "stepBakeTimeInMinutes": -1}),
            ["ecs_service_linear_step_percent: 2.9 is not between 3.0", "ecs_service_linear_step_bake_minutes: -1"],
        ),
        (
            rollout("LINEAR", linearConfiguration={"stepPercent": 33.33}),
            ["ecs_service_linear_step_percent: 33.33 is not between 3.0 and 100 with at most one decimal"],
        ),
        (rollout("BLUE_GREEN", canaryConfiguration={"canaryPercent": 5}), ["is for the strategy CANARY"]),
        (
            rollout("CANARY", deploymentCircuitBreaker={"enable": True, "rollback": True}),
            ["only ROLLING can have it; CANARY is rolled back by itself"],
        ),
    ],
)
def test_names_what_a_strategy_lacks(definition, said):
    messages = list(deployment_strategy.bad_strategy(definition))

    assert len(messages) == len(said)
    assert all(text in message for text, message in zip(said, messages, strict=True))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", None),
        ("llm", None),
        ("l" * 32, None),
        ("l" * 33, "has 33 characters, and a load balancer's name has at most 32"),
        ("llm-", "no hyphen at an end"),
        ("internal-llm", "not begin with internal-"),
        ("llm_prod", "must have only letters, digits and hyphens"),
    ],
)
def test_names_of_load_balancers(name, said):
    messages = list(load_balancer.bad_balancer_name(name))

    assert (said in messages[0]) if said else not messages


@pytest.mark.parametrize(
    ("key", "variable", "said"),
    [
        ("", "", None),
        ("", "LLAMA_API_KEY", None),
        ("generate", "LLAMA_API_KEY", None),
        (KEY, "LLAMA_API_KEY", None),
        (f"{KEY}:key::", "LLAMA_API_KEY", None),
        ("generate", "", "the server of the preset ollama does not check a key"),
        (
            KEY.replace("eu-west-1", "us-east-1"),
            "LLAMA_API_KEY",
            "the secret is in us-east-1, and the tasks run in eu-",
        ),
        ("sk-hunter2", "LLAMA_API_KEY", "neither generate nor the ARN of a secret"),
        ("arn:aws:ssm:eu-west-1:123456789012:parameter/key", "LLAMA_API_KEY", "neither generate nor the ARN"),
    ],
)
def test_api_keys(key, variable, said):
    messages = list(api_key.bad_api_key(key, variable, "ollama", "eu-west-1"))

    assert (said in messages[0]) if said else not messages
    assert "hunter2" not in "".join(messages)
