# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Health, limits, metrics, logs and the ends of a server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from conftest import ENDLESS, ROOT, Server, eventually

LONG = {"text": "Tell me a very long story.", "max_tokens": 1500, **ENDLESS}


def idle(server: Server) -> bool:
    return server.metric("llm_server_requests_in_flight") + server.metric("llm_server_slots_busy") == 0


@pytest.fixture(autouse=True)
def _settled(server: Server, narrow: Server) -> None:
    """Nothing of an earlier test still runs."""
    eventually(lambda: idle(server) and idle(narrow))


def test_health_answers_at_once_while_generating(server: Server) -> None:
    with server.stream(**LONG) as chunks:
        next(chunks)
        seconds = []
        for _ping in range(20):
            started = time.perf_counter()
            assert server.http.get("/healthz").json()["status"] == "ready"
            seconds.append(time.perf_counter() - started)
        assert server.metric("llm_server_requests_in_flight") == server.metric("llm_server_slots_busy") == 1
        next(chunks)
    assert sorted(seconds)[10] < 0.25


def test_chunks_come_as_they_are_generated(server: Server) -> None:
    with server.stream(**{**LONG, "max_tokens": 100}) as chunks:
        times = [time.perf_counter() for _chunk in chunks]
    assert max(b - a for a, b in pairwise(times)) < (times[-1] - times[0]) / 2


def test_a_client_that_leaves_a_stream_ends_it(server: Server) -> None:
    before = server.metric("llm_server_generated_tokens_total")
    with server.stream(**LONG) as chunks:
        for _chunk in range(5):
            next(chunks)
    # Tokens are counted when llama.cpp has stopped; the first chunk had none.
    generated = eventually(lambda: server.metric("llm_server_generated_tokens_total") - before)
    assert 4 <= generated < 300


def test_a_client_that_does_not_wait_ends_the_reading_of_its_prompt(server: Server) -> None:
    body = {"text": "word " * 1500, "max_tokens": 500}
    logged = len(server.lines())
    before = server.metric("llm_server_prompt_tokens_total")
    # A process of its own: killing it closes the connection in the middle of the request.
    code = f"import httpx2; httpx2.post({server.url!r} + '/generate', json={body!r}, timeout=60, trust_env=False)"
    client = subprocess.Popen([sys.executable, "-c", code])
    try:
        eventually(lambda: not idle(server))
    finally:
        client.kill()
        client.wait()
    read = eventually(lambda: server.metric("llm_server_prompt_tokens_total") - before)
    assert read < 1200
    assert idle(server)
    assert server.access_line("/generate", logged)["status"] == 499


def test_a_full_queue_refuses(narrow: Server) -> None:
    refused = narrow.metric("llm_server_requests_refused_total")
    with ThreadPoolExecutor() as pool:
        with narrow.stream(**LONG) as running:
            next(running)
            waiting = pool.submit(narrow.chat, max_tokens=2)
            eventually(lambda: narrow.metric("llm_server_queue_length") == 1)
            response = narrow.chat(max_tokens=2)
            assert response.status_code == 503
            assert int(response.headers["Retry-After"]) > 0
            assert response.json()["error"]["code"] == "queue_full"
            assert not waiting.done()
        assert waiting.result().status_code == 200
    assert narrow.metric("llm_server_queue_length") == 0
    assert narrow.metric("llm_server_requests_refused_total") == refused + 1


def test_two_answers_at_the_same_time(server: Server) -> None:
    with server.stream(**LONG) as one, server.stream(**LONG) as other:
        for _chunk in range(3):
            assert next(one)["id"] != next(other)["id"]
        assert server.metric("llm_server_slots_busy") == 2


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic opensesame"}])
def test_without_the_key(narrow: Server, header: dict[str, str]) -> None:
    for method, path in (("POST", "/v1/chat/completions"), ("GET", "/v1/models"), ("GET", "/generate")):
        response = narrow.http.request(method, path, headers={"Authorization": "", **header}, content="{")
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert response.json()["error"]["code"] == "invalid_api_key"
    for path in ("/healthz", "/metrics"):
        assert narrow.http.get(path, headers={"Authorization": "", **header}).status_code == 200


def test_a_connection_that_nobody_uses_stays_open(server: Server) -> None:
    address = urlsplit(server.url)
    with closing(HTTPConnection(address.hostname, address.port, timeout=5)) as connection:
        # A server that closes it earlier, as uvicorn does by itself after 5 s, makes the second request fail.
        for pause in (6, 0):
            connection.request("GET", "/healthz")
            assert connection.getresponse().read()
            time.sleep(pause)


def test_metrics(server: Server) -> None:
    def read() -> list[float]:
        names = ("prompt_tokens_total", "generated_tokens_total", "time_to_first_token_seconds_count")
        return [server.metric(f"llm_server_{name}") for name in names]

    before = read()
    usage = server.chat(max_tokens=4).json()["usage"]
    counted = [after - earlier for after, earlier in zip(read(), before, strict=True)]
    assert counted == [usage["prompt_tokens"], usage["completion_tokens"], 1]
    assert server.metric("llm_server_model_loaded") == 1
    text = server.http.get("/metrics").text
    assert 'llm_server_request_duration_seconds_count{route="/v1/chat/completions",status="200"}' in text
    assert "# TYPE llm_server_time_to_first_token_seconds histogram" in text


def test_load_is_published_through_the_log_where_that_is_asked_for(start: Callable[..., Any], server: Server) -> None:
    asked = {"LLM_SERVER_METRICS_DIMENSIONS": "ServiceName=chat", "LLM_SERVER_METRICS_SECONDS": "0.1"}

    def lines(running: Server) -> list[dict[str, Any]]:
        return [line for line in running.lines() if "_aws" in line]

    with start(**asked) as running:
        running.wait_until("ready")
        before = len(lines(running))
        eventually(lambda: [line for line in lines(running)[before:] if line["RequestsInFlight"] == 0])
        with running.stream(**LONG) as chunks:
            next(chunks)
            busy = len(lines(running))
            eventually(lambda: [line for line in lines(running)[busy:] if line["RequestsInFlight"] == 1])
        eventually(lambda: lines(running)[-1]["RequestsInFlight"] == 0)
    [directive] = lines(running)[-1]["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "llmops/ecs"
    assert lines(server) == []


def test_log_has_one_line_a_request_and_nothing_private(narrow: Server) -> None:
    logged = len(narrow.lines())
    narrow.chat("xylophone", max_tokens=3)
    narrow.http.get("/healthz?token=xylophone", headers={"Authorization": "Bearer xylophone"})
    chat, health = (narrow.access_line(path, logged) for path in ("/v1/chat/completions", "/healthz"))
    assert chat.items() >= {"method": "POST", "path": "/v1/chat/completions", "status": 200}.items()
    assert chat["generated_tokens"] == 3
    assert 0 < chat["time_to_first_token_ms"] <= chat["duration_ms"]
    assert health["status"] == 200
    assert "prompt_tokens" not in health
    assert "xylophone" not in narrow.output()
    assert "opensesame" not in narrow.output()


def test_sigterm_finishes_the_running_answer(start: Callable[..., Any]) -> None:
    with start() as server:
        server.wait_until("ready")
        with server.stream(**{**LONG, "max_tokens": 60}) as chunks:
            next(chunks)
            server.process.terminate()
            assert list(chunks)[-1]["choices"][0]["finish_reason"] == "length"
        assert server.process.wait(10) == -15
        assert "Traceback" not in server.output()


def test_port_opens_before_the_model_is_loaded(start: Callable[..., Any], tmp_path: Path) -> None:
    model = tmp_path / "slow.gguf"
    os.mkfifo(model)
    with start(LLM_SERVER_MODEL=str(model)) as server:
        assert server.http.get("/healthz").status_code == 503
        assert server.wait_until("loading")["reason"] is None
        response = server.chat()
        assert response.status_code == 503
        assert response.json()["error"]["code"] == "model_loading"
        model.write_bytes(b"this is no model")
        assert "not a GGUF file" in server.wait_until("failed")["reason"]
        assert server.http.get("/healthz").status_code == 503
        assert "not a GGUF file" in server.chat().json()["error"]["message"]
        assert server.end() == -15


def test_sigterm_while_loading(start: Callable[..., Any], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "slow.gguf")
    with start(LLM_SERVER_MODEL=str(tmp_path / "slow.gguf")) as server:
        assert server.end() == -15


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "cannot read the model file .*: No such file"), (b"GGUF and then nothing", "llama.cpp cannot load")],
)
def test_a_model_that_cannot_be_loaded(
    start: Callable[..., Any], tmp_path: Path, content: bytes | None, reason: str
) -> None:
    model = tmp_path / "bad.gguf"
    if content:
        model.write_bytes(content)
    with start(LLM_SERVER_MODEL=str(model)) as server:
        assert re.search(reason, server.wait_until("failed")["reason"])


def test_python_m(tmp_path: Path) -> None:
    environment = {**os.environ, "HOST": "127.0.0.1", "PORT": "0", "LLM_SERVER_MODEL": str(tmp_path / "none.gguf")}
    with (tmp_path / "log").open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "llm_server"], cwd=ROOT, env=environment, stdout=out)
    try:
        with Server(process, tmp_path / "log").http as http:
            assert http.get("/healthz").status_code == 503
        process.terminate()
        assert process.wait(10) == -15
    finally:
        process.kill()
        process.wait()


def test_bad_settings_end_the_process_with_their_names() -> None:
    environment = {**os.environ, "PORT": "many", "LLM_SERVER_MAX_QUEUE": "-1", "LLM_SERVER_API_KEY": ""}
    ended = subprocess.run(
        [sys.executable, "-m", "llm_server"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert [line.split(": ")[1] for line in sorted(ended.stderr.splitlines())] == [
        "LLM_SERVER_API_KEY",
        "LLM_SERVER_MAX_QUEUE=-1",
        "PORT=many",
    ]
