# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the services of a deployment share, out of an inventory's variables."""

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.plugin_utils._deployment.plan import plan
from ansible_collections.llmops.ecs.plugins.plugin_utils._deployment.presets import PRESETS, preset

KEY = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf"
TOKEN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-AbCdEf"
REQUESTED = {"load_balancer_hosted_zone": "z", "load_balancer_domain_names": ["a.z"]}
LISTED = {"name": "TOKEN", "valueFrom": TOKEN}


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        pytest.param({"a": {}}, {"services": ["a"], "ports": [8080]}, id="nothing set"),
        pytest.param({"a": {"ecs_service_name": "chat"}, "b": {}}, {"services": ["chat", "b"]}, id="a name of its own"),
        pytest.param(
            {"a": {"ecs_service_preset": "ollama"}, "b": {"ecs_service_port": "9000", "network_ports": [22, "9000"]}},
            {"ports": [22, 9000, 11434]},
            id="ports of preset, service and network, each once, as numbers",
        ),
        pytest.param(
            {"a": {"ecs_service_secrets": {"A": KEY, "B": TOKEN}}}, {"secret_arns": [KEY, TOKEN]}, id="secrets"
        ),
        pytest.param({"a": {"ecs_service_secrets": None, "iam_secret_arns": [KEY]}}, {"secret_arns": [KEY]}, id="null"),
        pytest.param({"a": {"ecs_service_sidecars": [{"secrets": [LISTED]}]}}, {"secret_arns": [TOKEN]}, id="sidecar"),
        pytest.param(
            {"a": {"ecs_service_container_definition": {"secrets": [LISTED]}}},
            {"secret_arns": [TOKEN]},
            id="of a container definition",
        ),
        pytest.param(
            {"a": {"ecs_service_task_definition": {"containerDefinitions": [{"secrets": [LISTED]}, {}]}}},
            {"secret_arns": [TOKEN]},
            id="of a task definition",
        ),
        pytest.param(
            {"a": {"ecs_service_api_key": "generate"}, "b": {"ecs_service_api_key": KEY}},
            {"secret_names": ["/llmops/llm/a/api-key"], "secret_arns": [KEY]},
            id="a key that is made and one that is given",
        ),
        pytest.param({"a": {}}, {"shifts": False}, id="rolling"),
        pytest.param({"a": {}, "b": {"ecs_service_deployment_strategy": "CANARY"}}, {"shifts": True}, id="one shifts"),
        pytest.param({"a": {}}, {"balanced": False, "balancer_ports": [80]}, id="no load balancer"),
        pytest.param(
            {"a": {"load_balancer_state": "present", "load_balancer_certificate_arn": "arn:aws:acm:…"}},
            {"balanced": True, "balancer_ports": [80, 443]},
            id="HTTPS by a certificate",
        ),
        pytest.param(
            {"a": {"load_balancer_hosted_zone": "example.com", "load_balancer_http_port": "8080"}},
            {"balancer_ports": [8080]},
            id="a zone without names is no HTTPS",
        ),
        pytest.param(
            {
                "a": {
                    "load_balancer_hosted_zone": "z",
                    "load_balancer_domain_names": ["a.z"],
                    "load_balancer_https_port": 8443,
                }
            },
            {"balancer_ports": [80, 8443]},
            id="HTTPS by a requested certificate",
        ),
        pytest.param({"a": {"load_balancer_idle_timeout": "77"}}, {"idle_timeout": 77}, id="timeout given"),
        # A blocking server's answer waits for one before it; its target's check may take 55 s more.
        pytest.param(
            {"a": {"ecs_service_preset": "llama_cpp"}, "b": {"ecs_service_preset": "gpt4all_fastapi"}},
            {"idle_timeout": 655},
            id="as patient as the slowest service",
        ),
        pytest.param(
            {"a": {"ecs_service_longest_answer_seconds": 1000, "ecs_service_startup_seconds": 10}},
            {"idle_timeout": 1005},
            id="the service's own longest answer",
        ),
    ],
)
def test_what_services_share(hosts, expected):
    made = plan("llm", hosts)

    assert {name: made[name] for name in expected} == expected


def test_every_preset_says_what_every_server_needs():
    needed = set(PRESETS[""])

    assert all(needed <= set(settings) for settings in PRESETS.values())
    assert preset("nobody") == PRESETS[""]
