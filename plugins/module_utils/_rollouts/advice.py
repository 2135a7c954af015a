# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What to do about it: AWS's reasons and exit codes, each with the next step where one is known; and what not to show.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resolve-stopped-errors.html
"""

from __future__ import annotations

import re

UNREACHED = (
    r".*(i/o timeout|dial tcp|deadline exceeded|request canceled|no such host|connection refused|"
    r"connection issue between the task and|logger args.*signal: killed)"
)
ROUTE = (
    "Give the tasks a way out: assignPublicIp ENABLED in subnets with a route to an internet gateway, a NAT gateway, "
    "or VPC endpoints"
)
OTHER_CPU = "The image is not built for the task's CPU: set runtimePlatform.cpuArchitecture, or build for linux/amd64."

#: A reason as AWS words it -> what to do. The first row that fits counts. Reasons hold names as well, of roles, images
#: and log groups: a row must not take one for its word.
ADVICE = {
    r"CannotPull.*(toomanyrequests|rate limit)": (
        "The registry limits anonymous pulls: copy the image to ECR, or give repositoryCredentials."
    ),
    r"CannotPull.*(match\w*( for)? platform|exec format|no matching manifest)": OTHER_CPU,
    r"CannotPull.*(no basic auth|unauthorized|authentication|denied|forbidden|\b40[13]\b)": (
        "The registry refuses: check the image's name; for ECR, that the execution role has "
        "AmazonECSTaskExecutionRolePolicy; for other private registries, repositoryCredentials."
    ),
    r"CannotPull" + UNREACHED: f"The registry cannot be reached. {ROUTE} (ecr.api, ecr.dkr, s3).",
    r"CannotPull.*no space left": "The image does not fit: raise ephemeralStorage.sizeInGiB in the task definition.",
    r"CannotPull": "The image cannot be pulled: check its name and tag in the task definition, and that it was pushed.",
    r"ResourceInitializationError.*((unable to|cannot|could not|failed to) assume|sts:AssumeRole)": (
        "ECS cannot assume the execution role: its trust policy must allow sts:AssumeRole to ecs-tasks.amazonaws.com; "
        "a role that is only seconds old needs a moment."
    ),
    r"ResourceInitializationError" + UNREACHED: (
        f"An AWS service cannot be reached. {ROUTE} (ecr.api, secretsmanager, logs)."
    ),
    r"ResourceInitializationError.*(ecr registry auth|registry auth from Amazon ECR|ecr:GetAuthorizationToken)": (
        "ECR gives the task no access: the execution role must be allowed to pull (ecr:GetAuthorizationToken, "
        "ecr:BatchGetImage and more, all in AmazonECSTaskExecutionRolePolicy)."
    ),
    r"ResourceInitializationError.*(logger args|log (group|stream))": (
        "The log group must exist, or awslogs-create-group be true, and the execution role must be allowed to write."
    ),
    r"ResourceInitializationError.*(EFS (utils|volumes)|mount\.|file system)": (
        "The file system cannot be mounted: it needs a mount target in the task's zone, whose security group lets "
        "port 2049 in."
    ),
    r"ResourceInitializationError.*(secret|ssm|parameter)": (
        "The secret must exist in this region, and the execution role must be allowed to read it "
        "(secretsmanager:GetSecretValue or ssm:GetParameters, and kms:Decrypt for a key of your own)."
    ),
    r"OutOfMemory|\bexit code 137\b": (
        "The container was killed, most likely for memory: raise memory in the task definition."
    ),
    r"failed container health checks|\bhealth UNHEALTHY\b": (
        "The container's health check fails: try its command in the image; for a slow start raise "
        "healthCheck.startPeriod (300 at most), retries and interval."
    ),
    r"Health checks failed with these codes: \[40[13]": (
        "The load balancer's health check is refused: set ecs_service_health_path (the target group's HealthCheckPath) "
        "to a path that answers without a key."
    ),
    r"Health checks failed with these codes: \[[34]": (
        "The server answers the load balancer's health check with that status, and not with 200: set "
        "ecs_service_health_path (the target group's HealthCheckPath) to a path that it has."
    ),
    r"Request timed out|Target\.Timeout": (
        "The load balancer's health check gets no answer: check that the task's security group lets the load balancer "
        "in on that port, that the server listens on all addresses, and for a slow start ecs_service_startup_seconds; "
        "for a server that answers nothing while it generates, ecs_service_longest_answer_seconds."
    ),
    r"failed ELB health checks|Health checks failed|Target\.(Timeout|FailedHealthChecks|ResponseCodeMismatch)": (
        "The load balancer's health check fails: check path, port and matcher of the target group, that the task's "
        "security group lets the load balancer in, and for a slow start healthCheckGracePeriodSeconds, which "
        "ecs_service_startup_seconds sets."
    ),
    r"exec format error": OTHER_CPU,
    r"CannotStartContainer|\bexit code 12[67]\b": (
        "The command cannot be run: check entryPoint and command in the task definition, and that the image has them."
    ),
    r"\bexit code 139\b": "The process crashed (segmentation fault): often a binary that was built for another CPU.",
    r"Capacity is unavailable": (
        "Fargate has no capacity in these zones now: add subnets in other zones, or another capacity provider."
    ),
    r"SpotInterruption|Spot Task was interrupted": "Fargate Spot took its capacity back: mix in FARGATE with a base.",
    r"no container instance|RESOURCE:(CPU|MEMORY|ENI|GPU|PORTS)": (
        "No container instance of the cluster fits the task: use Fargate (launchType or a capacity provider), or add "
        "capacity."
    ),
}
#: Worth saying only if nothing more precise is known.
LAST_RESORT = {
    r"essential container in task exited|\bexit code \d": (
        "The process ended by itself: its log says why. A container's command must stay in the foreground."
    ),
}


def advice(lines: list[str]) -> list[str]:
    """Return what to do about the reasons in the lines, each once; [] where no next step is known."""
    return _matching(ADVICE, lines) or _matching(LAST_RESORT, lines)


def _matching(table: dict[str, str], lines: list[str]) -> list[str]:
    found = (
        next((text for pattern, text in table.items() if re.search(pattern, line, re.IGNORECASE)), None)
        for line in lines
    )
    return list(dict.fromkeys(text for text in found if text))
