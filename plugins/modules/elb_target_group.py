#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elb_target_group
version_added: 0.2.0
short_description: Create, change or delete a target group of a load balancer
description:
  - Creates a target group, or changes it to match O(definition) (mostly its health check), O(attributes) and the tags.
  - Only the fields that are given are compared and changed. Targets are never changed; ECS registers its own tasks.
author:
  - The llmops.ecs contributors (@llmops)
options:
  state:
    description: Whether the target group exists.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the target group, 32 characters at most. Required unless O(definition) has C(Name).
    type: str
  definition:
    description:
      - The target group in AWS's spelling, as C(aws elbv2 create-target-group --cli-input-yaml) takes it.
      - C(Port), C(Protocol), C(ProtocolVersion), C(TargetType), C(VpcId) and C(IpAddressType) can be set only at
        creation. If one differs, the module fails.
    type: dict
    default: {}
  attributes:
    description:
      - Attributes of the target group, such as V(deregistration_delay.timeout_seconds). Other attributes are not
        changed.
    type: dict
    default: {}
  wait_timeout:
    description:
      - How many seconds to retry to delete a target group that is still in use. AWS frees it some time after the rule
        or the listener was deleted.
    type: int
    default: 120
extends_documentation_fragment:
  - llmops.ecs.attributes
  - llmops.ecs.owner
  - llmops.ecs.tags
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - name: CreateTargetGroup
    description: What a definition can hold.
    link: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
  - name: Target group attributes
    description: What attributes there are.
    link: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
  - name: community.aws.elb_target_group
    link: https://docs.ansible.com/projects/ansible/latest/collections/community/aws/elb_target_group_module.html
    description: Also manages targets, but does not report in check mode what it would change.
"""

EXAMPLES = r"""
- name: Create a target group for a model with long answers
  llmops.ecs.elb_target_group:
    name: llm-server
    definition:
      TargetType: ip
      Protocol: HTTP
      Port: 8000
      VpcId: "{{ network_vpc_id }}"
      HealthCheckPath: /healthz
      HealthCheckIntervalSeconds: 15
      HealthCheckTimeoutSeconds: 10
      UnhealthyThresholdCount: 4
    attributes:
      deregistration_delay.timeout_seconds: 600
    tags:
      team: llm
  register: target_group

- name: Change the health check path, and nothing else
  llmops.ecs.elb_target_group:
    name: llm-server
    definition:
      HealthCheckPath: /v1/models

- name: Delete the target group
  llmops.ecs.elb_target_group:
    name: llm-server
    state: absent
"""

RETURN = r"""
target_group:
  description:
    - The target group as it is now, in AWS's spelling.
    - In check mode, as it would be.
  returned: O(state=present)
  type: dict
  sample:
    TargetGroupArn: arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/llm-server/73e2d6bc24d8a067
    TargetGroupName: llm-server
    Protocol: HTTP
    Port: 8000
    TargetType: ip
    HealthCheckPath: /healthz
arn:
  description: The target group's ARN. In check mode, if it would be created, an ARN made of zeros.
  returned: O(state=present)
  type: str
  sample: arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/llm-server/73e2d6bc24d8a067
attributes:
  description: The attributes named in the option O(attributes).
  returned: O(state=present)
  type: dict
  sample:
    deregistration_delay.timeout_seconds: "600"
tags:
  description: The target group's tags.
  returned: O(state=present)
  type: dict
  sample:
    team: llm
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws import arns, ownership, wait
from ..module_utils._aws import tags as aws_tags
from ..module_utils._aws.outcome import failures_told
from ..module_utils._aws.session import connect
from ..module_utils._documents import compare
from ..module_utils._documents.shapes import agreed, coerce, known, shape_of, validate
from ..module_utils._elb import api, target_group
from ..module_utils._elb import attributes as elb_attributes


def read_options(params, shape):
    """Return the part of the definition that is not tags, and the tags that are asked for."""
    document = coerce({**params["definition"], "Name": agreed("name", params, "Name")}, shape)
    validate(document, shape)
    return document, aws_tags.asked_tags(params, document.pop("Tags", None))


def find_group(module, client, name):
    """Return the target group of this name with its tags, None if there is none."""
    group = api.describe_target_group(client, name)
    if group is None:
        return None
    arn = group["TargetGroupArn"]
    group = {**group, "tags": api.describe_tags(client, [arn]).get(arn, [])}
    ownership.check_owner(f"Target group {name}", aws_tags.from_list(group["tags"]), module.params["owner_tags"])
    return group


def create(module, client, document, tags):
    if module.check_mode:
        made = {key: value for key, value in document.items() if key != "Name"}
        arn = arns.made_up_arn(client, f"targetgroup/{document['Name']}")
        return {**made, "TargetGroupName": document["Name"], "TargetGroupArn": arn, "LoadBalancerArns": []}
    return api.create_target_group(client, {**document, **({"Tags": aws_tags.list_of(tags)} if tags else {})})


def update(client, arn, document, fields, tags):
    modified = {field: document[field] for field in fields}
    if modified:
        api.modify_target_group(client, arn, modified)
    aws_tags.put(client, arn, tags, api.tag, api.untag)


def present(module, client):
    shape = shape_of(client, "CreateTargetGroup")
    document, tags_asked = read_options(module.params, shape)
    name = document["Name"]
    attributes_asked = aws_tags.texts(module.params["attributes"])
    target_group.check(document, attributes_asked)
    current = find_group(module, client, name)
    before = {**known(current, shape), "Name": name} if current else None
    target_group.check_against(before, document)

    tags = aws_tags.change(current, tags_asked, module.params["purge_tags"])
    difference = compare.changes(before, document, target_group.RULES, whole=False)
    there = api.group_attributes(client, current["TargetGroupArn"]) if current and attributes_asked else []
    attributes = elb_attributes.attribute_change(there, attributes_asked)
    new = current is None
    if new:
        tags = aws_tags.change(None, aws_tags.new_tags(module.params, tags), True)
        current = create(module, client, document, tags.after)
    else:
        target_group.check_fixed(name, difference.fields, difference.before, difference.after)
        if not module.check_mode:
            update(client, current["TargetGroupArn"], document, difference.fields, tags)
    if attributes.to_set and not module.check_mode:
        api.set_group_attributes(client, current["TargetGroupArn"], attributes.to_set)
    after = {key: value for key, value in compare.overlay(current, document).items() if key not in ("Name", "tags")}
    return {
        "changed": new or difference.changed or tags.changed or bool(attributes.to_set),
        "target_group": after,
        "arn": current["TargetGroupArn"],
        "attributes": attributes.after,
        "tags": tags.after,
        "diff": difference.diff(besides=compare.together(attributes.diff, tags.diff)),
    }


def absent(module, client):
    name = agreed("name", module.params, "Name")
    current = find_group(module, client, name)
    if current and not module.check_mode:
        arn = current["TargetGroupArn"]
        wait.when_let_go(lambda: api.delete_target_group(client, arn), module.params["wait_timeout"])
    return {"changed": current is not None, "diff": {"before": {"Name": name} if current else {}, "after": {}}}


def main():
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"choices": ["present", "absent"], "default": "present"},
            "name": {},
            "definition": {"type": "dict", "default": {}},
            "attributes": {"type": "dict", "default": {}},
            "wait_timeout": {"type": "int", "default": 120},
            "owner_tags": {"type": "dict", "default": {}},
            "tags": {"type": "dict"},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    with failures_told(module):
        client = connect(module, "elbv2")
        module.exit_json(**(present if module.params["state"] == "present" else absent)(module, client))


if __name__ == "__main__":
    main()
