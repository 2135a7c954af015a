# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a newcomer does: plan, deploy, ask the model, deploy again, remove everything."""

from __future__ import annotations

import subprocess

import pytest
from conftest import listens

HOSTILE = {
    "AWS_PROFILE": "stale",
    "AWS_ACCESS_KEY_ID": "stale",
    "AWS_SECRET_ACCESS_KEY": "stale",
    "AWS_SESSION_TOKEN": "stale",
    "AWS_REGION": "us-gov-east-1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_ENDPOINT_URL_ECS": "http://127.0.0.1:1",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_CONFIG_FILE": "/nonexistent",
    "AWS_MAX_ATTEMPTS": "many",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "http_proxy": "http://127.0.0.1:1",
}


@pytest.fixture(scope="module")
def story(world):
    """The runs of this story, in its order: the first plan, the first deployment, the next one."""
    plan = world.play("deploy.yml", "--check", "--diff")
    writes = world.writes()
    return {"plan": plan, "writes": writes, "first": world.deploy(), "second": world.deploy(**HOSTILE)}


def test_the_plan_of_an_empty_account_writes_nothing(story):
    assert story["plan"].code == 0, story["plan"].output
    assert story["writes"] == []


def test_the_plan_names_what_the_run_changes(story):
    assert story["plan"].changed == story["first"].changed
    assert len(story["first"].changed) > 5


def test_the_last_lines_are_url_command_and_answer(story):
    url, command, *answer = story["first"].output.strip().splitlines()[-3:]
    assert url.startswith("llm: http://127.")
    assert command.startswith("curl ")
    assert "Paris" in answer[0]


def test_the_command_works_when_pasted(story):
    command = next(line for line in story["first"].output.splitlines() if line.startswith("curl "))
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False)

    assert "Paris" in result.stdout, result


def test_a_second_run_changes_nothing_whatever_the_environment_says(story):
    assert story["second"].count == 0, story["second"].output


def test_a_run_without_changes_shows_the_recap_and_the_last_lines(world, story):
    # As the checkout's ansible.cfg shows it, without what these tests ask for to read every task.
    brief = world.deploy(ANSIBLE_DISPLAY_OK_HOSTS=None, ANSIBLE_DISPLAY_SKIPPED_HOSTS=None)
    talkative = world.deploy("-v", ANSIBLE_DISPLAY_OK_HOSTS=None, ANSIBLE_DISPLAY_SKIPPED_HOSTS=None)

    assert (brief.count, brief.tasks) == (0, [])
    assert len(brief.output.splitlines()) < 15
    assert brief.urls == story["second"].urls
    assert {name for name, _text in story["second"].tasks} <= {name for name, _text in talkative.tasks}


def test_a_plan_without_drift_is_empty(world):
    assert world.deploy("--check", "--diff").count == 0


def test_strangers_are_refused(world, story):
    url = story["first"].output.strip().splitlines()[-3].split(": ", 1)[1]
    ask = ["curl", "--silent", "--show-error", "--max-time", "5", f"{url}/healthz"]

    assert subprocess.run(ask, capture_output=True, check=False).returncode == 0
    assert subprocess.run([*ask, "--interface", "127.0.0.9"], capture_output=True, check=False).returncode != 0


def test_destroy_leaves_nothing_and_again_is_no_change(world):
    # What does not carry our tag is somebody else's.
    theirs = world.client("ecs").create_cluster(clusterName="theirs", tags=[{"key": "owner", "value": "them"}])
    assert theirs["cluster"]["status"] == "ACTIVE"
    kept = world.play("destroy.yml", "-e", "local_aws_keep=true")
    assert kept.code == 0, kept.output

    ecs, ec2 = world.client("ecs"), world.client("ec2")
    tagged = [{"Name": "tag:llmops:deployment", "Values": ["*"]}]
    assert [arn.split("/")[-1] for arn in ecs.list_clusters()["clusterArns"]] == ["theirs"]
    assert ecs.list_task_definitions()["taskDefinitionArns"] == []
    assert world.client("logs").describe_log_groups()["logGroups"] == []
    assert world.client("iam").list_roles(PathPrefix="/llmops/")["Roles"] == []
    assert ec2.describe_subnets(Filters=tagged)["Subnets"] == []
    assert ec2.describe_security_groups(Filters=tagged)["SecurityGroups"] == []
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []

    again = world.play("destroy.yml")
    assert again.code == 0, again.output
    assert not listens(world.port)
    third = world.play("destroy.yml")
    assert (third.code, third.count) == (0, 0), third.output
