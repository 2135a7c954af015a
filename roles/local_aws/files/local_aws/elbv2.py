# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Elastic Load Balancing does on AWS and not in moto: creating what exists with the same settings returns it."""

from __future__ import annotations

from typing import Any

from moto.elbv2.models import ELBv2Backend, FakeLoadBalancer, FakeTargetGroup

from .checks import Refused


def install() -> None:
    """Make moto's creates idempotent, and give a load balancer without a security group its VPC's default one."""
    create_load_balancer = ELBv2Backend.create_load_balancer
    create_target_group = ELBv2Backend.create_target_group

    def balancer(backend: ELBv2Backend, name: str, **settings: Any) -> FakeLoadBalancer:
        settings["scheme"] = settings.get("scheme") or "internet-facing"
        existing = next((its for its in list(backend.load_balancers.values()) if its.name == name), None)
        if existing is None:
            created = create_load_balancer(backend, name, **settings)
            if created.type == "application" and not created.security_groups:
                created.security_groups = [backend.ec2_backend.get_default_security_group(created.vpc_id).id]
            return created
        mappings = [mapping["SubnetId"] for mapping in settings.get("subnet_mappings") or []]
        same = (
            {*(settings.get("subnet_ids") or []), *mappings} == {subnet.id for subnet in existing.subnets}
            and set(settings.get("security_groups") or existing.security_groups) == set(existing.security_groups)
            and settings["scheme"] == existing.scheme
            and (settings.get("loadbalancer_type") or "application") == existing.type
        )
        if not same:
            message = f"A load balancer with the same name '{name}' exists, but with different settings"
            raise Refused("DuplicateLoadBalancerName", message)
        return existing

    def target_group(backend: ELBv2Backend, name: str, **settings: Any) -> FakeTargetGroup:
        existing = next((its for its in list(backend.target_groups.values()) if its.name == name), None)
        if existing is None:
            return create_target_group(backend, name, **settings)
        for setting, value in settings.items():
            has = getattr(existing, setting.replace("healthcheck", "health_check"), None)
            if setting != "tags" and value is not None and str(value) != str(has):
                message = f"A target group with the same name '{name}' exists, but with different settings"
                raise Refused("DuplicateTargetGroupName", message)
        return existing

    ELBv2Backend.create_load_balancer = balancer
    ELBv2Backend.create_target_group = target_group
