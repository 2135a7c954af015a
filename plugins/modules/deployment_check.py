#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: deployment_check
version_added: 0.1.0
short_description: Check the variables of an LLM service before anything is created
description:
  - Checks a service's variables and documents, and the variables that all services share.
  - Runs on the controller, sends nothing to AWS and changes nothing. All problems are reported at once.
author:
  - The llmops.ecs contributors (@llmops)
attributes:
  check_mode:
    description: Works the same in check mode, as it only reads variables.
    support: full
  diff_mode:
    description: Not applicable, as it changes nothing.
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
    description: Prefixes of the variables that must have the same value on all hosts of the group.
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
    description: The preset's name. Empty for none.
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
    description: V(generate) or the ARN of the secret that holds the API key. Empty for no key.
    type: str
    default: ""
  api_key_variable:
    description: The environment variable from which the server reads the key. Empty if the server does not check a key.
    type: str
    default: ""
  load_balancer_name:
    description: The name of the load balancer. Empty for none.
    type: str
    default: ""
  scaling:
    description: Auto scaling, as the options of M(llmops.ecs.ecs_service_scaling). Empty for no auto scaling.
    type: dict
    default: {}
  reports:
    description: Whether the server publishes its own load metrics to CloudWatch.
    type: bool
    default: true
  notes:
    description: Notes to show if there is no problem, one sentence each.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Check the service before anything is created
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
  description: The problems, one sentence each.
  returned: failure
  type: list
  elements: str
  sample: ["ecs_service_image is empty: name the container image to run, as in ecs_service_image: ghcr.io/me/llm:1.0"]
"""
