# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pieces that need no model, and failures that a good model does not show."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Server, eventually
from llm_server import model
from llm_server.chat import completion
from llm_server.cloudwatch import document
from llm_server.engine import Engine
from llm_server.errors import from_llama
from llm_server.healthcheck import check
from llm_server.logs import JsonFormatter
from llm_server.metrics import Metrics
from llm_server.model import ModelError, check_file, model_path
from llm_server.schemas import ChatRequest, GenerateRequest
from llm_server.server import create_app
from llm_server.settings import Settings, read_settings
from llm_server.streams import EventStream
from llm_server.tally import Tally
from starlette.testclient import TestClient


def chunk(content: str | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    choices = [{"index": 0, "delta": {"content": content}, "finish_reason": finish}]
    return {"id": "x", "created": 1, "model": "m", "choices": choices, **more}


USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
ANSWER = [
    chunk(prompt_progress={"total": 7, "processed": 4}),
    chunk(),
    chunk("a"),
    chunk("b"),
    chunk(finish="stop"),
    {**chunk(), "choices": [], "usage": USAGE},
]


def test_completion_joins_the_chunks() -> None:
    answer = completion(ANSWER)
    assert answer["choices"][0]["message"] == {"role": "assistant", "content": "ab"}
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["usage"] == USAGE


@pytest.mark.parametrize(
    ("seen", "prompt", "generated", "finish"), [(1, 4, 0, None), (4, 4, 2, None), (5, 4, 2, "stop"), (6, 7, 3, "stop")]
)
def test_tally_counts_whole_and_cut_answers(seen: int, prompt: int, generated: int, finish: str | None) -> None:
    tally = Tally()
    for item in ANSWER[:seen]:
        tally.observe(item)
    assert (tally.prompt_tokens, tally.generated_tokens, tally.finish_reason) == (prompt, generated, finish)
    assert (tally.fields()["time_to_first_token_ms"] is not None) == (generated > 0)


def test_chat_request_for_llama() -> None:
    body = {
        "messages": [
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        ],
        "max_tokens": 5,
        "max_completion_tokens": 6,
        "stop": "x",
        "seed": None,
        "stream_options": None,
        "user": "somebody",
    }
    assert ChatRequest.model_validate(body).to_llama() == {
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "ab"}],
        "temperature": 0.7,
        "stop": "x",
        "max_tokens": 6,
    }


def test_generate_request_for_llama() -> None:
    assert GenerateRequest(text="hi").to_llama() == {
        "messages": [{"role": "user", "content": "hi"}],
        "temperature": 0.7,
        "max_tokens": 200,
    }


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        ({"code": 400, "message": "no", "type": "exceed_context_size_error"}, 400, "context_length_exceeded"),
        ({"code": 400, "message": "no", "type": "invalid_request_error"}, 400, None),
        ({"message": "no"}, 500, None),
    ],
)
def test_errors_of_llama(error: dict[str, Any], status: int, code: str | None) -> None:
    translated = from_llama(error)
    assert (translated.status, translated.code, translated.message) == (status, code, "no")


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "127.0.0.9")
    monkeypatch.setenv("LLM_SERVER_CONTEXT_LENGTH", "512")
    monkeypatch.setenv("LLM_SERVER_API_KEY", "opensesame")
    settings = read_settings()
    assert (settings.host, settings.context_length) == ("127.0.0.9", 512)
    assert settings.threads >= 1
    assert "opensesame" not in repr(settings)


@pytest.mark.parametrize(
    ("given", "dimensions"),
    [
        ("ClusterName=llm, ServiceName=chat", {"ClusterName": "llm", "ServiceName": "chat"}),
        ("A=b=c", {"A": "b=c"}),
        ("", None),
    ],
)
def test_dimensions_of_metrics(monkeypatch: pytest.MonkeyPatch, given: str, dimensions: dict[str, str] | None) -> None:
    monkeypatch.setenv("LLM_SERVER_METRICS_DIMENSIONS", given)
    assert read_settings().metrics_dimensions == dimensions


@pytest.mark.parametrize("given", ["ClusterName", "=llm", "A=", ",".join(f"D{n}=x" for n in range(31))])
def test_bad_dimensions_end_the_process(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("LLM_SERVER_METRICS_DIMENSIONS", given)
    with pytest.raises(SystemExit, match=r"LLM_SERVER_METRICS_DIMENSIONS=.*it must be Name=value,Name=value"):
        read_settings()


def test_metrics_in_cloudwatchs_embedded_format() -> None:
    assert document({"RequestsInFlight": 1.5}, "llmops/ecs", {"ServiceName": "chat"}, 1767225600000) == {
        "_aws": {
            "Timestamp": 1767225600000,
            "CloudWatchMetrics": [
                {
                    "Namespace": "llmops/ecs",
                    "Dimensions": [["ServiceName"]],
                    "Metrics": [{"Name": "RequestsInFlight", "Unit": "Count"}],
                }
            ],
        },
        "ServiceName": "chat",
        "RequestsInFlight": 1.5,
    }


def test_log_line() -> None:
    record = logging.makeLogRecord({"name": "n", "levelname": "INFO", "msg": "two\nlines", "fields": {"status": 200}})
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert json.loads(line).items() >= {"logger": "n", "message": "two\nlines", "status": 200}.items()


def test_the_package_carries_the_model() -> None:
    path = model_path(Settings())
    check_file(path)
    assert path.stem == "SmolLM2-135M-Instruct.Q4_1"
    assert model_path(Settings(model=Path("/other.gguf"))) == Path("/other.gguf")


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "PACKAGE", "llm-none")
    with pytest.raises(ModelError, match=r"install llm-none .* or set LLM_SERVER_MODEL"):
        model_path(Settings())


class Scripted:
    """In llama.cpp's place: calls back with these chunks, then raises or returns."""

    def __init__(self, chunks: list[dict[str, Any]], failure: Exception | None = None) -> None:
        self.chunks, self.failure = chunks, failure

    def handle_chat_completions(self, body: dict[str, Any], callback: Callable[[dict[str, Any]], bool]) -> None:
        for item in self.chunks:
            if callback(item):
                return
        if self.failure:
            raise self.failure


def client(load: Callable[[Settings, Path], Any]) -> TestClient:
    settings, metrics = Settings(model=Path("m.gguf")), Metrics()
    return TestClient(create_app(settings, metrics, Engine(settings, metrics, load)), raise_server_exceptions=False)


def ask(http: TestClient, stream: bool) -> Any:
    eventually(lambda: http.get("/healthz").status_code == 200)
    return http.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": "hi"}], "stream": stream})


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("failure", "status"), [(ValueError("no such thing"), 400), (RuntimeError("secret"), 500)])
def test_llama_raises(failure: Exception, status: int, stream: bool) -> None:
    with client(lambda *_: Scripted([], failure)) as http:
        response = ask(http, stream)
        assert response.status_code == status
        assert ("no such thing" in response.text) == (status == 400)
        assert "secret" not in response.text
        assert "llm_server_requests_in_flight 0.0" in http.get("/metrics").text


def test_an_error_in_the_middle_of_a_stream_is_its_last_event() -> None:
    with client(lambda *_: Scripted([*ANSWER[:3], {"error": {"code": 500, "message": "broken"}}])) as http:
        events = ask(http, stream=True).text.split("\n\n")
    assert json.loads(events[-2].removeprefix("data: "))["error"]["message"] == "broken"
    assert not any("[DONE]" in event for event in events)


def test_a_stream_that_cannot_be_sent_is_closed() -> None:
    closed = []

    async def events() -> AsyncGenerator[str]:
        try:
            yield "data: 1\n\n"
        finally:
            closed.append(True)

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def answer() -> list[bool]:
        running = events()
        await EventStream(running)({"type": "http"}, receive, send)
        return list(closed)

    assert asyncio.run(answer()) == [True]


def test_loading_that_fails_in_an_unknown_way_is_told() -> None:
    def load(_settings: Settings, _path: Path) -> None:
        raise MemoryError

    with client(load) as http:
        eventually(lambda: http.get("/healthz").json()["status"] == "failed")
        assert http.get("/healthz").json()["reason"] == "MemoryError()"
        assert http.get("/v1/models").json()["error"]["code"] == "model_failed"


def test_healthcheck(server: Server) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    assert check(host, int(port)) is None
    assert check("0.0.0.0", int(port)) is None
    environment = {"HOST": host, "PORT": port}
    command = [sys.executable, "-m", "llm_server.healthcheck"]
    assert subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0
    # Port 9 is reserved for "discard", so nothing listens there.
    ended = subprocess.run(
        command, cwd=ROOT, env={**environment, "PORT": "9"}, check=False, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert "does not answer" in ended.stderr


def test_healthcheck_while_loading(start: Callable[..., Any], tmp_path: Path) -> None:
    with start(LLM_SERVER_MODEL=str(tmp_path / "none.gguf")) as server:
        host, port = server.url.removeprefix("http://").split(":")
        assert "503" in str(check(host, int(port)))
