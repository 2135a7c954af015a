# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Constant load on a language model's endpoint: 20 requests a second on its health, and answers that overlap.

Each request becomes a line of JSON in the file that the variable RECORD names: name, began (seconds since the epoch),
seconds, status (0 for none) and error ("" for none). An answer is good when its stream came to its end.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from locust import FastHttpUser, HttpUser, constant, constant_throughput, events, task

QUESTION = {
    "messages": [{"role": "user", "content": "Count from one to ten."}],
    "max_tokens": 24,
    "temperature": 0,
    "stream": True,
}


def record(name: str, began: float, seconds: float, status: int, error: str) -> None:
    line = {"name": name, "began": began, "seconds": seconds, "status": status, "error": error}
    with Path(os.environ["RECORD"]).open("a") as out:
        out.write(json.dumps(line) + "\n")


@events.request.add_listener
def record_request(name, start_time, response_time, response, exception, **_more):
    status = getattr(response, "status_code", 0) or 0
    record(name, start_time, response_time / 1000, status, str(exception or ""))


class Prober(FastHttpUser):
    """Asks for health once a second."""

    fixed_count = 20
    wait_time = constant_throughput(1)
    # Each request by a connection of its own, as from 20 callers a second: the load balancer chooses for each.
    network_timeout = connection_timeout = 30.0

    @task
    def health(self):
        self.client.get("/healthz", name="health", headers={"Connection": "close"})


class Reader(HttpUser):
    """Reads one streamed answer after the other."""

    fixed_count = 3
    wait_time = constant(0)

    @task
    def answer(self):
        began, clock, error, status = time.time(), time.monotonic(), "", 0
        pieces, ended = 0, False
        try:
            with self.client.post(
                "/v1/chat/completions", json=QUESTION, stream=True, timeout=120, catch_response=True, name="headers"
            ) as response:
                status = response.status_code
                for line in response.iter_lines() if status == 200 else ():
                    ended = ended or line == b"data: [DONE]"
                    pieces += line.startswith(b"data: {")
                response.success()
        except Exception as problem:
            error = f"{type(problem).__name__}: {problem}"
        if not error and not (ended and pieces > 1):
            error = f"the stream broke off after {pieces} pieces"
        # The time of the whole answer, which locust does not take of a stream.
        record("answer", began, time.monotonic() - clock, status, error)
