# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ECS refuses in a request whatever exists: names, ranges and values."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.llmops.ecs.plugins.module_utils._facts import ecs

from ..base.refused import Context, Refused, Row
from .task_definition import task_definition

CLUSTER_SETTINGS = {"containerInsights": ("enhanced", "enabled", "disabled")}
THRESHOLDS = ("COUNT", "BOUNDED_PERCENT", "UNBOUNDED_PERCENT")

Document = dict[str, Any]


def cluster_name(params: Document, context: Context) -> None:
    """A cluster's name has letters, digits, hyphens and underscores, and is not too long."""
    if not re.fullmatch(ecs.NAME, params.get("clusterName", "default")):
        raise _invalid(f"The specified cluster name contains invalid characters or is longer than {ecs.LONGEST_NAME}.")


def cluster_settings(params: Document, context: Context) -> None:
    """The only setting is containerInsights.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ClusterSetting.html
    """
    for setting in params.get("settings", []):
        name, value = setting.get("name"), setting.get("value")
        if name not in CLUSTER_SETTINGS:
            raise _invalid(f"{name} is not a valid cluster setting. Valid are: {', '.join(CLUSTER_SETTINGS)}")
        if value not in CLUSTER_SETTINGS[name]:
            raise _invalid(f"Invalid setting value: {value}. Valid for {name} are: {', '.join(CLUSTER_SETTINGS[name])}")


def service_name(params: Document, context: Context) -> None:
    """A service's name has letters, digits, hyphens and underscores, and is not too long."""
    if not re.fullmatch(ecs.NAME, params["serviceName"]):
        raise _invalid(f"The specified service name contains invalid characters or is longer than {ecs.LONGEST_NAME}.")


def service_counts(params: Document, context: Context) -> None:
    """The desired count is needed for REPLICA, and not negative."""
    strategy = params.get("schedulingStrategy", "REPLICA")
    if "serviceName" in params and strategy == "REPLICA" and "desiredCount" not in params:
        raise _invalid("desiredCount is required for the scheduling strategy REPLICA.")
    if params.get("desiredCount", 0) < 0:
        raise _invalid("desiredCount must not be negative.")


def supported(params: Document, context: Context) -> None:
    """What the embedded AWS does not do is said at once, not left undone."""
    asked = {
        "schedulingStrategy": (params.get("schedulingStrategy", "REPLICA"), "REPLICA"),
        "deploymentController": (params.get("deploymentController", {}).get("type", "ECS"), "ECS"),
    }
    for name, (value, known) in asked.items():
        if value != known:
            raise Refused("UnsupportedFeatureException", f"The embedded AWS knows {name} {known} only, not {value}.")


def circuit_breaker(params: Document, context: Context) -> None:
    """The threshold of the circuit breaker.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ThresholdConfiguration.html
    """
    breaker = params.get("deploymentConfiguration", {}).get("deploymentCircuitBreaker", {})
    threshold = breaker.get("thresholdConfiguration")
    if threshold and (threshold["type"] not in THRESHOLDS or threshold["value"] < 1):
        raise _invalid(f"thresholdConfiguration needs a type of {', '.join(THRESHOLDS)} and a value of at least 1.")


def run_count(params: Document, context: Context) -> None:
    """RunTask starts one task or more, but not any number."""
    most = ecs.TASKS_RUN_AT_ONCE
    if not 1 <= params.get("count", 1) <= most:
        raise _invalid(f"The specified count is not valid. Specify a value between 1 and {most}.")


def tags(params: Document, context: Context) -> None:
    """Keys that start with aws: are AWS's.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html
    """
    keys = [tag.get("key", "") for tag in params.get("tags", [])]
    if len(keys) > ecs.MOST_TAGS or len(set(keys)) < len(keys):
        raise _invalid(f"A resource has at most {ecs.MOST_TAGS} tags, each with a key of its own.")
    for key in keys:
        if not key or key.lower().startswith("aws:"):
            raise _invalid(f"The tag key {key!r} is empty or starts with the reserved aws:")


def deletions(params: Document, context: Context) -> None:
    """A call deletes one task definition or more, but not any number."""
    most = ecs.TASK_DEFINITIONS_DELETED_AT_ONCE
    if not 1 <= len(params["taskDefinitions"]) <= most:
        raise _invalid(f"Specify between 1 and {most} task definitions.")


def _invalid(message: str) -> Refused:
    return Refused("InvalidParameterException", message)


CHECKS = {
    "CreateCluster": (cluster_name, cluster_settings, tags),
    "UpdateCluster": (cluster_settings,),
    "UpdateClusterSettings": (cluster_settings,),
    "RegisterTaskDefinition": (task_definition, tags),
    "DeleteTaskDefinitions": (deletions,),
    "CreateService": (service_name, service_counts, supported, circuit_breaker, tags),
    "UpdateService": (service_counts, supported, circuit_breaker),
    "RunTask": (run_count, tags),
    "TagResource": (tags,),
}
ROWS = [Row("ecs", action, check) for action, checks in CHECKS.items() for check in checks]
