# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Names, limits and batches of Amazon ECS.

Data alone, which the embedded AWS reads as well. Above each block: AWS's page that says so, and when it was looked at,
or last known to be so. Of a pair (least, most), both are allowed.
"""

from __future__ import annotations

# Names of clusters, services, task definition families and containers.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html (2026-11-28)
LONGEST_NAME = 255
NAME = r"[A-Za-z0-9_-]{1,255}"

# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html (2026-11-28)
MOST_TAGS = 50

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html (2026-11-28)
CONTAINERS = (1, 10)

# A container's health check: seconds, retries is a count.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html (2026-11-28)
HEALTH_CHECK = {"interval": (5, 300), "timeout": (2, 60), "retries": (1, 10), "startPeriod": (0, 300)}
HEALTH_CHECK_DEFAULTS = {"interval": 30, "timeout": 5, "retries": 3, "startPeriod": 0}

# Seconds.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerRestartPolicy.html (2026-11-28)
RESTART_ATTEMPT_PERIOD = (60, 1800)

# Minutes, of bakeTimeInMinutes, canaryBakeTimeInMinutes and stepBakeTimeInMinutes.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html (2026-11-28)
BAKE_TIME = (0, 1440)

# Percent of the requests, in tenths; and what AWS takes where it is not given, with the minutes of its bake time.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CanaryConfiguration.html (2026-11-28)
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinearConfiguration.html (2026-11-28)
CANARY_PERCENT = (0.1, 100.0)
CANARY_PERCENT_DEFAULT = 5.0
CANARY_BAKE_TIME_DEFAULT = 10
STEP_PERCENT = (3.0, 100.0)
STEP_PERCENT_DEFAULT = 10.0
STEP_BAKE_TIME_DEFAULT = 6

# Seconds between two values of a service's own metrics.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_MetricConfiguration.html (2026-11-28)
METRIC_RESOLUTIONS = (20, 60)

# How many things one call takes.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html (2026-11-28)
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html (2026-11-28)
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceRevisions.html (2026-11-28)
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceDeployments.html (2026-11-28)
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteTaskDefinitions.html (2026-11-28)
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html (2026-11-28)
TASKS_AT_ONCE = 100
SERVICES_AT_ONCE = 10
SERVICE_REVISIONS_AT_ONCE = 20
SERVICE_DEPLOYMENTS_AT_ONCE = 20
TASK_DEFINITIONS_DELETED_AT_ONCE = 10
TASKS_RUN_AT_ONCE = 10
