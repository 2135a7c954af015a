# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.llmops.ecs.plugins.modules import ecs_service_scaling
from ansible_collections.llmops.ecs.tests.unit.scaling_aws import GROUP, RESOURCE, call

GUIDE = {
    "name": "guide",
    "type": "target_tracking",
    "metric": "cpu",
    "target": 5.0,
    "scale_in_cooldown": 60,
    "scale_out_cooldown": 60,
}
OUT = {"above": 70, "cooldown": 60, "steps": [{"below": 90, "add": 1}, {"add": 2}]}
IN = {"below": 30, "evaluation_periods": 10, "datapoints_to_alarm": 10, "steps": [{"remove": 1}]}
FINE = {"name": "fine", "type": "step", "metric": "cpu", "scale_out": OUT, "scale_in": IN}
WAKE = {"name": "wake", "type": "wake_from_zero"}
OFFICE = {"name": "office", "cron": "0 8 ? * MON-FRI *", "timezone": "Europe/Rome", "min_capacity": 1}
LIMITS = {"min_capacity": 1, "max_capacity": 3}
PLACE = {"cluster": "llm-prod", "service": "llm"}
PREFIX = f"llmops/{RESOURCE}/"
FLAGS = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
RUNS = dict.fromkeys(FLAGS, False)


@pytest.fixture
def live(scaling_cloud):
    return scaling_cloud


def scale(check_mode=False, **params):
    """Run the module; what is part of a document goes into definition."""
    definition = {name: params.pop(name) for name in list(params) if name in ecs_service_scaling.OLD}
    return call(ecs_service_scaling, check_mode, **PLACE, definition=definition, **params)


def scaled(**params):
    result = scale(**params)
    assert "failed" not in result, result
    return result


def test_the_guides_policy_is_sent_as_its_commands_send_it(aws, run):
    aws("ecs").add_response(
        "describe_services",
        {"services": [{"serviceName": "llm", "status": "ACTIVE", "desiredCount": 1}]},
        {"cluster": "llm-prod", "services": ["llm"], "include": ["TAGS"]},
    )
    of = {"ServiceNamespace": "ecs", "ResourceId": RESOURCE, "ScalableDimension": "ecs:service:DesiredCount"}
    scaling = aws("application-autoscaling")
    found = {**of, "ResourceIds": [RESOURCE]}
    del found["ResourceId"]
    scaling.add_response("describe_scalable_targets", {"ScalableTargets": []}, found)
    scaling.add_response("describe_scheduled_actions", {"ScheduledActions": []}, of)
    # Busy for a moment: it is asked again.
    scaling.add_client_error("describe_scaling_policies", "ThrottlingException", "slow down")
    scaling.add_response("describe_scaling_policies", {"ScalingPolicies": []}, of)
    aws("cloudwatch").add_response(
        "describe_alarms", {"MetricAlarms": []}, {"AlarmNamePrefix": PREFIX, "AlarmTypes": ["MetricAlarm"]}
    )
    scaling.add_response(
        "register_scalable_target",
        {},
        {**of, "MinCapacity": 0, "MaxCapacity": 3, "SuspendedState": RUNS, "Tags": {"team": "llm"}},
    )
    configuration = {
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
        "TargetValue": 5.0,
        "ScaleInCooldown": 60,
        "ScaleOutCooldown": 60,
    }
    scaling.add_response(
        "put_scaling_policy",
        {"PolicyARN": "arn:aws:policy"},
        {
            **of,
            "PolicyName": "guide",
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": configuration,
        },
    )

    definition = {"min_capacity": 0, "max_capacity": 3, "policies": [GUIDE]}
    result = run(ecs_service_scaling, **PLACE, definition=definition, tags={"team": "llm"})

    assert result["changed"], result
    assert result["policies"][0]["PolicyARN"] == "arn:aws:policy"
    assert result["alarms"] == []
    assert len(result["warnings"]) == 2, result["warnings"]
    assert "no policy or schedule can leave zero" in result["warnings"][0]


def test_the_options_of_before_mean_the_same_and_are_deprecated(live, monkeypatch):
    told = []
    # In one process with Ansible's own part, what is deprecated is shown at once and not in the result.
    monkeypatch.setattr("ansible.module_utils.common.arg_spec.deprecate", lambda **about: told.append(about))
    document = {**LIMITS, "policies": [FINE], "schedules": [OFFICE], "suspended": {"scheduled_scaling": True}}
    before = call(ecs_service_scaling, **PLACE, **document)

    assert before["changed"], before
    assert {about["msg"].split("'")[1] for about in told} == set(document)
    assert {(about["version"], about["deprecator"].resolved_name) for about in told} == {("1.0.0", "llmops.ecs")}
    told.clear()
    now = scaled(**document)
    assert not now["changed"], now["diff"]
    assert told == []


@pytest.mark.parametrize("name", ecs_service_scaling.OLD)
def test_an_option_of_before_beside_definition_is_refused(live, name):
    given = {**LIMITS, "policies": [], "schedules": [], "suspended": {}}[name]
    result = call(ecs_service_scaling, **PLACE, definition=LIMITS, **{name: given})

    assert result["failed"]
    assert f"mutually exclusive: definition|{name}" in result["msg"]
    assert live.calls == []


def test_a_list_that_is_null_is_left_alone(live):
    scaled(**LIMITS, policies=[FINE], schedules=[OFFICE])

    assert not scaled(policies=None, schedules=None, suspended=None)["changed"]
    assert scaled(policies=[])["changed"]
    assert (live.policies, set(live.schedules)) == ({}, {"office"})


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"perod": 60}, "definition.policies.perod"),
        ({"type": "stepping"}, "value of type must be one of: target_tracking, step, wake_from_zero, predictive"),
        ({"scale_in": {**IN, "steps": [{"add": 1}]}}, "definition.policies.scale_in.steps.add"),
        (
            {"scale_in": {**IN, "steps": [{"remove": "x"}]}},
            "argument 'remove' is of type str found in 'defini",
        ),
        (
            {"scale_in": {**IN, "steps": [{"remove": 0}]}},
            "policies[fine].scale_in.steps[0].remove is 0: the step would",
        ),
        ({"cooldown": 60}, "policies[fine].cooldown is 60, which is no option of type: step"),
    ],
)
def test_what_is_wrong_inside_a_policy_is_named(live, changes, problem):
    result = scale(policies=[{**FINE, **changes}])

    assert result["failed"]
    assert problem in result["msg"]
    assert live.calls == []


def test_a_step_policy_and_its_alarms_are_made_together(live):
    result = scaled(**LIMITS, policies=[FINE], schedules=[OFFICE], tags={"team": "llm"})

    assert result["changed"]
    alarm = live.alarms[f"{PREFIX}fine-in"]
    assert alarm["AlarmActions"] == [live.policies["fine-in"]["PolicyARN"]]
    assert (alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"], alarm["Period"]) == (10, 10, 60)
    assert live.schedules["office"]["ScalableTargetAction"] == {"MinCapacity": 1}
    told = {item["AlarmName"]: item for item in result["alarms"]}
    assert told[f"{PREFIX}fine-in"]["AlarmArn"] == f"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{PREFIX}fine-in"
    assert result["diff"]["before"] == {"policies": {}, "alarms": {}, "schedules": {}}
    assert set(result["diff"]["after"]["alarms"]) == {f"{PREFIX}fine-in", f"{PREFIX}fine-out"}

    live.calls.clear()
    again = scaled(**LIMITS, policies=[FINE], schedules=[OFFICE], tags={"team": "llm"})

    assert not again["changed"], again["diff"]
    assert again["diff"]["before"] == again["diff"]["after"]
    assert live.writes == []


def test_check_mode_only_reads_and_says_the_same(live):
    told = scale(True, **LIMITS, policies=[FINE], schedules=[OFFICE])

    assert told["changed"]
    assert live.writes == []
    assert (
        told["diff"]["after"]["scalable_target"]
        == scaled(**LIMITS, policies=[FINE])["diff"]["after"]["scalable_target"]
    )
    live.calls.clear()
    assert scale(True, state="absent")["changed"]
    assert live.writes == []


def test_check_mode_knows_a_service_that_is_to_be_made(live):
    live.service = None

    assert scale(True, **LIMITS, policies=[WAKE])["changed"]
    assert "Make it first, with llmops.ecs.ecs_service" in scale(**LIMITS)["msg"]
    assert live.writes == []


@pytest.mark.parametrize(
    "edit",
    [
        {"Threshold": 45.0},
        {"ActionsEnabled": False},
        {"AlarmActions": []},
        {"OKActions": ["arn:aws:sns:eu-west-1:123456789012:mine"]},
        {"TreatMissingData": "breaching"},
        {"DatapointsToAlarm": 1},
    ],
)
def test_an_alarm_that_was_edited_by_hand_is_shown_and_repaired(live, edit):
    scaled(**LIMITS, policies=[FINE])
    before = live.state()
    live.alarms[f"{PREFIX}fine-in"] |= edit
    live.calls.clear()

    result = scaled(**LIMITS, policies=[FINE])

    assert result["changed"]
    old, new = (result["diff"][when]["alarms"][f"{PREFIX}fine-in"] for when in ("before", "after"))
    assert {name for name in {*old, *new} if old.get(name) != new.get(name)} == set(edit)
    assert live.writes == ["PutMetricAlarm"]
    live.alarms[f"{PREFIX}fine-in"].pop("OKActions", None)
    assert live.state() == before


def test_a_policy_that_is_removed_takes_its_alarms_along_and_no_others(live):
    scaled(**LIMITS, policies=[FINE, {**GUIDE, "metric": "memory"}], schedules=[OFFICE])
    other = {"AlarmActions": ["arn:aws:sns:eu-west-1:123456789012:mine"]}
    live.alarms |= {
        "TargetTracking-service/llm-prod/llm-AlarmHigh-1": {"AlarmActions": [live.policies["guide"]["PolicyARN"]]},
        f"{PREFIX}mine": {"AlarmName": f"{PREFIX}mine", **other},
        "llmops/service/llm-prod/llm-2/fine-in": {"AlarmActions": []},
    }

    result = scaled(policies=[])

    assert result["changed"]
    assert live.policies == {}
    assert set(live.alarms) == {
        "TargetTracking-service/llm-prod/llm-AlarmHigh-1",
        f"{PREFIX}mine",
        "llmops/service/llm-prod/llm-2/fine-in",
    }
    # A list that is not given is left alone.
    assert set(live.schedules) == {"office"}
    assert live.target["MaxCapacity"] == 3


def test_two_policies_that_change_places_are_made_anew(live):
    swapped = [{**GUIDE, "metric": "memory"}, {**GUIDE, "name": "other"}]
    scaled(**LIMITS, policies=[GUIDE, {**GUIDE, "name": "other", "metric": "memory"}])

    assert scaled(policies=swapped)["changed"]
    assert not scaled(policies=swapped)["changed"]


def test_a_policy_can_become_one_of_another_type(live):
    scaled(**LIMITS, policies=[{**GUIDE, "name": "fine-out"}])

    assert scaled(policies=[FINE])["changed"]
    assert live.policies["fine-out"]["PolicyType"] == "StepScaling"
    assert not scaled(policies=[FINE])["changed"]


def test_registering_is_for_differences_only_and_tells_what_it_moves(live):
    live.service["desiredCount"] = 5
    moved = scaled(**LIMITS)
    live.service["desiredCount"] = 5
    live.calls.clear()

    assert "has a desired count of 5; AWS moves it to 3 at once, into the limits 1 to 3" in moved["warnings"][0]
    assert not scaled(**LIMITS, policies=[])["changed"]
    assert live.writes == []
    assert "warnings" not in scaled(**LIMITS)


def test_flags_are_merged(live):
    scaled(**LIMITS, suspended={"dynamic_scaling_in": True})

    result = scaled(suspended={"scheduled_scaling": "yes"})

    assert result["changed"]
    assert live.target["SuspendedState"] == {**RUNS, FLAGS[0]: True, FLAGS[2]: True}
    assert live.target["MaxCapacity"] == 3
    assert not scaled(suspended={"scheduled_scaling": True})["changed"]


def test_what_a_schedule_did_to_the_limits_is_no_difference(live):
    asked = {"min_capacity": 0, "max_capacity": 3, "policies": [WAKE], "schedules": [OFFICE]}
    scaled(**asked)
    # It is eight in Rome.
    live.target["MinCapacity"] = 1

    assert not scaled(**asked)["changed"]
    assert live.target["MinCapacity"] == 1

    # Another limit is asked for: that holds at once. The same is so when the schedule goes.
    assert scaled(**{**asked, "min_capacity": 2})["changed"]
    assert live.target["MinCapacity"] == 2
    scaled(**asked)
    live.target["MinCapacity"] = 1
    assert scaled(**{**asked, "schedules": []})["changed"]
    assert live.target["MinCapacity"] == 0
    assert live.tags == {}


def test_a_schedule_that_is_over_is_left_out(live):
    over = {"name": "once", "at": "2020-01-31T08:00:00", "max_capacity": 2}

    result = scaled(**LIMITS, schedules=[over, OFFICE])

    assert set(live.schedules) == {"office"}
    assert "schedules[once] was for a time that is over" in result["warnings"][0]


def test_a_schedule_that_loses_its_zone_is_made_anew(live):
    scaled(**LIMITS, schedules=[OFFICE])
    plain = {name: value for name, value in OFFICE.items() if name != "timezone"}

    assert scaled(schedules=[plain])["changed"]
    assert "Timezone" not in live.schedules["office"]
    assert not scaled(schedules=[plain])["changed"]


def test_the_service_reports_every_20_seconds_before_a_policy_needs_it(live):
    result = scaled(**LIMITS, policies=[{**GUIDE, "resolution": 20}])

    assert live.writes == ["UpdateService", "RegisterScalableTarget", "PutScalingPolicy"]
    assert live.monitoring == {"metricConfigurations": [{"metricNames": ["CPUUtilization"], "resolutionSeconds": 20}]}
    assert result["diff"]["after"]["monitoring"] == live.monitoring
    assert not scaled(policies=[{**GUIDE, "resolution": 20}])["changed"]
    scaled(policies=[{**GUIDE, "metric": "memory", "resolution": 20}])
    assert live.monitoring["metricConfigurations"][0]["metricNames"] == ["CPUUtilization", "MemoryUtilization"]


def test_a_load_balancer_that_others_use_is_not_woken_by(live):
    # One page is not enough to see them.
    live.groups += [{**live.groups[0], "TargetGroupArn": f"{GROUP}{n}", "TargetGroupName": f"other{n}"} for n in "123"]

    refused = scale(min_capacity=0, max_capacity=1, policies=[WAKE])

    assert "policies[wake]: the load balancer also serves other1, other2, other3" in refused["msg"]
    assert live.writes == []
    result = scaled(min_capacity=0, max_capacity=1, policies=[{**WAKE, "shared": True}])
    dimension = {"Name": "LoadBalancer", "Value": "app/llm/0123456789abcdef"}
    assert result["alarms"][0]["Dimensions"] == [dimension]


def test_requests_of_a_target_group_that_deployments_leave_are_warned_about(live):
    live.service["loadBalancers"][0]["advancedConfiguration"] = {"alternateTargetGroupArn": f"{GROUP}2"}

    result = scaled(**LIMITS, policies=[{**GUIDE, "metric": "requests_per_target"}])

    assert "move it to another target group" in result["warnings"][0]


def test_tags_are_those_of_the_scalable_target(live):
    scaled(**LIMITS, tags={"team": "llm", "old": "1", "llmops:deployment": "demo"})

    result = scaled(tags={"team": "ml"})

    assert result["tags"] == live.tags == {"team": "ml", "llmops:deployment": "demo"}
    assert not scaled(tags={"team": "ml"})["changed"]


def test_scaling_of_others_is_left_alone_when_it_is_to_go(live):
    scaled(**LIMITS, policies=[FINE], tags={"team": "llm"})
    theirs = live.state()

    assert not scaled(state="absent", owner_tags={"llmops:service": "llm"})["changed"]
    assert live.state() == theirs
    scaled(owner_tags={"llmops:service": "llm"})
    assert live.tags == {"team": "llm", "llmops:service": "llm"}
    assert scaled(state="absent", owner_tags={"llmops:service": "llm"})["changed"]
    assert live.policies == live.alarms == {}
    assert not scaled(state="absent", owner_tags={"llmops:service": "llm"})["changed"]


def test_check_mode_takes_a_load_balancer_for_granted_that_a_run_refuses_to_do_without(live):
    live.service["loadBalancers"] = []

    assert scale(True, **LIMITS, policies=[{**GUIDE, "metric": "requests_per_target"}])["changed"]
    refused = scale(**LIMITS, policies=[{**GUIDE, "metric": "requests_per_target"}])
    assert "policies[guide] needs an Application Load Balancer, and service llm has none" in refused["msg"]


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"min_capacity": 1}, "max_capacity must be given: the service has no scalable target yet"),
        ({"min_capacity": 4, "max_capacity": 3}, "min_capacity 4 is over max_capacity 3"),
        ({**LIMITS, "policies": [GUIDE, FINE]}, "guide tracks a target of the metric that fine steps on"),
        ({**LIMITS, "schedules": [{**OFFICE, "cron": "8"}]}, "cron has six fields"),
        (
            {**LIMITS, "suspended": {"all": True}},
            "Unsupported parameters for (basic.py) module: definition.susp",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(live, params, problem):
    assert problem in scale(**params)["msg"]
    assert live.writes == []


def test_a_limit_that_does_not_fit_the_other_one_that_is_there(live):
    scaled(**LIMITS)

    assert (
        "min_capacity 4 is over max_capacity 3, which the scalable target has already" in scale(min_capacity=4)["msg"]
    )


def test_absent_removes_all_of_it(live):
    empty = live.state()
    scaled(**LIMITS, policies=[FINE], schedules=[OFFICE])

    result = scaled(state="absent")

    assert result["changed"]
    assert set(result["diff"]["before"]) == {"scalable_target", "policies", "alarms", "schedules"}
    assert live.state() == empty
    assert not scaled(state="absent")["changed"]


def test_a_run_that_is_interrupted_anywhere_is_finished_by_the_next(live):
    document = {**LIMITS, "policies": [FINE, {**GUIDE, "metric": "memory", "resolution": 20}], "schedules": [OFFICE]}
    scaled(**document)
    whole = live.state()
    writes = len(live.writes)
    for after in range(writes):
        live.reset()
        live.fail_after = after
        with pytest.raises(KeyboardInterrupt):
            scale(**document)
        live.fail_after = None
        scaled(**document)
        assert live.state() == whole


NAMES = st.sampled_from(["a", "b", "c-d"])
COOLDOWN = st.integers(0, 900)
NUMBER = st.integers(1, 1000).map(lambda value: value / 4)
CUSTOM = st.fixed_dictionaries(
    {"namespace": st.just("LLM"), "name": st.sampled_from(["Queue", "Tokens"])},
    optional={
        "dimensions": st.dictionaries(st.sampled_from(["ServiceName", "Model"]), st.just("x"), max_size=2),
        "statistic": st.sampled_from(["Average", "Sum", "Maximum"]),
        "unit": st.just("Count"),
    },
)
MATH = st.fixed_dictionaries(
    {
        "expression": st.just("queue / tasks"),
        "metrics": st.fixed_dictionaries({"queue": CUSTOM, "tasks": st.sampled_from(["cpu", "memory"])}),
    },
    optional={"label": st.just("queue a task")},
)
# Metrics of tracking and stepping are apart, since both on one metric are refused.
TRACKED = st.sampled_from(["cpu", "requests_per_target", "requests_in_flight"]) | CUSTOM
STEPPED = st.sampled_from(["memory", "queue_length"]) | MATH


@st.composite
def tracking(draw):
    metric = draw(TRACKED)
    return {
        "type": "target_tracking",
        "metric": metric,
        "target": draw(NUMBER),
        "scale_in_cooldown": draw(COOLDOWN),
        "disable_scale_in": draw(st.booleans()),
        **({"resolution": draw(st.sampled_from([20, 60]))} if metric == "cpu" else {}),
    }


@st.composite
def side(draw, out, threshold):
    """Steps that lead away from the threshold, without a gap."""
    kinds = ["add" if out else "remove", "set", "percent"]
    kind = draw(st.sampled_from(kinds))
    widths = draw(st.lists(NUMBER, max_size=3))
    steps, end = [], threshold
    for width in widths:
        end = end + width if out else end - width
        steps.append({"below" if out else "above": end})
    steps.append({})
    amount = st.integers(1, 9)
    periods = draw(st.integers(1, 10))
    return {
        draw(st.sampled_from(["above", "at_or_above"] if out else ["below"])): threshold,
        "evaluation_periods": periods,
        "datapoints_to_alarm": draw(st.integers(1, periods)),
        "period": draw(st.sampled_from([20, 60, 300])),
        "cooldown": draw(COOLDOWN),
        "steps": [{**step, kind: draw(amount)} for step in steps],
        **({"minimum_change": draw(amount)} if kind == "percent" and draw(st.booleans()) else {}),
        **({"treat_missing_data": "breaching"} if draw(st.booleans()) else {}),
    }


@st.composite
def stepping(draw):
    low, width = draw(NUMBER), draw(NUMBER)
    ways = draw(st.sampled_from([("scale_out",), ("scale_in",), ("scale_out", "scale_in")]))
    metric = draw(STEPPED)
    policy = {"type": "step", "metric": metric}
    if isinstance(metric, str):
        policy["statistic"] = draw(st.sampled_from(["Average", "Maximum", "p90"]))
    for way in ways:
        out = way == "scale_out"
        policy[way] = draw(side(out, low + width if out else low))
    return policy


WAKING = st.fixed_dictionaries({"type": st.just("wake_from_zero"), "capacity": st.just(1), "cooldown": COOLDOWN})
PREDICTING = st.fixed_dictionaries(
    {"type": st.just("predictive"), "metric": st.sampled_from(["cpu", "memory"]), "target": NUMBER},
    optional={"mode": st.just("forecast_and_scale"), "max_capacity_buffer": st.integers(0, 100)},
)
TIME = st.fixed_dictionaries(
    {},
    optional={
        "timezone": st.sampled_from(["Europe/Rome", "UTC"]),
        "start_time": st.just("2090-01-01T00:00:00+01:00"),
        "end_time": st.just("2091-01-01T00:00:00Z"),
    },
)
WHEN = st.sampled_from([{"cron": "0 8 ? * MON-FRI *"}, {"cron": "0 20 * * ? *"}, {"at": "2090-06-01T08:00:00"}])
SCHEDULE = st.builds(
    lambda when, time, bounds: {**when, **time, **bounds},
    WHEN,
    TIME,
    st.sampled_from([{"min_capacity": 1}, {"max_capacity": 4}, {"min_capacity": 0, "max_capacity": 0}]),
)


@st.composite
def documents(draw):
    """Return a scaling document that says all there is to say."""
    low = draw(st.integers(0, 3))
    one_of_each = st.tuples(*(st.none() | policies for policies in (tracking(), stepping(), WAKING, PREDICTING)))
    chosen = draw(st.permutations([item for item in draw(one_of_each) if item]))
    names = draw(st.permutations(["a", "b", "c-d", "e f"]))
    flags = ("dynamic_scaling_in", "dynamic_scaling_out", "scheduled_scaling")
    return {
        "min_capacity": low,
        "max_capacity": low + draw(st.integers(1, 3)),
        "suspended": {flag: draw(st.booleans()) for flag in flags},
        "policies": [{"name": name, **item} for name, item in zip(names, chosen, strict=False)],
        "schedules": [{"name": name, **item} for name, item in draw(st.dictionaries(NAMES, SCHEDULE)).items()],
        "tags": draw(st.dictionaries(st.sampled_from(["team", "stage"]), st.just("x"))),
    }


@settings(max_examples=200)
@given(document=documents())
def test_what_was_applied_is_no_change_when_it_is_applied_again(any_scaling_cloud, document):
    cloud = any_scaling_cloud
    cloud.reset()
    scaled(**document)
    cloud.calls.clear()

    again = scaled(**document)

    assert not again["changed"], again["diff"]
    assert cloud.writes == []


@settings(max_examples=200)
@given(first=documents(), second=documents())
def test_where_it_comes_from_does_not_matter(any_scaling_cloud, first, second):
    cloud = any_scaling_cloud
    cloud.reset()
    scaled(**second)
    wanted = cloud.state()

    cloud.reset()
    scaled(**copy.deepcopy(first))
    scaled(**second)

    assert cloud.state() == wanted
