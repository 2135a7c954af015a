# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenAI's routes."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from conftest import ENDLESS, Server

MODEL = "SmolLM2-135M-Instruct.Q4_1"
QUESTION = "What is the capital of France? Answer in one sentence."


def text_of(response: Any) -> str:
    return response.json()["choices"][0]["message"]["content"]


def test_completion(server: Server) -> None:
    answer = server.chat(QUESTION, max_tokens=40).json()
    choice = answer["choices"][0]
    assert answer["object"] == "chat.completion"
    assert answer["model"] == MODEL
    assert choice["message"]["role"] == "assistant"
    assert "Paris" in choice["message"]["content"]
    assert choice["finish_reason"] == "stop"
    usage = answer["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert 0 < usage["completion_tokens"] <= 40


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_length(server: Server, field: str) -> None:
    answer = server.chat(**{"max_tokens": None, **ENDLESS, field: 5}).json()
    assert answer["usage"]["completion_tokens"] == 5
    assert answer["choices"][0]["finish_reason"] == "length"


def test_stop_sequence(server: Server) -> None:
    whole = text_of(server.chat("Count from one to ten.", max_tokens=30))
    word = whole.split()[3]
    for stop in (word, ["does not occur", word]):
        response = server.chat("Count from one to ten.", max_tokens=30, stop=stop)
        assert text_of(response) == whole[: whole.index(word)]
        assert response.json()["choices"][0]["finish_reason"] == "stop"


def test_seed_and_temperature(server: Server) -> None:
    def story(seed: int) -> str:
        return text_of(server.chat("Tell me a story.", temperature=1.2, max_tokens=24, seed=seed))

    stories = {story(seed) for seed in (1, 2, 3)}
    assert len(stories) == 3
    assert story(1) in stories


def test_conversation_and_parts(server: Server) -> None:
    turns = [
        {"role": "developer", "content": "You know that the user's dog is called Rex."},
        {"role": "user", "content": [{"type": "text", "text": "Hello, "}, {"type": "text", "text": "you!"}]},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "What is my dog called?"},
    ]
    assert "Rex" in text_of(server.chat(messages=turns, max_tokens=20))


def test_stream_is_the_same_answer_in_pieces(server: Server) -> None:
    question = {"text": "Name three colours.", "temperature": 0, "max_tokens": 16}
    whole = text_of(server.chat(**question))
    with server.stream(**question) as arriving:
        chunks = list(arriving)
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    assert deltas[0]["role"] == "assistant"
    assert "".join(delta.get("content") or "" for delta in deltas) == whole
    assert len(chunks) > 5
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert chunks[-1]["choices"][0]["finish_reason"] in {"stop", "length"}
    assert all("usage" not in chunk for chunk in chunks)


def test_stream_with_usage_ends_with_done(server: Server) -> None:
    body = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 3, "stream": True, **ENDLESS}
    response = server.http.post("/v1/chat/completions", json={**body, "stream_options": {"include_usage": True}})
    assert response.text.endswith("data: [DONE]\n\n")
    usage = response.text.split("\n\n")[-3]
    assert '"choices": []' in usage
    assert '"completion_tokens": 3' in usage
    assert "timings" not in response.text


def test_models(server: Server) -> None:
    models = server.http.get("/v1/models").json()
    assert [model["id"] for model in models["data"]] == [MODEL]
    assert server.http.get(f"/v1/models/{MODEL}").json() == models["data"][0]
    assert server.http.get("/v1/models/gpt-5").json()["error"]["code"] == "model_not_found"
    assert server.chat(model=MODEL).status_code == 200


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"messages": []}, (400, "messages", None)),
        ({"messages": [{"role": "wizard", "content": "x"}]}, (400, "messages", None)),
        ({"temperature": 3}, (400, "temperature", None)),
        ({"max_tokens": 0}, (400, "max_tokens", None)),
        ({"n": 2}, (400, "n", None)),
        ({"tools": []}, (400, "tools", None)),
        ({"stop": list("abcde")}, (400, "stop", None)),
        ({"model": "gpt-5"}, (404, "model", "model_not_found")),
        ({"messages": [{"role": "user", "content": "word " * 3000}]}, (400, None, "context_length_exceeded")),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_errors(server: Server, fields: dict[str, Any], expected: tuple[Any, ...], stream: bool) -> None:
    response = server.chat(**fields, stream=stream)
    error = response.json()["error"]
    assert (response.status_code, error["param"], error["code"]) == expected
    assert error["type"] == "invalid_request_error"
    assert error["message"]


def test_what_is_not_json(server: Server) -> None:
    response = server.http.post("/v1/chat/completions", content="{", headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    assert response.json()["error"]["param"] == "body"


def test_unknown_route_and_method(server: Server) -> None:
    assert server.http.get("/v1/nothing").json()["error"]["type"] == "invalid_request_error"
    assert server.http.delete("/generate").status_code == 405


def test_the_official_client(narrow: Server) -> None:
    with openai.OpenAI(base_url=f"{narrow.url}/v1", api_key="opensesame", max_retries=0) as client:
        messages = [{"role": "user", "content": QUESTION}]
        model = client.models.list().data[0].id
        whole = client.chat.completions.create(model=model, messages=messages, temperature=0, max_tokens=24)
        pieces = client.chat.completions.create(
            model=model, messages=messages, temperature=0, max_tokens=24, stream=True
        )
        content = whole.choices[0].message.content
        assert "Paris" in content
        assert "".join(piece.choices[0].delta.content or "" for piece in pieces) == content
        with pytest.raises(openai.NotFoundError, match="gpt-5"):
            client.chat.completions.create(model="gpt-5", messages=messages)
        with pytest.raises(openai.BadRequestError, match="temperature"):
            client.chat.completions.create(model=model, messages=messages, temperature=3)
    with openai.OpenAI(base_url=f"{narrow.url}/v1", api_key="wrong", max_retries=0) as stranger:
        with pytest.raises(openai.AuthenticationError, match="key") as refused:
            stranger.models.list()
        with pytest.raises(openai.AuthenticationError, match="key"):
            stranger.chat.completions.create(model=model, messages=messages, stream=True)
        assert refused.value.status_code == 401
        assert (refused.value.type, refused.value.code) == ("invalid_request_error", "invalid_api_key")
