# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.llmops.ecs.plugins.module_utils._documents.shapes import DocumentError
from ansible_collections.llmops.ecs.plugins.module_utils._ecs import service as ecs_service

MODEL = botocore.session.get_session().get_service_model("ecs")
CREATE = MODEL.operation_model("CreateService").input_shape
UPDATE = MODEL.operation_model("UpdateService").input_shape
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1", "subnet-2"], "securityGroups": ["sg-1"]}}
ARN = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:3"
GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/1"
BALANCER = {"targetGroupArn": GROUP, "containerName": "web", "containerPort": 80}
VOLUME = {"name": "models", "managedEBSVolume": {"roleArn": "arn:aws:iam::123456789012:role/volumes", "sizeInGiB": 20}}


def plan(before, asked):
    return ecs_service.plan_update(before, asked, UPDATE)


NO_CHANGE = {
    "revision for ARN": ({"taskDefinition": ARN}, {"taskDefinition": "web:3"}),
    "subnets in another order": (
        {"networkConfiguration": NETWORK},
        {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-2", "subnet-1"]}}},
    ),
    "AWS's defaults": (
        {},
        {
            "deploymentConfiguration": {"maximumPercent": 200, "minimumHealthyPercent": 100, "strategy": "ROLLING"},
            "deploymentController": {"type": "ECS"},
            "enableECSManagedTags": False,
            "healthCheckGracePeriodSeconds": 0,
            "loadBalancers": [],
            "networkConfiguration": {"awsvpcConfiguration": {"assignPublicIp": "DISABLED"}},
            "platformVersion": "LATEST",
            "propagateTags": "NONE",
            "schedulingStrategy": "REPLICA",
        },
    ),
    "AWS's defaults of the circuit breaker": (
        {
            "deploymentConfiguration": {
                "deploymentCircuitBreaker": {
                    "enable": True,
                    "rollback": True,
                    "resetOnHealthyTask": True,
                    "thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 50},
                }
            }
        },
        {"deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}},
    ),
    "what only creation takes": ({}, {"clientToken": "x", "cluster": "c", "serviceName": "web"}),
    "weights and bases": (
        {"capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1, "base": 0}]},
        {"capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}]},
    ),
    "a role by its name": ({"role": "arn:aws:iam::123456789012:role/x/lb"}, {"role": "lb"}),
    "what AWS fills in for a volume": (
        {"volumeConfigurations": [{**VOLUME, "managedEBSVolume": {**VOLUME["managedEBSVolume"], "encrypted": True}}]},
        {"volumeConfigurations": [VOLUME]},
    ),
    "what AWS fills in for service connect": (
        {
            "serviceConnectConfiguration": {
                "enabled": True,
                "namespace": "n",
                "services": [{"portName": "http", "discoveryName": "http", "clientAliases": [{"port": 80}]}],
            }
        },
        {"serviceConnectConfiguration": {"enabled": True, "services": [{"portName": "http"}]}},
    ),
    "what is not asked for": ({"loadBalancers": [BALANCER], "desiredCount": 3}, {"taskDefinition": None}),
    "metrics at AWS's own resolution": (
        {"monitoring": {"metricConfigurations": [{"metricNames": ["CPUUtilization"]}]}},
        {"monitoring": {"metricConfigurations": [{"metricNames": ["CPUUtilization"], "resolutionSeconds": 60}]}},
    ),
}


@pytest.mark.parametrize(("before", "asked"), NO_CHANGE.values(), ids=NO_CHANGE)
def test_no_change(before, asked):
    assert plan(before, asked).send == {}


CHANGES = {
    "a new revision": ({"taskDefinition": ARN}, {"taskDefinition": "web:4"}, {"taskDefinition": "web:4"}, True),
    "the count": ({"desiredCount": 1}, {"desiredCount": 2}, {"desiredCount": 2}, False),
    "a subnet; the rest is sent as it is": (
        {"networkConfiguration": NETWORK},
        {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-3"]}}},
        {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-3"], "securityGroups": ["sg-1"]}}},
        True,
    ),
    "a percentage; the circuit breaker stays": (
        {"deploymentConfiguration": {"maximumPercent": 200, "alarms": {"alarmNames": ["a"], "enable": True}}},
        {"deploymentConfiguration": {"maximumPercent": 150}},
        {"deploymentConfiguration": {"maximumPercent": 150, "alarms": {"alarmNames": ["a"], "enable": True}}},
        False,
    ),
    "another strategy; what belongs to the old one goes": (
        {"deploymentConfiguration": {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 7.0}}},
        {"deploymentConfiguration": {"strategy": "ROLLING"}},
        {"deploymentConfiguration": {"strategy": "ROLLING"}},
        False,
    ),
    "no load balancer any more": ({"loadBalancers": [BALANCER]}, {"loadBalancers": []}, {"loadBalancers": []}, True),
    "another port": (
        {"loadBalancers": [BALANCER]},
        {"loadBalancers": [{**BALANCER, "containerPort": 81}]},
        {"loadBalancers": [{**BALANCER, "containerPort": 81}]},
        True,
    ),
    "a bigger volume": (
        {"volumeConfigurations": [{**VOLUME, "managedEBSVolume": {**VOLUME["managedEBSVolume"], "sizeInGiB": 10}}]},
        {"volumeConfigurations": [VOLUME]},
        {"volumeConfigurations": [VOLUME]},
        True,
    ),
    "from the launch type to capacity providers": (
        {"launchType": "FARGATE"},
        {"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]},
        {
            "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
            "forceNewDeployment": True,
        },
        True,
    ),
    "from capacity providers to the launch type": (
        {"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]},
        {"launchType": "FARGATE"},
        {"capacityProviderStrategy": [], "forceNewDeployment": True},
        True,
    ),
    "service connect off": (
        {"serviceConnectConfiguration": {"enabled": True, "namespace": "n"}},
        {"serviceConnectConfiguration": {"enabled": False}},
        {"serviceConnectConfiguration": {"enabled": False}},
        True,
    ),
    "a role for tags": ({}, {"propagateTags": "SERVICE"}, {"propagateTags": "SERVICE"}, False),
    "an older platform": (
        {"platformVersion": "1.3.0"},
        {"platformVersion": "LATEST"},
        {"platformVersion": "LATEST"},
        True,
    ),
    "finer metrics": (
        {},
        {"monitoring": {"metricConfigurations": [{"metricNames": ["CPUUtilization"], "resolutionSeconds": 20}]}},
        {"monitoring": {"metricConfigurations": [{"metricNames": ["CPUUtilization"], "resolutionSeconds": 20}]}},
        False,
    ),
}


@pytest.mark.parametrize(("before", "asked", "send", "redeploys"), CHANGES.values(), ids=CHANGES)
def test_change(before, asked, send, redeploys):
    found = plan(before, asked)

    assert found.send == send
    assert found.redeploys == redeploys
    # AWS tells the launch type again when the strategy is gone.
    told = {"launchType": asked["launchType"]} if "launchType" in asked else {}
    assert plan({**before, **send, **told}, asked).send == {}, "what was sent leaves no difference"


@pytest.mark.parametrize(
    ("before", "asked", "said"),
    [
        ({"launchType": "FARGATE"}, {"launchType": "EC2"}, "definition.capacityProviderStrategy"),
        ({}, {"schedulingStrategy": "DAEMON"}, "state: absent"),
        ({"role": "arn:aws:iam::123456789012:role/a"}, {"role": "b"}, "service-linked role"),
    ],
)
def test_what_is_fixed_at_creation_is_refused_with_the_way_out(before, asked, said):
    with pytest.raises(DocumentError, match=said) as refusal:
        plan(before, asked)

    (field,) = asked
    assert str(refusal.value).startswith(f"definition.{field} is {asked[field]!r} but the service has ")


def test_every_member_of_update_service_can_be_asked_for():
    """A field that AWS adds is either sent on an update or refused: it is never left out silently."""
    updated = set(UPDATE.members) - {"service", "cluster", "forceNewDeployment"}

    assert updated <= set(CREATE.members)
    assert updated >= ecs_service.REDEPLOYS


def test_observed_collects_what_lies_elsewhere():
    connect = {"enabled": True, "namespace": "n"}
    service = {
        "serviceName": "web",
        "status": "ACTIVE",
        "roleArn": "arn:aws:iam::123456789012:role/lb",
        "deployments": [
            {"status": "ACTIVE", "serviceConnectConfiguration": {"enabled": False}},
            {"status": "PRIMARY", "serviceConnectConfiguration": connect, "volumeConfigurations": [VOLUME]},
        ],
    }
    monitoring = {"metricConfigurations": [{"metricNames": ["CPUUtilization"], "resolutionSeconds": 20}]}

    assert ecs_service.observed(service, CREATE, {"monitoring": monitoring, "loadBalancers": [BALANCER]}) == {
        "serviceName": "web",
        "role": "arn:aws:iam::123456789012:role/lb",
        "serviceConnectConfiguration": connect,
        "volumeConfigurations": [VOLUME],
        "monitoring": monitoring,
    }


@pytest.mark.parametrize(
    ("asked", "target", "count"),
    [
        (2, None, 2),
        (None, {"MinCapacity": 1, "MaxCapacity": 3}, None),
        (2, {"MinCapacity": 1, "MaxCapacity": 3}, 2),
        (0, {"MinCapacity": 1, "MaxCapacity": 3}, 1),
        (9, {"MinCapacity": 1, "MaxCapacity": 3}, 3),
    ],
)
def test_owned_count(asked, target, count):
    found, warning = ecs_service.owned_count(asked, target)

    assert found == count
    assert bool(warning) == (found != asked)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "definition.taskDefinition and definition.desiredCount"),
        ({"taskDefinition": "web"}, "give definition.desiredCount"),
        ({"desiredCount": 1}, "give definition.taskDefinition"),
    ],
)
def test_creation_needs(asked, said):
    with pytest.raises(DocumentError, match=said):
        ecs_service.check_creation({"serviceName": "web", **asked})


@pytest.mark.parametrize(
    "asked",
    [
        {"taskDefinition": "web", "desiredCount": 0},
        {"taskDefinition": "web", "schedulingStrategy": "DAEMON"},
        {"deploymentController": {"type": "EXTERNAL"}},
    ],
)
def test_creation_has_enough(asked):
    ecs_service.check_creation({"serviceName": "web", **asked})


def test_launch_type_and_strategy_exclude_each_other():
    with pytest.raises(DocumentError, match="exclude each other"):
        ecs_service.check({"launchType": "FARGATE", "capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]})


networks = st.fixed_dictionaries(
    {
        "subnets": st.lists(st.sampled_from(["subnet-1", "subnet-2", "subnet-3"]), min_size=1, unique=True),
        "securityGroups": st.lists(st.sampled_from(["sg-1", "sg-2"]), unique=True),
        "assignPublicIp": st.sampled_from(["ENABLED", "DISABLED"]),
    }
).map(lambda network: {"awsvpcConfiguration": network})
strategies = st.lists(
    st.fixed_dictionaries(
        {"capacityProvider": st.sampled_from(["FARGATE", "FARGATE_SPOT"]), "weight": st.integers(0, 2)},
        optional={"base": st.integers(0, 1)},
    ),
    unique_by=lambda item: item["capacityProvider"],
)
documents = st.fixed_dictionaries(
    {},
    optional={
        "taskDefinition": st.sampled_from(["web:1", "web:2"]),
        "desiredCount": st.integers(0, 2),
        "networkConfiguration": networks,
        "capacityProviderStrategy": strategies,
        "enableExecuteCommand": st.booleans(),
        "deploymentConfiguration": st.fixed_dictionaries({"maximumPercent": st.sampled_from([100, 150, 200])}),
    },
)


@given(documents, documents)
def test_an_update_brings_what_was_asked(before, asked):
    send = dict(plan(before, asked).send)
    send.pop("forceNewDeployment", None)

    assert plan({**before, **send}, asked).send == {}
    assert set(send) <= set(asked), "nothing is sent that was not asked for"
