#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elb_load_balancer
version_added: 0.2.0
short_description: Create, change or delete an Application Load Balancer with its listeners
description:
  - Creates a load balancer, or changes it to match O(definition), O(attributes), O(listeners), O(web_acl_arn) and tags.
  - Only the fields that are given are compared and changed. A list replaces the whole list in AWS.
author:
  - The llmops.ecs contributors (@llmops)
options:
  state:
    description:
      - Whether the load balancer exists.
      - V(absent) deletes it with its listeners and their rules. If it has deletion protection, the module fails,
        unless O(force=true).
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the load balancer, 32 characters at most. Required unless O(definition) has C(Name).
    type: str
  definition:
    description:
      - The load balancer in AWS's spelling, as C(aws elbv2 create-load-balancer --cli-input-yaml) takes it.
      - C(Scheme) and C(Type) can be set only at creation. If one differs, the module fails.
    type: dict
    default: {}
  attributes:
    description:
      - Attributes of the load balancer, such as V(idle_timeout.timeout_seconds). Other attributes are not changed.
    type: dict
    default: {}
  listeners:
    description:
      - The listeners in AWS's spelling, as C(aws elbv2 create-listener --cli-input-yaml) takes them, without
        C(LoadBalancerArn). A listener is identified by its C(Port).
      - A listener on a port that is not listed is deleted. Without this option listeners are not changed.
      - AWS never returns a C(ClientSecret), so a new one alone is not noticed. It is sent with the next other change.
    type: list
    elements: dict
  web_acl_arn:
    description:
      - The ARN of the AWS WAF web ACL to associate with the load balancer. V("") removes the association.
      - Without this option the association is not changed.
    type: str
  force:
    description:
      - Whether O(state=absent) may turn off deletion protection and then delete the load balancer.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until the load balancer is active or, with O(state=absent), until its network interfaces are
        deleted. Until then its subnets and security groups cannot be deleted.
    type: bool
    default: true
  wait_timeout:
    description: How many seconds to wait at most.
    type: int
    default: 600
extends_documentation_fragment:
  - llmops.ecs.attributes
  - llmops.ecs.owner
  - llmops.ecs.tags
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - name: CreateLoadBalancer
    description: What a definition can hold.
    link: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
  - name: CreateListener
    description: What a listener can hold.
    link: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
  - name: Load balancer attributes
    description: What attributes there are.
    link: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
  - module: llmops.ecs.elb_listener_rule
  - module: llmops.ecs.elb_target_group
"""

EXAMPLES = r"""
- name: Create a load balancer that answers 404 unless a rule matches
  llmops.ecs.elb_load_balancer:
    name: llm
    definition:
      Subnets: "{{ network_subnet_ids }}"
      SecurityGroups:
        - "{{ network_security_group_id }}"
    attributes:
      idle_timeout.timeout_seconds: 600
    listeners:
      - Protocol: HTTP
        Port: 8080
        DefaultActions:
          - Type: fixed-response
            FixedResponseConfig:
              StatusCode: 404
    tags:
      team: llm
  register: load_balancer

- name: Turn deletion protection on, and change nothing else
  llmops.ecs.elb_load_balancer:
    name: llm
    attributes:
      deletion_protection.enabled: true

- name: Turn deletion protection off
  llmops.ecs.elb_load_balancer:
    name: llm
    attributes:
      deletion_protection.enabled: false

- name: Delete the load balancer, and wait until its network interfaces are deleted
  llmops.ecs.elb_load_balancer:
    name: llm
    state: absent
"""

RETURN = r"""
load_balancer:
  description:
    - The load balancer as it is now, in AWS's spelling, plus C(arn), C(dns_name) and C(canonical_hosted_zone_id).
    - In check mode, as it would be.
  returned: O(state=present)
  type: dict
  sample:
    LoadBalancerName: llm
    Scheme: internet-facing
    arn: arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/llm/50dc6c495c0c9188
    dns_name: llm-1234567890.us-east-1.elb.amazonaws.com
    canonical_hosted_zone_id: Z35SXDOTRQ7X7K
listeners:
  description: The listeners, sorted by port. V([]) if the option O(listeners) is not given.
  returned: O(state=present)
  type: list
  elements: dict
  sample:
    - arn: arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/llm/50dc6c495c0c9188/f2f7dc8efc522ab2
      port: 80
      protocol: HTTP
arn:
  description: The load balancer's ARN. In check mode, if it would be created, an ARN made of zeros.
  returned: O(state=present)
  type: str
  sample: arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/llm/50dc6c495c0c9188
dns_name:
  description: The load balancer's DNS name. In check mode, if it would be created, a made-up name.
  returned: O(state=present)
  type: str
  sample: llm-1234567890.us-east-1.elb.amazonaws.com
tags:
  description: The load balancer's tags.
  returned: O(state=present)
  type: dict
  sample:
    team: llm
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws import tags as aws_tags
from ..module_utils._aws.outcome import failures_told
from ..module_utils._aws.session import Clients, connect
from ..module_utils._documents import compare
from ..module_utils._documents.shapes import agreed, coerce, shape_of, validate
from ..module_utils._elb import actions, load_balancer, load_balancer_apply


def read_options(params, client):
    """Return the load balancer and the listeners that are asked for, in AWS's types, and the tags."""
    shape, listener = shape_of(client, "CreateLoadBalancer"), shape_of(client, "CreateListener")
    document = coerce({**params["definition"], "Name": agreed("name", params, "Name")}, shape)
    validate(document, shape)
    tags = aws_tags.asked_tags(params, document.pop("Tags", None))
    if params["listeners"] is None:
        return document, None, tags
    listeners = [coerce(item, listener) for item in params["listeners"]]
    for position, item in enumerate(listeners):
        validate({"LoadBalancerArn": "", **item}, listener, f"listeners[{position}]")
    return document, listeners, tags


def present(module, clients):
    params, client = module.params, clients("elbv2")
    document, listeners_asked, tags_asked = read_options(params, client)
    attributes_asked, web_acl, region = (
        aws_tags.texts(params["attributes"]),
        params["web_acl_arn"],
        client.meta.region_name,
    )
    load_balancer.check(document, attributes_asked, listeners_asked, web_acl, region)
    needed = {"attributes": attributes_asked or None, "listeners": listeners_asked, "web_acl": web_acl}
    asked_for = [name for name, value in needed.items() if value is not None]
    existing = load_balancer_apply.read(clients, document["Name"], params["owner_tags"], asked_for)
    plan = load_balancer_apply.plan(existing, document, attributes_asked, listeners_asked, web_acl)
    tags = aws_tags.change(existing.balancer, tags_asked, params["purge_tags"])
    if existing.balancer is None:
        tags = aws_tags.change(None, aws_tags.new_tags(params, tags), True)
    load_balancer_apply.check_subnets(clients, plan, document, module.check_mode)
    applied = load_balancer_apply.predicted if module.check_mode else load_balancer_apply.apply
    balancer, listeners = applied(clients, existing, plan, document, tags)
    if params["wait"] and not module.check_mode:
        balancer = load_balancer_apply.wait_until_active(client, balancer, params["wait_timeout"])
    return {
        "changed": plan.changed or tags.changed,
        "load_balancer": load_balancer.as_result({key: value for key, value in balancer.items() if key != "tags"}),
        "listeners": listeners,
        "arn": balancer["LoadBalancerArn"],
        "dns_name": balancer.get("DNSName", ""),
        "tags": tags.after,
        "diff": plan.difference.diff(besides=compare.together(plan.diff, tags.diff)),
    }


def absent(module, clients):
    params = module.params
    name = agreed("name", params, "Name")
    existing = load_balancer_apply.read(clients, name, params["owner_tags"], ["attributes"])
    if existing.balancer:
        protected = load_balancer_apply.is_protected(existing)
        if protected and not params["force"]:
            load_balancer_apply.refuse_protected(name)
        if not module.check_mode:
            if protected:
                load_balancer_apply.unprotect(clients, existing.balancer)
            load_balancer_apply.delete(clients, existing.balancer, params["wait_timeout"], params["wait"])
    return {
        "changed": existing.balancer is not None,
        "diff": {"before": {"Name": name} if existing.balancer else {}, "after": {}},
    }


def main():
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"choices": ["present", "absent"], "default": "present"},
            "name": {},
            "definition": {"type": "dict", "default": {}},
            "attributes": {"type": "dict", "default": {}},
            "listeners": {"type": "list", "elements": "dict"},
            "web_acl_arn": {},
            "force": {"type": "bool", "default": False},
            "wait": {"type": "bool", "default": True},
            "wait_timeout": {"type": "int", "default": 600},
            "owner_tags": {"type": "dict", "default": {}},
            "tags": {"type": "dict"},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    actions.hide_secrets(module, [item.get("DefaultActions") for item in module.params["listeners"] or []])
    with failures_told(module):
        clients = Clients(lambda service: connect(module, service))
        module.exit_json(**(present if module.params["state"] == "present" else absent)(module, clients))


if __name__ == "__main__":
    main()
