# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Clusters: how two are compared, and what ECS would refuse, told before anything is sent.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html
"""

from __future__ import annotations

import re
import typing as t

from .._documents.compare import Rules
from .._documents.shapes import Document, DocumentError

INSIGHTS = ("enhanced", "enabled", "disabled")
# What each call changes. The rest of a cluster is there from its creation on.
UPDATED = ("settings", "configuration", "serviceConnectDefaults")
CAPACITY = ("capacityProviders", "defaultCapacityProviderStrategy")
RULES = Rules(
    defaults={
        "defaultCapacityProviderStrategy[].base": 0,
        "defaultCapacityProviderStrategy[].weight": 0,
    },
    sets={
        "settings": "name",
        "capacityProviders": None,
        "defaultCapacityProviderStrategy": "capacityProvider",
    },
)


def check(document: Document, where: str = "definition") -> None:
    """Raise DocumentError with all that ECS would refuse in the cluster as it would be."""
    problems = [f"{where}.{problem}" for problem in _problems(document)]
    if problems:
        raise DocumentError("; ".join(problems))


def _problems(document: Document) -> t.Iterator[str]:
    name = document["clusterName"]
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", name):
        yield f"clusterName: {name!r} must be 1 to 255 letters, digits, hyphens and underscores"
    for setting in document.get("settings", []):
        if setting.get("name") == "containerInsights" and setting.get("value") not in INSIGHTS:
            yield f"settings: containerInsights {setting.get('value')} is not one of {', '.join(INSIGHTS)}"
    providers = document.get("capacityProviders", [])
    strategy = document.get("defaultCapacityProviderStrategy", [])
    for item in strategy:
        if item["capacityProvider"] not in providers:
            yield (
                f"defaultCapacityProviderStrategy: {item['capacityProvider']} is not one of the cluster's "
                f"capacityProviders ({', '.join(providers) or 'it has none'}); add it there"
            )
    if sum(1 for item in strategy if item.get("base")) > 1:
        yield "defaultCapacityProviderStrategy: base is set for more than one capacity provider; only one can have it"
