# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is counted while one answer is generated."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any


def has_text(chunk: dict[str, Any]) -> bool:
    """Does a chunk carry generated text (others have the role, the reason for the end, the counts or an error)?"""
    return any(choice["delta"].get("content") for choice in chunk.get("choices", ()))


@dataclass
class Tally:
    """Counts of one answer; times in seconds. An answer that was cut off is counted by its chunks, one a token."""

    started: float = field(default_factory=time.perf_counter)
    prompt_tokens: int = 0
    generated_tokens: int = 0
    time_to_first_token: float | None = None
    finish_reason: str | None = None

    def observe(self, chunk: dict[str, Any]) -> None:
        """Take in one chunk of llama.cpp's."""
        if progress := chunk.get("prompt_progress"):
            self.prompt_tokens = progress["processed"]
        if has_text(chunk):
            self.generated_tokens += 1
            if self.time_to_first_token is None:
                self.time_to_first_token = time.perf_counter() - self.started
        for choice in chunk.get("choices", ()):
            self.finish_reason = choice["finish_reason"] or self.finish_reason
        if usage := chunk.get("usage"):
            self.prompt_tokens, self.generated_tokens = usage["prompt_tokens"], usage["completion_tokens"]

    def fields(self) -> dict[str, Any]:
        """The same for a log line."""
        first = self.time_to_first_token
        return {
            "prompt_tokens": self.prompt_tokens,
            "generated_tokens": self.generated_tokens,
            "time_to_first_token_ms": None if first is None else round(first * 1000, 1),
            "finish_reason": self.finish_reason,
        }
