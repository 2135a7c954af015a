# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import botocore.session
import pytest
from botocore.model import ShapeResolver

from ansible_collections.llmops.ecs.plugins.module_utils._documents.shapes import (
    DocumentError,
    agreed,
    coerce,
    known,
    shape_of,
    validate,
)


@pytest.fixture(scope="module")
def ecs():
    return botocore.session.Session().create_client(
        "ecs", region_name="eu-west-1", aws_access_key_id="access", aws_secret_access_key="secret"
    )


@pytest.fixture(scope="module")
def shape(ecs):
    return shape_of(ecs, "RegisterTaskDefinition")


def task(**container):
    return {"family": "llm", "containerDefinitions": [{"name": "llm", "image": "llm", **container}]}


@pytest.mark.parametrize(
    ("document", "coerced"),
    [
        pytest.param({"cpu": 16384}, {"cpu": "16384"}, id="a number for a string"),
        pytest.param({"cpu": 0.5}, {"cpu": "0.5"}, id="a fraction for a string"),
        pytest.param({"family": "llm"}, {"family": "llm"}, id="a string"),
        pytest.param(
            task(environment=[{"name": "DEBUG", "value": True}]),
            task(environment=[{"name": "DEBUG", "value": "true"}]),
            id="a boolean for a string",
        ),
        pytest.param(task(cpu="16384"), task(cpu=16384), id="digits for an integer"),
        pytest.param(task(cpu=" +12 "), task(cpu=12), id="digits with blanks"),
        pytest.param(task(cpu=512.0), task(cpu=512), id="a whole float for an integer"),
        pytest.param(task(cpu=512.5), task(cpu=512.5), id="a fraction stays"),
        pytest.param(task(cpu="16 vCPU"), task(cpu="16 vCPU"), id="a word stays"),
        pytest.param(task(cpu=True), task(cpu="true"), id="a boolean is no integer"),
        pytest.param(task(essential="yes"), task(essential=True), id="yes"),
        pytest.param(task(essential="False"), task(essential=False), id="False"),
        pytest.param(task(essential=0), task(essential=False), id="0 for a boolean"),
        pytest.param(task(essential="perhaps"), task(essential="perhaps"), id="perhaps stays"),
        pytest.param(task(essential=[]), task(essential=[]), id="a list stays"),
        pytest.param({"executionRoleArn": None}, {}, id="null is left out"),
        pytest.param(task(image=None), {"family": "llm", "containerDefinitions": [{"name": "llm"}]}, id="null below"),
        pytest.param(task(dockerLabels={"a": 1, 2: None}), task(dockerLabels={"a": "1"}), id="a map"),
        pytest.param(task(dockerLabels={2: "b"}), task(dockerLabels={"2": "b"}), id="a map's key"),
        pytest.param(task(command=["sleep", 5]), task(command=["sleep", "5"]), id="items of a list"),
        pytest.param({"new": {"a": 1}}, {"new": {"a": 1}}, id="an unknown member stays"),
        pytest.param({"volumes": "none"}, {"volumes": "none"}, id="no list stays"),
        pytest.param({"volumes": {"a": 1}}, {"volumes": {"a": 1}}, id="a map for a list stays"),
        pytest.param({"runtimePlatform": ["a"]}, {"runtimePlatform": ["a"]}, id="a list for a map stays"),
        pytest.param(task(dockerLabels="a"), task(dockerLabels="a"), id="text for a map stays"),
    ],
)
def test_scalars_get_the_type_of_the_shape(shape, document, coerced):
    assert coerce(document, shape) == coerced


def test_floats(ecs):
    linear = {"deploymentConfiguration": {"linearConfiguration": {"stepPercent": "12.5"}}}
    service = shape_of(ecs, "CreateService")

    assert coerce(linear, service)["deploymentConfiguration"]["linearConfiguration"]["stepPercent"] == 12.5
    assert coerce("some", service.members["deploymentConfiguration"]) == "some"


def test_a_word_for_a_float_stays_for_the_validator(ecs):
    linear = {"deploymentConfiguration": {"linearConfiguration": {"stepPercent": "a lot"}}}

    assert coerce(linear, shape_of(ecs, "CreateService")) == linear


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            task(portMapping=[]),
            'Unknown parameter in definition.containerDefinitions[0]: "portMapping", must be one of: ',
        ),
        (task(cpu="much"), "Invalid type for parameter definition.containerDefinitions[0].cpu, value: much"),
        ({"family": "llm"}, 'Missing required parameter in definition: "containerDefinitions"'),
        (
            {**task(), "networkMode": "vpc"},
            "parameter definition.networkMode, value: vpc, must be one of: bridge, host",
        ),
        (
            task(healthCheck={}),
            'Missing required parameter in definition.containerDefinitions[0].healthCheck: "command"',
        ),
        ("text", "Invalid type for parameter definition, value: text"),
        ({**task(), "volumes": {"name": "a"}}, "Invalid type for parameter definition.volumes, value: "),
        ({**task(), "runtimePlatform": ["a"]}, "Invalid type for parameter definition.runtimePlatform, value: "),
        (
            task(dockerLabels=["a"]),
            "containerDefinitions[0].dockerLabels, value: (hidden), type: <class 'list'>, valid",
        ),
        ({**task(), "networkMode": 1}, "Invalid type for parameter definition.networkMode, value: 1"),
        ({**task(), "requiresCompatibilities": ["fargate"]}, "definition.requiresCompatibilities[0], value: fargate"),
        (
            {**task(), "tags": [{"key": "", "value": "a"}]},
            "parameter definition.tags[0].key, value: 0, valid min length: 1",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_path(shape, document, message):
    with pytest.raises(DocumentError) as told:
        validate(document, shape)

    assert message in str(told.value)


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (task(environment={"KEY": "hunter2"}), "containerDefinitions[0].environment"),
        (task(environment="KEY=\nhunter2"), "containerDefinitions[0].environment"),
        (task(environment=["KEY=hunter2"]), "containerDefinitions[0].environment[0]"),
        (
            task(environment=[{"name": "KEY", "value": {"a": "hunter2"}}]),
            "containerDefinitions[0].environment[0].value",
        ),
        (task(secrets=[{"name": "KEY", "valueFrom": ["hunter2"]}]), "containerDefinitions[0].secrets[0].valueFrom"),
        (task(command="serve --api-key hunter2"), "containerDefinitions[0].command"),
        (task(logConfiguration={"options": {"splunk-token": ["hunter2"]}}), "logConfiguration.options.splunk-token"),
        (
            {**task(), "containerDefinitions": {"environment": [{"value": "hunter2"}]}},
            "definition.containerDefinitions",
        ),
    ],
)
def test_a_value_that_may_be_secret_is_not_told(shape, document, path):
    with pytest.raises(DocumentError) as told:
        validate({**document, "cpu": ["4"]}, shape)

    assert f"{path}, value: (hidden), type: " in str(told.value)
    assert "definition.cpu, value: " in str(told.value)
    assert "hunter2" not in str(told.value)


def test_a_value_of_another_type_is_told_where_it_is_no_secret(shape):
    with pytest.raises(DocumentError, match=r"containerDefinitions\[0\]\.cpu, value: many, type: <class 'str'>"):
        validate(task(cpu="many"), shape)


def test_a_limit_that_botocore_leaves_to_aws(ecs):
    strategy = {"defaultCapacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 2000}]}

    with pytest.raises(DocumentError, match=r"definition\..*\[0\]\.weight, value: 2000, valid max value: 1000"):
        validate(strategy, shape_of(ecs, "CreateCluster"))


def test_values_of_maps_are_checked():
    model = {
        "Top": {"type": "structure", "members": {"modes": {"shape": "Modes"}}},
        "Modes": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Mode"}},
        "Name": {"type": "string"},
        "Mode": {"type": "string", "enum": ["on", "off"]},
    }

    with pytest.raises(DocumentError, match=r"options\.modes\.light, value: dim, must be one of: on, off"):
        validate({"modes": {"light": "dim"}}, ShapeResolver(model).get_shape_by_name("Top"), where="options")


def test_all_that_is_wrong_is_told_at_once(shape):
    with pytest.raises(DocumentError) as told:
        validate({**task(portMapping=[], cpu="much"), "networkMode": "vpc"}, shape)

    assert str(told.value).count("; ") == 2


def test_own_members_may_be_missing_but_not_those_below(shape):
    validate({}, shape, required=False)
    with pytest.raises(DocumentError, match="healthCheck"):
        validate({"containerDefinitions": [{"healthCheck": {}}]}, shape, required=False)


def test_a_good_document_passes(shape):
    validate({**task(cpu=1, essential=True), "networkMode": "awsvpc"}, shape)


def test_only_what_can_be_asked_for_is_known(shape):
    answer = {
        "family": "llm",
        "taskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/llm:1",
        "containerDefinitions": [{"name": "llm", "image": "llm", "invented": 1, "dockerLabels": {"a": "b"}}],
    }

    assert known(answer, shape) == task(dockerLabels={"a": "b"})


@pytest.mark.parametrize(
    ("option", "definition", "name"),
    [
        ("llm", None, "llm"),
        ("llm", {"family": "llm"}, "llm"),
        (None, {"family": "llm"}, "llm"),
        ("", {"family": "llm"}, "llm"),
    ],
)
def test_a_name_is_given_by_option_or_definition(option, definition, name):
    assert agreed("family", {"family": option, "definition": definition}, "family") == name


@pytest.mark.parametrize(
    ("option", "definition", "message"),
    [
        (None, None, "family is missing: set the option family, or definition.family"),
        ("a", {"family": "b"}, r"family and definition.family differ \(a, b\); drop one of them"),
    ],
)
def test_names_that_do_not_agree(option, definition, message):
    with pytest.raises(DocumentError, match=message):
        agreed("family", {"family": option, "definition": definition}, "family")
