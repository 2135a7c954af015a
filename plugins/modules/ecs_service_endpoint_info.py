#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ecs_service_endpoint_info
version_added: 0.1.0
short_description: Find the URLs of an ECS service
description:
  - Finds the running tasks of an ECS service with their network interfaces and addresses, and its load balancers.
  - If a task has no public address, the reason is returned.
author:
  - The llmops.ecs contributors (@llmops)
options:
  cluster:
    description:
      - The cluster.
    type: str
    default: default
  service:
    description:
      - The name of the service.
    type: str
    required: true
  port:
    description:
      - The port on which a task listens. By default, the first port mapping of its task definition.
    type: int
  scheme:
    description:
      - The scheme of the URLs of tasks. By default V(https) on port 443, and V(http) on all other ports.
      - The scheme of a load balancer's URL follows its listener's protocol.
    type: str
    choices: [http, https]
  path:
    description:
      - A path to append to each URL.
    type: str
    default: ""
  domain_names:
    description:
      - Domain names that lead to the load balancer, the preferred one first. If the listener rule has no host
        condition, the first name is used in the URLs instead of the load balancer's DNS name.
    type: list
    elements: str
    default: []
  wait:
    description:
      - Whether to wait until there is a URL with a healthy task, or with a healthy target of a load balancer.
      - In check mode the module does not wait.
    type: bool
    default: false
  wait_timeout:
    description:
      - How many seconds to wait at most.
    type: int
    default: 300
extends_documentation_fragment:
  - llmops.ecs.attributes.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: llmops.ecs.ecs_service
"""

EXAMPLES = r"""
- name: Wait until a task of the service is healthy, and find its URL
  llmops.ecs.ecs_service_endpoint_info:
    cluster: llm
    service: llm-server
    wait: true
  register: endpoint

- name: Send a request to it
  ansible.builtin.uri:
    url: "{{ endpoint.url }}/healthz"
"""

RETURN = r"""
url:
  description:
    - The URL to use. This is a load balancer's if there is one, else that of the newest healthy task.
    - V(null) if there is none, also if there is no such service.
  returned: success
  type: str
  sample: http://198.51.100.7:8080
urls:
  description: All URLs, that of O(ignore:url) first.
  returned: success
  type: list
  elements: str
  sample:
    - http://198.51.100.7:8080
endpoints:
  description: The running tasks, the newest first.
  returned: success
  type: list
  elements: dict
  contains:
    url:
      description: The task's URL, with its public address if it has one, else with its private address.
      type: str
      sample: http://198.51.100.7:8080
    public_ip:
      description: The public IPv4 address, V(null) if there is none.
      type: str
      sample: 198.51.100.7
    private_ip:
      description: The private IPv4 address.
      type: str
      sample: 172.31.144.10
    ipv6:
      description: The IPv6 address, V(null) if there is none.
      type: str
    eni_id:
      description: The ID of the network interface.
      type: str
      sample: eni-08843015452dd4218
    task_arn:
      description: The ARN of the task.
      type: str
      sample: arn:aws:ecs:us-east-1:123456789012:task/llm/0123456789abcdef0123456789abcdef
    availability_zone:
      description: The zone in which the task runs.
      type: str
      sample: us-east-1a
    health:
      description:
        - V(HEALTHY), V(UNHEALTHY), or V(UNKNOWN) until the container's health check has a result.
        - V(RUNNING) if no container has a health check.
      type: str
      sample: HEALTHY
    started_at:
      description: When the task started.
      type: str
      sample: "2026-11-22T15:41:00+00:00"
    reason:
      description: Why the task has no public address, V(null) if it has one.
      type: str
      sample: assignPublicIp of the service is not ENABLED
load_balancers:
  description: The load balancers that forward to the service, one entry for each target group.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the load balancer.
      type: str
      sample: llm-main
    dns_name:
      description: Its DNS name.
      type: str
      sample: llm-main-1234567890.us-east-1.elb.amazonaws.com
    url:
      description: The URL of the service, with the host or the path of the listener rule if it has one.
      type: str
      sample: https://llm.example.com
    urls:
      description: All URLs of the service.
      type: list
      elements: str
      sample:
        - https://llm.example.com
    listeners:
      description: The listeners that forward to the service.
      type: list
      elements: dict
      sample:
        - arn: arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/llm-main/0123456789/abcdef0123
          port: 443
          protocol: HTTPS
    target_group_arn:
      description: The ARN of the target group.
      type: str
      sample: arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/llm-server/0123456789abcdef
    healthy:
      description: How many targets are healthy.
      type: int
      sample: 1
    unhealthy:
      description: How many targets are not healthy.
      type: int
      sample: 0
    reasons:
      description: Why targets are not healthy, each reason once.
      type: list
      elements: str
      sample:
        - "Health checks failed with these codes: [404]"
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws import wait
from ..module_utils._aws.errors import EcsError
from ..module_utils._aws.outcome import failures_told
from ..module_utils._aws.session import Clients, connect
from ..module_utils._ecs import service_api
from ..module_utils._endpoints import addresses, read


def look(params, clients):
    """Return the service, None if there is none, with the ways that lead to it."""
    service = service_api.describe_service(clients("ecs"), params["cluster"], params["service"])
    if service is None or service["status"] == "INACTIVE":
        return None, [], []
    asked = addresses.Asked(params["port"], params["scheme"], params["path"], tuple(params["domain_names"]))
    return (
        service,
        read.endpoints(clients, service, asked),
        read.load_balancers(clients, service, asked),
    )


def look_until_ready(params, clients):
    """Look until there is an answering URL. Raises EcsError when that takes too long or can never be."""
    called = f"service {params['service']} in cluster {params['cluster']}"
    service, endpoints, load_balancers = None, [], []

    def is_ready():
        nonlocal service, endpoints, load_balancers
        service, endpoints, load_balancers = look(params, clients)
        if service is None:
            raise EcsError(f"There is no {called} to wait for: check the options cluster, service and region.")
        return addresses.is_ready(endpoints, load_balancers)

    if not wait.until(is_ready, params["wait_timeout"]):
        state = addresses.state(service, endpoints, load_balancers)
        raise EcsError(f"Nothing healthy answers for {called} after wait_timeout={params['wait_timeout']} s: {state}.")
    return endpoints, load_balancers


def main():
    module = AnsibleAWSModule(
        argument_spec={
            "cluster": {"default": "default"},
            "service": {"required": True},
            "port": {"type": "int"},
            "scheme": {"choices": ["http", "https"]},
            "path": {"default": ""},
            "domain_names": {"type": "list", "elements": "str", "default": []},
            "wait": {"type": "bool", "default": False},
            "wait_timeout": {"type": "int", "default": 300},
        },
        supports_check_mode=True,
    )
    with failures_told(module):
        clients = Clients(module.client, ecs=connect(module, "ecs"))
        if module.params["wait"] and not module.check_mode:
            endpoints, load_balancers = look_until_ready(module.params, clients)
        else:
            _service, endpoints, load_balancers = look(module.params, clients)
        url = addresses.best_url(endpoints, load_balancers)
        urls = [
            *(each for balancer in load_balancers for each in balancer["urls"]),
            *(each["url"] for each in endpoints),
        ]
        module.exit_json(
            changed=False,
            url=url,
            urls=list(dict.fromkeys(filter(None, [url, *urls]))),
            endpoints=endpoints,
            load_balancers=load_balancers,
        )


if __name__ == "__main__":
    main()
