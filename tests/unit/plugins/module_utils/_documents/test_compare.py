# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.llmops.ecs.plugins.module_utils._documents.compare import Rules, canonical, changes, overlay
from ansible_collections.llmops.ecs.plugins.module_utils._documents.masking import HIDDEN, HIDDEN_AND_CHANGED, mask

RULES = Rules(
    defaults={
        "size": "small",
        "network.public": True,
        "containers[].cpu": 0,
        "containers[].ports[].host": lambda mapping: mapping.get("container"),
    },
    sets={
        "containers": "name",
        "containers[].environment": "name",
        "containers[].ports": "container",
        "network.subnets": None,
    },
    forms={"size": str.lower, "network.subnets[]": lambda arn: arn.rsplit("/", 1)[-1]},
    ignored=frozenset({"createdAt", "network.arn"}),
)
WHOLE_AND_NOT = pytest.mark.parametrize("whole", [True, False])


@WHOLE_AND_NOT
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({"size": "small"}, {}, id="a default that AWS adds"),
        pytest.param({}, {"size": "small"}, id="a default that is spelt out"),
        pytest.param({"size": "SMALL"}, {"size": "small"}, id="another spelling"),
        pytest.param({"command": []}, {}, id="an empty list that AWS adds"),
        pytest.param({}, {"command": []}, id="an empty list that is asked for"),
        pytest.param({"network": {"subnets": []}}, {"network": {}}, id="emptiness inside"),
        pytest.param({}, {"labels": {}}, id="an empty map"),
        pytest.param({"labels": None}, {}, id="null that AWS adds"),
        pytest.param({}, {"labels": None}, id="null that is asked for"),
        pytest.param({"insights": False}, {}, id="false that AWS adds"),
        pytest.param({}, {"insights": False}, id="false that is spelt out"),
        pytest.param({"network": {"public": True}}, {"network": {}}, id="true, where that is the default"),
        pytest.param({"createdAt": 1, "network": {"arn": "a"}}, {"createdAt": 2}, id="ignored members"),
        pytest.param(
            {"network": {"subnets": ["a", "b"]}}, {"network": {"subnets": ["b", "a"]}}, id="the order of a set"
        ),
        pytest.param(
            {"network": {"subnets": ["a"]}}, {"network": {"subnets": ["a", "a"]}}, id="an item that is there twice"
        ),
        pytest.param(
            {"network": {"subnets": ["arn:subnet/a"]}}, {"network": {"subnets": ["a"]}}, id="an ARN and a name"
        ),
        pytest.param(
            {"containers": [{"name": "a", "cpu": 0, "ports": [{"container": 80, "host": 80}]}]},
            {"containers": [{"name": "a", "ports": [{"container": 80}]}]},
            id="a default that depends on its neighbour",
        ),
        pytest.param(
            {"containers": [{"name": "b"}, {"name": "a", "environment": [{"name": "X"}, {"name": "Y"}]}]},
            {"containers": [{"name": "a", "environment": [{"name": "Y"}, {"name": "X"}]}, {"name": "b"}]},
            id="sets in sets",
        ),
        pytest.param(
            {"containers": [{"name": "a", "cpu": 1}, {"cpu": 1, "name": "a"}]},
            {"containers": [{"cpu": 1, "name": "a"}]},
            id="the order of an item's members",
        ),
    ],
)
def test_no_change(before, after, whole):
    assert not changes(before, after, RULES, whole).changed


@WHOLE_AND_NOT
@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        pytest.param({}, {"size": "large"}, ["size"], id="a member more"),
        pytest.param({"size": "large"}, {"size": "small"}, ["size"], id="back to the default"),
        pytest.param({"insights": True}, {"insights": False}, ["insights"], id="true to false"),
        pytest.param(
            {"network": {"public": True}}, {"network": {"public": False}}, ["network"], id="false, not default"
        ),
        pytest.param({"command": ["a", "b"]}, {"command": ["b", "a"]}, ["command"], id="the order of a list"),
        pytest.param({"command": ["a"]}, {"command": []}, ["command"], id="an explicit empty"),
        pytest.param({"command": ["a", ""]}, {"command": ["a"]}, ["command"], id="an empty word"),
        pytest.param({"network": {"subnets": ["a"]}}, {"network": {"subnets": ["b"]}}, ["network"], id="inside a map"),
        pytest.param(
            {"containers": [{"name": "a", "cpu": 1}]}, {"containers": [{"name": "a"}]}, ["containers"], id="in an item"
        ),
        pytest.param({"a": 1, "b": 1}, {"b": 2, "a": 2}, ["a", "b"], id="two members"),
        pytest.param(None, {}, [], id="what is not there yet"),
        pytest.param(None, {"size": "large"}, ["size"], id="what is not there yet, with a member"),
        pytest.param({"size": "large"}, None, ["size"], id="what is to go"),
    ],
)
def test_a_change(before, after, fields, whole):
    difference = changes(before, after, RULES, whole)

    assert difference.changed
    assert difference.fields == fields


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"size": "large"}, {}),
        ({"insights": True}, {}),
        ({"network": {"subnets": ["a"], "public": False}}, {"network": {"subnets": ["a"]}}),
    ],
)
def test_what_is_left_out_is_the_default_of_a_whole_document_and_left_alone_otherwise(before, after):
    assert changes(before, after, RULES, whole=True).changed
    assert not changes(before, after, RULES, whole=False).changed


def test_what_was_not_asked_for_is_not_shown():
    before = {"size": "large", "network": {"subnets": ["b", "a"], "public": False}, "count": 3}
    after = {"network": {"subnets": ["c"]}, "insights": True, "command": [], "size": "small"}

    assert changes(before, after, RULES, whole=False).diff() == {
        "before": {"network": {"subnets": ["a", "b"]}, "insights": False, "command": [], "size": "large"},
        "after": {"network": {"subnets": ["c"]}, "insights": True, "command": [], "size": "small"},
    }


def test_a_new_thing_has_nothing_before():
    assert changes(None, {"size": "large"}, RULES, whole=False).diff() == {"before": {}, "after": {"size": "large"}}


def test_what_else_is_compared_is_shown_too():
    difference = changes({"size": "large"}, {"size": "large"}, RULES, whole=True)

    assert difference.diff(besides={"after": {"tags": {"team": "llm"}}}) == {
        "before": {"size": "large"},
        "after": {"size": "large", "tags": {"team": "llm"}},
    }


def with_environment(**variables):
    environment = [{"name": name, "value": value} for name, value in variables.items()]
    return {"containers": [{"name": "a"}, {"name": "b", "environment": environment}]}


def test_values_of_the_environment_are_hidden_but_their_change_is_seen():
    difference = changes(
        with_environment(KEY="old", SAME="1"), with_environment(KEY="new", SAME="1"), RULES, whole=True
    )

    shown = difference.diff()

    assert shown["before"] == with_environment(KEY=HIDDEN, SAME=HIDDEN)
    assert shown["after"] == with_environment(KEY=HIDDEN_AND_CHANGED, SAME=HIDDEN)
    assert difference.diff(show_environment=True)["after"] == with_environment(KEY="new", SAME="1")


def test_a_document_alone_is_masked():
    assert mask(with_environment(KEY="secret")) == with_environment(KEY=HIDDEN)
    assert mask({"environment": [], "list": ["a", {"b": 1}]}) == {"environment": [], "list": ["a", {"b": 1}]}


def test_a_new_variable_is_hidden():
    assert mask(with_environment(KEY="secret"), {}) == with_environment(KEY=HIDDEN)


SECRET_BEFORE = {
    "logConfiguration": {"options": {"splunk-token": "t0ken", "splunk-url": "https://u:passw0rd@splunk"}},
    "entryPoint": ["serve", "--api-key", "f1rst", "--port", "80"],
    "command": ["--token=t0ken", "--tokenizer", "mistral", "--password", "-v", "vllm --hf-token s3cret --seed 1"],
}
SECRET_AFTER = {
    "logConfiguration": {"options": {"splunk-token": "t0ken", "splunk-url": "https://u:other1@splunk"}},
    "entryPoint": ["serve", "--api-key", "s3cond", "--port", "81"],
    "command": ["--token=chang3d", "--tokenizer", "other", "--password", "-v", "vllm --hf-token an0ther --seed 1"],
}


def test_secrets_in_options_and_commands_are_hidden_but_their_change_is_seen():
    shown = changes({"containers": [SECRET_BEFORE]}, {"containers": [SECRET_AFTER]}, RULES, whole=True).diff()

    assert shown["before"]["containers"] == [
        {
            "logConfiguration": {"options": {"splunk-token": HIDDEN, "splunk-url": f"https://u:{HIDDEN}@splunk"}},
            "entryPoint": ["serve", "--api-key", HIDDEN, "--port", "80"],
            "command": [
                f"--token={HIDDEN}",
                "--tokenizer",
                "mistral",
                "--password",
                "-v",
                f"vllm --hf-token {HIDDEN} --seed 1",
            ],
        }
    ]
    assert shown["after"]["containers"] == [
        {
            "logConfiguration": {
                "options": {"splunk-token": HIDDEN, "splunk-url": f"https://u:{HIDDEN_AND_CHANGED}@splunk"}
            },
            "entryPoint": ["serve", "--api-key", HIDDEN_AND_CHANGED, "--port", "81"],
            "command": [
                f"--token={HIDDEN_AND_CHANGED}",
                "--tokenizer",
                "other",
                "--password",
                "-v",
                f"vllm --hf-token {HIDDEN_AND_CHANGED} --seed 1",
            ],
        }
    ]


@pytest.mark.parametrize("document", [{"options": None}, {"command": "CMD"}, {"options": {"a": 1}, "command": [1]}])
def test_what_is_no_text_is_left_as_it_is(document):
    assert mask(document) == document


def test_new_secrets_are_hidden():
    new = {"logConfiguration": {"options": {"splunk-token": "t0ken"}}, "command": ["--api-key", "s3cret"]}

    assert mask(new, {}) == {
        "logConfiguration": {"options": {"splunk-token": HIDDEN}},
        "command": ["--api-key", HIDDEN],
    }


@pytest.mark.parametrize(
    ("before", "asked", "merged"),
    [
        ({"a": 1, "b": 2}, {"b": 3}, {"a": 1, "b": 3}),
        ({"a": {"b": 1, "c": [1]}}, {"a": {"c": []}}, {"a": {"b": 1, "c": []}}),
        ({}, {"a": {"b": 1}}, {"a": {"b": 1}}),
    ],
)
def test_what_is_asked_lies_over_what_is_there(before, asked, merged):
    assert overlay(before, asked) == merged


NAMES = st.text("abcdef", min_size=1, max_size=3)
VARIABLES = st.lists(
    st.fixed_dictionaries({"name": NAMES, "value": st.text(max_size=3)}), unique_by=lambda v: v["name"]
)
PORTS = st.lists(st.fixed_dictionaries({"container": st.integers(1, 65535)}), unique_by=lambda p: p["container"])
CONTAINER = st.fixed_dictionaries(
    {"name": NAMES},
    optional={"environment": VARIABLES, "ports": PORTS, "cpu": st.integers(1, 9), "command": st.lists(NAMES)},
)
DOCUMENTS = st.fixed_dictionaries(
    {"containers": st.lists(CONTAINER, min_size=1, unique_by=lambda c: c["name"])},
    optional={
        "size": st.sampled_from(["large", "huge"]),
        "insights": st.just(True),
        "network": st.fixed_dictionaries(
            {}, optional={"subnets": st.lists(NAMES, unique=True), "public": st.just(False)}
        ),
    },
)


def shuffled(draw, document):
    """The same document as AWS might answer it: sets in another order, its defaults and empties added."""
    answer = copy.deepcopy(document)
    answer.setdefault("size", "small")
    answer.setdefault("insights", False)
    answer["createdAt"] = draw(st.integers())
    network = answer.setdefault("network", {})
    network.setdefault("public", True)
    network["subnets"] = draw(st.permutations(network.get("subnets", [])))
    for container in answer["containers"]:
        container.setdefault("cpu", 0)
        container.setdefault("command", [])
        container["environment"] = draw(st.permutations(container.get("environment", [])))
        container["ports"] = draw(st.permutations([{**p, "host": p["container"]} for p in container.get("ports", [])]))
    answer["containers"] = draw(st.permutations(answer["containers"]))
    return answer


@WHOLE_AND_NOT
@given(data=st.data(), document=DOCUMENTS)
def test_order_and_what_aws_adds_never_make_a_change(data, document, whole):
    assert not changes(shuffled(data.draw, document), document, RULES, whole).changed


def edited(draw, container, key, name):
    """Take an item away, add one, or change one, in a set of named items."""
    items = container.get(key, [])
    position = draw(st.integers(0, len(items)))
    if position == len(items):
        return [*items, {name: "new" if name == "name" else 0}]
    rest = items[:position] + items[position + 1 :]
    return rest if draw(st.booleans()) else [*rest, {**items[position], "value": "another value"}]


@WHOLE_AND_NOT
@given(data=st.data(), document=DOCUMENTS)
def test_any_edit_to_a_set_makes_a_change(data, document, whole):
    answer, asked = shuffled(data.draw, document), copy.deepcopy(document)
    container = asked["containers"][0]
    key, name = data.draw(st.sampled_from([("environment", "name"), ("ports", "container")]))
    container[key] = edited(data.draw, container, key, name)

    difference = changes(answer, asked, RULES, whole)

    assert difference.changed
    assert difference.fields == ["containers"]


@given(document=DOCUMENTS)
def test_the_canonical_form_is_its_own_canonical_form_and_leaves_the_document_alone(document):
    untouched = copy.deepcopy(document)

    once = canonical(document, RULES)

    assert canonical(once, RULES) == once
    assert document == untouched
