# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A variable that begins as a role's and is none of its."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.llmops.ecs.plugins.plugin_utils._deployment.variables import OUTPUTS, unknown

ROOT = Path(__file__).parents[5]
ROLES = {"ecs_service": ["ecs_service_memory", "ecs_service_image"], "network": ["network_vpc"], "load_balancer": []}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ecs_service_memmory", "the role ecs_service; did you mean ecs_service_memory?"),
        ("deployment_prun", "the deployment; did you mean deployment_prune?"),
        ("network_qqq", "the role network; the prefix network_ is kept for its variables."),
    ],
)
def test_a_typo_is_told_with_the_nearest_name(name, told):
    assert list(unknown([name], ROLES)) == [f"{name} is not a variable of {told} Correct its name, or remove it."]


@pytest.mark.parametrize(
    "name", ["ecs_service_memory", "network_subnet_ids", "deployment_name", "my_network", "ansible_x"]
)
def test_what_is_known_or_nobodys_is_let_be(name):
    assert list(unknown([name], ROLES)) == []


def facts(tasks):
    for task in tasks or []:
        yield from task.get("ansible.builtin.set_fact", {})
        if not task.get("register", "__").startswith("__"):
            yield task["register"]
        for part in ("block", "rescue", "always"):
            yield from facts(task.get(part))


def test_the_outputs_are_what_roles_and_playbooks_set():
    files = [*ROOT.glob("roles/*/tasks/*.yml"), *ROOT.glob("playbooks/tasks/*.yml")]
    found = {name for file in files for name in facts(yaml.safe_load(file.read_text()))}
    for play in yaml.safe_load((ROOT / "playbooks/deploy.yml").read_text()):
        found |= set(facts(play["tasks"]))

    assert found - {"cacheable"} == OUTPUTS
