# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""The wiring that every module shares: connect to AWS, and end with one clear message."""

from __future__ import annotations

import os
import typing as t

from .errors import EcsError

try:
    from boto3.session import Session
    from botocore.exceptions import BotoCoreError
    from botocore.utils import validate_region_name
except ImportError:
    # AnsibleAWSModule says which libraries are missing before anything is called here.
    BotoCoreError = Exception

if t.TYPE_CHECKING:
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def connect(module: AnsibleAWSModule, service: str) -> t.Any:
    """Return a client of the service. Raises EcsError where credentials or region are no good as they are given."""
    given = module.params
    if given["profile"] and any(given[key] for key in ("access_key", "secret_key", "session_token")):
        raise EcsError(
            "Both a profile and access keys are given. Keep one: the option profile (AWS_PROFILE), or "
            "access_key, secret_key and session_token (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN); "
            "an empty value stands for none."
        )
    try:
        region = Session(profile_name=given["profile"] or None, region_name=given["region"] or None).region_name
        validate_region_name(region)
    except BotoCoreError as error:
        raise EcsError("No connection to AWS", error) from error
    if not region:
        raise EcsError("No AWS region is given: set the option region (AWS_REGION), as in eu-west-1.")
    return module.client(service)


def endpoint_of(module: AnsibleAWSModule) -> str | None:
    """Return the endpoint that is set by option or environment, for all services or one of them; None: AWS's own.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    named = [value for name, value in sorted(os.environ.items()) if name.startswith("AWS_ENDPOINT_URL") and value]
    return module.params["endpoint_url"] or next(iter(named), None)


class Clients:
    """The clients of one run, each made when it is first needed: parsing a service's model takes a while.

    connect makes a client of a service, also with a region; made are clients that there are already.
    """

    def __init__(self, connect: t.Callable[..., t.Any], **made: t.Any) -> None:
        self._connect = connect
        self._made: dict[tuple[str, str | None], t.Any] = {(service, None): client for service, client in made.items()}

    def __call__(self, service: str, region: str | None = None) -> t.Any:
        if (service, region) not in self._made:
            self._made[service, region] = self._connect(service, **({"region": region} if region else {}))
        return self._made[service, region]
