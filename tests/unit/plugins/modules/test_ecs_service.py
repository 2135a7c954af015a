# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from botocore.stub import ANY

from ansible_collections.llmops.ecs.plugins.module_utils._ecs import service_apply
from ansible_collections.llmops.ecs.plugins.module_utils._rollouts import follow
from ansible_collections.llmops.ecs.plugins.modules import ecs_service

ARN = "arn:aws:ecs:eu-west-1:123456789012:service/c1/web"
CLUSTER = "arn:aws:ecs:eu-west-1:123456789012:cluster/c1"
DEFINITION = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:"
TASK = "arn:aws:ecs:eu-west-1:123456789012:task/c1/t"
REVISION = "arn:aws:ecs:eu-west-1:123456789012:service-revision/c1/web/1"
OLD, NEW = "ecs-svc/1", "ecs-svc/2"
DESCRIBE = {"cluster": "c1", "services": ["web"], "include": ["TAGS"]}
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"], "assignPublicIp": "ENABLED"}}
ASKED = {"taskDefinition": "web:1", "desiredCount": 1, "launchType": "FARGATE", "networkConfiguration": NETWORK}
LIST = {"cluster": "c1", "serviceName": "web", "desiredStatus": "RUNNING"}
TARGET = {
    "ServiceNamespace": "ecs",
    "ResourceIds": ["service/c1/web"],
    "ScalableDimension": "ecs:service:DesiredCount",
}


def deployment(which=OLD, rollout="COMPLETED", running=1, revision=1, status="PRIMARY"):
    return {
        "id": which,
        "status": status,
        "rolloutState": rollout,
        "taskDefinition": f"{DEFINITION}{revision}",
        "desiredCount": 1,
        "runningCount": running,
        "pendingCount": 0,
    }


def service(*deployments, **members):
    return {
        "serviceName": "web",
        "serviceArn": ARN,
        "clusterArn": CLUSTER,
        "status": "ACTIVE",
        "taskDefinition": f"{DEFINITION}1",
        "desiredCount": 1,
        "runningCount": 1,
        "launchType": "FARGATE",
        "networkConfiguration": NETWORK,
        "deployments": list(deployments) or [deployment()],
        "events": [],
        **members,
    }


@pytest.fixture
def ecs(aws):
    return aws("ecs")


@pytest.fixture(autouse=True)
def naps(monkeypatch):
    """Make time pass only by sleeping; return the naps that were taken."""
    taken = []
    for module in (follow, service_apply):
        monkeypatch.setattr(module.time, "monotonic", lambda: sum(taken))
    monkeypatch.setattr(follow.time, "sleep", taken.append)
    return taken


@pytest.fixture
def described(ecs):
    """Return a function that lets the service be described: as given, or as missing."""

    def describe(*services):
        for each in services:
            found = {"services": [each]} if each else {"services": [], "failures": [{"reason": "MISSING"}]}
            ecs.add_response("describe_services", found, DESCRIBE)

    return describe


@pytest.fixture
def scalable(aws):
    """Return a function that lets the service have a scalable target with these limits, or none."""

    def describe(**limits):
        target = {
            "ServiceNamespace": "ecs",
            "ResourceId": "service/c1/web",
            "ScalableDimension": "ecs:service:DesiredCount",
            "RoleARN": "arn:aws:iam::123456789012:role/r",
            "CreationTime": 0,
            **limits,
        }
        found = {"ScalableTargets": [target] if limits else []}
        aws("application-autoscaling").add_response("describe_scalable_targets", found, TARGET)

    return describe


@pytest.fixture
def apply(run):
    """Return a function that runs the module on the service, without waiting unless told otherwise."""

    def apply(definition=None, **params):
        return run(
            ecs_service,
            **{"cluster": "c1", "name": "web", "definition": definition or {}, "wait": False, **params},
        )

    return apply


@pytest.mark.parametrize("there", [None, service(status="INACTIVE")])
def test_creates_a_missing_service(ecs, described, scalable, apply, there):
    described(there)
    scalable()
    sent = {**ASKED, "cluster": "c1", "serviceName": "web", "clientToken": ANY, "tags": [{"key": "a", "value": "b"}]}
    ecs.add_response("create_service", {"service": service(deployment(rollout="IN_PROGRESS", running=0))}, sent)

    result = apply({**ASKED, "desiredCount": "1"}, tags={"a": "b"})

    assert result["changed"]
    assert result["will_redeploy"]
    assert result["arn"] == ARN
    assert result["tags"] == {"a": "b"}
    assert result["deployment"]["id"] == OLD
    assert result["changed_fields"] == sorted([*ASKED, "tags"])
    assert result["diff"] == {"before": {}, "after": {**ASKED, "tags": {"a": "b"}}}


def test_a_creation_is_the_same_one_when_it_is_sent_again(ecs, described, scalable, apply, monkeypatch):
    tokens = []
    ecs.client.meta.events.register(
        "provide-client-params.ecs.CreateService", lambda params, **_more: tokens.append(params["clientToken"])
    )
    monkeypatch.setattr("ansible_collections.amazon.aws.plugins.module_utils.cloud.time.sleep", lambda _seconds: None)
    described(None)
    scalable()
    ecs.add_client_error(
        "create_service", "InvalidParameterException", "Unable to assume the service linked role. Please verify it."
    )
    ecs.add_client_error("create_service", "ThrottlingException", "Rate exceeded")
    ecs.add_response("create_service", {"service": service()})

    assert apply(ASKED)["changed"]
    assert len(tokens) == 3
    assert len(set(tokens)) == 1
    assert len(tokens[0]) <= 36


@pytest.mark.parametrize("seen_late", [True, False])
def test_a_cluster_may_be_seconds_old(ecs, described, scalable, apply, monkeypatch, seen_late):
    monkeypatch.setattr("ansible_collections.amazon.aws.plugins.module_utils.cloud.time.sleep", lambda _seconds: None)
    described(None)
    scalable()
    for _attempt in range(2 if seen_late else 4):
        ecs.add_client_error("create_service", "ClusterNotFoundException", "Cluster not found.")
    if seen_late:
        ecs.add_response("create_service", {"service": service()})

    result = apply(ASKED)

    assert result.get("changed") or "Create the cluster with llmops.ecs.ecs_cluster" in result["msg"]
    assert bool(result.get("failed")) is not seen_late


@pytest.mark.parametrize("counts", [(0, 1), (2, 2), (9, 3)])
def test_autoscaling_owns_the_count_of_a_new_service_too(ecs, described, scalable, apply, counts):
    count, sent = counts
    described(None)
    scalable(MinCapacity=1, MaxCapacity=3)
    request = {**ASKED, "desiredCount": sent, "cluster": "c1", "serviceName": "web", "clientToken": ANY}
    ecs.add_response("create_service", {"service": service()}, request)

    result = apply({**ASKED, "desiredCount": count})

    assert bool(result.get("warnings")) == (count != sent)


def test_check_mode_on_an_empty_account_only_reads(aws, ecs, scalable, apply):
    ecs.add_client_error("describe_services", "ClusterNotFoundException", "Cluster not found.")
    scalable()
    aws("sts").add_response("get_caller_identity", {"Account": "123456789012"})

    result = apply({**ASKED, "taskDefinition": "to-be-made"}, check_mode=True, wait=True)

    assert result["changed"]
    assert result["arn"] == ARN
    assert result["service"]["serviceName"] == "web"


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        ({}, "definition.taskDefinition and definition.desiredCount"),
        ({"taskDefinition": "web", "desiredCount": 1, "launchType": "FARGAT"}, "definition.launchType"),
        ({"networkConfigurations": {}}, 'Unknown parameter in definition: "networkConfigurations"'),
        ({"desiredCount": "many"}, "definition.desiredCount"),
        ({"launchType": "EC2", "capacityProviderStrategy": [{"capacityProvider": "X"}]}, "exclude each other"),
        ({"serviceName": "other"}, "name and definition.serviceName differ"),
        ({"cluster": "other"}, "cluster and definition.cluster differ"),
    ],
)
def test_a_bad_definition_creates_nothing(ecs, apply, definition, said):
    if not definition:
        ecs.add_response("describe_services", {"services": []}, DESCRIBE)

    result = apply(definition)

    assert result["failed"]
    assert said in result["msg"]


def test_cluster_and_name_may_be_in_the_definition(ecs, run):
    ecs.add_response("describe_services", {"services": [service()]}, DESCRIBE)

    result = run(ecs_service, definition={**ASKED, "cluster": "c1", "serviceName": "web"})

    assert not result["changed"]


@pytest.mark.parametrize("definition", [ASKED, {}, {"taskDefinition": f"{DEFINITION}1"}, {"loadBalancers": []}])
def test_leaves_a_matching_service_alone_with_one_call(described, apply, definition):
    described(service(tags=[{"key": "llmops:deployment", "value": "x"}]))

    result = apply(definition, tags={}, wait=True)

    assert not result["changed"]
    assert not result["will_redeploy"]
    assert result["changed_fields"] == []
    assert result["tags"] == {"llmops:deployment": "x"}


def test_a_family_means_its_newest_revision(ecs, described, apply):
    described(service())
    definition = {"taskDefinitionArn": f"{DEFINITION}2", "family": "web", "revision": 2, "status": "ACTIVE"}
    asked = {"taskDefinition": "web", "include": ["TAGS"]}
    ecs.add_response("describe_task_definition", {"taskDefinition": definition}, asked)
    sent = {"cluster": "c1", "service": "web", "taskDefinition": f"{DEFINITION}2"}
    ecs.add_response("update_service", {"service": service(deployment(NEW, "IN_PROGRESS", 0, 2), deployment())}, sent)

    result = apply({"taskDefinition": "web"})

    assert result["changed_fields"] == ["taskDefinition"]
    assert result["will_redeploy"]
    assert result["deployment"]["id"] == NEW
    assert result["diff"] == {"before": {"taskDefinition": "web:1"}, "after": {"taskDefinition": "web:2"}}


def test_a_family_that_does_not_exist_yet(ecs, described, apply):
    for _run in range(2):
        described(service())
        ecs.add_client_error("describe_task_definition", "ClientException", "Unable to describe task definition.")

    assert apply({"taskDefinition": "to-be-made"}, check_mode=True)["changed"]
    assert "has no ACTIVE revision" in apply({"taskDefinition": "to-be-made"})["msg"]


def test_check_mode_says_what_an_update_would_do(described, apply):
    described(service())

    result = apply(
        {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-2"]}}}, check_mode=True, wait=True
    )

    assert result["changed"]
    assert result["will_redeploy"]
    assert result["service"]["networkConfiguration"]["awsvpcConfiguration"]["subnets"] == ["subnet-2"]
    assert result["service"]["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] == ["sg-1"]


def test_what_is_fixed_at_creation_is_refused(described, apply):
    described(service())

    assert "definition.capacityProviderStrategy" in apply({"launchType": "EC2"})["msg"]


@pytest.mark.parametrize(
    "case",
    [("auto", {"MinCapacity": 1, "MaxCapacity": 3}, False), ("auto", {}, True), ("enforce", None, True)],
)
def test_whose_the_count_is(ecs, described, scalable, apply, case):
    policy, limits, sent = case
    described(service())
    if limits is not None:
        scalable(**limits)
    if sent:
        request = {"cluster": "c1", "service": "web", "desiredCount": 2}
        ecs.add_response("update_service", {"service": service(desiredCount=2)}, request)

    result = apply({"desiredCount": 2}, desired_count_policy=policy)

    assert result["changed"] == sent
    assert not result["will_redeploy"]


def test_a_forced_deployment_is_a_change(ecs, described, apply):
    described(service())
    sent = {"cluster": "c1", "service": "web", "forceNewDeployment": True}
    ecs.add_response("update_service", {"service": service(deployment(NEW, "IN_PROGRESS", 0))}, sent)

    result = apply(force_new_deployment=True)

    assert result["changed"]
    assert result["will_redeploy"]


def test_tags_are_changed_without_an_update(ecs, described, apply):
    described(service(tags=[{"key": "old", "value": "1"}, {"key": "llmops:service", "value": "web"}]))
    ecs.add_response("tag_resource", {}, {"resourceArn": ARN, "tags": [{"key": "new", "value": "2"}]})
    ecs.add_response("untag_resource", {}, {"resourceArn": ARN, "tagKeys": ["old"]})

    result = apply(tags={"new": 2})

    assert result["changed_fields"] == ["tags"]
    assert result["tags"] == {"new": "2", "llmops:service": "web"}
    assert not result["will_redeploy"]


def test_what_only_revisions_tell_is_read_where_it_is_asked_for(ecs, described, apply):
    fine = {"metricConfigurations": [{"metricNames": ["CPUUtilization"], "resolutionSeconds": 20}]}
    described(service(currentServiceRevisions=[{"arn": REVISION}]))
    revision = {"serviceRevisionArn": REVISION, "monitoring": fine}
    asked = {"serviceRevisionArns": [REVISION]}
    ecs.add_response("describe_service_revisions", {"serviceRevisions": [revision]}, asked)

    assert not apply({"monitoring": fine})["changed"]


@pytest.mark.parametrize(("name", "changed"), [("internal", False), ("other", True)])
def test_a_namespace_by_its_name(aws, described, apply, name, changed):
    arn = "arn:aws:servicediscovery:eu-west-1:123456789012:namespace/ns-1"
    described(service({**deployment(), "serviceConnectConfiguration": {"enabled": True, "namespace": arn}}))
    aws("servicediscovery").add_response("get_namespace", {"Namespace": {"Name": "internal"}}, {"Id": "ns-1"})

    definition = {"serviceConnectConfiguration": {"enabled": True, "namespace": name}}
    assert apply(definition, check_mode=True)["changed"] == changed


def running_image(ecs, described, digest="sha256:old"):
    """Let the service run one container of one image; the digest is told by the service revision."""
    described(service(currentServiceRevisions=[{"arn": REVISION}]))
    containers = [{"name": "web", "image": "127.0.0.1:4566/web:latest"}, {"name": "pinned", "image": "x@sha256:1"}]
    definition = {"containerDefinitions": containers, "status": "ACTIVE"}
    asked = {"taskDefinition": f"{DEFINITION}1", "include": ["TAGS"]}
    ecs.add_response("describe_task_definition", {"taskDefinition": definition}, asked)
    image = {"containerName": "web", "imageDigest": digest}
    ecs.add_response(
        "describe_service_revisions", {"serviceRevisions": [{"containerImages": [image] if digest else []}]}
    )


@pytest.fixture
def registry(monkeypatch):
    """Return a function that sets what a tag names now, or why it cannot be said."""

    def answers(answer):
        def resolve(_image, _running, _ecr):
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(service_apply.ecs_images, "resolve", resolve)

    return answers


@pytest.mark.parametrize(
    "now", [["sha256:new"], ["sha256:old"], ["sha256:index", "sha256:old"]], ids=["new", "old", "in an index"]
)
def test_an_image_that_was_pushed_again_is_rolled_out(ecs, described, apply, registry, now):
    redeploys = "sha256:old" not in now
    running_image(ecs, described)
    registry(now)
    if redeploys:
        sent = {"cluster": "c1", "service": "web", "forceNewDeployment": True}
        ecs.add_response("update_service", {"service": service(deployment(NEW, "IN_PROGRESS", 0))}, sent)

    result = apply(follow_image=True)

    assert result["changed"] == result["will_redeploy"] == redeploys
    assert result["changed_fields"] == (["images"] if redeploys else [])
    if redeploys:
        assert result["diff"]["before"]["images"] == {"web": "sha256:old"}
        assert result["diff"]["after"]["images"] == {"web": "sha256:new"}


def test_digests_are_those_of_the_tasks_where_no_revision_tells_them(ecs, described, apply, registry):
    running_image(ecs, described, digest=None)
    ecs.add_response("list_tasks", {"taskArns": [TASK]}, LIST)
    task = {"taskArn": TASK, "containers": [{"name": "web", "imageDigest": "sha256:old"}, {"name": "starting"}]}
    ecs.add_response("describe_tasks", {"tasks": [task]}, {"cluster": "c1", "tasks": [TASK]})
    registry(["sha256:old"])

    assert not apply(follow_image=True)["changed"]


def test_an_image_that_cannot_be_looked_up_warns(ecs, described, apply, registry):
    running_image(ecs, described)
    registry(service_apply.ecs_images.ImageError("the registry wants credentials"))

    result = apply(follow_image=True)

    assert not result["changed"]
    (warning,) = result["warnings"]
    assert "127.0.0.1:4566/web:latest cannot be looked up: the registry wants credentials" in warning


def test_images_are_not_looked_up_where_there_is_a_deployment_anyway(described, apply):
    described(service())

    assert apply({"taskDefinition": "web:2"}, follow_image=True, check_mode=True)["changed_fields"] == [
        "taskDefinition"
    ]


def test_waits_for_the_deployment_that_it_started(ecs, described, apply):
    started = service(deployment(NEW, "IN_PROGRESS", 0, 2), deployment(status="ACTIVE"))
    done = service(deployment(NEW, "COMPLETED", 1, 2), taskDefinition=f"{DEFINITION}2")
    described(service())
    ecs.add_response("update_service", {"service": started})
    described(started, started, done)

    result = apply({"taskDefinition": "web:2"}, wait=True)

    assert result["changed"]
    assert result["deployment"]["rolloutState"] == "COMPLETED"
    assert result["service"]["taskDefinition"] == f"{DEFINITION}2"
    assert result["progress"] == [
        "web:2: in progress, 0 of 1 running, 0 pending",
        "web:2: completed, 1 of 1 running, 0 pending",
    ]


def diagnosed(ecs):
    """Let a stopped task be found."""
    asked = {"cluster": CLUSTER, "serviceName": "web"}
    ecs.add_response("list_tasks", {"taskArns": [TASK]}, {**asked, "desiredStatus": "STOPPED"})
    ecs.add_response("list_tasks", {"taskArns": []}, {**asked, "desiredStatus": "RUNNING"})
    task = {
        "taskArn": TASK,
        "taskDefinitionArn": f"{DEFINITION}2",
        "startedBy": NEW,
        "lastStatus": "STOPPED",
        "stopCode": "EssentialContainerExited",
        "stoppedReason": "Essential container in task exited",
        "containers": [{"name": "web", "exitCode": 3}],
    }
    ecs.add_response("describe_tasks", {"tasks": [task]})
    ecs.add_response("describe_task_definition", {"taskDefinition": {"status": "ACTIVE"}})


def test_a_rolled_back_deployment_fails_with_a_diagnosis(ecs, described, apply):
    started = service(deployment(NEW, "IN_PROGRESS", 0, 2), deployment(status="ACTIVE"))
    back = service(deployment("ecs-svc/3"), deployment(NEW, "FAILED", 0, 2, status="ACTIVE"))
    described(service())
    ecs.add_response("update_service", {"service": started})
    described(started, back)
    diagnosed(ecs)

    result = apply({"taskDefinition": "web:2"}, wait=True)

    assert result["failed"]
    assert result["changed"]
    assert result["msg"].splitlines()[:4] == [
        "Service web in cluster c1: the deployment of web:2 failed and was rolled back, web:1 runs again.",
        "Its deployment of web:1 is completed, 1 of 1 tasks running.",
        "Task t of web:2 stopped: EssentialContainerExited: Essential container in task exited",
        "  container web: exit code 3",
    ]
    assert result["diagnosis"]["summary"] == result["msg"].splitlines()[1:]


def test_a_deployment_that_is_gone_at_the_first_look_is_still_named(ecs, described, apply):
    started = service(deployment(NEW, "IN_PROGRESS", 0, 2), deployment(status="ACTIVE"))
    said = f"(service web) (deployment {NEW}) deployment failed: tasks failed to start."
    back = service(deployment("ecs-svc/3"), events=[{"id": "1", "message": said}])
    described(service())
    ecs.add_response("update_service", {"service": started})
    described(back)
    diagnosed(ecs)

    result = apply({"taskDefinition": "web:2"}, wait=True)

    told = "the deployment of web:2 failed and was rolled back, web:1 runs again: tasks failed to start."
    assert result["msg"].splitlines()[0] == f"Service web in cluster c1: {told}"


def test_a_wait_has_an_end(ecs, described, apply, naps):
    waiting = service(deployment(OLD, "IN_PROGRESS", 0))
    described(waiting, *[waiting] * 9)
    diagnosed(ecs)

    result = apply(wait=True, wait_timeout=12)

    assert result["failed"]
    assert not result["changed"]
    assert "is not done after wait_timeout=12 s (0 of 1 running, 0 pending)" in result["msg"]
    assert sum(naps) == pytest.approx(12)


def test_a_drained_service_is_created_anew(ecs, described, scalable, apply):
    described(service(status="DRAINING"), service(status="DRAINING"), service(status="INACTIVE"))
    scalable()
    ecs.add_response("create_service", {"service": service()})

    assert apply(ASKED)["changed"]


def test_draining_must_end_in_time(described, apply):
    described(*[service(status="DRAINING")] * 3)

    result = apply(ASKED, wait_timeout=1)

    assert "is still DRAINING after wait_timeout=1 seconds" in result["msg"]


def listed(ecs, *tasks):
    ecs.add_response("list_tasks", {"taskArns": list(tasks)}, LIST)


def test_deletes_a_service_and_waits_for_its_tasks(ecs, described, apply):
    described(service())
    listed(ecs, TASK)
    sent = {"cluster": "c1", "service": "web", "force": True}
    ecs.add_response("delete_service", {"service": service(status="DRAINING")}, sent)
    for status, state in (("DRAINING", "RUNNING"), ("INACTIVE", "DEPROVISIONING"), ("INACTIVE", "STOPPED")):
        described(service(status=status))
        ecs.add_response("describe_tasks", {"tasks": [{"taskArn": TASK, "lastStatus": state}]})

    result = apply(state="absent", wait=True)

    assert result["changed"]
    assert result["progress"][-1] == "inactive, tasks not stopped yet: 0"
    assert result["diff"] == {"before": {"serviceName": "web", "cluster": "c1"}, "after": {}}


@pytest.mark.parametrize("there", [None, service(status="INACTIVE")])
def test_nothing_to_delete(described, apply, there):
    described(there)

    assert not apply(state="absent", wait=True)["changed"]


def test_what_another_call_deletes_is_waited_for(ecs, described, apply):
    described(service(status="DRAINING"))
    listed(ecs)
    described(service(status="INACTIVE"))

    assert not apply(state="absent", wait=True)["changed"]


def test_check_mode_deletes_nothing(ecs, described, apply):
    described(service())
    listed(ecs, TASK)

    assert apply(state="absent", wait=True, check_mode=True)["changed"]


def test_a_denied_call_says_what_and_what_to_do(ecs, apply):
    ecs.add_client_error(
        "describe_services", "AccessDeniedException", "User: x is not authorized to perform: ecs:DescribeServices"
    )

    result = apply(ASKED)

    assert result["msg"].startswith("Failed to describe service web in cluster c1: ")
    assert result["msg"].endswith("Allow ecs:DescribeServices in an IAM policy of these credentials.")


def test_the_action_plugin_gets_a_state_instead_of_a_wait_and_goes_on_from_it(ecs, described, apply):
    started = service(deployment(NEW, "IN_PROGRESS", 0, 2), deployment(status="ACTIVE"))
    described(service())
    ecs.add_response("update_service", {"service": started})
    first = apply({"taskDefinition": "web:2"}, wait=True, _follow={})
    state = first["_following"]

    described(started)
    second = apply(wait=True, _follow={**state, "seconds": 500})
    described(service(deployment(NEW, "COMPLETED", 1, 2)))
    last = apply(wait=True, _follow={**second["_following"], "seconds": 499})

    assert state["watched"] == {"cluster": "c1", "name": "web", "deployment": NEW, "tasks": None}
    assert second["progress"] == ["web:2: in progress, 0 of 1 running, 0 pending"]
    assert last["progress"] == ["web:2: completed, 1 of 1 running, 0 pending"]
    assert "_following" not in last


@pytest.mark.parametrize("params", [{"wait": False}, {"wait": True, "check_mode": True}])
def test_the_action_plugin_is_not_asked_to_wait_where_nobody_wants_it(ecs, described, apply, params):
    described(service())
    if "check_mode" not in params:
        ecs.add_response("update_service", {"service": service(deployment(NEW, "IN_PROGRESS", 0))})

    assert "_following" not in apply(force_new_deployment=True, _follow={}, **params)


def test_a_service_that_runs_needs_no_wait(described, apply):
    described(service())

    assert "_following" not in apply(ASKED, wait=True, _follow={})
