#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: deployment_check
version_added: 0.1.0
short_description: Check an inventory's LLM service before anything is made
description:
  - Finds what is wrong with a service's variables and documents, and with the variables that all services share.
  - Runs on the controller, sends nothing to AWS and changes nothing. All that is wrong is told at once.
author:
  - The llmops.ecs contributors (@llmops)
attributes:
  check_mode:
    description: Only reads variables, in check mode too.
    support: full
  diff_mode:
    description: Changes nothing, so there is nothing to show.
    support: N/A
options:
  roles:
    description: Roles of this collection whose variables are checked against their argument specifications.
    type: list
    elements: str
    required: true
  group:
    description: The inventory group of the services.
    type: str
    default: llm_services
  shared:
    description: Prefixes of the variables that must have one value in the whole group.
    type: list
    elements: str
    default: []
  deployment:
    description: The deployment's name.
    type: str
    required: true
  service:
    description: The service's name.
    type: str
    required: true
  region:
    description: The AWS region.
    type: str
    required: true
  image:
    description: The container image.
    type: str
    required: true
  preset:
    description: The preset's name.
    type: str
    default: ""
  gpu:
    description: Whether the service needs a GPU.
    type: bool
    default: false
  fargate:
    description: Whether the service runs on Fargate.
    type: bool
    default: true
  task_definition:
    description: The task definition, as C(aws ecs register-task-definition --cli-input-yaml) takes it.
    type: dict
    required: true
  definition:
    description: The service, as C(aws ecs create-service --cli-input-yaml) takes it.
    type: dict
    required: true
  api_key:
    description: The API key, V(generate) or the ARN of a secret. Empty for none.
    type: str
    default: ""
  api_key_variable:
    description: The environment variable in which the server takes the key. Empty if it checks none.
    type: str
    default: ""
  load_balancer_name:
    description: The name of the load balancer. Empty for none.
    type: str
    default: ""
  scaling:
    description: How the service scales, as M(llmops.ecs.ecs_service_scaling) takes it. Empty if it does not.
    type: dict
    default: {}
  reports:
    description: Whether the server is known to report its own metrics.
    type: bool
    default: true
  notes:
    description: What is to be told where nothing is wrong, a sentence each.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Check the service before anything is made
  llmops.ecs.deployment_check:
    roles: [ecs_service]
    deployment: llm
    service: chat
    region: eu-west-1
    image: ghcr.io/ggml-org/llama.cpp:server
    task_definition:
      family: llm-chat
      requiresCompatibilities: [FARGATE]
      networkMode: awsvpc
      cpu: 1 vCPU
      memory: 2 GB
      containerDefinitions:
        - name: chat
          image: ghcr.io/ggml-org/llama.cpp:server
    definition:
      desiredCount: 1
"""

RETURN = r"""
plan:
  description:
    - What the services of the deployment share, computed of all hosts of the group. C(services) are the names of the
      ECS services, C(ports) their container ports, C(secret_arns) and C(secret_names) the secrets that they read,
      C(shifts) whether a deployment strategy needs the infrastructure role, C(balanced) whether there is a load
      balancer, C(balancer_ports) the ports of its listeners, C(idle_timeout) how many seconds it waits for an answer.
  returned: success
  type: dict
  sample:
    services: [llm]
    ports: [8080]
    secret_arns: []
    secret_names: []
    shifts: false
    balanced: false
    balancer_ports: [80]
    idle_timeout: 125
problems:
  description: What is wrong, a sentence each.
  returned: failure
  type: list
  elements: str
  sample: ["ecs_service_image is empty: name the container image to run, as in ecs_service_image: ghcr.io/me/llm:1.0"]
"""
