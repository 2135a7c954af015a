# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task needs before its containers start, and how AWS words it when that fails.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import ServiceException
from moto.ec2.models.subnets import Subnet
from moto.iam.models import Role
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends
from moto.utilities.utils import get_partition

from ..network import vpc
from . import logs
from .execution_role import can_assume, find_role, may
from .images import IMAGES

NOT_ASSUMED = (
    "ECS was unable to assume the role '{arn}' that was provided for this task. Please verify that the role being "
    "passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role."
)
SECRETS = "unable to pull secrets or registry auth"
RETRIEVAL = f"{SECRETS}: execution resource retrieval failed"
LOGGER = (
    "failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream"
)


class StartFailure(Exception):
    """The task cannot start; the text is its stoppedReason."""


def reach_registry(subnet: Subnet, public_ip: str | None, image: str) -> None:
    """Raise StartFailure unless a task in the subnet reaches the internet, and so its registry.

    AWS tries for minutes before it says so.
    """
    through_nat = any(route.nat_gateway_id for route in vpc.route_table(subnet).routes)
    if not through_nat and not (public_ip and vpc.has_internet_route(subnet)):
        raise StartFailure(
            f"CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref {image}: "
            f"failed to do request: dial tcp: i/o timeout"
        )


def pull(image: str) -> None:
    """Raise StartFailure unless the image exists."""
    if IMAGES.get(image) is None:
        raise StartFailure(
            f"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {image}: "
            f"{image}: not found"
        )


class Resources:
    """What a task's start fetches in the name of its execution role."""

    def __init__(self, task_definition: dict[str, Any], account: str, region: str, task_id: str) -> None:
        self._account, self._region, self._task_id = account, region, task_id
        self._role = self._assume(task_definition.get("executionRoleArn"))
        self._assume(task_definition.get("taskRoleArn"))

    def registry_auth(self, image: str) -> None:
        """Raise StartFailure if the image lies in ECR and the role may not log in there."""
        if ".dkr.ecr." in image.partition("/")[0]:
            self._require("ecr:GetAuthorizationToken", "*", f"{RETRIEVAL}: unable to retrieve ecr registry auth")

    def secrets(self, container: dict[str, Any]) -> dict[str, str]:
        """Return the container's secrets by environment variable. Raises StartFailure for one that cannot be had."""
        return {secret["name"]: self._secret(secret["valueFrom"]) for secret in container.get("secrets", [])}

    def log_writer(self, container: dict[str, Any]) -> Callable[[str], None] | None:
        """Return what writes a line to the container's log stream. Raises StartFailure if that cannot be."""
        configuration = container.get("logConfiguration", {})
        if configuration.get("logDriver") == "awslogs":
            options = configuration.get("options", {})
            arn = f"{self._arn('logs', options.get('awslogs-region'))}:log-group:{options.get('awslogs-group')}"
            if options.get("awslogs-create-group") == "true":
                self._require("logs:CreateLogGroup", arn, LOGGER)
            self._require("logs:CreateLogStream", f"{arn}:log-stream:{container['name']}", LOGGER)
        try:
            return logs.open_stream(self._account, self._region, container, self._task_id)
        except LookupError as error:
            missing = "ResourceNotFoundException: The specified log group does not exist."
            raise _not_initialized(LOGGER, f"{missing} : exit status 1") from error

    def _assume(self, name_or_arn: str | None) -> Role | None:
        if name_or_arn is None:
            return None
        role = find_role(name_or_arn, self._account, self._region)
        if not can_assume(role, self._account, self._region):
            raise _not_initialized(f"{SECRETS}: unable to assume the role", NOT_ASSUMED.format(arn=name_or_arn))
        return role

    def _require(self, action: str, resource: str, stage: str) -> None:
        if self._role is None or not may(self._role, action, resource):
            name = self._role.name if self._role else "none"
            user = f"arn:{get_partition(self._region)}:sts::{self._account}:assumed-role/{name}/{self._task_id}"
            denied = (
                f"AccessDeniedException: User: {user} is not authorized to perform: {action} on resource: {resource}"
            )
            raise _not_initialized(stage, denied)

    def _secret(self, value_from: str) -> str:
        if ":secretsmanager:" in value_from:
            return self._from_secrets_manager(value_from)
        return self._from_parameter_store(value_from)

    def _from_secrets_manager(self, value_from: str) -> str:
        """Read arn:aws:secretsmanager:region:account:secret:name[:json-key:version-stage:version-id]."""
        stage = f"{RETRIEVAL}: unable to retrieve secret from asm: service call has been retried 1 time(s)"
        parts = value_from.split(":")
        arn, (key, version_stage, version_id) = ":".join(parts[:7]), [*parts[7:], "", "", ""][:3]
        backend = secretsmanager_backends[parts[4]][parts[3]]
        secret = backend.secrets.get(arn)
        if secret is None or secret.is_deleted():
            raise _not_initialized(stage, "ResourceNotFoundException: Secrets Manager can't find the specified secret.")
        self._require("secretsmanager:GetSecretValue", secret.arn, stage)
        try:
            text = backend.get_secret_value(arn, version_id or None, version_stage or None).get("SecretString", "")
        except ServiceException as error:
            raise _not_initialized(stage, f"{error.code}: {error.message}") from error
        if not key:
            return text
        try:
            value = json.loads(text)[key]
        except (ValueError, KeyError, TypeError) as error:
            raise _not_initialized(
                stage, f"retrieved secret from Secrets Manager did not contain json key {key}"
            ) from error
        return value if isinstance(value, str) else json.dumps(value)

    def _from_parameter_store(self, value_from: str) -> str:
        """Read a parameter by its name or arn:aws:ssm:region:account:parameter/name."""
        stage = f"{RETRIEVAL}: unable to retrieve secrets from ssm: service call has been retried 1 time(s)"
        prefix, _word, name = value_from.rpartition(":parameter/")
        region = prefix.split(":")[3] if prefix else self._region
        # The ARN of the parameter "/a" and of the parameter "a" is the same.
        parameters = ssm_backends[self._account][region].get_parameters([f"/{name}", name])
        if not parameters:
            raise _not_initialized(stage, f"invalid parameters: {name}")
        parameter = next(iter(parameters.values()))
        self._require("ssm:GetParameters", f"{self._arn('ssm', region)}:parameter/{parameter.name.lstrip('/')}", stage)
        return str(parameter.decrypt(parameter.value))

    def _arn(self, service: str, region: str | None) -> str:
        return f"arn:{get_partition(self._region)}:{service}:{region or self._region}:{self._account}"


def _not_initialized(stage: str, cause: str) -> StartFailure:
    return StartFailure(f"ResourceInitializationError: {stage}: {cause}")
