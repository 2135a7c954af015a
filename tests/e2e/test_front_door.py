# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A model behind a load balancer: plan, deploy, stream through it, keep others out, deploy again, remove everything."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request

import pytest
from test_api_key import SECRET, by_official_client

LONG = [{"role": "user", "content": "Tell a long story about a lighthouse keeper and his cat."}]
ASKED = {"messages": LONG, "temperature": 0, "max_tokens": 120, "stream": True}


@pytest.fixture(scope="module")
def story(world):
    """The plan for an empty account, the run, and the next one."""
    world.variables("zz_door", load_balancer_state="present", ecs_service_api_key="generate")
    plan = world.play("deploy.yml", "--check", "--diff")
    writes = world.writes()
    first = world.deploy("-vvv", "--diff")
    key = world.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"]
    return {"plan": plan, "writes": writes, "first": first, "key": key, "second": world.deploy()}


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
    assert f"The API key travels to {url} over plain HTTP" in lines[-1]


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
    assert story["key"] not in story["first"].output + story["second"].output
    kept = [path for path in world.folder.rglob("*") if path.is_file() and story["key"].encode() in path.read_bytes()]
    assert kept == []


def test_the_official_client_works_with_the_key_and_is_refused_without(story, url):
    said = by_official_client(url, story["key"])

    assert "Paris" in said["whole"]
    assert "".join(filter(None, said["pieces"])) == said["whole"]
    assert said["refused"] == [401, "invalid_api_key"]


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

    again = world.deploy()
    assert "Paris" in again.output
    assert again.changed == story["first"].changed
    assert world.play("destroy.yml").code == 0
