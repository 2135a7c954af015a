#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elb_listener_rule
version_added: 0.2.0
short_description: Create, change or delete a listener rule of an Application Load Balancer
description:
  - Creates one listener rule, or changes it to match O(conditions), O(actions), O(priority) and the tags.
  - The listener's other rules are not changed.
  - The rule is found by O(owner_tags) or, without them, by O(conditions).
  - If another rule has the same priority or the same conditions, the module fails and names that rule.
author:
  - The llmops.ecs contributors (@llmops)
options:
  state:
    description: Whether the rule exists.
    type: str
    choices: [present, absent]
    default: present
  listener_arn:
    description: The ARN of the listener.
    type: str
    required: true
  conditions:
    description:
      - The conditions in AWS's spelling. A request must meet all of them.
      - Required with O(state=present).
    type: list
    elements: dict
  actions:
    description:
      - The actions in AWS's spelling.
      - AWS never returns a C(ClientSecret), so a new one alone is not noticed. It is sent with the next other change.
      - Required with O(state=present).
    type: list
    elements: dict
  priority:
    description:
      - From V(1), which is evaluated first, to V(50000). V(0) keeps the rule's priority, and gives a new rule the
        lowest free one.
    type: int
    default: 0
  lowest_priority:
    description:
      - The lowest priority that O(priority=0) may take. A rule with a lower priority gets a new one.
      - Keeps general rules after specific ones.
    type: int
    default: 1
  ignore_weights:
    description:
      - Whether to ignore different weights of the same target groups, and to keep them when something else changes.
        ECS changes these weights in a blue/green deployment.
    type: bool
    default: false
  owner_tags:
    description:
      - Tags that identify the rule. A new rule gets them.
      - Without them, the rule is found by O(conditions).
    type: dict
    default: {}
extends_documentation_fragment:
  - llmops.ecs.attributes
  - llmops.ecs.tags
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - name: CreateRule
    description: What conditions and actions can hold.
    link: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
  - module: llmops.ecs.elb_load_balancer
  - module: llmops.ecs.elb_target_group
"""

EXAMPLES = r"""
- name: Forward requests for one host to a target group
  llmops.ecs.elb_listener_rule:
    listener_arn: "{{ load_balancer.listeners[0].arn }}"
    conditions:
      - Field: host-header
        HostHeaderConfig:
          Values:
            - llm.example.com
    actions:
      - Type: forward
        TargetGroupArn: "{{ target_group.arn }}"
    owner_tags:
      service: llm-server

- name: Delete the rule
  llmops.ecs.elb_listener_rule:
    listener_arn: "{{ load_balancer.listeners[0].arn }}"
    owner_tags:
      service: llm-server
    state: absent
"""

RETURN = r"""
rule:
  description:
    - The rule as it is now, in AWS's spelling.
    - In check mode, as it would be.
  returned: O(state=present)
  type: dict
  sample:
    RuleArn: arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/llm/50dc/f2f7/9683b2d02a6cabee
    Priority: "1"
arn:
  description: The rule's ARN. In check mode, if the rule would be created, an ARN made of zeros.
  returned: O(state=present)
  type: str
  sample: arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/llm/50dc/f2f7/9683b2d02a6cabee
priority:
  description: The rule's priority.
  returned: O(state=present)
  type: int
  sample: 1
tags:
  description: The rule's tags.
  returned: O(state=present)
  type: dict
  sample:
    service: llm-server
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws import arns
from ..module_utils._aws import tags as aws_tags
from ..module_utils._aws.errors import EcsError
from ..module_utils._aws.outcome import failures_told
from ..module_utils._aws.session import connect
from ..module_utils._documents import compare
from ..module_utils._documents.shapes import coerce, shape_of, validate
from ..module_utils._elb import actions as elb_actions
from ..module_utils._elb import api, listener_rule

TRIES = 10


def read_options(params, client):
    """Return the conditions and actions that are asked for, in AWS's types."""
    shape = shape_of(client, "CreateRule")
    given = {"conditions": params["conditions"] or [], "actions": params["actions"] or []}
    conditions = coerce(given["conditions"], shape.members["Conditions"])
    actions = coerce(given["actions"], shape.members["Actions"])
    validate({"Conditions": conditions, "Actions": actions}, shape, "rule", required=False)
    return conditions, actions


def rules_of(module, client):
    """Return the listener's rules but for the default one, with their tags.

    None in check mode where the listener would only be made.
    """
    arn = module.params["listener_arn"]
    if module.check_mode and arns.is_made_up(arn):
        return []
    read = api.describe_rules if module.params["state"] == "present" else api.rules_if_any
    return api.rules_with_tags(client, [rule for rule in read(client, arn) if not rule.get("IsDefault")])


def others(rules, current):
    return [rule for rule in rules if current is None or rule["RuleArn"] != current["RuleArn"]]


def create(module, client, document, rules):
    """Make the rule. Another run may take the priority between looking and making: then look again."""
    free, lowest = not module.params["priority"], module.params["lowest_priority"]
    if module.check_mode:
        called = module.params["listener_arn"].partition("listener/")[2]
        arn = arns.made_up_arn(client, f"listener-rule/{called}")
        priority = str(listener_rule.lowest_free(rules, lowest) if free else document["Priority"])
        return {**document, "Priority": priority, "RuleArn": arn}
    for turn in range(TRIES):
        rules = rules_of(module, client) if turn else rules
        listener_rule.check_others(rules, document["Conditions"], module.params["priority"])
        priority = listener_rule.lowest_free(rules, lowest) if free else document["Priority"]
        made = api.create_rule(client, {**document, "Priority": priority})
        if made:
            return made
    raise EcsError(f"Others took every free priority of listener {document['ListenerArn']} meanwhile; run again")


def update(client, current, wanted, differs, tags):
    arn = current["RuleArn"]
    fields = {name: wanted[name] for name in ("Conditions", "Actions") if name in differs}
    if "Actions" in fields:
        fields["Actions"] = elb_actions.to_change(fields["Actions"])
    changed = api.modify_rule(client, arn, fields) if fields else current
    if "Priority" in differs:
        api.set_priority(client, arn, wanted["Priority"])
    aws_tags.put(client, arn, tags, api.tag, api.untag)
    return changed


def present(module, client):
    params = module.params
    conditions, actions = read_options(params, client)
    listener_rule.check(conditions, actions, params["priority"], params["lowest_priority"])
    rules = rules_of(module, client)
    current = listener_rule.own(rules, conditions, params["owner_tags"])
    listener_rule.check_others(others(rules, current), conditions, params["priority"])

    tags = aws_tags.change(
        {"tags": aws_tags.list_of((current or {}).get("tags", {}))}, aws_tags.asked_tags(params), params["purge_tags"]
    )
    ignore = params["ignore_weights"]
    if current is None:
        tags = aws_tags.change(None, aws_tags.new_tags(params, tags), True)
        document = {
            "ListenerArn": params["listener_arn"],
            "Conditions": conditions,
            "Actions": actions,
            "Priority": params["priority"],
        }
        rule = create(
            module, client, {**document, **({"Tags": aws_tags.list_of(tags.after)} if tags.after else {})}, rules
        )
        before, differs = {}, ["Conditions", "Actions", "Priority"]
        priority = int(rule["Priority"])
    else:
        priority = params["priority"] or listener_rule.kept(current, rules, params["lowest_priority"])
        before = listener_rule.as_compared(current["Conditions"], current["Actions"], current["Priority"], ignore)
        after = listener_rule.as_compared(conditions, actions, priority, ignore)
        differs = [name for name in after if before[name] != after[name]]
        sent = elb_actions.with_weights(actions, current["Actions"]) if ignore else actions
        wanted = {"Conditions": conditions, "Actions": sent, "Priority": priority}
        rule = {**current, **{name: wanted[name] for name in differs}}
        if not module.check_mode:
            rule = update(client, current, wanted, differs, tags)
    after = listener_rule.as_compared(conditions, actions, priority, ignore)
    told = {key: value for key, value in rule.items() if key not in ("tags", "Tags", "ListenerArn")}
    return {
        "changed": bool(differs) or tags.changed,
        "rule": {**told, "Priority": str(priority), "Actions": elb_actions.without_secrets(rule["Actions"])},
        "arn": rule["RuleArn"],
        "priority": priority,
        "tags": tags.after,
        "diff": compare.together({"before": before, "after": after}, tags.diff),
    }


def absent(module, client):
    conditions = read_options(module.params, client)[0]
    current = None
    if conditions or module.params["owner_tags"]:
        current = listener_rule.own(rules_of(module, client), conditions or None, module.params["owner_tags"])
    if current and not module.check_mode:
        api.delete_rule(client, current["RuleArn"])
    return {
        "changed": current is not None,
        "diff": {"before": {"RuleArn": current["RuleArn"]} if current else {}, "after": {}},
    }


def main():
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"choices": ["present", "absent"], "default": "present"},
            "listener_arn": {"required": True},
            "conditions": {"type": "list", "elements": "dict"},
            "actions": {"type": "list", "elements": "dict"},
            "priority": {"type": "int", "default": 0},
            "lowest_priority": {"type": "int", "default": 1},
            "ignore_weights": {"type": "bool", "default": False},
            "owner_tags": {"type": "dict", "default": {}},
            "tags": {"type": "dict"},
            "purge_tags": {"type": "bool", "default": True},
        },
        required_if=[
            ("state", "present", ("conditions", "actions")),
            ("state", "absent", ("conditions", "owner_tags"), True),
        ],
        supports_check_mode=True,
    )
    elb_actions.hide_secrets(module, [module.params["actions"]])
    with failures_told(module):
        client = connect(module, "elbv2")
        module.exit_json(**(present if module.params["state"] == "present" else absent)(module, client))


if __name__ == "__main__":
    main()
