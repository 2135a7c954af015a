# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The plan of a deployment: what its services share, computed once out of the whole inventory. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .load_balancer import is_secure, is_wanted
from .presets import preset
from .timing import timing

Variables = Mapping[str, Any]

#: The host variables that the plan is made of.
READ = frozenset(
    {
        "ecs_service_api_key",
        "ecs_service_container_definition",
        "ecs_service_deployment_strategy",
        "ecs_service_longest_answer_seconds",
        "ecs_service_name",
        "ecs_service_port",
        "ecs_service_preset",
        "ecs_service_secrets",
        "ecs_service_sidecars",
        "ecs_service_startup_seconds",
        "ecs_service_task_definition",
        "iam_secret_arns",
        "load_balancer_certificate_arn",
        "load_balancer_domain_names",
        "load_balancer_hosted_zone",
        "load_balancer_http_port",
        "load_balancer_https_port",
        "load_balancer_idle_timeout",
        "load_balancer_state",
        "network_ports",
    }
)


def plan(deployment: str, hosts: Mapping[str, Variables]) -> dict[str, Any]:
    """Return what the services of a deployment share.

    hosts maps each host of the inventory's group, whatever C(--limit) says, to its variables: what is shared must not
    depend on which services a run deploys.

    ports: container ports, sorted; secret_arns: secrets that the services read, by ARN or name; secret_names: keys
    that are made after the role that reads them; shifts: whether a service's deployments need the infrastructure role;
    balanced: whether there is a load balancer; balancer_ports: its listeners' ports; idle_timeout: seconds that the
    load balancer waits for an answer, as long as the slowest service needs; services: names of the ECS services.
    """
    services = list(hosts.values())
    shared = services[0]
    names = [service_name(host, values) for host, values in hosts.items()]
    return {
        "services": names,
        "ports": sorted({port for values in services for port in _ports(values)}),
        "secret_arns": sorted({arn for values in services for arn in _secrets(values)}),
        "secret_names": sorted(
            f"/llmops/{deployment}/{name}/api-key"
            for name, values in zip(names, services, strict=True)
            if values.get("ecs_service_api_key") == "generate"
        ),
        "shifts": any(values.get("ecs_service_deployment_strategy", "ROLLING") != "ROLLING" for values in services),
        "balanced": is_wanted(shared),
        "balancer_ports": _balancer_ports(shared),
        "idle_timeout": int(
            shared.get("load_balancer_idle_timeout") or max(_idle_timeout(values) for values in services)
        ),
    }


def service_name(host: str, values: Variables) -> str:
    """Return the name of a host's ECS service."""
    return values.get("ecs_service_name") or host


def _ports(values: Variables) -> Iterable[int]:
    of_preset = preset(values.get("ecs_service_preset") or "")["port"]
    yield from (int(port) for port in values.get("network_ports") or [])
    yield int(values.get("ecs_service_port") or of_preset)


def _secrets(values: Variables) -> Iterable[str]:
    yield from values.get("iam_secret_arns") or []
    yield from (values.get("ecs_service_secrets") or {}).values()
    for container in _containers(values):
        yield from (secret["valueFrom"] for secret in container.get("secrets") or [])
    key = values.get("ecs_service_api_key") or ""
    if key and key != "generate":
        yield key


def _containers(values: Variables) -> Sequence[Variables]:
    return [
        *(values.get("ecs_service_sidecars") or []),
        values.get("ecs_service_container_definition") or {},
        *((values.get("ecs_service_task_definition") or {}).get("containerDefinitions") or []),
    ]


def _balancer_ports(shared: Variables) -> list[int]:
    http = int(shared.get("load_balancer_http_port") or 80)
    return [http, int(shared.get("load_balancer_https_port") or 443)] if is_secure(shared) else [http]


def _idle_timeout(values: Variables) -> int:
    of_preset = preset(values.get("ecs_service_preset") or "")
    startup = values.get("ecs_service_startup_seconds") or of_preset["startup_seconds"]
    longest = values.get("ecs_service_longest_answer_seconds") or of_preset["longest_answer_seconds"]
    return timing(int(startup), int(longest), of_preset["blocks"], fargate=True)["idle_timeout"]
