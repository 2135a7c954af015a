# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load as CloudWatch metrics, published by lines of the log: no agent, no credentials, no call.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from statistics import fmean
from typing import Any

from .metrics import Metrics
from .settings import Settings

#: CloudWatch's names for what /metrics calls otherwise.
PUBLISHED = {"RequestsInFlight": "llm_server_requests_in_flight", "QueueLength": "llm_server_queue_length"}
#: How often a line's values are looked at, in its time: they are means.
SAMPLES = 10

log = logging.getLogger(__name__)


def document(
    values: Mapping[str, float], namespace: str, dimensions: Mapping[str, str], milliseconds: int
) -> dict[str, Any]:
    """A line that CloudWatch Logs takes for metrics; milliseconds since the epoch say when the values were seen."""
    directive = {
        "Namespace": namespace,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": "Count"} for name in values],
    }
    return {"_aws": {"Timestamp": milliseconds, "CloudWatchMetrics": [directive]}, **dimensions, **values}


async def publish(settings: Settings, metrics: Metrics) -> None:
    """Write a line every metrics_seconds, until cancelled."""
    while True:
        seen: dict[str, list[float]] = {name: [] for name in PUBLISHED}
        for _sample in range(SAMPLES):
            await asyncio.sleep(settings.metrics_seconds / SAMPLES)
            for name, gauge in PUBLISHED.items():
                seen[name].append(metrics.registry.get_sample_value(gauge) or 0.0)
        values = {name: round(fmean(samples), 3) for name, samples in seen.items()}
        fields = document(
            values, settings.metrics_namespace, settings.metrics_dimensions or {}, int(time.time() * 1000)
        )
        log.info("metrics", extra={"fields": fields})
