#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tagged_resources_info
version_added: 0.1.0
short_description: List the resources that have given tags
description:
  - Lists the resources of all AWS services that have all the given tags, in one Region.
  - It uses the Resource Groups Tagging API. This API shows changes with some delay, lists deleted resources for a
    while, and does not list IAM roles.
author:
  - The llmops.ecs contributors (@llmops)
options:
  tags:
    description:
      - The tags that a resource must have, all of them. At least one tag is required.
    type: dict
    required: true
  resource_types:
    description:
      - List only these types, such as V(ecs:service) or V(ec2:subnet). A service such as V(ecs) means all its types.
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
- name: List the resources of a deployment
  llmops.ecs.tagged_resources_info:
    tags:
      llmops:deployment: llm-demo
  register: tagged

- name: Show the names of its services
  ansible.builtin.debug:
    msg: "{{ tagged.resources | selectattr('resource_type', 'eq', 'service') | map(attribute='resource_id') }}"

- name: List only the ECS services
  llmops.ecs.tagged_resources_info:
    tags:
      llmops:deployment: llm-demo
    resource_types:
      - ecs:service
"""

RETURN = r"""
resources:
  description: The resources, sorted by ARN. An empty list if there are none.
  returned: success
  type: list
  elements: dict
  contains:
    arn:
      description: ARN of the resource.
      type: str
      sample: arn:aws:ecs:eu-west-1:123456789012:service/llm-demo/chat
    service:
      description: The AWS service, as in the ARN.
      type: str
      sample: ecs
    resource_type:
      description: The resource type, as in the ARN. Empty if the ARN has none.
      type: str
      sample: service
    resource_id:
      description: The rest of the ARN. This is the resource's ID or name, after its parent's name if there is one.
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
