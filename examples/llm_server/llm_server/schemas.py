# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What requests look like."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

TEMPERATURE = 0.7


class GenerateRequest(BaseModel):
    """The body of /generate. `max_tokens` bounds the answer."""

    text: str = Field(min_length=1)
    temp: float = Field(TEMPERATURE, ge=0, le=2)
    max_tokens: int = Field(200, ge=1)

    def to_llama(self) -> dict[str, Any]:
        """The same as a chat request of llama.cpp."""
        return {
            "messages": [{"role": "user", "content": self.text}],
            "temperature": self.temp,
            "max_tokens": self.max_tokens,
        }


class TextPart(BaseModel):
    """A piece of a message; this server reads text only."""

    type: Literal["text"]
    text: str


class Message(BaseModel):
    """One turn of the conversation."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[TextPart]
    name: str | None = None

    def to_llama(self) -> dict[str, str]:
        """Role and text; models know `system`, which OpenAI now calls `developer`."""
        content = self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)
        return {"role": "system" if self.role == "developer" else self.role, "content": content}


class StreamOptions(BaseModel):
    """With `include_usage`, one more chunk at the end holds the token counts."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """The body of /v1/chat/completions: the fields of OpenAI's that this server honours; another one is an error.

    https://platform.openai.com/docs/api-reference/chat/create
    """

    model_config = ConfigDict(extra="forbid")

    messages: list[Message] = Field(min_length=1)
    model: str | None = None
    temperature: float = Field(TEMPERATURE, ge=0, le=2)
    top_p: float | None = Field(None, gt=0, le=1)
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    stop: str | Annotated[list[str], Field(max_length=4)] | None = None
    seed: int | None = Field(None, ge=0, lt=2**32)
    presence_penalty: float | None = Field(None, ge=-2, le=2)
    frequency_penalty: float | None = Field(None, ge=-2, le=2)
    logit_bias: dict[str, Annotated[float, Field(ge=-100, le=100)]] | None = None
    n: Literal[1] = 1
    stream: bool = False
    stream_options: StreamOptions = StreamOptions()
    user: str | None = Field(None, description="Accepted for clients that send it; not used")

    @model_validator(mode="before")
    @classmethod
    def null_is_unset(cls, body: Any) -> Any:
        """OpenAI's clients may send a null for what they leave open."""
        return {key: value for key, value in body.items() if value is not None} if isinstance(body, dict) else body

    def to_llama(self) -> dict[str, Any]:
        """The same as a chat request of llama.cpp. Without a limit, an answer may fill the context."""
        sampling = self.model_dump(
            include={"temperature", "top_p", "stop", "seed", "presence_penalty", "frequency_penalty", "logit_bias"},
            exclude_none=True,
        )
        limit = self.max_completion_tokens or self.max_tokens
        return {
            "messages": [message.to_llama() for message in self.messages],
            **sampling,
            **({"max_tokens": limit} if limit else {}),
        }
