# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The variables of a deployment that are no role's own, and those that are nobody's: a typo is told. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

#: The variables of the playbooks themselves, as an argument specification has them.
DEPLOYMENT: dict[str, dict[str, Any]] = {
    "deployment_name": {"type": "str"},
    "deployment_tags": {"type": "dict"},
    "deployment_local_aws": {"type": "bool"},
    "deployment_ask": {"type": "bool"},
    "deployment_prune": {"type": "bool"},
    "deployment_show_api_key": {"type": "bool"},
}

#: What the roles hand on as facts: set by a run, also by one before in the same play. A test reads it off the roles.
OUTPUTS = frozenset(
    {
        "deployment_found",
        "ecs_cluster_arn",
        "ecs_service_api_key_arn",
        "ecs_service_check",
        "ecs_service_question",
        "ecs_service_url",
        "iam_execution_role_arn",
        "iam_infrastructure_role_arn",
        "iam_task_role_arn",
        "load_balancer_alternate_target_group_arn",
        "load_balancer_arn",
        "load_balancer_base_url",
        "load_balancer_dns_name",
        "load_balancer_listener_arn",
        "load_balancer_redirect_listener_arn",
        "load_balancer_rule_arn",
        "load_balancer_target_group_arn",
        "load_balancer_test_rule_arn",
        "local_aws_endpoint_url",
        "local_aws_running",
        "network_account_id",
        "network_load_balancer_security_group_id",
        "network_security_group_id",
        "network_subnet_ids",
        "network_vpc_id",
    }
)


def unknown(variables: Iterable[str], roles: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Name each variable that begins as those of a role, or of the deployment, and is none of them.

    roles: the variables of each role's argument specification, by the role's name.
    """
    known = {"deployment": set(DEPLOYMENT), **{role: set(names) for role, names in roles.items()}}
    every = sorted(OUTPUTS.union(*known.values()))
    for name in sorted(variables):
        # ecs_service_x also begins as a variable of a role that is called ecs would.
        owner = next((role for role in sorted(known, key=len, reverse=True) if name.startswith(f"{role}_")), None)
        if owner is None or name in every:
            continue
        whose = "the deployment" if owner == "deployment" else f"the role {owner}"
        near = difflib.get_close_matches(name, every, n=1, cutoff=0.75)
        hint = f"did you mean {near[0]}?" if near else f"the prefix {owner}_ is kept for its variables."
        yield f"{name} is not a variable of {whose}; {hint} Correct its name, or remove it."
