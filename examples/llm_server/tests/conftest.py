# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real servers: a uvicorn process each, with the real model, on a free loopback port."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

ROOT = Path(__file__).parents[1]
START_TIMEOUT = 30
# The token that ends an answer, made impossible: an answer is then as long as its limit.
ENDLESS = {"logit_bias": {"2": -100}}


def eventually(probe: Callable[[], Any], timeout: float = START_TIMEOUT) -> Any:
    """What the probe returns, once it is true."""
    deadline = time.monotonic() + timeout
    while not (value := probe()):
        assert time.monotonic() < deadline, f"{probe} not true after {timeout} s"
        time.sleep(0.02)
    return value


class Server:
    """One server process and what it wrote."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process, self.log = process, log
        found = eventually(lambda: re.search(r"running on (http://[\d.]+:\d+)", self.output()) or process.poll())
        assert isinstance(found, re.Match), self.output()
        self.url = found[1]
        self.http = httpx2.Client(base_url=self.url, timeout=60, trust_env=False)

    def output(self) -> str:
        return self.log.read_text()

    def lines(self) -> list[dict[str, Any]]:
        """The server's log lines; llama.cpp's own ones between them are no JSON."""
        return [json.loads(line) for line in self.output().split("\n")[:-1] if line.startswith("{")]

    def access_line(self, path: str, since: int) -> dict[str, Any]:
        """The first log line of a request to the path, after so many lines. It is written when the answer is sent."""
        return eventually(lambda: [line for line in self.lines()[since:] if line.get("path") == path])[0]

    def wait_until(self, status: str) -> dict[str, Any]:
        def health() -> dict[str, Any] | None:
            body = self.http.get("/healthz").json()
            return body if body["status"] == status else None

        return eventually(health)

    def chat(self, text: str = "Say hello.", **fields: Any) -> httpx2.Response:
        body = {"messages": [{"role": "user", "content": text}], "temperature": 0, "max_tokens": 8, **fields}
        return self.http.post("/v1/chat/completions", json=body)

    @contextmanager
    def stream(self, text: str = "Say hello.", **fields: Any) -> Iterator[Iterator[dict[str, Any]]]:
        """The chunks as they come, without [DONE]."""
        body = {"messages": [{"role": "user", "content": text}], "stream": True, **fields}
        with self.http.stream("POST", "/v1/chat/completions", json=body) as response:
            assert response.status_code == 200, response.read()
            assert response.headers["content-type"].startswith("text/event-stream")
            data = (line.removeprefix("data: ") for line in response.iter_lines() if line)
            yield (json.loads(item) for item in data if item != "[DONE]")

    def metric(self, name: str) -> float:
        """A metric without labels, or the sum over its labels."""
        found = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", self.http.get("/metrics").text, re.MULTILINE)
        assert found, f"no metric {name}"
        return sum(map(float, found))

    def end(self) -> int:
        """SIGTERM; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(START_TIMEOUT)


@contextmanager
def run_server(log: Path, **environment: str) -> Iterator[Server]:
    command = [sys.executable, "-m", "llm_server"]
    env = {key: value for key, value in os.environ.items() if not key.startswith("LLM_SERVER_")}
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**env, "HOST": "127.0.0.1", "PORT": "0", **environment}, stdout=out, stderr=out
        )
    try:
        server = Server(process, log)
        with server.http:
            yield server
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the default settings."""
    with run_server(tmp_path_factory.mktemp("server") / "log") as running:
        running.wait_until("ready")
        yield running


@pytest.fixture(scope="session")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One answer at a time, one more may wait, and a key is needed; `http` sends it."""
    log = tmp_path_factory.mktemp("narrow") / "log"
    with run_server(log, LLM_SERVER_PARALLEL="1", LLM_SERVER_MAX_QUEUE="1", LLM_SERVER_API_KEY="opensesame") as running:
        running.wait_until("ready")
        running.http.headers["Authorization"] = "Bearer opensesame"
        yield running


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., Any]:
    """Start a server of one's own, with settings."""
    return lambda **environment: run_server(tmp_path / "log", **environment)
