# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The targets of a target group: registered, draining, gone."""

from __future__ import annotations

import pytest
from moto.elbv2.models import elbv2_backends

from local_aws.alb import targets
from local_aws.alb.health import HEALTHY
from local_aws.alb.targets import TARGETS

ACCOUNT, REGION = "210987654321", "eu-west-1"
TASK = ("10.0.0.7", 8080)


@pytest.fixture
def backend():
    """Return the load balancing state of a region of an account that only this test has."""
    yield elbv2_backends[ACCOUNT][REGION]
    del elbv2_backends[ACCOUNT][REGION]
    TARGETS.keep(set())


@pytest.fixture
def group(backend):
    """Return the ARN of a target group, to which a load balancer in two zones leads, with one target."""
    vpc = backend.ec2_backend.get_default_vpc().id
    settings = {"protocol": "HTTP", "port": 80, "vpc_id": vpc, "target_type": "ip"}
    arn = backend.create_target_group("llm", **settings).arn
    subnets = backend.ec2_backend.describe_subnets(filters={"vpc-id": vpc})[:2]
    balancer = backend.create_load_balancer("llm", [], [subnet.id for subnet in subnets])
    actions = [{"Type": "forward", "TargetGroupArn": arn}]
    backend.create_listener(balancer.arn, "HTTP", 80, "", None, actions)
    targets.register(arn, *TASK, ("127.16.0.9", 8080), f"{REGION}a")
    return arn


def test_registered_is_initial_until_it_is_checked(group):
    assert targets.health(group, *TASK) == ("initial", "Elb.InitialHealthChecking")
    assert targets.health(group, "10.0.0.7", 8081) is None
    TARGETS.targets(group)[0].health = HEALTHY
    targets.register(group, *TASK, ("127.16.0.9", 8080), f"{REGION}a")
    assert targets.health(group, *TASK) == ("healthy", "")


def test_another_process_behind_the_same_address_is_checked_anew(group):
    TARGETS.targets(group)[0].health = HEALTHY
    targets.register(group, *TASK, ("127.16.0.10", 8080), f"{REGION}a")
    assert targets.health(group, *TASK) == ("initial", "Elb.InitialHealthChecking")


def test_unused_without_a_load_balancer_or_in_another_zone(group, backend):
    targets.register(group, "10.0.0.8", 8080, None, f"{REGION}c")
    assert targets.health(group, "10.0.0.8", 8080) == ("unused", "Target.NotInUse")
    assert targets.balancers_of(group) == list(backend.load_balancers)
    backend.load_balancers.clear()
    assert targets.balancers_of(group) == []
    assert targets.health(group, *TASK) == ("unused", "Target.NotInUse")


def test_drained_when_the_last_request_has_ended(group):
    target = TARGETS.targets(group)[0]
    assert TARGETS.begin_request(target)
    assert not targets.is_drained(group, *TASK)
    targets.deregister(group, *TASK)
    assert not targets.is_drained(group, *TASK)
    assert targets.health(group, *TASK) == ("draining", "Target.DeregistrationInProgress")
    assert not TARGETS.begin_request(target)
    assert TARGETS.targets(group) == []
    TARGETS.end_request(target)
    assert targets.is_drained(group, *TASK)
    assert targets.health(group, *TASK) == ("draining", "Target.DeregistrationInProgress")


def test_drained_and_gone_when_the_delay_is_over(group, backend):
    backend.target_groups[group].attributes[targets.DELAY] = "0"
    assert TARGETS.begin_request(TARGETS.targets(group)[0])
    targets.deregister(group, *TASK)
    assert targets.is_drained(group, *TASK)
    assert targets.health(group, *TASK) is None
    assert targets.is_drained(group, *TASK)


def test_registered_again_while_draining(group):
    targets.deregister(group, *TASK)
    targets.register(group, *TASK, ("127.16.0.9", 8080), f"{REGION}a")
    assert targets.health(group, *TASK) == ("initial", "Elb.InitialHealthChecking")
    assert not targets.is_drained(group, *TASK)


def test_a_deleted_group_has_no_targets(group):
    TARGETS.keep({group})
    assert targets.health(group, *TASK)
    TARGETS.keep(set())
    assert targets.health(group, *TASK) is None
