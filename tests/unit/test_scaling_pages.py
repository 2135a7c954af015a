# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages about scaling: each document that they show is one, and no option of the other module is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.community.aws.plugins.modules import application_autoscaling_policy

from ansible_collections.llmops.ecs.plugins.modules import ecs_service_scaling
from ansible_collections.llmops.ecs.plugins.plugin_utils._deployment import scaling
from ansible_collections.llmops.ecs.tests.unit.scaling_aws import call

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "docs" / "scaling.md", ROOT / "roles" / "ecs_service" / "README.md"]
FROM = ROOT / "docs" / "from_application_autoscaling_policy.md"
PLACE = {"cluster": "llm-prod", "service": "llm"}


def blocks(page: Path):
    return [yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```", page.read_text(), re.S | re.M)]


SHOWN = [
    block["ecs_service_scaling"]
    for page in PAGES
    for block in blocks(page)
    if isinstance(block, dict) and "ecs_service_scaling" in block
]


def test_there_are_documents():
    assert len(SHOWN) >= 8


@pytest.mark.parametrize("document", SHOWN)
def test_each_document_is_taken_and_a_second_run_changes_nothing(scaling_cloud, document):
    assert list(scaling.bad_scaling(document, "llm", balanced=True, reports=True)) == []

    first, second = (call(ecs_service_scaling, **PLACE, definition=document) for _run in range(2))

    assert first["changed"], first
    assert not second["changed"], second


def test_the_other_modules_policy_is_taken_over_as_it_is(scaling_cloud):
    was, now = ([task] for [task] in blocks(FROM))
    there = was[0]["community.aws.application_autoscaling_policy"]
    client = scaling_cloud.clients["application-autoscaling"]
    of = {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/llm-prod/llm",
        "ScalableDimension": there["scalable_dimension"],
    }
    client.register_scalable_target(**of, MinCapacity=there["minimum_tasks"], MaxCapacity=there["maximum_tasks"])
    client.put_scaling_policy(
        **of,
        PolicyName=there["policy_name"],
        PolicyType=there["policy_type"],
        TargetTrackingScalingPolicyConfiguration=there["target_tracking_scaling_policy_configuration"],
    )

    assert not call(ecs_service_scaling, **{**now[0]["llmops.ecs.ecs_service_scaling"], **PLACE})["changed"]


def test_every_option_of_the_other_module_is_on_the_page():
    options = yaml.safe_load(application_autoscaling_policy.DOCUMENTATION)["options"]
    page = FROM.read_text()
    named = [*options, *options["target_tracking_scaling_policy_configuration"]["suboptions"]]

    assert [name for name in named if f"`{name}" not in page] == []
