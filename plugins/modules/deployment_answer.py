#!/usr/bin/python
# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: deployment_answer
version_added: 0.2.0
short_description: Ask a deployed model and show where it answers
description:
  - Asks a deployed service the question of its preset with M(llmops.ecs.llm_question), where this machine can reach it.
  - Records URL, command and answer for the callback P(llmops.ecs.summary#callback),
    or shows them where that is not enabled.
author:
  - The llmops.ecs contributors (@llmops)
attributes:
  check_mode:
    description: Only asks the service, in check mode too.
    support: full
  diff_mode:
    description: Changes nothing, so there is nothing to show.
    support: N/A
options:
  url:
    description: URL of the service, without a path.
    type: str
    required: true
  question:
    description: Request that shows that the model answers, with C(method), C(path) and C(body). None is sent if empty.
    type: dict
    default: {}
  ask:
    description: Whether to ask at all.
    type: bool
    default: true
  api_key_arn:
    description: ARN of the secret in AWS Secrets Manager with the API key that callers send. Empty for none.
    type: str
    default: ""
  assign_public_ip:
    description: Whether the tasks have public addresses. Without them or a load balancer, the service is not asked.
    type: bool
    default: true
  caller_ip:
    description: Address from which this machine calls. With V(none) it is not let in, and the service is not asked.
    type: str
    default: auto
  load_balancer:
    description: The load balancer in front of the service, if there is one.
    type: dict
    suboptions:
      scheme:
        description: Scheme of the load balancer. Only an V(internet-facing) one can be asked from here.
        type: str
        default: internet-facing
      paths:
        description: Path patterns of the service's listener rule. Empty for every path.
        type: list
        elements: str
        default: []
      dns_name:
        description: DNS name of the load balancer, for the message about a name that cannot be resolved.
        type: str
        default: ""
  region:
    description: Region of the secret, for the command that is shown.
    type: str
    default: ""
  profile:
    description: Profile to read the secret with, for the command that is shown.
    type: str
    default: ""
  endpoint_url:
    description: Endpoint of AWS, for the command that is shown.
    type: str
    default: ""
"""

EXAMPLES = r"""
- name: Show where a service answers, without asking it
  llmops.ecs.deployment_answer:
    url: http://127.0.0.1:8080
    ask: false
"""

RETURN = r"""
url:
  description: The URL of the service.
  returned: success
  type: str
  sample: http://203.0.113.7:8080
command:
  description: A shell command that asks the service. Empty if it was not asked.
  returned: success
  type: str
  sample: curl --silent --request GET http://203.0.113.7:8080/api/tags
answer:
  description: What the model said. Empty if it was not asked.
  returned: success
  type: str
  sample: The capital of France is Paris.
warning:
  description: What to mind, such as an API key that is sent over plain HTTP. Empty if nothing.
  returned: success
  type: str
  sample: ""
"""
