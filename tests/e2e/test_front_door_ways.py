# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ways of a load balancer: to it and back, several services, HTTPS, what is taken already, and what protects it."""

from __future__ import annotations

import json
import subprocess

import pytest
from conftest import World, generate, listens

DEPLOYED = "Deploy the service"


@pytest.fixture(scope="module")
def world(world):
    world.guide_service(
        ecs_service_longest_answer_seconds=1, load_balancer_health_check=CHECK, load_balancer_deregistration_delay=1
    )
    return world


CHECK = {"interval": 5, "timeout": 2, "healthy_threshold": 2, "unhealthy_threshold": 2}


def door(world: World, **variables) -> None:
    world.variables("zz_door", load_balancer_state="present", **variables)


def left(world: World) -> dict[str, list]:
    """Return what there is of load balancers, by name."""
    elb = world.client("elbv2")
    groups = world.client("ec2").describe_security_groups()["SecurityGroups"]
    return {
        "balancers": [each["LoadBalancerName"] for each in elb.describe_load_balancers()["LoadBalancers"]],
        "target groups": sorted(each["TargetGroupName"] for each in elb.describe_target_groups()["TargetGroups"]),
        "security groups": sorted(each["GroupName"] for each in groups if each["GroupName"] != "default"),
    }


@pytest.fixture(scope="module")
def switched(world):
    """A deployment without a load balancer; the plan to get one, the run, the plan to go back, and that run."""
    runs = {"before": world.deploy()}
    for name, state in (("there", "present"), ("back", "absent")):
        world.variables("zz_door", load_balancer_state=state)
        world.control("DELETE", "requests")
        runs[f"plan {name}"] = world.play("deploy.yml", "--check", "--diff")
        runs[f"writes {name}"] = world.writes()
        runs[name] = world.deploy("--diff")
        runs[f"left {name}"] = left(world)
    return {**runs, "again": world.deploy()}


@pytest.mark.parametrize("way", ["there", "back"])
def test_switching_is_one_run_that_is_said_beforehand(switched, way):
    plan = switched[f"plan {way}"]

    assert plan.code == 0, plan.output
    assert switched[f"writes {way}"] == []
    assert plan.changed == switched[way].changed
    assert DEPLOYED in plan.changed
    assert any("targetGroupArn" in line for line in plan.diff(DEPLOYED))


def test_there_the_url_is_the_load_balancer_s(switched):
    assert switched["there"].urls["llm"] != switched["before"].urls["llm"]
    assert switched["left there"] == {
        "balancers": ["llm-local"],
        "target groups": ["llm-local-llm"],
        "security groups": ["llm-local-alb", "llm-local-tasks"],
    }


def test_back_nothing_is_left_and_the_tasks_answer(switched):
    assert switched["left back"] == {"balancers": [], "target groups": [], "security groups": ["llm-local-tasks"]}
    assert generate(switched["back"].urls["llm"]) == "hello (answer 1)"
    assert switched["again"].count == 0, switched["again"].output


@pytest.fixture(scope="module")
def shared(world, switched):
    """Two services behind one load balancer, the second with a blue/green deployment."""
    world.hosts(
        chat={"load_balancer_paths": ["/generate"]},
        code={"load_balancer_hosts": ["code.example.com"], "ecs_service_deployment_strategy": "BLUE_GREEN"},
    )
    door(world, ecs_service_bake_minutes=0, deployment_prune=True)
    plan = world.play("deploy.yml", "--check")
    return {"plan": plan, "first": world.deploy(), "second": world.deploy()}


def asked(url: str, host: str) -> str:
    body = json.dumps({"text": host})
    command = [
        "curl",
        "--silent",
        "--max-time",
        "10",
        "--request",
        "GET",
        "--data",
        body,
        "--header",
        f"Host: {host}",
        url,
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_services_share_a_load_balancer(world, shared):
    elb = world.client("elbv2")
    [balancer] = elb.describe_load_balancers()["LoadBalancers"]
    [listener] = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    rules = elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
    url = f"http://{balancer['DNSName']}:8080"

    assert sorted(int(rule["Priority"]) for rule in rules if not rule["IsDefault"]) == [1, 30000, 30001]
    assert left(world)["target groups"] == ["llm-local-chat", "llm-local-code", "llm-local-code-2"]
    assert asked(f"{url}/generate", "any.example.com") == "any.example.com (answer 1)"
    assert asked(f"{url}/openapi.json", "any.example.com") == "No service answers here."
    assert "openapi" in asked(f"{url}/openapi.json", "code.example.com")


def test_a_name_that_is_not_known_here_is_no_failure(shared):
    said = " ".join(shared["first"].output.partition("PLAY RECAP")[2].split())

    assert "chat: http://127." in said
    assert "code: http://code.example.com:8080" in said
    assert "This machine cannot resolve the name in http://code.example.com:8080 (yet)" in said


def test_a_second_run_of_both_changes_nothing(shared):
    assert shared["plan"].changed == shared["first"].changed
    assert shared["second"].count == 0, shared["second"].output


def test_a_service_that_is_removed_takes_its_way_along(world, shared):
    removed = world.play("destroy.yml", "--limit", "code")

    assert removed.code == 0, removed.output
    assert left(world)["target groups"] == ["llm-local-chat"]
    assert left(world)["balancers"] == ["llm-local"]


def test_a_priority_that_is_taken_is_reported_with_what_to_do(world, shared):
    elb = world.client("elbv2")
    [balancer] = elb.describe_load_balancers()["LoadBalancers"]
    [listener] = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    gone = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "410"}}
    theirs = elb.create_rule(
        ListenerArn=listener["ListenerArn"],
        Priority=7,
        Conditions=[{"Field": "path-pattern", "Values": ["/theirs"]}],
        Actions=[gone],
    )["Rules"][0]["RuleArn"]
    world.hosts(chat={"load_balancer_paths": ["/generate"], "load_balancer_priority": 7})
    play = world.play("deploy.yml")
    elb.delete_rule(RuleArn=theirs)
    world.hosts(chat={"load_balancer_paths": ["/generate"]})

    said = " ".join(play.output.split())
    assert play.code != 0, play.output
    assert f"priority: 7 is taken by rule {theirs}" in said
    assert "Take another one, or 0 for the lowest free one" in said


def test_a_certificate_leads_everybody_to_https(world, shared):
    certificate = world.folder / "certificate.pem"
    key = world.folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=llm.example.com"]
    names = ["-addext", "subjectAltName=DNS:llm.example.com", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command, *names], check=True, capture_output=True)
    imported = world.client("acm").import_certificate(
        Certificate=certificate.read_bytes(), PrivateKey=key.read_bytes()
    )["CertificateArn"]
    door(
        world,
        load_balancer_certificate_arn=imported,
        load_balancer_https_port=8443,
        load_balancer_domain_names=["llm.example.com"],
        deployment_ask=False,
    )
    play = world.deploy()
    second = world.deploy()
    [balancer] = world.client("elbv2").describe_load_balancers()["LoadBalancers"]
    address = balancer["DNSName"]
    resolve = ["--resolve", f"llm.example.com:8443:{address}", "--resolve", f"llm.example.com:8080:{address}"]
    ask = ["curl", "--silent", "--max-time", "10", "--cacert", str(certificate), *resolve]
    body = ["--request", "GET", "--data", '{"text": "hello"}']

    def told(*arguments: str) -> str:
        return subprocess.run([*ask, *arguments], capture_output=True, text=True, check=False).stdout

    moved = told("--output", "/dev/null", "--write-out", "%{redirect_url}", "http://llm.example.com:8080/generate")
    answer = told(*body, "https://llm.example.com:8443/generate")

    assert "chat: https://llm.example.com:8443" in play.output
    assert second.count == 0, second.output
    assert moved == "https://llm.example.com:8443/generate"
    assert answer == "hello (answer 1)"


def test_a_health_path_that_answers_404_is_reported_with_what_to_do(world, shared):
    world.hosts(
        chat={
            "load_balancer_paths": ["/generate"],
            "ecs_service_health_path": "/nowhere",
            "ecs_service_grace_period": 0,
            "ecs_service_force_new_deployment": True,
        }
    )
    play = world.play("deploy.yml")
    world.hosts(chat={"load_balancer_paths": ["/generate"]})

    assert play.code != 0, play.output
    [message] = play.failed.values()
    assert "404" in message
    assert "ecs_service_health_path" in message
    # The path is the target group's: nothing of the service differs, so that new tasks have to be asked for.
    world.deploy("-e", "ecs_service_force_new_deployment=true")


def test_a_protected_load_balancer_is_removed_only_when_that_is_said(world, shared):
    door(world, load_balancer_deletion_protection=True)
    world.deploy()
    before = left(world)

    refused = world.play("destroy.yml")
    [message] = refused.failed.values()
    assert "nothing was removed" in message
    assert "-e load_balancer_remove_protected=true" in message
    assert left(world) == before
    forced = world.play("destroy.yml", "-e", "load_balancer_remove_protected=true", "-e", "local_aws_keep=true")
    assert forced.code == 0, forced.output
    assert left(world) == {"balancers": [], "target groups": [], "security groups": []}
    door(world, load_balancer_deletion_protection=False)
    assert world.play("destroy.yml").code == 0
    assert not listens(world.port)
