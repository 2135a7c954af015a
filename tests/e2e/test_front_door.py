# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A model with a generated key behind a load balancer: plan, deploy, stream through it, deploy again, remove all.

Callers need the key, and nothing but Secrets Manager and the container has it.
"""

from __future__ import annotations

import json
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from callers import Watch, by_official_client, by_printed_command

SECRET = "/llmops/llm-local/llm/api-key"
LONG = [{"role": "user", "content": "Tell a long story about a lighthouse keeper and his cat."}]
ASKED = {"messages": LONG, "temperature": 0, "max_tokens": 120, "stream": True}


@pytest.fixture(scope="module")
def story(world):
    """The plan for an empty account, the run (as talkative as can be), the key, and the next run, which shows it."""
    world.variables("zz_door", load_balancer_state="present", ecs_service_api_key="generate")
    plan = world.play("deploy.yml", "--check", "--diff")
    writes = world.writes()
    with Watch() as watch:
        first = world.deploy("-vvv", "--diff")
    second = world.deploy("-e", "deployment_show_api_key=true")
    return {"plan": plan, "writes": writes, "first": first, "watch": watch, "key": the_key(world), "second": second}


def the_key(world) -> str:
    return world.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"]


@pytest.fixture
def url(story):
    return story["first"].urls["llm"]


def reaches(url: str, *arguments: str) -> bool:
    """Whether a server answers at all."""
    ask = ["curl", "--silent", "--output", "/dev/null", "--max-time", "5", *arguments, url]
    return subprocess.run(ask, check=False).returncode == 0


def tasks(world) -> list[str]:
    """Return the public addresses of the running tasks."""
    ecs = world.client("ecs")
    arns = ecs.list_tasks(cluster="llm-local")["taskArns"]
    details = [
        detail["value"]
        for task in ecs.describe_tasks(cluster="llm-local", tasks=arns)["tasks"]
        for attachment in task["attachments"]
        for detail in attachment["details"]
        if detail["name"] == "networkInterfaceId"
    ]
    found = world.client("ec2").describe_network_interfaces(NetworkInterfaceIds=details)["NetworkInterfaces"]
    return [interface["Association"]["PublicIp"] for interface in found]


def test_the_plan_writes_nothing_and_names_what_the_run_changes(story):
    assert story["plan"].code == 0, story["plan"].output
    assert story["writes"] == []
    assert story["plan"].changed == story["first"].changed
    assert "Create the load balancer" in story["plan"].changed


def test_the_last_lines_are_the_load_balancer_s_url_and_the_answer(world, story, url):
    [balancer] = world.client("elbv2").describe_load_balancers()["LoadBalancers"]
    lines = [line for line in story["first"].output.strip().splitlines() if line]

    assert url == f"http://{balancer['DNSName']}:8080"
    assert len(balancer["AvailabilityZones"]) == 2
    assert "Paris" in lines[-2]
    assert f"The API key is sent to {url} over plain HTTP" in lines[-1]


def test_a_second_run_changes_nothing(story):
    assert story["second"].count == 0, story["second"].output


def test_an_answer_is_streamed(story, url):
    request = urllib.request.Request(f"{url}/v1/chat/completions", json.dumps(ASKED).encode(), method="POST")
    request.add_header("Content-Type", "application/json")
    request.add_header("Authorization", f"Bearer {story['key']}")
    arrived, began = [], time.monotonic()
    with urllib.request.urlopen(request, timeout=60) as answer:
        for line in answer:
            if line.startswith(b"data: {") and json.loads(line[6:])["choices"][0]["delta"].get("content"):
                arrived.append(time.monotonic())

    assert len(arrived) > 50
    # Tokens that were kept back until the last one was generated would all come at the end.
    first, half, last = (arrived[place] - began for place in (0, len(arrived) // 2, -1))
    assert first < half < last, (first, half, last)
    assert first < last / 2, (first, half, last)


def test_strangers_are_refused_at_the_load_balancer(url):
    assert reaches(f"{url}/healthz")
    assert not reaches(f"{url}/healthz", "--interface", "127.0.0.9")


def test_tasks_take_traffic_from_the_load_balancer_alone(world, story):
    addresses = tasks(world)

    assert len(addresses) == 1
    for address in addresses:
        assert not reaches(f"http://{address}:8080/healthz")
        assert not reaches(f"http://{address}:8080/healthz", "--interface", "127.0.0.9")


def test_the_key_is_nowhere(world, story):
    key = story["key"]

    assert len(key) > 40
    assert key not in story["first"].output
    assert len(story["watch"].seen) > 10
    assert not [line for line in story["watch"].seen if key.encode() in line]
    ecs = world.client("ecs")
    definition = ecs.describe_task_definition(taskDefinition="llm-local-llm")["taskDefinition"]
    assert key not in json.dumps(definition, default=str)
    assert [secret["name"] for secret in definition["containerDefinitions"][0]["secrets"]] == ["LLM_SERVER_API_KEY"]
    kept = [path for path in world.folder.rglob("*") if path.is_file() and key.encode() in path.read_bytes()]
    assert kept == []


def test_the_key_is_shown_once_to_who_asks_for_it(story):
    assert story["second"].output.count(story["key"]) == 1
    assert story["key"] in dict(story["second"].tasks)["Show the API key"]


def test_the_command_works_when_pasted(story, tmp_path):
    command = next(line for line in story["first"].output.splitlines() if line.startswith("key=$(aws "))
    with Watch() as watch:
        result = by_printed_command(command, tmp_path)

    assert "Paris" in result.stdout, result
    assert not [line for line in watch.seen if story["key"].encode() in line]


def test_the_official_client_works_with_the_key_and_is_refused_without(story, url):
    said = by_official_client(url, story["key"])

    assert "Paris" in said["whole"]
    assert "".join(filter(None, said["pieces"])) == said["whole"]
    assert len(said["pieces"]) > 3
    assert said["refused"] == [401, "invalid_api_key"]


@pytest.mark.parametrize("path", ["/v1/models", "/generate"])
def test_without_a_key(url, path):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{url}{path}", timeout=10)

    assert refused.value.code == 401
    assert json.loads(refused.value.read())["error"]["code"] == "invalid_api_key"


def test_health_needs_no_key(url):
    with urllib.request.urlopen(f"{url}/healthz", timeout=10) as answer:
        assert answer.status == 200


def test_destroy_leaves_nothing_and_the_next_deployment_is_one_run(world, story):
    removed = world.play("destroy.yml", "-e", "local_aws_keep=true")
    assert removed.code == 0, removed.output

    elb, ec2 = world.client("elbv2"), world.client("ec2")
    assert elb.describe_load_balancers()["LoadBalancers"] == []
    assert elb.describe_target_groups()["TargetGroups"] == []
    tagged = [{"Name": "tag:llmops:deployment", "Values": ["*"]}]
    assert ec2.describe_security_groups(Filters=tagged)["SecurityGroups"] == []
    assert ec2.describe_subnets(Filters=tagged)["Subnets"] == []
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    assert world.client("secretsmanager").list_secrets(IncludePlannedDeletion=True)["SecretList"] == []

    began = time.monotonic()
    again = world.deploy()
    assert "Paris" in again.output
    assert time.monotonic() - began < 120
    assert again.changed == story["first"].changed
    assert the_key(world) != story["key"]
    assert world.play("destroy.yml").code == 0
