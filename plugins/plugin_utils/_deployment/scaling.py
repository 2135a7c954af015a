# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What is wrong with how a service is to scale, found before anything is made. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...module_utils._scaling import document as scaling_document
from ...module_utils._scaling.metrics import REPORTED, Place, kinds
from ...module_utils._scaling.validation import ScalingError

VARIABLE = "ecs_service_scaling"


def bad_scaling(given: Mapping[str, Any], service: str, balanced: bool, reports: bool) -> Iterator[str]:
    """Say what is wrong with a scaling document; an empty one is none.

    balanced: the service has a load balancer; reports: its server is known to report its own metrics.
    """
    if not given:
        return
    for name in ("min_capacity", "max_capacity"):
        if given.get(name) is None:
            yield f"{VARIABLE}.{name} is missing: auto scaling needs a minimum and a maximum number of tasks"
    try:
        document = scaling_document.parse(given)
    except ScalingError as error:
        yield from (f"{VARIABLE}: {problem}" for problem in error.problems)
        return
    place = Place("cluster", service, *(("app/balancer", "targetgroup/group") if balanced else ()))
    for problem in scaling_document.place_problems(document, place, []):
        yield f"{VARIABLE}: {problem}"
    for item in document["policies"] or []:
        unknown = kinds(item["metric"]) & set(REPORTED) if "metric" in item and not reports else ()
        for kind in sorted(unknown):
            yield (
                f"{VARIABLE}: policies[{item['name']}] uses {kind}, which the server of ecs_service_preset does not "
                "report: use cpu or requests_per_target, or a metric that another program publishes, by its "
                "namespace and name"
            )
