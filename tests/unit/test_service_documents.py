# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documents that the role ecs_service makes of its variables: AWS's model takes them, and a second run is none."""

from __future__ import annotations

import copy
from pathlib import Path

import botocore.session
import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

from ansible_collections.llmops.ecs.plugins.module_utils._documents import shapes
from ansible_collections.llmops.ecs.plugins.module_utils._ecs import service as ecs_service
from ansible_collections.llmops.ecs.plugins.module_utils._ecs import task_definition
from ansible_collections.llmops.ecs.plugins.plugin_utils._deployment import strategy as deployment_strategy

ROLE = Path(__file__).resolve().parents[2] / "roles" / "ecs_service"
MODEL = botocore.session.get_session().get_service_model("ecs")
CREATE = MODEL.operation_model("CreateService").input_shape
UPDATE = MODEL.operation_model("UpdateService").input_shape
REGISTER = MODEL.operation_model("RegisterTaskDefinition").input_shape
PRESETS = ["", "llm_server", "gpt4all_fastapi", "llama_cpp", "ollama", "vllm", "tgi"]
STRATEGIES = ["ROLLING", "BLUE_GREEN", "CANARY", "LINEAR"]
KEY = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:llm/key-AbCdEf"
HANDED_ON = {
    "load_balancer_target_group_arn": "arn:blue",
    "load_balancer_alternate_target_group_arn": "arn:green",
    "load_balancer_rule_arn": "arn:rule",
    "load_balancer_test_rule_arn": "",
    "iam_infrastructure_role_arn": "arn:role",
}
BALANCED = {"targetGroupArn": "arn:blue", "containerName": "chat", "containerPort": 8080}


def trusted(value):
    if isinstance(value, dict):
        return {key: trusted(each) for key, each in value.items()}
    if isinstance(value, list):
        return [trusted(each) for each in value]
    return trust_as_template(value) if isinstance(value, str) else value


def render(name, **variables):
    """Return what a template of the role's is with these variables and the role's own."""
    files = (ROLE / "defaults" / "main.yml", ROLE / "vars" / "main.yml")
    own = {key: value for path in files for key, value in trusted(yaml.safe_load(path.read_text())).items()}
    given = {"inventory_hostname": "chat", "deployment_name": "llm", "aws_region": "eu-west-1", **variables}
    image = {"ecs_service_image": "ghcr.io/me/llm:1.0", "ecs_service_execution_role_arn": "arn:aws:iam::1:role/x"}
    return Templar(DataLoader(), variables={**own, **image, **given}).template(trust_as_template("{{ " + name + " }}"))


def service(**variables):
    document = shapes.coerce(render("__ecs_service_definition", **variables), CREATE)
    shapes.validate(document, CREATE, required=False)
    return document


def container(**variables):
    gpus = [{"capacityProvider": "gpus", "weight": 1}] if variables.get("ecs_service_preset") in ("vllm", "tgi") else []
    given = {"ecs_service_capacity_provider_strategy": gpus, **variables}
    document = shapes.coerce(render("__ecs_service_task_definition", **given), REGISTER)
    shapes.validate(document, REGISTER)
    task_definition.check(task_definition.normalized(document), "definition")
    return document["containerDefinitions"][0]


@pytest.mark.parametrize("preset", PRESETS)
def test_each_preset_is_what_aws_takes(preset):
    made = container(ecs_service_preset=preset)

    assert made["stopTimeout"] <= (300 if preset in ("vllm", "tgi") else 120)
    assert ("healthCheck" in made) == (preset != "")
    assert render("ecs_service_health_path", ecs_service_preset=preset).startswith("/")
    assert service(ecs_service_preset=preset)["loadBalancers"] == []


@pytest.mark.parametrize("preset", [preset for preset in PRESETS if preset])
def test_a_health_command_gives_up_before_the_health_check_does(preset):
    made = container(ecs_service_preset=preset)["healthCheck"]
    words = " ".join(made["command"])

    assert ("timeout=" in words or "--max-time" in words) or preset == "ollama"
    for mark in ("timeout=", "--max-time "):
        if mark in words:
            assert int("".join(filter(str.isdigit, words.split(mark)[1][:2]))) < made["timeout"]


@pytest.mark.parametrize(
    ("variables", "health_check", "stop"),
    [
        ({}, {"interval": 10, "timeout": 5, "retries": 3, "startPeriod": 60}, 120),
        ({"ecs_service_startup_seconds": 200}, {"startPeriod": 200}, 120),
        ({"ecs_service_longest_answer_seconds": "40"}, {"startPeriod": 60}, 40),
        ({"ecs_service_stop_timeout": 5}, {}, 5),
        ({"ecs_service_health_check": {"command": ["CMD", "true"]}}, {"command": ["CMD", "true"]}, 120),
    ],
)
def test_delays_and_what_overrides_them(variables, health_check, stop):
    made = container(ecs_service_preset="llm_server", **variables)

    assert health_check.items() <= made["healthCheck"].items()
    assert made["stopTimeout"] == stop


@pytest.mark.parametrize(
    ("preset", "metric", "told"),
    [
        ("llm_server", "requests_in_flight", True),
        ("llm_server", {"expression": "a / 2", "metrics": {"a": "queue_length"}}, True),
        ("llm_server", "cpu", False),
        ("", "requests_in_flight", False),
    ],
)
def test_a_server_reports_what_a_policy_acts_on(preset, metric, told):
    policy = {"name": "load", "type": "target_tracking", "metric": metric, "target": 2}
    made = container(
        ecs_service_preset=preset,
        ecs_service_cluster="llm",
        ecs_service_scaling={"min_capacity": 1, "max_capacity": 3, "policies": [policy]},
        ecs_service_environment={"A": "b"},
    )

    expected = {"A": "b"} | ({"LLM_SERVER_METRICS_DIMENSIONS": "ClusterName=llm,ServiceName=chat"} if told else {})
    assert {item["name"]: item["value"] for item in made["environment"]} == expected


@pytest.mark.parametrize(
    ("key", "secrets"),
    [
        ({}, []),
        ({"ecs_service_api_key": KEY}, [{"name": "LLM_SERVER_API_KEY", "valueFrom": KEY}]),
        (
            {"ecs_service_api_key": "generate", "__ecs_service_api_key": {"arn": KEY}},
            [{"name": "LLM_SERVER_API_KEY", "valueFrom": KEY}],
        ),
        (
            {"ecs_service_api_key": KEY, "ecs_service_api_key_variable": "MINE", "ecs_service_secrets": {"A": "/a"}},
            [{"name": "A", "valueFrom": "/a"}, {"name": "MINE", "valueFrom": KEY}],
        ),
    ],
)
def test_the_key_is_a_secret_of_the_container(key, secrets):
    assert container(ecs_service_preset="llm_server", **key)["secrets"] == secrets


def test_rolling_behind_a_load_balancer():
    made = service(ecs_service_preset="llm_server", **HANDED_ON)

    assert made["loadBalancers"] == [BALANCED]
    assert made["healthCheckGracePeriodSeconds"] == 80
    assert made["deploymentConfiguration"] == {
        "strategy": "ROLLING",
        "minimumHealthyPercent": 100,
        "maximumPercent": 200,
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        "alarms": {"alarmNames": [], "enable": False, "rollback": False},
    }


def test_without_a_load_balancer_there_is_no_grace_period():
    assert "healthCheckGracePeriodSeconds" not in service(ecs_service_preset="llm_server")


OWN = {
    "BLUE_GREEN": {},
    "CANARY": {"canaryConfiguration": {"canaryPercent": 5, "canaryBakeTimeInMinutes": 10}},
    "LINEAR": {"linearConfiguration": {"stepPercent": 10, "stepBakeTimeInMinutes": 6}},
}


@pytest.mark.parametrize(("strategy", "own"), OWN.items(), ids=OWN)
def test_the_other_strategies(strategy, own):
    made = service(
        ecs_service_deployment_strategy=strategy, ecs_service_rollback_alarms=["errors", "slow"], **HANDED_ON
    )

    advanced = {"alternateTargetGroupArn": "arn:green", "productionListenerRule": "arn:rule", "roleArn": "arn:role"}
    assert made["loadBalancers"] == [{**BALANCED, "advancedConfiguration": advanced}]
    assert made["deploymentConfiguration"] == {
        "strategy": strategy,
        "bakeTimeInMinutes": 5,
        "deploymentCircuitBreaker": {"enable": False, "rollback": False},
        "alarms": {"alarmNames": ["errors", "slow"], "enable": True, "rollback": True},
        **own,
    }
    assert list(deployment_strategy.bad_strategy(made)) == []


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_first_check_takes_what_is_made_later_as_made(strategy):
    given = {"load_balancer_state": "present", "__ecs_service_is_checked": True}
    made = service(ecs_service_deployment_strategy=strategy, **given)

    assert list(deployment_strategy.bad_strategy(made)) == []
    assert made["loadBalancers"][0]["targetGroupArn"].startswith("arn:")


@pytest.mark.parametrize("strategy", STRATEGIES[1:])
def test_the_first_check_misses_a_load_balancer(strategy):
    made = service(ecs_service_deployment_strategy=strategy, __ecs_service_is_checked=True)

    assert any("set load_balancer_state: present" in problem for problem in deployment_strategy.bad_strategy(made))


@pytest.mark.parametrize(
    ("variables", "minutes"),
    [
        ({}, 0),
        ({"ecs_service_deployment_strategy": "BLUE_GREEN"}, 5),
        ({"ecs_service_deployment_strategy": "CANARY", "ecs_service_canary_bake_minutes": "7"}, 12),
        ({"ecs_service_deployment_strategy": "LINEAR"}, 65),
        ({"ecs_service_deployment_strategy": "LINEAR", "ecs_service_linear_step_percent": 33.3}, 29),
    ],
)
def test_a_wait_is_as_long_as_the_strategy_bakes(variables, minutes):
    shortest = render("ecs_service_wait_timeout", ecs_service_preset="llm_server")

    assert render("ecs_service_wait_timeout", ecs_service_preset="llm_server", **variables) - shortest == 60 * minutes


def as_aws_answers(document):
    """Return a service as DescribeServices tells it: figures as floats, AWS's defaults filled in."""
    told = copy.deepcopy(document)
    rollout = told["deploymentConfiguration"]
    filled = {"maximumPercent": 200, "minimumHealthyPercent": 100, "bakeTimeInMinutes": 0}
    told["deploymentConfiguration"] = {**filled, **rollout}
    for member, figure in (("canaryConfiguration", "canaryPercent"), ("linearConfiguration", "stepPercent")):
        if member in rollout:
            rollout[member][figure] = float(rollout[member][figure])
    rollout["deploymentCircuitBreaker"]["resetOnHealthyTask"] = True
    if not rollout["alarms"]["enable"]:
        del told["deploymentConfiguration"]["alarms"]
    return {
        "serviceName": "chat",
        "status": "ACTIVE",
        "deployments": [],
        "deploymentController": {"type": "ECS"},
        **told,
    }


def plan(before, after):
    observed = ecs_service.observed(as_aws_answers(before), CREATE)
    return ecs_service.plan_update(observed, after, UPDATE)


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("alarms", [[], ["errors"]])
def test_a_second_run_changes_nothing(strategy, alarms):
    made = service(ecs_service_deployment_strategy=strategy, ecs_service_rollback_alarms=alarms, **HANDED_ON)

    found = plan(made, made)

    assert not found.difference.changed, found.difference.diff()
    assert found.send == {}


@pytest.mark.parametrize("before", STRATEGIES)
@pytest.mark.parametrize("after", STRATEGIES)
def test_from_one_strategy_to_another(before, after):
    old = service(ecs_service_deployment_strategy=before, **HANDED_ON)
    new = service(ecs_service_deployment_strategy=after, **HANDED_ON)

    sent = plan(old, new).send.get("deploymentConfiguration", {})

    assert bool(sent) == (before != after)
    others = {member for kind, members in OWN.items() if kind != after for member in members}
    assert not others & sent.keys()


def test_what_another_strategy_left_is_not_sent_back():
    made = service(**HANDED_ON)
    left = copy.deepcopy(made)
    left["deploymentConfiguration"]["canaryConfiguration"] = {"canaryPercent": 5, "canaryBakeTimeInMinutes": 10}

    sent = plan(left, service(ecs_service_rollback_alarms=["errors"], **HANDED_ON)).send

    assert "canaryConfiguration" not in sent["deploymentConfiguration"]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_to_a_load_balancer_and_back(strategy):
    bare = service()
    balanced = service(ecs_service_deployment_strategy=strategy, **HANDED_ON)

    there, back = plan(bare, balanced), plan(balanced, bare)

    assert {"loadBalancers", "healthCheckGracePeriodSeconds"} <= there.send.keys()
    assert there.redeploys
    assert back.send["loadBalancers"] == []
    assert back.redeploys
