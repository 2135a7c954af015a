# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.llmops.ecs.plugins.modules import ecs_service_diagnosis_info

CLUSTER = "arn:aws:ecs:eu-west-1:123456789012:cluster/c1"
DESCRIBE = {"cluster": "c1", "services": ["web"], "include": ["TAGS"]}
SERVICE = {
    "serviceName": "web",
    "clusterArn": CLUSTER,
    "status": "ACTIVE",
    "events": [{"id": "1", "message": "(service web) was unable to place a task: Capacity is unavailable."}],
    "deployments": [
        {
            "id": "ecs-svc/1",
            "status": "PRIMARY",
            "rolloutState": "IN_PROGRESS",
            "desiredCount": 1,
            "taskDefinition": "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1",
        }
    ],
}


def info(run, **params):
    return run(ecs_service_diagnosis_info, cluster="c1", service="web", **params)


def test_tells_why_a_service_is_not_up(aws, run):
    ecs = aws("ecs")
    ecs.add_response("describe_services", {"services": [SERVICE]}, DESCRIBE)
    for status in ("STOPPED", "RUNNING"):
        asked = {"cluster": CLUSTER, "serviceName": "web", "desiredStatus": status}
        ecs.add_response("list_tasks", {"taskArns": []}, asked)

    result = info(run)

    assert not result["changed"]
    assert result["tasks"] == result["targets"] == []
    state, event, advice = result["summary"]
    assert state == "Its deployment of web:1 is in progress, 0 of 1 tasks running."
    assert event == "Event: (service web) was unable to place a task: Capacity is unavailable."
    assert advice.startswith("What to do: Fargate has no capacity in these zones now")


def test_a_service_that_is_not_there(aws, run):
    aws("ecs").add_response("describe_services", {"services": []}, DESCRIBE)

    result = info(run)

    assert result["summary"] == ["There is no service web in cluster c1."]
    assert result["events"] == result["deployments"] == result["tasks"] == result["targets"] == []
