# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print how fast the server is on this machine: python tests/measure.py."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from conftest import ENDLESS, run_server

TOKENS = 200
QUESTION = {"text": "Tell me a long story about a lighthouse.", "max_tokens": TOKENS, **ENDLESS}


def main() -> None:
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, run_server(Path(folder) / "log") as server:
        server.wait_until("ready")
        print(f"start to healthy          {time.perf_counter() - begun:6.2f} s")

        asked = time.perf_counter()
        with server.stream(**QUESTION) as chunks:
            times = [
                time.perf_counter() for chunk in chunks for item in chunk["choices"] if item["delta"].get("content")
            ]
        print(f"time to first token       {(times[0] - asked) * 1000:6.0f} ms")
        print(f"tokens per second         {TOKENS / (times[-1] - times[0]):6.0f}")

        with server.stream(**{**QUESTION, "max_tokens": 1500}) as chunks:
            next(chunks)
            pings = []
            for _ping in range(50):
                sent = time.perf_counter()
                server.http.get("/healthz").raise_for_status()
                pings.append((time.perf_counter() - sent) * 1000)
        print(f"/healthz while generating {statistics.median(pings):6.1f} ms median, {max(pings):.1f} ms at most")
        print(f"memory                    {server.metric('process_resident_memory_bytes') / 2**20:6.0f} MiB")


if __name__ == "__main__":
    main()
