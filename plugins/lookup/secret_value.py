# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: secret_value
version_added: 0.2.0
short_description: Read a secret from AWS Secrets Manager, in the play's account
description:
  - Returns the text of a secret. It uses the same profile, Region and endpoint as
    P(llmops.ecs.aws_environment#lookup).
  - The result is a secret. Set C(no_log=true) on a task that uses it, unless you want to show it.
author:
  - The llmops.ecs contributors (@llmops)
options:
  _terms:
    description: Names or ARNs of secrets.
    required: true
extends_documentation_fragment:
  - llmops.ecs.account
"""

EXAMPLES = r"""
- name: Show the API key
  ansible.builtin.debug:
    msg: "{{ lookup('llmops.ecs.secret_value', '/llm/api-key') }}"
"""

RETURN = r"""
_raw:
  description: The texts of the secrets.
  type: list
  elements: str
"""

import os
from urllib.parse import urlsplit

from ansible.errors import AnsibleLookupError

from ..module_utils._aws.loopback import is_loopback
from .aws_environment import LookupModule as AccountLookup
from .aws_environment import aws_environment

try:
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.session import Session
except ImportError:
    Session = None

#: What a session takes from the environment, by the variables that would hold it.
FROM_ENVIRONMENT = {
    "config_file": "AWS_CONFIG_FILE",
    "credentials_file": "AWS_SHARED_CREDENTIALS_FILE",
    "profile": "AWS_PROFILE",
    "region": "AWS_REGION",
}


def connect(profile, region, endpoint_url):
    """Return a client that finds the account as modules do under the environment of the play."""
    variables = aws_environment(os.environ, profile, region, endpoint_url)
    session = Session()
    for name, variable in FROM_ENVIRONMENT.items():
        if variables.get(variable):
            session.set_config_variable(name, variables[variable])
    direct = Config(proxies={}) if is_loopback(urlsplit(endpoint_url).netloc) else None
    return session.create_client("secretsmanager", endpoint_url=endpoint_url or None, config=direct)


class LookupModule(AccountLookup):
    def run(self, terms, variables=None, **kwargs):
        if Session is None:
            raise AnsibleLookupError("botocore is missing from the Python that runs Ansible: pip install boto3")
        try:
            client = connect(**self.account(variables, kwargs))
            return [client.get_secret_value(SecretId=term)["SecretString"] for term in terms]
        except (BotoCoreError, ClientError) as error:
            raise AnsibleLookupError(f"Failed to read {', '.join(terms)} from Secrets Manager: {error}") from error
