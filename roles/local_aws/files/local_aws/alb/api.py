# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Elastic Load Balancing does on AWS and not in moto: load balancers listen, targets live, creates repeat."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.elbv2.exceptions import TargetGroupNotFoundError
from moto.elbv2.models import ELBv2Backend, FakeHealthStatus, FakeListener, FakeLoadBalancer, FakeTargetGroup

from ..base.refused import Refused
from .health import DESCRIPTIONS
from .metrics import count
from .plane import DataPlane, bind
from .targets import TARGETS, Shown

PLANE = DataPlane(count)
# After these the load balancers' sockets and interfaces may have to be other ones.
CHANGES = ("delete_listener", "delete_load_balancer", "modify_listener", "set_security_groups", "set_subnets")


class Status(FakeHealthStatus):
    """A target's health as DescribeTargetHealth shows it."""

    def __init__(self, shown: Shown, group: FakeTargetGroup) -> None:
        check = group.health_check_port
        port = str(shown.port) if check in (None, "traffic-port") else check
        super().__init__(shown.ip, str(shown.port), port, shown.state, shown.reason or None, shown.description or None)
        self.zone = shown.zone

    @property
    def target(self) -> dict[str, str]:
        return {**super().target, **({"AvailabilityZone": self.zone} if self.zone else {})}


def install() -> None:
    """Put the data plane behind moto's load balancers."""
    _idempotent_creates()
    _listen()
    ELBv2Backend.register_targets = _register
    ELBv2Backend.deregister_targets = _deregister
    ELBv2Backend.describe_target_health = _health


def _listen() -> None:
    create_listener, modify_listener = ELBv2Backend.create_listener, ELBv2Backend.modify_listener

    def listener(
        backend: ELBv2Backend, load_balancer_arn: str, protocol: str, port: str, *rest: Any, **more: Any
    ) -> FakeListener:
        balancer = backend.load_balancers.get(load_balancer_arn)
        if balancer and balancer.type == "application":
            _check_port(balancer, int(port))
        created = create_listener(backend, load_balancer_arn, protocol, port, *rest, **more)
        PLANE.follow()
        return created

    def modified(backend: ELBv2Backend, arn: str, port: Any = None, *rest: Any, **more: Any) -> FakeListener:
        listener = _listener_of(backend, arn)
        if port and listener and int(port) != int(listener[1].port):
            _check_port(listener[0], int(port))
        return modify_listener(backend, arn, port, *rest, **more)

    ELBv2Backend.create_listener, ELBv2Backend.modify_listener = listener, modified
    for name in CHANGES:
        setattr(ELBv2Backend, name, _followed(getattr(ELBv2Backend, name)))


def _followed(change: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(change)
    def changed(backend: ELBv2Backend, *args: Any, **kwargs: Any) -> Any:
        result = change(backend, *args, **kwargs)
        PLANE.follow()
        return result

    return changed


def _check_port(balancer: FakeLoadBalancer, port: int) -> None:
    """Raise Refused if this machine does not let the embedded AWS listen on the port."""
    try:
        bind(balancer.dns_name, port).close()
    except PermissionError as error:
        message = (
            f"The embedded AWS runs without root's rights and cannot listen on port {port}: "
            "take one from 1024 on, such as load_balancer_http_port: 8080"
        )
        raise Refused("ValidationError", message) from error
    except OSError as error:
        message = f"Another program on this machine listens on port {port} of all addresses: {error}"
        raise Refused("ValidationError", message) from error


def _listener_of(backend: ELBv2Backend, arn: str) -> tuple[FakeLoadBalancer, FakeListener] | None:
    for balancer in list(backend.load_balancers.values()):
        if arn in balancer.listeners:
            return balancer, balancer.listeners[arn]
    return None


def _group(backend: ELBv2Backend, arn: str) -> FakeTargetGroup:
    if arn not in backend.target_groups:
        raise TargetGroupNotFoundError()
    return backend.target_groups[arn]


def _register(backend: ELBv2Backend, target_group_arn: str, instances: list[dict[str, Any]]) -> None:
    """Register addresses by hand: behind them nobody listens here, only ECS knows where its tasks do."""
    group = _group(backend, target_group_arn)
    for target in instances:
        zone = target.get("AvailabilityZone") or next(
            (
                eni.availability_zone
                for eni in list(backend.ec2_backend.enis.values())
                if eni.private_ip_address == target["Id"]
            ),
            "all",
        )
        TARGETS.register(target_group_arn, target["Id"], int(target.get("Port") or group.port), None, zone)


def _deregister(backend: ELBv2Backend, target_group_arn: str, instances: list[dict[str, Any]]) -> None:
    group = _group(backend, target_group_arn)
    for target in instances:
        TARGETS.deregister(target_group_arn, target["Id"], int(target.get("Port") or group.port))


def _health(backend: ELBv2Backend, target_group_arn: str, targets: list[dict[str, Any]]) -> list[Status]:
    group = _group(backend, target_group_arn)
    shown = {(its.ip, its.port): its for its in TARGETS.shown(target_group_arn)}
    if not targets:
        return [Status(its, group) for its in shown.values()]
    reason = "Target.NotRegistered"
    asked = [(target["Id"], int(target.get("Port") or group.port)) for target in targets]
    return [Status(shown.get(key) or Shown(*key, "", "unused", reason, DESCRIPTIONS[reason]), group) for key in asked]


def _idempotent_creates() -> None:
    """Make moto's creates idempotent, and give a load balancer its address and, without a group, the VPC's own."""
    create_load_balancer = ELBv2Backend.create_load_balancer
    create_target_group = ELBv2Backend.create_target_group

    def balancer(backend: ELBv2Backend, name: str, **settings: Any) -> FakeLoadBalancer:
        settings["scheme"] = settings.get("scheme") or "internet-facing"
        existing = next((its for its in list(backend.load_balancers.values()) if its.name == name), None)
        if existing is None:
            created = create_load_balancer(backend, name, **settings)
            if created.type == "application" and not created.security_groups:
                created.security_groups = [backend.ec2_backend.get_default_security_group(created.vpc_id).id]
            if created.type == "application":
                created.dns_name = PLANE.place(created, backend).address
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
