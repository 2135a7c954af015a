# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts have their source, no second copy in code, and what documentation says of them is what they are."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

from ansible_collections.llmops.ecs.plugins.module_utils._facts import acm, ec2, elb, iam, logs, prices, secretsmanager
from ansible_collections.llmops.ecs.plugins.modules import acm_certificate, cloudwatch_log_group

ROOT = Path(__file__).resolve().parents[5]
FACTS = ROOT / "plugins" / "module_utils" / "_facts"
SOURCE = re.compile(r"^# https://(docs\.)?aws\.amazon\.com/\S+(\n#)? \((known )?\d{4}-\d\d(-\d\d)?\)$", re.MULTILINE)
#: Spans of time and powers of two are everybody's.
COMMON = {1440, 1800, 3600, 86_400, 604_800, *(2**power for power in range(32))}


def literals(path):
    """Return the large numbers and lists of names in a file's code, documentation left out."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value >= 1000:
            yield node.value
        elif isinstance(node, (ast.Tuple, ast.List, ast.Set)) and len(node.elts) > 2:
            names = [item.value for item in node.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]
            if len(names) == len(node.elts):
                yield frozenset(names)


def modules():
    return sorted(path for path in FACTS.glob("*.py") if path.name != "__init__.py")


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.stem)
def test_each_fact_has_its_source_and_day(path):
    blocks = path.read_text().partition("from __future__ import annotations\n")[2].split("\n\n")
    bare = [
        block for block in blocks if re.search(r"^[A-Z_]+(:.*?)? = ", block, re.MULTILINE) and not SOURCE.search(block)
    ]

    assert not bare


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.stem)
def test_facts_are_data_alone(path):
    kinds = {type(node) for node in ast.parse(path.read_text()).body}

    assert kinds <= {ast.Expr, ast.ImportFrom, ast.Assign, ast.AnnAssign}
    assert path.read_text().count("import ") == 1


def test_code_has_no_copy_of_a_fact():
    facts = {value for path in modules() for value in literals(path)} - COMMON
    copies = [
        f"{path.relative_to(ROOT)}: {value if isinstance(value, int) else sorted(value)}"
        for folder in ("plugins", "roles/local_aws/files/local_aws")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if FACTS not in path.parents
        for value in literals(path)
        if value in facts
    ]

    assert not copies


def test_choices_of_modules():
    days = yaml.safe_load(cloudwatch_log_group.DOCUMENTATION)["options"]["retention_in_days"]["choices"]
    keys = yaml.safe_load(acm_certificate.DOCUMENTATION)["options"]["key_algorithm"]["choices"]

    assert days == [0, *logs.RETENTION_DAYS]
    assert set(keys) <= set(acm.KEY_ALGORITHMS)


TASK = f"{16 * prices.FARGATE_VCPU + 64 * prices.FARGATE_GB:.2f}"
FEWEST_DAYS, MOST_DAYS = secretsmanager.RECOVERY_WINDOW


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("plugins/modules/elb_load_balancer.py", f"{elb.LONGEST_NAME} characters at most"),
        ("plugins/modules/elb_target_group.py", f"{elb.LONGEST_NAME} characters at most"),
        (
            "plugins/modules/elb_listener_rule.py",
            f"From V({elb.RULE_PRIORITY[0]}), which is evaluated first, to V({elb.RULE_PRIORITY[1]}).",
        ),
        ("plugins/modules/secretsmanager_generated_secret.py", f"V({FEWEST_DAYS}) to V({MOST_DAYS})"),
        ("roles/iam/tasks/present.yml", f"{{1,{iam.LONGEST_ROLE_NAME}}}$')"),
        ("roles/network/defaults/main.yml", f"network_rules_limit: {ec2.SECURITY_GROUP_RULES}\n"),
        ("roles/network/README.md", f"| `network_rules_limit` | `{ec2.SECURITY_GROUP_RULES}` |"),
        ("README.md", f"about {TASK} USD an hour"),
        ("README.md", f"plus {prices.PUBLIC_IPV4_ADDRESS} USD an hour for its public address"),
        ("README.md", f"A load balancer costs about {prices.APPLICATION_LOAD_BALANCER} USD an hour"),
        ("docs/simulate.md", f"price_per_hour: {TASK}"),
        ("inventories/prod/group_vars/llm_services/ecs_service.yml", f"about {TASK} USD an hour"),
        *(
            (
                f"inventories/{name}/group_vars/llm_services/load_balancer.yml",
                f"about {prices.APPLICATION_LOAD_BALANCER} USD an hour",
            )
            for name in ("dev", "prod")
        ),
    ],
)
def test_documentation_says_what_is_so(path, said):
    assert said in (ROOT / path).read_text()
