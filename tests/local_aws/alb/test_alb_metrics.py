# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What load balancers count, under CloudWatch's names and dimensions."""

from __future__ import annotations

import time
from collections import Counter
from types import SimpleNamespace

import pytest
from alb_site import PORT, REGION, eventually, opened

from local_aws.alb import targets
from local_aws.alb.metrics import NAMESPACE, count, counted, hosts, publish
from local_aws.alb.proxy import Outcome
from local_aws.base.clock import CLOCK
from local_aws.cloudwatch.store import METRICS

ARN = f"arn:aws:elasticloadbalancing:{REGION}:210987654321:"
BALANCER = SimpleNamespace(arn=f"{ARN}loadbalancer/app/llm/1f")
GROUP = f"{ARN}targetgroup/llm/2f"
TARGET = targets.Target("10.0.0.5", 8000, None, "eu-west-1a")
LB = {"LoadBalancer": "app/llm/1f"}
TG = {"TargetGroup": "targetgroup/llm/2f"}
AZ = {"AvailabilityZone": "eu-west-1a"}


def forwarded(status, among=("eu-west-1a",), **more):
    return Outcome(BALANCER, "forward", status, GROUP, TARGET, among=among, **more)


def values(outcome, name):
    """Return the metric's values by their dimensions."""
    return {frozenset(datum.dimensions.items()): datum.value for datum in counted(outcome) if datum.name == name}


def keys(*dimensions):
    return {frozenset(each.items()) for each in dimensions}


@pytest.mark.parametrize(
    ("outcome", "names"),
    [
        (forwarded(200, answered=True), {"HTTPCode_Target_2XX_Count", "TargetResponseTime"}),
        (forwarded(503, answered=True), {"HTTPCode_Target_5XX_Count", "TargetResponseTime"}),
        (forwarded(408), {"HTTPCode_ELB_4XX_Count"}),
        (forwarded(460), {"HTTPCode_ELB_4XX_Count"}),
        (forwarded(502), {"HTTPCode_ELB_5XX_Count", "HTTPCode_ELB_502_Count"}),
        (
            forwarded(502, connected=False),
            {"HTTPCode_ELB_5XX_Count", "HTTPCode_ELB_502_Count", "TargetConnectionErrorCount"},
        ),
        (forwarded(504), {"HTTPCode_ELB_5XX_Count", "HTTPCode_ELB_504_Count"}),
    ],
)
def test_a_request_for_which_a_target_was_chosen(outcome, names):
    assert {datum.name for datum in counted(outcome)} == {"RequestCount", "RequestCountPerTarget", *names}


@pytest.mark.parametrize(
    ("outcome", "names"),
    [
        (Outcome(BALANCER, "forward", 503), {"HTTPCode_ELB_5XX_Count", "HTTPCode_ELB_503_Count"}),
        (Outcome(BALANCER, "none", 400), {"HTTPCode_ELB_4XX_Count"}),
        (Outcome(BALANCER, "redirect", 301), {"HTTP_Redirect_Count", "HTTPCode_ELB_3XX_Count"}),
        (Outcome(BALANCER, "fixed-response", 200), {"HTTP_Fixed_Response_Count"}),
        (Outcome(BALANCER, "fixed-response", 404), {"HTTP_Fixed_Response_Count", "HTTPCode_ELB_4XX_Count"}),
    ],
)
def test_a_request_for_which_none_was(outcome, names):
    data = list(counted(outcome))

    assert {datum.name for datum in data} == names
    assert [datum.dimensions for datum in data] == [LB] * len(names)


def test_dimensions_of_what_targets_do():
    answered = forwarded(200, answered=True, seconds=0.25)

    everywhere = keys(LB, {**LB, **AZ}, {**LB, **TG}, {**LB, **TG, **AZ})
    for name in ("RequestCount", "HTTPCode_Target_2XX_Count", "TargetResponseTime"):
        assert values(answered, name).keys() == everywhere
    assert values(forwarded(502, connected=False), "TargetConnectionErrorCount").keys() == everywhere
    assert set(values(answered, "TargetResponseTime").values()) == {0.25}
    assert {datum.unit for datum in counted(answered) if datum.name == "TargetResponseTime"} == {"Seconds"}


def test_dimensions_of_what_the_load_balancer_says_name_no_target_group():
    assert values(forwarded(502), "HTTPCode_ELB_502_Count").keys() == keys(LB, {**LB, **AZ})


def test_requests_per_target_are_divided_by_the_targets_of_the_group_or_of_the_zone():
    shared = forwarded(200, among=("eu-west-1a", "eu-west-1b", "eu-west-1b", "eu-west-1a"), answered=True)

    assert {tuple(sorted(dict(key))): value for key, value in values(shared, "RequestCountPerTarget").items()} == {
        ("TargetGroup",): 0.25,
        ("LoadBalancer", "TargetGroup"): 0.25,
        ("AvailabilityZone", "TargetGroup"): 0.5,
        ("AvailabilityZone", "LoadBalancer", "TargetGroup"): 0.5,
    }


def test_hosts_are_counted_by_zone_and_in_all():
    states = {("eu-west-1a", "healthy"): 2, ("eu-west-1a", "unhealthy"): 1, ("eu-west-1b", "healthy"): 1}

    data = {(its.name, its.dimensions.get("AvailabilityZone")): its.value for its in hosts(BALANCER, GROUP, states)}

    assert data == {
        ("HealthyHostCount", None): 3,
        ("HealthyHostCount", "eu-west-1a"): 2,
        ("HealthyHostCount", "eu-west-1b"): 1,
        ("UnHealthyHostCount", None): 1,
        ("UnHealthyHostCount", "eu-west-1a"): 1,
        ("UnHealthyHostCount", "eu-west-1b"): 0,
    }


@pytest.fixture
def site():
    with opened(observe=count) as made:
        yield made


def total(site, name, **dimensions):
    """Return the sum of what CloudWatch has of the site's account."""
    wanted = {"LoadBalancer": site.balancer.arn.partition(":loadbalancer/")[2], **dimensions}
    found = [
        key
        for key in METRICS.series()
        if (key.account, key.region, key.namespace, key.name) == (site.account, REGION, NAMESPACE, name)
        and dict(key.dimensions) == wanted
    ]
    return sum(value for key in found for _at, value in METRICS.values(key, 0, CLOCK.now() + 60))


def test_real_requests_are_counted(site):
    assert site.ask()[0] == 503
    a, b = site.start("a"), site.start("b")
    site.healthy(a, b)
    for path in ("/", "/", "/status/404", "/status/500", "/wait/0.3", "/hang-up"):
        site.ask(path)

    group = site.targets.rpartition(":")[2]
    got = Counter({name: total(site, name) for name in ("RequestCount", "HTTPCode_ELB_502_Count")})
    assert got == {"RequestCount": 6, "HTTPCode_ELB_502_Count": 1}
    assert total(site, "HTTPCode_ELB_503_Count") == 1
    assert total(site, "HTTPCode_ELB_5XX_Count") == 2
    assert [total(site, f"HTTPCode_Target_{kind}XX_Count") for kind in (2, 4, 5)] == [3, 1, 1]
    assert total(site, "RequestCountPerTarget", TargetGroup=group) == 3
    assert 0.3 < total(site, "TargetResponseTime", TargetGroup=group) < 2
    assert total(site, "TargetConnectionErrorCount") == 0


def test_a_caller_who_goes_is_counted(site):
    site.healthy(site.start("a"))
    with site.connect() as connection:
        connection.request("GET", "/wait/2")
        eventually(lambda: targets.TARGETS.targets(site.targets)[0].in_flight == 1)
        began = time.monotonic()
    eventually(lambda: total(site, "HTTPCode_ELB_4XX_Count") == 1)

    assert time.monotonic() - began < 1.5
    assert total(site, "RequestCount") == 1


def latest(site, name, now, **dimensions):
    """Return what was published as of the minute before now: all values, without and with a zone."""
    wanted = {"LoadBalancer": site.balancer.arn.partition(":loadbalancer/")[2], **dimensions}
    found = [
        key for key in METRICS.series() if (key.account, key.name, dict(key.dimensions)) == (site.account, name, wanted)
    ]
    return [value for key in found for _at, value in METRICS.values(key, now - 60, now)]


def test_hosts_and_connections_are_published_each_minute(site):
    a, b, c = site.start("a"), site.start("b"), site.start("c")
    b.health(500)
    site.healthy(a, c)
    eventually(lambda: site.state(b)[0] == "unhealthy")
    targets.deregister(site.targets, c.ip, PORT)
    group = {"TargetGroup": site.targets.rpartition(":")[2]}
    # A minute of its own, which no other test publishes.
    now = CLOCK.now() // 60 * 60 + 6000
    with site.connect() as connection:
        connection.request("GET", "/wait/1")
        eventually(lambda: targets.TARGETS.targets(site.targets)[0].in_flight == 1)
        publish(site.plane, now - 10)
        assert latest(site, "HealthyHostCount", now, **group) == []
        publish(site.plane, now)
        connection.getresponse().read()

    assert latest(site, "HealthyHostCount", now, **group) == [1]
    assert latest(site, "UnHealthyHostCount", now, **group) == [1]
    assert latest(site, "HealthyHostCount", now, AvailabilityZone=site.zone, **group) == [1]
    # The caller's, and the one to the target.
    assert latest(site, "ActiveConnectionCount", now) == [2]


def test_a_target_group_without_targets_has_no_hosts(site):
    now = CLOCK.now() // 60 * 60 + 12000

    publish(site.plane, now)

    group = {"TargetGroup": site.targets.rpartition(":")[2]}
    assert latest(site, "HealthyHostCount", now, **group) == latest(site, "ActiveConnectionCount", now) == []
