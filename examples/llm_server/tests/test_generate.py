# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide's route."""

from __future__ import annotations

import pytest
from conftest import Server

QUESTION = {"text": "What is the capital of France? Answer in one sentence.", "temp": 0, "max_tokens": 24}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_answers_in_plain_text(server: Server, method: str) -> None:
    response = server.http.request(method, "/generate", json=QUESTION)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert "Paris" in response.text


def test_max_tokens_bounds_the_answer(server: Server) -> None:
    before = server.metric("llm_server_generated_tokens_total")
    server.http.post("/generate", json={**QUESTION, "text": "Tell me a long story.", "max_tokens": 3})
    assert server.metric("llm_server_generated_tokens_total") == before + 3


def test_temperature_and_limit_have_defaults(server: Server) -> None:
    response = server.http.request("GET", "/generate", json={"text": "Say hello."})
    assert response.status_code == 200
    assert response.text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": "x", "temp": -1}, "temp"),
        ({"text": "x", "max_tokens": 0}, "max_tokens"),
    ],
)
def test_bad_body(server: Server, body: dict[str, object], field: str) -> None:
    response = server.http.post("/generate", json=body)
    assert response.status_code == 400
    assert response.json()["error"]["param"] == field


def test_body_that_is_not_said_to_be_json(server: Server) -> None:
    response = server.http.post("/generate", content='{"text": "x"}')
    assert response.status_code == 400
    assert "Content-Type: application/json" in response.json()["error"]["message"]


def test_described_in_openapi(server: Server) -> None:
    paths = server.http.get("/openapi.json").json()["paths"]
    assert set(paths["/generate"]) == {"get", "post"}
    assert server.http.get("/docs").status_code == 200
