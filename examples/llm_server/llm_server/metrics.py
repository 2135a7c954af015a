# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What /metrics shows."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


class Metrics:
    """The server's metrics in a registry of their own, so that two applications in one process do not mix."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.model_loaded = Gauge("llm_server_model_loaded", "1 when the model is loaded", registry=registry)
        self.in_flight = Gauge(
            "llm_server_requests_in_flight", "Requests for an answer, waiting or generating", registry=registry
        )
        self.slots_busy = Gauge("llm_server_slots_busy", "Answers that are being generated", registry=registry)
        self.queue_length = Gauge("llm_server_queue_length", "Requests that wait for their turn", registry=registry)
        self.refused = Counter("llm_server_requests_refused", "Requests refused with a full queue", registry=registry)
        self.prompt_tokens = Counter("llm_server_prompt_tokens", "Tokens read from prompts", registry=registry)
        self.generated_tokens = Counter("llm_server_generated_tokens", "Tokens generated", registry=registry)
        self.time_to_first_token = Histogram(
            "llm_server_time_to_first_token_seconds",
            "From a request's arrival, its waiting included, to its first token",
            buckets=SECONDS,
            registry=registry,
        )
        self.request_duration = Histogram(
            "llm_server_request_duration_seconds",
            "From a request's arrival to the end of its answer",
            ["route", "status"],
            buckets=SECONDS,
            registry=registry,
        )
