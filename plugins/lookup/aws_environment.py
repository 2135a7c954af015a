# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: aws_environment
version_added: 0.1.0
short_description: Environment variables that set the AWS account, Region and endpoint of a play
description:
  - Returns a dictionary for a play's C(environment). Credentials, Region and endpoint are set in one place, for the
    modules of all AWS collections.
  - If O(profile) is set, access keys in the caller's environment are not used. botocore would otherwise prefer them.
  - For an endpoint on this machine, AWS and proxy settings in the caller's environment are overridden.
author:
  - The llmops.ecs contributors (@llmops)
options:
  _terms:
    description: Not used.
extends_documentation_fragment:
  - llmops.ecs.account
"""

EXAMPLES = r"""
- name: Show the account of the profile sandbox
  hosts: localhost
  gather_facts: false
  vars:
    aws_profile: sandbox
    aws_region: eu-west-1
  environment: "{{ lookup('llmops.ecs.aws_environment') }}"
  tasks:
    - name: Look up the account
      amazon.aws.aws_caller_info:
"""

RETURN = r"""
_value:
  description: Names and values of environment variables.
  type: dict
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from ansible.plugins.lookup import LookupBase

from ..module_utils._aws.loopback import is_loopback

LOCAL_PROFILE = "local-aws"
LOCAL_CONFIG = Path(__file__).parents[2] / "roles" / "local_aws" / "files" / "aws-config"
KEYS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "EC2_ACCESS_KEY",
    "EC2_SECRET_KEY",
    "EC2_SECURITY_TOKEN",
)
# What botocore reads as "nothing special": an empty value is an error for some of these.
NEUTRAL = {
    "AWS_CA_BUNDLE": os.devnull,
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
    "AWS_MAX_ATTEMPTS": "3",
    "AWS_RETRY_MODE": "standard",
    "AWS_USE_DUALSTACK_ENDPOINT": "false",
    "AWS_USE_FIPS_ENDPOINT": "false",
}


def aws_environment(environ, profile: str, region: str, endpoint_url: str) -> dict[str, str]:
    """Decide the variables to set over those in C(environ).

    See https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html.
    """
    variables = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region} if region else {}
    local = is_loopback(urlsplit(endpoint_url).netloc)
    if local and not profile:
        profile = LOCAL_PROFILE
        variables |= {"AWS_CONFIG_FILE": str(LOCAL_CONFIG), "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    if profile:
        variables |= {"AWS_PROFILE": profile} | {name: "" for name in KEYS if name in environ}
    if endpoint_url:
        variables |= {"AWS_ENDPOINT_URL": endpoint_url}
        variables |= {name: endpoint_url for name in environ if name.startswith("AWS_ENDPOINT_URL_")}
        variables |= {name: endpoint_url for name in ("AWS_URL", "EC2_URL") if name in environ}
    if local:
        variables |= {name: value for name, value in NEUTRAL.items() if name in environ}
        variables |= {"NO_PROXY": "*", "no_proxy": "*"}
    return variables


class LookupModule(LookupBase):
    def account(self, variables, direct):
        """Return the options profile, region and endpoint_url, each "" where it is not set."""
        self.set_options(var_options=variables, direct=direct)
        return self._templar.template(
            {name: self.get_option(name) or "" for name in ("profile", "region", "endpoint_url")}
        )

    def run(self, terms, variables=None, **kwargs):
        return [aws_environment(os.environ, **self.account(variables, kwargs))]
