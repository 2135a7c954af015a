# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From llama.cpp's chunks to the two forms of OpenAI's answers.

https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from .errors import ApiError

Chunk = dict[str, Any]


def completion(chunks: Sequence[Chunk]) -> dict[str, Any]:
    """One chat.completion from all the chunks of an answer; the last one holds the usage."""
    choices = [choice for chunk in chunks for choice in chunk["choices"]]
    last = chunks[-1]
    return {
        "id": last["id"],
        "object": "chat.completion",
        "created": last["created"],
        "model": last["model"],
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "".join(choice["delta"].get("content") or "" for choice in choices),
                },
                "logprobs": None,
                "finish_reason": choices[-1]["finish_reason"],
            }
        ],
        "usage": last["usage"],
    }


async def collect(chunks: AsyncGenerator[Chunk]) -> dict[str, Any]:
    """The whole answer as one chat.completion."""
    async with aclosing(chunks):
        return completion([chunk async for chunk in chunks])


def event(data: dict[str, Any]) -> str:
    """A server-sent event. llama.cpp's timings are no part of OpenAI's chunks."""
    return f"data: {json.dumps({key: value for key, value in data.items() if key != 'timings'})}\n\n"


async def events(first: Chunk, rest: AsyncGenerator[Chunk], include_usage: bool) -> AsyncGenerator[str]:
    """The answer as server-sent events; an error halfway is one of them, and then there is no [DONE]."""
    async with aclosing(rest):
        yield event(first)
        try:
            async for chunk in rest:
                if "usage" not in chunk or include_usage:
                    yield event(chunk)
        except ApiError as error:
            yield event(error.body)
        else:
            yield "data: [DONE]\n\n"
