# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every fact of AWS against AWS's own resource schemas (cfn-lint) and service models (botocore)."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from ansible_collections.llmops.ecs.plugins.module_utils._facts import (
    acm,
    autoscaling,
    cloudwatch,
    ec2,
    ecs,
    elb,
    fargate,
    iam,
    logs,
    prices,
    secretsmanager,
)
from ansible_collections.llmops.ecs.tests.unit.plugins.module_utils._facts import (
    oracles,
    rows_ecs,
    rows_elb,
    rows_fargate,
    rows_others,
)
from ansible_collections.llmops.ecs.tests.unit.plugins.module_utils._facts.oracles import CFN, SAID

MODULES = (acm, autoscaling, cloudwatch, ec2, ecs, elb, fargate, iam, logs, prices, secretsmanager)
ROWS = [*rows_fargate.ROWS, *rows_ecs.ROWS, *rows_elb.ROWS, *rows_others.ROWS]

#: Where an oracle is behind AWS: what it has, and why it is not what we have. A line goes when the oracle catches up.
BEHIND = {
    ("fargate.SIZES", SAID): (
        {256, 512, 1024, 2048, 4096, 8192, 16384},
        "The words on memory end with 16 vCPU. cfn-lint's rule has 32, and RegisterTaskDefinition takes it.",
    ),
    ("cloudwatch.SHORT_PERIODS", CFN): (
        {10, 30, 60},
        "20 seconds came later: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
    ),
}

#: What no oracle knows; patterns are tested by examples below.
WITHOUT = {
    "fargate.EPHEMERAL_STORAGE_DEFAULT",
    "fargate.ONLY_OF_LINUX",
    "fargate.ZONES",
    "fargate.LAST_ZONES",
    "ecs.NAME",
    "ecs.CONTAINERS",
    "autoscaling.SCHEDULED_ACTION_NAME",
    "elb.NAME",
    "elb.FEWEST_ZONES",
    "ec2.DESCRIPTION_CHARACTERS",
    "ec2.SECURITY_GROUP_RULES",
    "prices.FARGATE_VCPU",
    "prices.FARGATE_GB",
    "prices.APPLICATION_LOAD_BALANCER",
    "prices.PUBLIC_IPV4_ADDRESS",
}


@pytest.mark.parametrize(
    ("fact", "ours", "theirs", "oracle"),
    [pytest.param(*row, id=f"{row[0]} and {row[3]}") for row in ROWS],
)
def test_a_fact_is_what_the_oracle_has(fact, ours, theirs, oracle):
    behind, why = BEHIND.get((fact, oracle), (None, ""))
    if behind is None:
        assert ours == theirs, f"{fact}: we have {ours}, {oracle} has {theirs}"
    else:
        assert theirs != ours, f"{fact}: {oracle} has caught up; remove it from BEHIND ({why})"
        assert theirs == behind, f"{fact}: {oracle} has {theirs}, not {behind} as BEHIND says ({why}); we have {ours}"


def test_what_is_behind_is_compared():
    assert set(BEHIND) <= {(fact, oracle) for fact, ours, theirs, oracle in ROWS}


def test_every_fact_has_an_oracle_or_is_known_to_have_none():
    facts = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in MODULES
        for name, value in vars(module).items()
        if name.isupper() and not isinstance(value, ModuleType)
    }
    compared = {row[0] for row in ROWS}

    assert facts - compared == WITHOUT
    assert compared <= facts


# No model says whether tmpfs is possible on Fargate; it did say that it is not, until it was.
def test_tmpfs_is_no_longer_said_to_be_impossible():
    assert "Fargate" not in oracles.words("ecs", "LinuxParameters", "tmpfs")


def of_model(pattern):
    """Return a pattern of a service model as Python takes it: those look ahead and bind to the whole text."""
    return re.compile(rf"(?:{pattern})\Z")


@pytest.mark.parametrize("name", ["close", "a b", "a/b", "a:b", "a|b", "a\tb", "x" * 256, "x" * 257, "é", ""])
def test_names_of_scheduled_actions(name):
    shape = oracles.shape("application-autoscaling", "ScheduledActionName").metadata
    theirs = bool(of_model(shape["pattern"]).match(name)) and shape["min"] <= len(name) <= shape["max"]

    assert bool(re.fullmatch(autoscaling.SCHEDULED_ACTION_NAME, name)) is theirs


@pytest.mark.parametrize(
    "text", ["from the office", "a" * 255, "a-z._:/()#,@[]+=&;{}!$*", "Zürich", "50 %", "it's", "a\nb", "<b>"]
)
def test_characters_of_descriptions(text):
    theirs = of_model(oracles.member("AWS::EC2::SecurityGroup", "GroupDescription")["pattern"].rstrip("$"))

    assert bool(re.fullmatch(f"[{ec2.DESCRIPTION_CHARACTERS}]*", text)) is bool(theirs.match(text))


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        (ecs.NAME, "llm-Server_1", True),
        (ecs.NAME, "a" * 255, True),
        (ecs.NAME, "a" * 256, False),
        (ecs.NAME, "", False),
        (ecs.NAME, "a/b", False),
        (elb.NAME, "llm-Server-1", True),
        (elb.NAME, "llm_server", False),
    ],
)
def test_names(pattern, name, fits):
    assert bool(re.fullmatch(pattern, name)) is fits
