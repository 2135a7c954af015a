#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: secretsmanager_generated_secret
version_added: 0.2.0
short_description: Create a Secrets Manager secret with a generated value
description:
  - Creates a secret with a random value. The module generates the value on the machine that it runs on, and sends it
    only to AWS.
  - The value is in no result, log or diff. Whoever needs it reads it from Secrets Manager.
  - An existing secret keeps its value. A secret that is scheduled for deletion is restored with its value.
author:
  - The llmops.ecs contributors (@llmops)
options:
  state:
    description:
      - Whether the secret exists.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The secret's name. With O(state=absent), its ARN is possible too.
    type: str
    required: true
  prefix:
    description:
      - A prefix of the value, so that people recognise what it is for.
    type: str
    default: ""
  length:
    description:
      - How many random letters and digits follow the prefix. 22 of them have about as much entropy as 128 bits.
    type: int
    default: 48
  description:
    description:
      - The secret's description. It is set only when the secret is created.
    type: str
    default: ""
  kms_key_id:
    description:
      - The KMS key that encrypts a new secret. By default, the AWS managed key for Secrets Manager.
    type: str
  recovery_window_in_days:
    description:
      - With O(state=absent), for how many days the secret can still be restored, V(7) to V(30). Until then its name
        cannot be used for a new secret. V(0) deletes it at once; it cannot be restored.
    type: int
    default: 30
extends_documentation_fragment:
  - llmops.ecs.attributes
  - llmops.ecs.tags
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: llmops.ecs.ecs_task_definition
  - module: llmops.ecs.llm_question
"""

EXAMPLES = r"""
- name: Generate an API key for the callers of a model
  llmops.ecs.secretsmanager_generated_secret:
    name: /llm/api-key
    prefix: llm-
    tags:
      team: llm
  register: key

- name: Pass the key to a container as an environment variable
  llmops.ecs.ecs_task_definition:
    definition:
      family: llm-server
      requiresCompatibilities: [FARGATE]
      networkMode: awsvpc
      cpu: 1 vCPU
      memory: 2 GB
      executionRoleArn: arn:aws:iam::123456789012:role/ecsTaskExecutionRole
      containerDefinitions:
        - name: llm-server
          image: ghcr.io/ggml-org/llama.cpp:server
          secrets:
            - name: LLAMA_API_KEY
              valueFrom: "{{ key.arn }}"

- name: Delete the key at once, so that its name can be used again
  llmops.ecs.secretsmanager_generated_secret:
    name: /llm/api-key
    state: absent
    recovery_window_in_days: 0
"""

RETURN = r"""
arn:
  description:
    - The secret's ARN.
    - In check mode, if the secret would be created, with question marks for the six characters that AWS chooses.
  returned: O(state=present)
  type: str
  sample: arn:aws:secretsmanager:us-east-1:123456789012:secret:/llm/api-key-AbCdEf
name:
  description: The secret's name.
  returned: O(state=present)
  type: str
  sample: /llm/api-key
tags:
  description: The secret's tags.
  returned: O(state=present)
  type: dict
  sample:
    team: llm
restored:
  description: Whether the secret was scheduled for deletion and was restored.
  returned: O(state=present)
  type: bool
  sample: false
"""

import secrets
import string

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)

from ..module_utils._aws import tags as aws_tags
from ..module_utils._aws.arns import predicted_arn
from ..module_utils._aws.outcome import failures_told
from ..module_utils._aws.session import connect
from ..module_utils._documents.shapes import DocumentError
from ..module_utils._facts import secretsmanager
from ..module_utils._services import secretsmanager as services_secretsmanager

SHORTEST = 22
LONGEST = secretsmanager.LONGEST_PASSWORD
HIDDEN = "(made here, known to AWS alone)"


def check(params):
    """Refuse what would be no secret, and what AWS refuses."""
    if not SHORTEST <= params["length"] <= LONGEST:
        raise DocumentError(
            f"length: {params['length']} is not between {SHORTEST}, below which it can be guessed, and {LONGEST}."
        )
    days = params["recovery_window_in_days"]
    fewest, most = secretsmanager.RECOVERY_WINDOW
    if days and not fewest <= days <= most:
        raise DocumentError(f"recovery_window_in_days: {days} is neither 0 nor between {fewest} and {most}.")


def generated(prefix, length):
    """Return a value that cannot be guessed, of characters that no shell, header or YAML minds."""
    return prefix + "".join(secrets.choice(string.ascii_letters + string.digits) for _character in range(length))


def as_compared(secret, tags):
    """Return what a diff shows of a secret: that it has a value, not which."""
    if secret is None:
        return {}
    leaving = {"deleted_on": str(secret["DeletedDate"])} if secret.get("DeletedDate") else {}
    return {"name": secret["Name"], "value": HIDDEN, **leaving, **({"tags": tags} if tags else {})}


def create(module, client, tags):
    given = module.params
    if module.check_mode:
        found = predicted_arn(client, module.client("sts"), f"secret:{given['name']}-??????", "secretsmanager")
        return {"ARN": found, "Name": given["name"]}
    named = {"Description": given["description"], "KmsKeyId": given["kms_key_id"]}
    members = {name: value for name, value in named.items() if value}
    if tags:
        members["Tags"] = ansible_dict_to_boto3_tag_list(dict(sorted(tags.items())))
    value = generated(given["prefix"], given["length"])
    module.no_log_values.add(value)
    return services_secretsmanager.create_secret(client, given["name"], value, members)


def present(module, client):
    found = services_secretsmanager.describe_secret(client, module.params["name"])
    leaving = bool(found and found.get("DeletedDate"))
    current = aws_tags.to_list(boto3_tag_list_to_ansible_dict((found or {}).get("Tags", [])))
    tags = aws_tags.change({"tags": current}, aws_tags.wanted(module.params["tags"], None), module.params["purge_tags"])
    before = as_compared(found, tags.before)
    if found is None:
        found = create(module, client, tags.after)
    elif not module.check_mode:
        if leaving:
            services_secretsmanager.restore_secret(client, found["ARN"])
        aws_tags.put(client, found["ARN"], tags, services_secretsmanager.tag, services_secretsmanager.untag)
    after = as_compared({"Name": found["Name"]}, tags.after)
    result = {"arn": found["ARN"], "name": found["Name"], "tags": tags.after, "restored": leaving}
    return {"changed": before != after, "diff": {"before": before, "after": after}, **result}


def absent(module, client):
    found = services_secretsmanager.describe_secret(client, module.params["name"])
    days = module.params["recovery_window_in_days"]
    # One that goes by itself is left to go, unless it has to be gone now.
    changed = found is not None and not (days and found.get("DeletedDate"))
    if changed and not module.check_mode:
        services_secretsmanager.delete_secret(client, found["ARN"], days)
    before = as_compared(found, {}) if changed else {}
    return {"changed": changed, "diff": {"before": before, "after": {}}}


def main():
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"choices": ["present", "absent"], "default": "present"},
            "name": {"required": True},
            "prefix": {"default": "", "no_log": False},
            "length": {"type": "int", "default": 48},
            "description": {"default": ""},
            "kms_key_id": {"no_log": False},
            "recovery_window_in_days": {"type": "int", "default": 30},
            "tags": {"type": "dict"},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    with failures_told(module):
        check(module.params)
        client = connect(module, "secretsmanager")
        module.exit_json(**(present if module.params["state"] == "present" else absent)(module, client))


if __name__ == "__main__":
    main()
