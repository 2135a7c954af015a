#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudwatch_log_group
version_added: 0.1.0
short_description: Create, change or delete a CloudWatch Logs log group
description:
  - Creates a log group, or sets the retention and the tags of an existing one.
  - In check mode it changes nothing. The diff shows the retention before and after.
  - The name must match exactly; it is not a prefix.
author:
  - The llmops.ecs contributors (@llmops)
options:
  state:
    description:
      - Whether the log group exists. V(absent) deletes it with all its log events.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the log group.
    type: str
    required: true
  retention_in_days:
    description:
      - How many days log events are kept. V(0) keeps them for ever.
      - Without this option the retention is not changed.
    type: int
    choices:
      [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
extends_documentation_fragment:
  - llmops.ecs.attributes
  - llmops.ecs.tags
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - name: PutRetentionPolicy
    description: How long events can be kept.
    link: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
  - module: llmops.ecs.ecs_task_definition
"""

EXAMPLES = r"""
- name: Create a log group that keeps events for 30 days
  llmops.ecs.cloudwatch_log_group:
    name: /llm/server
    retention_in_days: 30
    tags:
      team: llm

- name: Delete the log group
  llmops.ecs.cloudwatch_log_group:
    name: /llm/server
    state: absent
"""

RETURN = r"""
log_group:
  description:
    - The log group as it is now, in AWS's spelling.
    - In check mode, as it would be.
  returned: O(state=present)
  type: dict
  sample:
    logGroupName: /llm/server
    logGroupArn: arn:aws:logs:us-east-1:123456789012:log-group:/llm/server
    retentionInDays: 30
tags:
  description: The log group's tags.
  returned: O(state=present)
  type: dict
  sample:
    team: llm
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws import tags as aws_tags
from ..module_utils._aws.outcome import failures_told
from ..module_utils._aws.session import connect
from ..module_utils._documents import compare
from ..module_utils._facts.logs import RETENTION_DAYS
from ..module_utils._services import logs

RULES = compare.Rules(defaults={"retentionInDays": 0})


def write(client, name, current, difference, tags):
    """Make the calls that the differences need."""
    if current is None:
        logs.create_log_group(client, name, tags.after)
    else:
        aws_tags.put(client, logs.arn_of(current), tags, logs.tag, logs.untag)
    if difference.before.get("retentionInDays", 0) != difference.after.get("retentionInDays", 0):
        logs.set_retention(client, name, difference.after.get("retentionInDays", 0))


def present(module, client):
    name = module.params["name"]
    found = logs.describe_log_group(client, name)
    before = {key: found[key] for key in ("logGroupName", "retentionInDays") if key in found} if found else None
    desired = {"logGroupName": name, "retentionInDays": module.params["retention_in_days"]}
    difference = compare.changes(before, desired, RULES, whole=False)
    current_tags = logs.tags_of(client, logs.arn_of(found)) if found else {}
    asked_tags = aws_tags.wanted(module.params["tags"], None)
    tags = aws_tags.change({"tags": aws_tags.to_list(current_tags)}, asked_tags, module.params["purge_tags"])
    changed = difference.changed or tags.changed
    if changed and not module.check_mode:
        write(client, name, found, difference, tags)
        found = logs.describe_log_group(client, name)
    return {
        "changed": changed,
        "log_group": {**(found or {}), **difference.after},
        "tags": tags.after,
        "diff": difference.diff(besides=tags.diff),
    }


def absent(module, client):
    name = module.params["name"]
    found = logs.describe_log_group(client, name)
    if found and not module.check_mode:
        logs.delete_log_group(client, name)
    return {"changed": found is not None, "diff": {"before": {"logGroupName": name} if found else {}, "after": {}}}


def main():
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"choices": ["present", "absent"], "default": "present"},
            "name": {"required": True},
            "retention_in_days": {"type": "int", "choices": [0, *RETENTION_DAYS]},
            "tags": {"type": "dict"},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    with failures_told(module):
        client = connect(module, "logs")
        module.exit_json(**(present if module.params["state"] == "present" else absent)(module, client))


if __name__ == "__main__":
    main()
