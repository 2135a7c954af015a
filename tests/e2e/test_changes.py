# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide's image, and edits of its inventory: a plan names what changes, the run changes exactly that."""

from __future__ import annotations

import pytest
import yaml
from conftest import GUIDE_IMAGE, TASK_DEFINITION, World, generate

GROUP = "Create the security group"
LOGS = "Create the log group"
TASK = "Register the task definition"
SERVICE = "Deploy the service"
# What follows from a deployment, and what tasks take while they run, is not asked for by an inventory.
PASSING = ("deployments", "events", "currentServiceDeployment", "currentServiceRevisions", "AvailableIpAddressCount")


@pytest.fixture(scope="module")
def world(world):
    world.guide_service()
    return world


@pytest.fixture(scope="module", autouse=True)
def deployed(world):
    return world.deploy()


def test_the_image_needs_nothing_but_its_name_and_the_preset(world, deployed):
    settings = yaml.safe_load((world.inventory / "group_vars" / "llm_services" / "ecs_service.yml").read_text())
    task = world.client("ecs").describe_task_definition(taskDefinition="llm-local-llm")["taskDefinition"]
    [container] = task["containerDefinitions"]

    assert settings == {"ecs_service_image": GUIDE_IMAGE, "ecs_service_preset": "gpt4all_fastapi"}
    assert (task["cpu"], task["memory"], container["portMappings"][0]["containerPort"]) == ("16384", "65536", 8080)
    assert generate(deployed.urls["llm"], "Where is Paris?") == "Where is Paris? (answer 1)"


def test_the_guides_task_definition_is_taken_as_it_is(world):
    written = yaml.safe_load(TASK_DEFINITION.read_text())
    register = {"llmops.ecs.ecs_task_definition": {"definition": written}}

    first, second = world.tasks(register, register)

    assert (first["changed"], second["changed"]) == (True, False)
    ecs = world.client("ecs")
    registered = ecs.describe_task_definition(taskDefinition=written["family"])["taskDefinition"]
    [container] = written.pop("containerDefinitions")
    assert written.items() <= registered.items()
    [port] = container.pop("portMappings")
    assert container.items() <= registered["containerDefinitions"][0].items()
    assert port.items() <= registered["containerDefinitions"][0]["portMappings"][0].items()
    assert len(ecs.list_task_definitions(familyPrefix=written["family"])["taskDefinitionArns"]) == 1


def state(world: World) -> dict:
    """Return what there is in the account, as far as an inventory can say it: a flat document of path and value."""
    ecs, ec2, iam = world.client("ecs"), world.client("ec2"), world.client("iam")
    [service] = ecs.describe_services(cluster="llm-local", services=["llm"], include=["TAGS"])["services"]
    [cluster] = ecs.describe_clusters(clusters=["llm-local"], include=["TAGS", "SETTINGS"])["clusters"]
    task = ecs.describe_task_definition(taskDefinition=service["taskDefinition"], include=["TAGS"])
    [logs] = world.client("logs").describe_log_groups()["logGroups"]
    marked = [{"Name": "tag:llmops:deployment", "Values": ["llm-local"]}]
    [group] = ec2.describe_security_groups(Filters=marked)["SecurityGroups"]
    [role] = iam.list_roles(PathPrefix="/llmops/")["Roles"]
    return dict(
        flat(
            {
                "service": without(service, *PASSING),
                "cluster": without(cluster, "statistics"),
                "task": without(task["taskDefinition"], "revision", "taskDefinitionArn", "registeredAt"),
                "task_tags": task["tags"],
                "logs": without(logs, "storedBytes"),
                "logs_tags": world.client("logs").list_tags_for_resource(resourceArn=logs["logGroupArn"])["tags"],
                "group": group,
                "subnets": [without(net, *PASSING) for net in ec2.describe_subnets(Filters=marked)["Subnets"]],
                "routes": ec2.describe_route_tables(Filters=marked)["RouteTables"],
                "role": without(role, "RoleLastUsed"),
                "role_tags": iam.list_role_tags(RoleName=role["RoleName"])["Tags"],
            }
        )
    )


def without(document: dict, *fields: str) -> dict:
    return {key: value for key, value in document.items() if key not in fields}


def flat(document, path=()):
    """Yield path and value of each leaf; what a list holds is known by its name or key, if it has one."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield from flat(value, (*path, key))
    elif isinstance(document, list):
        for number, value in enumerate(document):
            known = [value[key] for key in ("key", "Key", "name", "CidrIp") if isinstance(value, dict) and key in value]
            yield from flat(value, (*path, *(known or [number])[:1]))
    else:
        yield path, document


def edit(world: World, name: str, **values) -> tuple:
    """Edit the inventory, plan, run; return the plan, the run and what became of the account: path, before, after."""
    world.variables(name, **values)
    before = state(world)
    world.control("DELETE", "requests")
    plan = world.deploy("--check", "--diff")
    assert world.writes() == []
    assert state(world) == before
    done = world.deploy("--diff")
    after = state(world)
    paths = {path for path in before | after if before.get(path) != after.get(path)}
    assert plan.changed == done.changed
    return plan, done, {path: (before.get(path), after.get(path)) for path in paths}


def test_memory(world):
    plan, done, difference = edit(world, "zz_memory", ecs_service_memory="32 GB")

    assert done.changed == {TASK, SERVICE}
    assert plan.diff(TASK) == {"-memory: '65536'", "+memory: '32768'"}
    assert plan.diff(SERVICE) == {"-taskDefinition: llm-local-llm:1", "+taskDefinition: llm-local-llm:2"}
    assert difference.pop(("task", "memory")) == ("65536", "32768")
    assert set(difference) == {("service", "taskDefinition")}


def test_retention_and_cidr_and_deployment_setting_replace_no_task(world):
    tasks = world.client("ecs").list_tasks(cluster="llm-local")["taskArns"]
    plan, done, difference = edit(
        world,
        "zz_settings",
        ecs_service_log_retention_days=7,
        network_allowed_cidrs=["203.0.113.0/24"],
        ecs_service_maximum_percent=300,
    )

    assert done.changed == {LOGS, GROUP, SERVICE}
    assert plan.diff(LOGS) == {"-retentionInDays: 30", "+retentionInDays: 7"}
    assert "+-   cidr_ip: 203.0.113.0/24" in plan.diff(GROUP)
    assert plan.diff(SERVICE) == {"-maximumPercent: 200", "+maximumPercent: 300"}
    assert difference.pop(("logs", "retentionInDays")) == (30, 7)
    assert difference.pop(("service", "deploymentConfiguration", "maximumPercent")) == (200, 300)
    assert {path[:2] for path in difference} == {("group", "IpPermissions")}
    assert [after for path, (_before, after) in difference.items() if path[-1] == "CidrIp"] == ["203.0.113.0/24"]
    assert world.client("ecs").list_tasks(cluster="llm-local")["taskArns"] == tasks


def test_tag(world):
    plan, _done, difference = edit(world, "zz_tags", deployment_tags={"environment": "local", "team": "llm"})

    assert {(before, after) for before, after in difference.values() if "llm" in (before, after)} == {(None, "llm")}
    assert {path[0] for path, (_before, after) in difference.items() if after == "llm"} == {
        "service",
        "cluster",
        "task_tags",
        "logs_tags",
        "group",
        "subnets",
        "role_tags",
    }
    for task in (TASK, SERVICE, GROUP, "Create the cluster"):
        assert "+team: llm" in plan.diff(task)


def allowed(world: World) -> dict[str, str]:
    """Return who may call: address block and description."""
    marked = [{"Name": "tag:llmops:deployment", "Values": ["llm-local"]}]
    [group] = world.client("ec2").describe_security_groups(Filters=marked)["SecurityGroups"]
    return {
        source["CidrIp"]: source["Description"]
        for permission in group["IpPermissions"]
        for source in permission["IpRanges"]
    }


def test_a_caller_who_moves_takes_the_permission_along_and_others_keep_theirs(world):
    world.control("PUT", "checkip", {"address": "127.0.0.7"})
    world.deploy("-e", "network_caller_name=bob@desk")
    assert {"127.0.0.1/32", "127.0.0.7/32", "203.0.113.0/24"} == set(allowed(world))

    world.control("PUT", "checkip", {"address": "127.0.0.9"})
    moved = world.deploy("-e", "deployment_ask=false")

    assert moved.changed == {GROUP}
    assert {"127.0.0.9/32", "127.0.0.7/32", "203.0.113.0/24"} == set(allowed(world))
    url = moved.urls["llm"]
    with pytest.raises(ConnectionError):
        generate(url)


def test_and_then_nothing_changes(world):
    world.control("PUT", "checkip", None)
    assert world.deploy().changed == {GROUP}
    assert world.deploy().count == 0
