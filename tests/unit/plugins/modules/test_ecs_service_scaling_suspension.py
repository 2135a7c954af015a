# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.module_utils._scaling.suspension import (
    KEPT_TAG,
    Kept,
    kept_in,
    tag_value,
)
from ansible_collections.llmops.ecs.plugins.modules import ecs_service_scaling
from ansible_collections.llmops.ecs.plugins.modules import ecs_service_scaling_suspension as suspension
from ansible_collections.llmops.ecs.tests.unit.scaling_aws import RESOURCE, TARGET, call

PLACE = {"cluster": "llm-prod", "service": "llm"}
OF = {"ServiceNamespace": "ecs", "ResourceId": RESOURCE, "ScalableDimension": "ecs:service:DesiredCount"}
IN, OUT, SCHEDULED = "DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended"
RUNS = {IN: False, OUT: False, SCHEDULED: False}


@pytest.fixture
def live(scaling_cloud):
    """An AWS in memory with a scalable target and nothing suspended."""
    assert call(ecs_service_scaling, **PLACE, definition={"min_capacity": 1, "max_capacity": 3})["changed"]
    scaling_cloud.calls.clear()
    return scaling_cloud


def suspend(**params):
    return call(suspension, **PLACE, **params)


def restore(**params):
    return call(suspension, **PLACE, state="absent", **params)


def test_sends_all_flags_since_aws_takes_what_is_left_out_for_false(aws, run):
    scaling = aws("application-autoscaling")
    state = {IN: True, OUT: False, SCHEDULED: False}
    target = {**OF, "MinCapacity": 1, "MaxCapacity": 3, "RoleARN": "r", "CreationTime": 1, "SuspendedState": state}
    of = {name: value for name, value in OF.items() if name != "ResourceId"}
    scaling.add_response(
        "describe_scalable_targets",
        {"ScalableTargets": [{**target, "ScalableTargetARN": TARGET}]},
        {**of, "ResourceIds": [RESOURCE]},
    )
    scaling.add_response("list_tags_for_resource", {"Tags": {}}, {"ResourceARN": TARGET})
    told = "dynamic_scaling_out=false run=0123456789ab at=2026-01-01T00:00:00Z"
    with pytest.MonkeyPatch.context() as patch:
        module = "ansible_collections.llmops.ecs.plugins.module_utils._scaling.suspension"
        patch.setattr(f"{module}._now", lambda: ("0123456789ab", "2026-01-01T00:00:00Z"))
        scaling.add_response("tag_resource", {}, {"ResourceARN": TARGET, "Tags": {KEPT_TAG: told}})
        scaling.add_response("register_scalable_target", {}, {**OF, "SuspendedState": {**state, OUT: True}})

        result = run(suspension, **PLACE)

    assert result["changed"], result
    assert result["kept"] == {"dynamic_scaling_out": False}
    assert result["run"] == "0123456789ab"


def test_a_deployment_leaves_no_trace(live):
    before = live.state()

    suspended = suspend()
    assert live.target["SuspendedState"] == {**RUNS, OUT: True}
    restored = restore(run=suspended["run"])

    assert suspended["changed"]
    assert restored["changed"]
    assert not restored["interrupted"]
    assert "warnings" not in suspended
    assert "warnings" not in restored
    assert restored["diff"] == {
        when: suspended["diff"][other] for when, other in (("before", "after"), ("after", "before"))
    }
    assert live.state() == before
    assert not restore(run="")["changed"]


def test_check_mode_only_reads(live):
    assert call(suspension, True, **PLACE)["changed"]
    assert live.writes == []
    suspend()
    live.calls.clear()
    assert call(suspension, True, **PLACE, state="absent")["changed"]
    assert live.writes == []


def test_a_service_that_does_not_scale_is_left_alone(live):
    live.target = None

    assert not suspend()["changed"]
    assert not restore()["changed"]
    assert live.writes == []


def test_what_the_user_suspended_stays_suspended(live):
    live.target["SuspendedState"] = {**RUNS, OUT: True}

    assert not suspend()["changed"]
    assert not restore(run="")["changed"]
    assert live.target["SuspendedState"][OUT]
    assert suspend(flags=["dynamic_scaling_out", "scheduled_scaling"])["kept"] == {"scheduled_scaling": False}
    restore()
    assert live.target["SuspendedState"] == {**RUNS, OUT: True}


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_run_that_is_interrupted_before_its_end_is_repaired_by_the_next(live, after):
    before = live.state()
    if after < 2:
        live.fail_after = after
        with pytest.raises(KeyboardInterrupt):
            suspend()
        live.fail_after = None
    else:
        suspend()

    second = suspend()
    restored = restore(run=second["run"])

    assert second["interrupted"] == (after > 0)
    assert any("is suspended already: a run at 20" in text for text in second.get("warnings", [])) == (after > 0)
    assert restored["changed"]
    assert live.state() == before


@pytest.mark.parametrize("after", [0, 1])
def test_a_run_that_is_interrupted_while_it_restores(live, after):
    before = live.state()
    run = suspend()["run"]
    live.fail_after = len(live.writes) + after
    with pytest.raises(KeyboardInterrupt):
        restore(run=run)
    live.fail_after = None

    # The next run has nothing to deploy, so it did not suspend.
    restored = restore(run="")

    assert restored["interrupted"]
    assert "was interrupted and left its scaling suspended" in restored["warnings"][0]
    assert live.state() == before


def test_suspending_twice_changes_nothing_and_keeps_what_was_first(live):
    suspend()
    live.calls.clear()

    again = suspend()

    assert not again["changed"]
    assert live.writes == []
    assert again["kept"] == {"dynamic_scaling_out": False}


def test_the_scaling_document_repairs_it_too_and_says_so(live):
    before = live.state()
    suspend()

    result = call(ecs_service_scaling, **PLACE)

    assert result["changed"]
    assert "It is restored to what it was before (dynamic_scaling_out: false)" in result["warnings"][0]
    assert live.state() == before


@pytest.mark.parametrize(
    ("tags", "kept"),
    [
        ({}, None),
        (
            {KEPT_TAG: tag_value(Kept({"scheduled_scaling": True}, "1", "now"))},
            Kept({"scheduled_scaling": True}, "1", "now"),
        ),
        ({KEPT_TAG: ""}, Kept({"dynamic_scaling_out": False}, "", "")),
    ],
)
def test_what_a_tag_keeps(tags, kept):
    assert kept_in(tags) == kept
