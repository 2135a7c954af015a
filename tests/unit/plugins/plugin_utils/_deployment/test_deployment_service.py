# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.plugin_utils._deployment import service as deployment_service

OPTIONS = {
    "ecs_service_port": {"type": "int"},
    "ecs_service_tags": {"type": "dict"},
    "ecs_service_image": {"type": "str"},
}


@pytest.mark.parametrize(
    ("hosts", "said"),
    [
        ({"a": {"network_vpc": "vpc-1"}, "b": {"network_vpc": "vpc-1"}}, []),
        ({"a": {}, "b": {}}, []),
        (
            {"a": {"network_vpc": "vpc-1"}, "b": {"network_vpc": "vpc-2"}, "c": {"network_vpc": "vpc-1"}},
            [
                (
                    "network_vpc is shared by all hosts of llm_services but differs: 'vpc-1' on a, c; 'vpc-2' on b. "
                    "Set it once, for the whole group."
                )
            ],
        ),
        (
            {"a": {"iam_tags": {}}, "b": {}},
            [
                (
                    "iam_tags is shared by all hosts of llm_services but differs: {} on a; not set on b. "
                    "Set it once, for the whole group."
                )
            ],
        ),
    ],
)
def test_shared_variables(hosts, said):
    assert list(deployment_service.differing(hosts, "llm_services")) == said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cluster_api_key", "hunter2"),
        ("iam_password", ["hunter2"]),
        ("network_settings", {"a": [{"token": "hunter2"}]}),
        ("iam_secrets", {"a": "hunter2"}),
        ("network_url", "https://me:hunter2@host"),
    ],
)
def test_shared_variables_that_are_secret_are_not_told(name, value):
    (said,) = deployment_service.differing({"a": {name: value}, "b": {}}, "llm_services")

    assert name in said
    assert "not set on b" in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("variables", "wrong"),
    [
        ({"ecs_service_port": "8080", "ecs_service_tags": {}}, []),
        ({"ecs_service_port": "many"}, ["ecs_service_port"]),
        ({"ecs_service_port": [], "ecs_service_tags": "x"}, ["ecs_service_port", "ecs_service_tags"]),
        ({"something_else": []}, []),
    ],
)
def test_types(variables, wrong):
    messages = deployment_service.badly_typed(variables, OPTIONS)

    assert len(messages) == len(wrong)
    assert all(any(name in message for message in messages) for name in wrong)


def test_misspelt_names():
    given = ["ecs_service_imgae", "ecs_service_port", "ecs_service_own_helper", "network_vpc"]

    assert list(deployment_service.misspelt(given, "ecs_service", OPTIONS)) == [
        "ecs_service_imgae is not a variable of the role ecs_service; did you mean ecs_service_image?"
    ]


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("eu-west-1", None),
        ("", "aws_region is not set"),
        ("eu-wset-1", "did you mean eu-west-1"),
        ("nowhere", "check its spelling"),
    ],
)
def test_region(region, said):
    messages = list(deployment_service.bad_region(region, ["eu-west-1", "eu-west-2", "us-east-1"], "1.44.5"))

    assert (said in messages[0]) if said else not messages


@pytest.mark.parametrize(
    ("deployment", "service", "named"),
    [
        ("llm-prod", "chat_1", []),
        ("1llm", "chat", ["deployment_name: '1llm'"]),
        ("llm_prod", "chat", ["deployment_name: 'llm_prod'"]),
        ("l" * 41, "chat", ["deployment_name: "]),
        ("llm", "chat.example.com", ["the inventory host 'chat.example.com'"]),
        ("", "", ["deployment_name: ''", "the inventory host ''"]),
    ],
)
def test_names(deployment, service, named):
    messages = list(deployment_service.bad_names(deployment, service))

    assert len(messages) == len(named)
    assert all(message.startswith(start) for message, start in zip(messages, named, strict=True))


@pytest.mark.parametrize(
    ("image", "gpu", "fargate", "said"),
    [
        ("ghcr.io/me/llm:1.0", False, True, None),
        ("ghcr.io/me/llm:1.0", True, False, None),
        ("  ", False, True, "ecs_service_image is empty"),
        ("my image", False, True, "white space"),
        ("vllm/vllm-openai:latest", True, True, "needs a GPU, and Fargate has none"),
    ],
)
def test_image(image, gpu, fargate, said):
    messages = list(deployment_service.bad_image(image, "vllm", gpu, fargate))

    assert (said in messages[0]) if said else not messages


@pytest.mark.parametrize(
    ("count", "least", "most", "said"),
    [
        (1, 100, 200, None),
        (1, 100, 199, "Raise the second to 200, or lower the first to 0."),
        (1, 0, 100, None),
        (1, 50, 100, "Raise the second to 200, or lower the first to 0."),
        (2, 100, 150, None),
        (3, 100, 133, "Raise the second to 134, or lower the first to 66."),
        (3, 66, 100, None),
        (0, 100, 100, None),
    ],
)
def test_a_rollout_needs_room(count, least, most, said):
    bounds = {"minimumHealthyPercent": least, "maximumPercent": most}
    messages = list(deployment_service.bad_rollout({"desiredCount": count, "deploymentConfiguration": bounds}))

    assert messages[0].endswith(said) if said else not messages


def test_a_rollout_has_room_by_default():
    assert not list(deployment_service.bad_rollout({}))
