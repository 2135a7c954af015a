# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.
"""One run of a module about a service's scaling: what it is about, and where the service stands."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._aws.arns import MADE_UP, name_of
from .._aws.session import Clients
from .._documents.shapes import Document, DocumentError
from .._ecs import service_api
from .._ecs.run import ServiceRun
from .._elb import api as elb_api
from .._services import autoscaling
from . import api
from . import document as scaling_document
from .metrics import Place

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


@dataclass(frozen=True)
class Run(ServiceRun):
    """A run that is about the scaling of a service."""

    @classmethod
    def of(cls, module: AnsibleAWSModule, clients: Clients) -> Run:
        params = module.params
        return cls(params, module.check_mode, name_of(params["cluster"]), params["service"], clients, module.warn)

    @property
    def scaling(self) -> t.Any:
        return self.clients("application-autoscaling")

    @property
    def resource_id(self) -> str:
        return Place(self.cluster, self.service).resource_id

    def target(self) -> Document | None:
        return autoscaling.scalable_target(self.scaling, self.cluster, self.service)

    def tags_of(self, target: Document | None) -> dict[str, str]:
        arn = (target or {}).get("ScalableTargetARN")
        return api.list_tags(self.scaling, arn) if arn else {}


def active_service(run: Run) -> Document | None:
    """Return the service; in check mode None where it is to be made yet. Raises DocumentError."""
    service = run.describe()
    if service and service["status"] == "ACTIVE":
        return service
    if run.check_mode:
        return None
    raise DocumentError(
        f"There is no service {run.service} in cluster {run.cluster} that could scale. Make it first, with "
        "llmops.ecs.ecs_service, or check cluster, service and region"
    )


def find_place(run: Run, service: Document | None, document: scaling_document.Document) -> tuple[Place, list[str]]:
    """Return the place, with the load balancer where the document needs one, and who else is behind that."""
    place = Place(run.cluster, run.service)
    if not scaling_document.needs_load_balancer(document):
        return place, []
    arns = service_api.target_groups_of(service or {})
    elbv2 = run.clients("elbv2")
    groups = {item["TargetGroupArn"]: item for item in elb_api.describe_target_groups(elbv2, arns)}
    for arn in arns:
        for balancer in groups.get(arn, {}).get("LoadBalancerArns", []):
            name = balancer.partition(":loadbalancer/")[2]
            if name.startswith("app/"):
                found = Place(run.cluster, run.service, name, arn.rpartition(":")[2])
                return found, list(_others(run, balancer, arns, document))
    if run.check_mode:
        # What is to be made before is not there yet.
        made_up = f"{run.service}/{MADE_UP}"
        return Place(run.cluster, run.service, f"app/{made_up}", f"targetgroup/{made_up}"), []
    return place, []


def _others(run: Run, balancer: str, own: list[str], document: scaling_document.Document) -> Iterator[str]:
    """Give the names of target groups behind the balancer that are not the service's own, if that matters."""
    if any(item["type"] == "wake_from_zero" and not item["shared"] for item in document["policies"] or []):
        for group in elb_api.target_groups_behind(run.clients("elbv2"), balancer):
            if group["TargetGroupArn"] not in own:
                yield group["TargetGroupName"]


def monitoring(run: Run, document: scaling_document.Document, service: Document | None) -> Document | None:
    """Return the service's monitoring as policies in 20 seconds need it; None where it is so, or none needs it.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
    """
    wanted = set(scaling_document.high_resolution(document))
    if not wanted:
        return None
    revision = (service_api.newest_revision(run.clients("ecs"), service) if service else None) or {}
    listed = (revision.get("monitoring") or {}).get("metricConfigurations", [])
    brief = {name for item in listed if item.get("resolutionSeconds") == 20 for name in item.get("metricNames", [])}
    if wanted <= brief:
        return None
    return {"metricConfigurations": [{"metricNames": sorted(wanted | brief), "resolutionSeconds": 20}]}
