# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts of Amazon ECS: which, what we have of it, what an oracle has, and which oracle that is."""

from __future__ import annotations

from ansible_collections.llmops.ecs.plugins.module_utils._facts import ecs
from ansible_collections.llmops.ecs.tests.unit.plugins.module_utils._facts import oracles
from ansible_collections.llmops.ecs.tests.unit.plugins.module_utils._facts.oracles import CFN, MODEL, SAID, said

TASK, SERVICE = "AWS::ECS::TaskDefinition", "AWS::ECS::Service"


def of_health_check(of):
    return said("ecs", "HealthCheck", of, pattern=r"between (\d+) and (\d+)")


ROWS = [
    *(
        (
            "ecs.LONGEST_NAME",
            ecs.LONGEST_NAME,
            said("ecs", *where, pattern=r"Up to (\d+) letters"),
            f"{SAID} of {where[1]}",
        )
        for where in (
            ("RegisterTaskDefinitionRequest", "family"),
            ("CreateServiceRequest", "serviceName"),
            ("CreateClusterRequest", "clusterName"),
            ("ContainerDefinition", "name"),
        )
    ),
    *(
        ("ecs.MOST_TAGS", ecs.MOST_TAGS, oracles.member(of, "Tags")["maxItems"], f"{CFN} of {of}")
        for of in (TASK, SERVICE, "AWS::ECS::Cluster")
    ),
    ("ecs.MOST_TAGS", ecs.MOST_TAGS, oracles.shape("ecs", "Tags").metadata["max"], MODEL),
    *(("ecs.HEALTH_CHECK", limits, of_health_check(of), f"{SAID} of {of}") for of, limits in ecs.HEALTH_CHECK.items()),
    *(
        (
            "ecs.HEALTH_CHECK_DEFAULTS",
            ecs.HEALTH_CHECK_DEFAULTS[of],
            said("ecs", "HealthCheck", of, pattern=r"default value is (\d+)"),
            f"{SAID} of {of}",
        )
        for of in ("interval", "timeout", "retries")
    ),
    (
        "ecs.RESTART_ATTEMPT_PERIOD",
        ecs.RESTART_ATTEMPT_PERIOD,
        said(
            "ecs",
            "ContainerRestartPolicy",
            "restartAttemptPeriod",
            pattern=r"of (\d+) seconds and a maximum restartAttemptPeriod of (\d+) seconds",
        ),
        SAID,
    ),
    *(
        ("ecs.BAKE_TIME", ecs.BAKE_TIME, oracles.span(SERVICE, path), f"{CFN} of {path}")
        for path in (
            "DeploymentConfiguration.BakeTimeInMinutes",
            "CanaryConfiguration.CanaryBakeTimeInMinutes",
            "LinearConfiguration.StepBakeTimeInMinutes",
        )
    ),
    ("ecs.CANARY_PERCENT", ecs.CANARY_PERCENT, oracles.span(SERVICE, "CanaryConfiguration.CanaryPercent"), CFN),
    (
        "ecs.CANARY_PERCENT",
        ecs.CANARY_PERCENT,
        said("ecs", "CanaryConfiguration", "canaryPercent", pattern=r"from ([\d.]+) to ([\d.]+\d)\."),
        SAID,
    ),
    (
        "ecs.CANARY_PERCENT_DEFAULT",
        ecs.CANARY_PERCENT_DEFAULT,
        said("ecs", "CanaryConfiguration", "canaryPercent", pattern=r"default value is ([\d.]+\d)"),
        SAID,
    ),
    (
        "ecs.CANARY_BAKE_TIME_DEFAULT",
        ecs.CANARY_BAKE_TIME_DEFAULT,
        said("ecs", "CanaryConfiguration", "canaryBakeTimeInMinutes", pattern=r"default value is (\d+)"),
        SAID,
    ),
    ("ecs.STEP_PERCENT", ecs.STEP_PERCENT, oracles.span(SERVICE, "LinearConfiguration.StepPercent"), CFN),
    (
        "ecs.STEP_PERCENT",
        ecs.STEP_PERCENT,
        said("ecs", "LinearConfiguration", "stepPercent", pattern=r"from ([\d.]+) to ([\d.]+\d)\."),
        SAID,
    ),
    (
        "ecs.STEP_PERCENT_DEFAULT",
        ecs.STEP_PERCENT_DEFAULT,
        said("ecs", "LinearConfiguration", "stepPercent", pattern=r"default value is ([\d.]+\d)"),
        SAID,
    ),
    (
        "ecs.STEP_BAKE_TIME_DEFAULT",
        ecs.STEP_BAKE_TIME_DEFAULT,
        said("ecs", "LinearConfiguration", "stepBakeTimeInMinutes", pattern=r"default value is (\d+)"),
        SAID,
    ),
    (
        "ecs.METRIC_RESOLUTIONS",
        set(ecs.METRIC_RESOLUTIONS),
        set(oracles.member(SERVICE, "MetricConfiguration.ResolutionSeconds")["enum"]),
        CFN,
    ),
    (
        "ecs.TASKS_AT_ONCE",
        ecs.TASKS_AT_ONCE,
        said("ecs", "DescribeTasksRequest", "tasks", pattern=r"up to (\d+)"),
        SAID,
    ),
    (
        "ecs.SERVICES_AT_ONCE",
        ecs.SERVICES_AT_ONCE,
        said("ecs", "DescribeServicesRequest", "services", pattern=r"up to (\d+)"),
        SAID,
    ),
    (
        "ecs.SERVICE_REVISIONS_AT_ONCE",
        ecs.SERVICE_REVISIONS_AT_ONCE,
        said("ecs", "DescribeServiceRevisionsRequest", "serviceRevisionArns", pattern=r"maximum of (\d+)"),
        SAID,
    ),
    (
        "ecs.SERVICE_DEPLOYMENTS_AT_ONCE",
        ecs.SERVICE_DEPLOYMENTS_AT_ONCE,
        said("ecs", "DescribeServiceDeploymentsRequest", "serviceDeploymentArns", pattern=r"maximum of (\d+)"),
        SAID,
    ),
    (
        "ecs.TASK_DEFINITIONS_DELETED_AT_ONCE",
        ecs.TASK_DEFINITIONS_DELETED_AT_ONCE,
        said("ecs", "DeleteTaskDefinitionsRequest", "taskDefinitions", pattern=r"up to (\d+)"),
        SAID,
    ),
    (
        "ecs.TASKS_RUN_AT_ONCE",
        ecs.TASKS_RUN_AT_ONCE,
        said("ecs", "RunTaskRequest", "count", pattern=r"up to (\d+)"),
        SAID,
    ),
]
