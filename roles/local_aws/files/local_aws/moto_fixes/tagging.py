# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tagging API as AWS has it: a resource's type is its ARN's, and history is not listed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggedResource, iter_taggable_backends, make_tag_matcher
from moto.ecs.models import EC2ContainerServiceBackend
from moto.elbv2.models import ELBv2Backend
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend


def matches_type(arn: str, wanted: str) -> bool:
    """Return whether a ResourceTypeFilter (service, or service:type) is met by the ARN.

    A type may have more than one part of the ARN's resource, as elasticloadbalancing:loadbalancer/app does.
    https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
    """
    parts = arn.split(":", 5)
    service, resource = parts[2], parts[5]
    if ":" not in wanted:
        return service == wanted
    wanted_service, kind = wanted.split(":", 1)
    return service == wanted_service and resource.replace(":", "/").startswith(f"{kind}/")


def install() -> None:
    """Replace moto's way of choosing the resources; its pagination stays."""

    def resources(
        backend: ResourceGroupsTaggingAPIBackend,
        tag_filters: list[dict[str, Any]] | None = None,
        resource_type_filters: list[str] | None = None,
        resource_arn_list: list[str] | None = None,
    ) -> Iterator[TaggedResource]:
        kinds = resource_type_filters or []
        has_tags = make_tag_matcher(tag_filters)
        for taggable in list(iter_taggable_backends(backend.account_id, backend.region_name)):
            gone = _gone(taggable)
            for resource in [*taggable.iter_tagged_resources(), *_more(taggable)]:
                if (
                    resource.tags
                    and has_tags(resource.tags)
                    and resource.arn not in gone
                    and (not resource_arn_list or resource.arn in resource_arn_list)
                    and (not kinds or any(matches_type(resource.arn, kind) for kind in kinds))
                ):
                    yield resource

    ResourceGroupsTaggingAPIBackend._get_resources_generator = resources


def _more(backend: Any) -> list[TaggedResource]:
    """Return what moto leaves out of Elastic Load Balancing: listeners and their rules."""
    if not isinstance(backend, ELBv2Backend):
        return []
    listeners = [each for balancer in list(backend.load_balancers.values()) for each in balancer.listeners.values()]
    arns = {
        **{rule.arn: "listener-rule" for listener in listeners for rule in listener._non_default_rules.values()},
        **{listener.arn: "listener" for listener in listeners},
    }
    tags = backend.tagging_service.get_tag_dict_for_resource
    return [TaggedResource(arn, tags(arn), f"elasticloadbalancing:{kind}") for arn, kind in arns.items()]


def _gone(backend: Any) -> set[str]:
    """Return the ARNs that ECS still knows, but as history."""
    if not isinstance(backend, EC2ContainerServiceBackend):
        return set()
    revisions = [definition for family in backend.task_definitions.values() for definition in family.values()]
    tasks = [task for tasks in backend.tasks.values() for task in tasks.values()]
    holders = [*backend.clusters.values(), *backend.services.values(), *revisions]
    return {holder.arn for holder in holders if holder.status in ("INACTIVE", "DELETE_IN_PROGRESS")} | {
        task.task_arn for task in tasks if task.last_status == "STOPPED"
    }
