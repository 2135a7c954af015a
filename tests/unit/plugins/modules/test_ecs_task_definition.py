# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.llmops.ecs.plugins.modules import ecs_task_definition

PLAIN = yaml.safe_load((Path(__file__).parents[1] / "fixtures" / "llm-gpt4all-ecs-server.yaml").read_text())
FAMILY = "llm-gpt4all-ecs-server"
DESCRIBE = {"taskDefinition": FAMILY, "include": ["TAGS"]}
CONTAINER = PLAIN["containerDefinitions"][0]


def arn(revision, family=FAMILY):
    return f"arn:aws:ecs:eu-west-1:123456789012:task-definition/{family}:{revision}"


def revision(number, document=PLAIN, **members):
    """What ECS answers: the document with its own defaults and members."""
    container = {
        **document["containerDefinitions"][0],
        "environment": document["containerDefinitions"][0].get("environment", []),
        "mountPoints": [],
        "volumesFrom": [],
        "systemControls": [],
        "portMappings": [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}],
    }
    return {
        **document,
        "containerDefinitions": [container],
        "taskDefinitionArn": arn(number),
        "revision": number,
        "status": "ACTIVE",
        "volumes": [],
        "placementConstraints": [],
        "compatibilities": ["EC2", "FARGATE"],
        "requiresAttributes": [{"name": "com.amazonaws.ecs.capability.ecr-auth"}],
        "registeredAt": "2026-11-22T12:00:00Z",
        "registeredBy": "arn:aws:iam::123456789012:user/u",
        **members,
    }


@pytest.fixture
def ecs(aws):
    return aws("ecs")


@pytest.fixture
def described(ecs):
    """Return a function that lets the family be described: its newest revision, or none."""

    def describe(newest=None, tags=()):
        if newest is None:
            ecs.add_client_error("describe_task_definition", "ClientException", "Unable to describe task definition.")
        else:
            ecs.add_response("describe_task_definition", {"taskDefinition": newest, "tags": list(tags)}, DESCRIBE)

    return describe


@pytest.fixture
def registered(ecs):
    """Return a function that lets a document be registered, as exactly what is sent."""

    def register(number, document=PLAIN, **members):
        answer = {"taskDefinition": revision(number, document), "tags": members.get("tags", [])}
        ecs.add_response("register_task_definition", answer, {**document, **members})

    return register


@pytest.fixture
def listed(ecs):
    """Return a function that lets the revisions of one status be listed, over pages."""

    def list_them(*pages, status="ACTIVE"):
        for position, page in enumerate(pages):
            request = {"familyPrefix": FAMILY, "status": status}
            answer = {"taskDefinitionArns": [number if isinstance(number, str) else arn(number) for number in page]}
            if position:
                request["nextToken"] = str(position)
            if position + 1 < len(pages):
                answer["nextToken"] = str(position + 1)
            ecs.add_response("list_task_definitions", answer, request)

    return list_them


@pytest.fixture
def looked_up(aws, listed):
    """Return a function that lets the next revision be predicted, from the numbers of INACTIVE ones."""

    def look_up(inactive=()):
        listed([])
        listed(list(inactive), status="INACTIVE")
        aws("sts").add_response("get_caller_identity", {"Account": "123456789012"})

    return look_up


def test_registers_a_first_revision_with_the_document_unchanged(described, registered, run):
    described()
    registered(1)

    result = run(ecs_task_definition, definition=PLAIN)

    assert result["changed"]
    assert result["arn"] == arn(1)
    assert result["revision"] == 1
    assert result["task_definition"]["taskDefinitionArn"] == arn(1)
    assert result["task_definition"]["requiresAttributes"]
    assert result["deregistered"] == []
    assert result["diff"]["before"] == {}
    assert result["diff"]["after"]["cpu"] == "16384"


def test_a_second_time_is_no_change(described, run):
    described(revision(1))

    result = run(ecs_task_definition, definition=PLAIN)

    assert not result["changed"]
    assert result["arn"] == arn(1)
    assert result["diff"]["before"] == result["diff"]["after"]


@pytest.mark.parametrize(
    "definition",
    [
        {**PLAIN, "cpu": 16384, "memory": 65536},
        {**PLAIN, "cpu": "16 vCPU", "memory": "64 GB"},
        {**PLAIN, "taskRoleArn": None},
        {**PLAIN, "containerDefinitions": [{**CONTAINER, "cpu": "16384", "essential": "yes"}]},
        {**PLAIN, "volumes": []},
    ],
)
def test_another_spelling_is_no_change(described, run, definition):
    described(revision(1))

    assert not run(ecs_task_definition, definition=definition)["changed"]


def test_registers_a_revision_when_something_is_left_out(described, registered, run):
    with_secret = {**PLAIN, "containerDefinitions": [{**CONTAINER, "secrets": [{"name": "KEY", "valueFrom": "arn"}]}]}
    described(revision(1, with_secret))
    registered(2)

    result = run(ecs_task_definition, definition=PLAIN)

    assert result["changed"]
    assert result["revision"] == 2


def test_sizes_are_sent_as_ecs_keeps_them(described, registered, run):
    described()
    registered(1)

    assert run(ecs_task_definition, definition={**PLAIN, "cpu": "16 vCPU", "memory": "64 GB"})["changed"]


def test_a_revision_that_is_not_active_does_not_exist(described, registered, run):
    described(revision(1, status="INACTIVE"))
    registered(2)

    assert run(ecs_task_definition, definition=PLAIN)["changed"]


def test_the_family_can_be_the_option(described, run):
    described(revision(1))

    definition = {name: value for name, value in PLAIN.items() if name != "family"}
    assert not run(ecs_task_definition, family=FAMILY, definition=definition)["changed"]


def with_environment(**variables):
    environment = [{"name": name, "value": value} for name, value in variables.items()]
    return {**PLAIN, "containerDefinitions": [{**CONTAINER, "environment": environment}]}


@pytest.mark.parametrize(
    ("show", "shown"), [(False, ["(hidden)", "(hidden, changed)"]), (True, ["old-secret", "new-secret"])]
)
def test_values_of_the_environment_are_hidden_in_the_diff_unless_asked(described, looked_up, run, show, shown):
    described(revision(1, with_environment(KEY="old-secret")))
    looked_up()

    diff = run(
        ecs_task_definition, check_mode=True, definition=with_environment(KEY="new-secret"), show_environment=show
    )["diff"]

    assert [diff[name]["containerDefinitions"][0]["environment"][0]["value"] for name in ("before", "after")] == shown


@pytest.mark.parametrize(("show", "shown"), [(False, "(hidden)"), (True, "a-secret")])
@pytest.mark.parametrize("check_mode", [False, True])
def test_values_of_the_environment_are_hidden_in_the_result_unless_asked(described, run, show, shown, check_mode):
    document = with_environment(KEY="a-secret")
    described(revision(1, document))

    result = run(ecs_task_definition, check_mode=check_mode, definition=document, show_environment=show)

    assert not result["changed"]
    assert result["task_definition"]["containerDefinitions"][0]["environment"] == [{"name": "KEY", "value": shown}]


@pytest.mark.parametrize(("inactive", "number"), [([], 1), ([1, 2], 3)])
def test_check_mode_predicts_the_revision(described, looked_up, run, inactive, number):
    described()
    looked_up(inactive)

    result = run(ecs_task_definition, check_mode=True, definition=PLAIN, tags={"team": "llm"})

    assert result["changed"]
    assert result["revision"] == number
    assert result["arn"] == result["task_definition"]["taskDefinitionArn"] == arn(number)
    assert result["task_definition"]["cpu"] == "16384"
    assert result["tags"] == {"team": "llm"}


def test_a_difference_in_tags_alone_makes_no_revision(ecs, described, run):
    described(revision(1), [{"key": "old", "value": "1"}, {"key": "llmops:service", "value": "llm"}])
    ecs.add_response("tag_resource", {}, {"resourceArn": arn(1), "tags": [{"key": "team", "value": "llm"}]})
    ecs.add_response("untag_resource", {}, {"resourceArn": arn(1), "tagKeys": ["old"]})

    result = run(ecs_task_definition, definition=PLAIN, tags={"team": "llm"})

    assert result["changed"]
    assert result["revision"] == 1
    assert result["tags"] == {"llmops:service": "llm", "team": "llm"}
    assert result["diff"]["after"]["tags"] == {"llmops:service": "llm", "team": "llm"}


def test_tags_alone_in_check_mode(described, run):
    described(revision(1))

    assert run(ecs_task_definition, check_mode=True, definition=PLAIN, tags={"team": "llm"})["changed"]


def test_a_new_revision_takes_over_the_tags(described, registered, run):
    tags = [{"key": "team", "value": "llm"}, {"key": "aws:cloudformation:stack-name", "value": "s"}]
    described(revision(1, {**PLAIN, "memory": "32768"}), tags)
    registered(2, tags=[{"key": "team", "value": "llm"}, {"key": "stage", "value": "dev"}])

    run(ecs_task_definition, definition=PLAIN, tags={"stage": "dev"}, purge_tags=False)


def test_tags_can_be_in_the_definition(described, registered, run):
    described()
    registered(1, tags=[{"key": "team", "value": "llm"}])

    result = run(ecs_task_definition, definition={**PLAIN, "tags": [{"key": "team", "value": "llm"}]})

    assert result["tags"] == {"team": "llm"}


def test_older_revisions_are_deregistered(ecs, described, registered, listed, run):
    described(revision(11, {**PLAIN, "memory": "32768"}))
    listed([9, 10], [2, 11, arn(1, family=f"{FAMILY}-other")])
    registered(12)
    for number in (2, 9):
        ecs.add_response("deregister_task_definition", {}, {"taskDefinition": arn(number)})

    result = run(ecs_task_definition, definition=PLAIN, keep=3)

    assert result["deregistered"] == [arn(2), arn(9)]
    assert result["revision"] == 12


def test_older_revisions_are_deregistered_without_a_new_one(ecs, described, listed, run):
    described(revision(3))
    listed([1, 2, 3])
    ecs.add_response("deregister_task_definition", {}, {"taskDefinition": arn(1)})

    result = run(ecs_task_definition, definition=PLAIN, keep=2)

    assert result["changed"]
    assert result["deregistered"] == [arn(1)]


def test_nothing_to_deregister(described, listed, run):
    described(revision(2))
    listed([1, 2])

    assert not run(ecs_task_definition, definition=PLAIN, keep=2)["changed"]


def test_check_mode_says_what_it_would_deregister(described, listed, run):
    described(revision(3))
    listed([1, 2, 3])

    result = run(ecs_task_definition, check_mode=True, definition=PLAIN, keep=2)

    assert result["changed"]
    assert result["deregistered"] == [arn(1)]


def test_absent_deregisters_exactly_the_family(ecs, listed, run):
    listed([1, 3, arn(2, family=f"{FAMILY}-other")])
    for number in (1, 3):
        ecs.add_response("deregister_task_definition", {}, {"taskDefinition": arn(number)})

    result = run(ecs_task_definition, family=FAMILY, state="absent")

    assert result["changed"]
    assert result["deregistered"] == [arn(1), arn(3)]
    assert result["deleted"] == []
    assert result["diff"] == {"before": {"revisions": [arn(1), arn(3)]}, "after": {"revisions": []}}


def test_absent_takes_the_family_of_a_definition(listed, run):
    listed([])

    assert not run(ecs_task_definition, definition=PLAIN, state="absent")["changed"]


def test_absent_in_check_mode(listed, run):
    listed([1])
    listed([2], status="INACTIVE")

    result = run(ecs_task_definition, check_mode=True, family=FAMILY, state="absent", delete=True)

    assert result["changed"]
    assert result["deleted"] == [arn(1), arn(2)]


def test_absent_deletes_ten_at_a_time(ecs, listed, run):
    listed([12])
    listed(list(range(1, 12)), status="INACTIVE")
    ecs.add_response("deregister_task_definition", {}, {"taskDefinition": arn(12)})
    for numbers in (range(1, 11), range(11, 13)):
        request = {"taskDefinitions": [arn(number) for number in numbers]}
        ecs.add_response("delete_task_definitions", {"failures": []}, request)

    result = run(ecs_task_definition, family=FAMILY, state="absent", delete=True)

    assert result["deregistered"] == [arn(12)]
    assert len(result["deleted"]) == 12


def test_a_revision_that_cannot_be_deleted_is_told(ecs, listed, run):
    listed([])
    listed([1], status="INACTIVE")
    ecs.add_response("delete_task_definitions", {"failures": [{"arn": arn(1), "reason": "The revision is in use."}]})

    result = run(ecs_task_definition, family=FAMILY, state="absent", delete=True)

    assert result["failed"]
    assert result["msg"] == f"Failed to delete task definitions: {arn(1)}: The revision is in use."


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"family": "llm"}, "state is present but all of the following are missing: definition"),
        ({}, "one of the following is required: definition, family"),
        (
            {"definition": {"containerDefinitions": []}},
            "family is missing: set the option family, or definition.family",
        ),
        (
            {"family": "a", "definition": {"family": "b"}},
            "family and definition.family differ (a, b); drop one of them",
        ),
        ({"definition": PLAIN, "keep": 0}, "keep is 0; it must be 2 or more, because services still run the revision"),
        ({"definition": PLAIN, "keep": 1}, "roll back to it, or left out to keep all"),
        ({"definition": {**PLAIN, "cpus": 1}}, 'Unknown parameter in definition: "cpus", must be one of: family'),
        (
            {"definition": {**PLAIN, "containerDefinitions": [{**CONTAINER, "portMapping": []}]}},
            'Unknown parameter in definition.containerDefinitions[0]: "portMapping"',
        ),
        (
            {"definition": {**PLAIN, "cpu": 256}},
            "Fargate has no memory 65536 with cpu 256; with it, it offers 512, 1024, 2048 MiB",
        ),
        ({"definition": {**PLAIN, "containerDefinitions": [{**CONTAINER, "image": ""}]}}, "image: is empty"),
    ],
)
def test_bad_input_gets_one_message_and_no_call(ecs, run, params, message):
    result = run(ecs_task_definition, **params)

    assert result["failed"]
    assert message in result["msg"]


def test_a_refusal_of_aws_is_told(ecs, described, run):
    described()
    ecs.add_client_error("register_task_definition", "ClientException", "Role is not valid")

    result = run(ecs_task_definition, definition=PLAIN)

    assert result["msg"].startswith(f"Failed to register a revision of task definition {FAMILY}: ")
    assert "Role is not valid" in result["msg"]


@pytest.mark.parametrize(
    ("variable", "option", "said"),
    [
        (None, None, "HTTP status 502 without an AWS error code. The answer is not in AWS's usual format: a proxy"),
        ("AWS_ENDPOINT_URL", None, "not supported by this endpoint"),
        ("AWS_ENDPOINT_URL_ECS", None, "not supported by this endpoint"),
        (None, "http://127.0.0.1:1", "not supported by this endpoint"),
    ],
)
def test_an_answer_that_is_no_aws_s_is_told_by_the_endpoint(ecs, run, monkeypatch, variable, option, said):
    if variable:
        monkeypatch.setenv(variable, "http://127.0.0.1:1")
    ecs.add_client_error("describe_task_definition", "502", "<html>", http_status_code=502)

    result = run(ecs_task_definition, definition=PLAIN, **({"endpoint_url": option} if option else {}))

    assert said in result["msg"]
