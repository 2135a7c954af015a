# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.modules import ecs_cluster

ARN = "arn:aws:ecs:eu-west-1:123456789012:cluster/llm"
DESCRIBE = {"clusters": ["llm"], "include": ["SETTINGS", "CONFIGURATIONS", "TAGS"]}
INSIGHTS = [{"name": "containerInsights", "value": "enabled"}]
NO_INSIGHTS = [{"name": "containerInsights", "value": "disabled"}]
PROVIDERS = ["FARGATE", "FARGATE_SPOT"]
SPOT = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]


def cluster(**members):
    return {"clusterArn": ARN, "clusterName": "llm", "status": "ACTIVE", **members}


@pytest.fixture
def ecs(aws):
    return aws("ecs")


@pytest.fixture
def sts(aws):
    return aws("sts")


@pytest.fixture
def described(ecs):
    """Return a function that lets the cluster be described: those given, or none."""

    def describe(*clusters):
        missing = [] if clusters else [{"arn": ARN, "reason": "MISSING"}]
        ecs.add_response("describe_clusters", {"clusters": list(clusters), "failures": missing}, DESCRIBE)

    return describe


@pytest.mark.parametrize("there", [[], [cluster(status="INACTIVE")], [cluster(clusterName="llm-other")]])
def test_creates_a_missing_cluster(ecs, described, run, there):
    described(*there)
    asked = {"clusterName": "llm", "settings": INSIGHTS, "capacityProviders": PROVIDERS}
    request = {**asked, "tags": [{"key": "team", "value": "llm"}]}
    ecs.add_response("create_cluster", {"cluster": cluster(**request)}, request)

    result = run(
        ecs_cluster,
        name="llm",
        definition={"settings": INSIGHTS, "capacityProviders": PROVIDERS},
        tags={"team": "llm"},
    )

    assert result["changed"]
    assert result["arn"] == ARN
    assert result["cluster"] == cluster(**request)
    assert result["tags"] == {"team": "llm"}
    assert result["diff"] == {"before": {}, "after": {**asked, "tags": {"team": "llm"}}}


def test_says_in_check_mode_what_it_would_create(sts, described, run):
    described()
    sts.add_response("get_caller_identity", {"Account": "123456789012"})

    result = run(ecs_cluster, check_mode=True, name="llm", definition={"settings": INSIGHTS})

    assert result["changed"]
    assert result["arn"] == ARN
    assert result["cluster"] == cluster(settings=INSIGHTS, tags=[])
    assert result["diff"]["after"] == {"clusterName": "llm", "settings": INSIGHTS}


def test_leaves_a_matching_cluster_alone(described, run):
    described(
        cluster(
            settings=INSIGHTS,
            capacityProviders=PROVIDERS[::-1],
            defaultCapacityProviderStrategy=[{**SPOT[0], "base": 0}],
            configuration={"executeCommandConfiguration": {"logging": "DEFAULT"}},
            tags=[{"key": "team", "value": "llm"}, {"key": "llmops:deployment", "value": "demo"}],
            activeServicesCount=3,
        )
    )

    result = run(
        ecs_cluster,
        definition={
            "clusterName": "llm",
            "settings": INSIGHTS,
            "capacityProviders": PROVIDERS,
            "defaultCapacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": "1"}],
        },
        tags={"team": "llm"},
    )

    assert not result["changed"]
    assert result["diff"]["before"] == result["diff"]["after"]
    assert result["cluster"]["activeServicesCount"] == 3
    assert result["tags"] == {"team": "llm", "llmops:deployment": "demo"}


def test_a_name_alone_asks_for_nothing_else(described, run):
    described(cluster(settings=INSIGHTS, tags=[{"key": "team", "value": "llm"}]))

    assert not run(ecs_cluster, name="llm")["changed"]


def test_changes_only_what_differs(ecs, described, run):
    configuration = {"executeCommandConfiguration": {"logging": "OVERRIDE", "kmsKeyId": "key"}}
    described(cluster(settings=INSIGHTS, configuration=configuration, capacityProviders=PROVIDERS))
    merged = {"executeCommandConfiguration": {"logging": "NONE", "kmsKeyId": "key"}}
    request = {"settings": NO_INSIGHTS, "configuration": merged}
    ecs.add_response("update_cluster", {"cluster": cluster()}, {"cluster": "llm", **request})

    result = run(
        ecs_cluster,
        name="llm",
        definition={
            "settings": NO_INSIGHTS,
            "configuration": {"executeCommandConfiguration": {"logging": "NONE"}},
            "capacityProviders": PROVIDERS,
        },
    )

    assert result["changed"]
    assert result["cluster"] == cluster(**request, capacityProviders=PROVIDERS, tags=[])
    assert result["diff"]["before"]["configuration"] == {"executeCommandConfiguration": {"logging": "OVERRIDE"}}
    assert result["diff"]["after"]["configuration"] == {"executeCommandConfiguration": {"logging": "NONE"}}


@pytest.mark.parametrize(
    ("definition", "put"),
    [
        ({"capacityProviders": ["FARGATE_SPOT"]}, (["FARGATE_SPOT"], SPOT)),
        ({"defaultCapacityProviderStrategy": []}, (PROVIDERS, [])),
        ({"capacityProviders": [], "defaultCapacityProviderStrategy": []}, ([], [])),
    ],
)
def test_capacity_providers_are_put_together_with_what_is_left_alone(ecs, described, run, definition, put):
    described(cluster(capacityProviders=PROVIDERS, defaultCapacityProviderStrategy=SPOT))
    request = {"cluster": "llm", "capacityProviders": put[0], "defaultCapacityProviderStrategy": put[1]}
    ecs.add_response("put_cluster_capacity_providers", {"cluster": cluster()}, request)

    assert run(ecs_cluster, name="llm", definition=definition)["changed"]


def test_a_strategy_that_would_name_a_provider_that_goes(described, run):
    described(cluster(capacityProviders=PROVIDERS, defaultCapacityProviderStrategy=SPOT))

    result = run(ecs_cluster, name="llm", definition={"capacityProviders": ["FARGATE"]})

    assert result["failed"]
    assert "FARGATE_SPOT is not one of the cluster's capacityProviders (FARGATE)" in result["msg"]


NAMESPACE = "arn:aws:servicediscovery:eu-west-1:123456789012:namespace/ns-1"


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("llm.local", {"llm.local": NAMESPACE}),
        ("new.local", {}),
        ("other.local", {"other.local": f"{NAMESPACE}23"}),
        (NAMESPACE, None),
        (f"{NAMESPACE}23", None),
    ],
)
def test_a_namespace_has_a_name_and_an_arn(aws, described, run, asked, known):
    described(cluster(serviceConnectDefaults={"namespace": NAMESPACE}))
    if known is not None:
        answer = {"Namespaces": [{"Name": name, "Arn": arn} for name, arn in known.items()]}
        filters = [{"Name": "NAME", "Values": [asked], "Condition": "EQ"}]
        aws("servicediscovery").add_response("list_namespaces", answer, {"Filters": filters})
    wanted = (known or {}).get(asked, asked)
    if wanted != NAMESPACE:
        request = {"cluster": "llm", "serviceConnectDefaults": {"namespace": wanted}}
        aws("ecs").add_response("update_cluster", {"cluster": cluster()}, request)

    result = run(ecs_cluster, name="llm", definition={"serviceConnectDefaults": {"namespace": asked}})

    assert result["changed"] is (wanted != NAMESPACE)


def test_changes_tags(ecs, described, run):
    described(cluster(tags=[{"key": "old", "value": "1"}, {"key": "llmops:deployment", "value": "demo"}]))
    ecs.add_response("tag_resource", {}, {"resourceArn": ARN, "tags": [{"key": "team", "value": "llm"}]})
    ecs.add_response("untag_resource", {}, {"resourceArn": ARN, "tagKeys": ["old"]})

    result = run(ecs_cluster, name="llm", tags={"team": "llm"})

    assert result["changed"]
    assert result["tags"] == {"team": "llm", "llmops:deployment": "demo"}
    assert result["diff"]["before"]["tags"] == {"old": "1", "llmops:deployment": "demo"}


def test_keeps_other_tags_when_told(ecs, described, run):
    described(cluster(tags=[{"key": "old", "value": "1"}]))
    ecs.add_response("tag_resource", {}, {"resourceArn": ARN, "tags": [{"key": "team", "value": "llm"}]})

    result = run(ecs_cluster, name="llm", definition={"tags": [{"key": "team", "value": "llm"}]}, purge_tags=False)

    assert result["tags"] == {"old": "1", "team": "llm"}


def test_check_mode_only_reads(described, run):
    described(cluster(settings=INSIGHTS, capacityProviders=PROVIDERS))

    result = run(
        ecs_cluster,
        check_mode=True,
        name="llm",
        definition={"settings": NO_INSIGHTS, "capacityProviders": []},
        tags={"team": "llm"},
    )

    assert result["changed"]
    assert result["cluster"]["settings"] == NO_INSIGHTS


def test_deletes_a_cluster(ecs, described, run):
    described(cluster())
    ecs.add_response("delete_cluster", {"cluster": cluster(status="INACTIVE")}, {"cluster": "llm"})

    result = run(ecs_cluster, name="llm", state="absent")

    assert result["changed"]
    assert result["diff"] == {"before": {"clusterName": "llm"}, "after": {}}


def test_says_in_check_mode_what_it_would_delete(described, run):
    described(cluster())

    assert run(ecs_cluster, check_mode=True, name="llm", state="absent")["changed"]


def test_a_cluster_that_is_gone_needs_no_deletion(described, run):
    described(cluster(status="INACTIVE"))

    assert not run(ecs_cluster, name="llm", state="absent")["changed"]


def test_a_cluster_that_went_meanwhile_is_no_error(ecs, described, run):
    described(cluster())
    ecs.add_client_error("delete_cluster", "ClusterNotFoundException", "Cluster not found.")

    assert run(ecs_cluster, name="llm", state="absent")["changed"]


@pytest.mark.parametrize(
    ("code", "way_out"),
    [
        ("ClusterContainsServicesException", "Delete its services first"),
        ("ClusterContainsTasksException", "Stop its tasks first"),
        ("ClusterContainsContainerInstancesException", "Deregister its container instances first"),
        ("ClusterContainsCapacityProviderException", "Remove its capacity providers first"),
    ],
)
def test_a_cluster_in_use_is_told_with_the_way_out(ecs, described, run, code, way_out):
    described(cluster())
    ecs.add_client_error("delete_cluster", code, "The cluster is in use.")

    result = run(ecs_cluster, name="llm", state="absent")

    assert result["failed"]
    assert result["msg"].startswith(f"Failed to delete cluster llm: An error occurred ({code})")
    assert way_out in result["msg"]
    assert result["error"]["code"] == code


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "name is missing: set the option name, or definition.clusterName"),
        ({"name": "a", "definition": {"clusterName": "b"}}, "name and definition.clusterName differ (a, b)"),
        ({"name": "llm", "definition": {"setting": []}}, 'Unknown parameter in definition: "setting", must be one of'),
        ({"name": "llm", "definition": {"settings": [{"name": "insights"}]}}, "must be one of: containerInsights"),
        ({"name": "llm", "state": "here"}, "value of state must be one of: present, absent"),
    ],
)
def test_bad_input_gets_one_message_and_no_call(ecs, run, params, message):
    result = run(ecs_cluster, **params)

    assert result["failed"]
    assert message in result["msg"]


def test_a_denied_call_names_the_action(ecs, run):
    denied = "User: arn:aws:iam::123456789012:user/u is not authorized to perform: ecs:DescribeClusters"
    ecs.add_client_error("describe_clusters", "AccessDeniedException", denied)

    result = run(ecs_cluster, name="llm")

    assert result["msg"].startswith("Failed to describe cluster llm: ")
    assert "Allow ecs:DescribeClusters in an IAM policy" in result["msg"]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"profile": "nope"}, "The config profile (nope) could not be found"),
        ({"profile": "nope", "access_key": "access"}, "Both a profile and access keys are given. Keep one:"),
        ({"region": "eu west"}, "'eu west' doesn't match a supported format. Set the option region (AWS_REGION)"),
        ({"region": ""}, "No AWS region is given: set the option region (AWS_REGION)"),
    ],
)
def test_no_connection_is_told_with_the_way_out(ecs, run, monkeypatch, params, message):
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)

    result = run(ecs_cluster, name="llm", **params)

    assert result["failed"]
    assert message in result["msg"]
