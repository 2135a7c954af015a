#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tagged_resources_info
version_added: 0.1.0
short_description: List what carries a tag
description:
  - Lists the resources of all services that carry the given tags, in one Region.
  - The Resource Groups Tagging API, which it asks, learns of changes with some delay, goes on listing what was deleted
    for a while, and does not know IAM roles.
author:
  - The llmops.ecs contributors (@llmops)
options:
  tags:
    description:
      - The tags that a resource carries, all of them. At least one.
    type: dict
    required: true
  resource_types:
    description:
      - List these types only, such as V(ecs:service) or V(ec2:subnet). A service alone means all its types.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - llmops.ecs.attributes.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: llmops.ecs.vpc_network_info
"""

EXAMPLES = r"""
- name: List what belongs to a deployment
  llmops.ecs.tagged_resources_info:
    tags:
      llmops:deployment: llm-demo
  register: tagged

- name: Show the names of its services
  ansible.builtin.debug:
    msg: "{{ tagged.resources | selectattr('resource_type', 'eq', 'service') | map(attribute='resource_id') }}"

- name: List the ECS services alone
  llmops.ecs.tagged_resources_info:
    tags:
      llmops:deployment: llm-demo
    resource_types:
      - ecs:service
"""

RETURN = r"""
resources:
  description: The resources, by ARN. An empty list when there are none.
  returned: success
  type: list
  elements: dict
  contains:
    arn:
      description: ARN of the resource.
      type: str
      sample: arn:aws:ecs:eu-west-1:123456789012:service/llm-demo/chat
    service:
      description: The service as ARNs spell it.
      type: str
      sample: ecs
    resource_type:
      description: The type as ARNs spell it. Empty where a service's ARNs name none.
      type: str
      sample: service
    resource_id:
      description: The rest of the ARN, which is the resource's ID or name, with its parent's where there is one.
      type: str
      sample: llm-demo/chat
    tags:
      description: All the tags of the resource.
      type: dict
      sample:
        llmops:deployment: llm-demo
"""

import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.errors import EcsError
from ..module_utils._aws.outcome import failures_told
from ..module_utils._aws.session import connect
from ..module_utils._services import tagging


def read(client: t.Any, tags: dict, resource_types: list[str]) -> list[dict]:
    if not tags:
        raise EcsError("tags is empty: that would list everything in the account. Name at least one tag.")
    found = tagging.get_resources(client, tagging.selection(tags, resource_types))
    return sorted(map(tagging.resource_info, found), key=lambda resource: resource["arn"])


def main():
    module = AnsibleAWSModule(
        argument_spec={
            "tags": {"type": "dict", "required": True},
            "resource_types": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    with failures_told(module):
        client = connect(module, "resourcegroupstaggingapi")
        resources = read(client, module.params["tags"], module.params["resource_types"])
    module.exit_json(changed=False, resources=resources)


if __name__ == "__main__":
    main()
