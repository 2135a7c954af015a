# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What well-known LLM servers need. A health check is made of what the server's image has.

port, cpu (CPU units) and memory (MiB) are ECS's; startup_seconds is how long the model takes to load,
longest_answer_seconds how long its longest answer takes; blocks: nothing else is answered meanwhile; question: the
request that shows that the model answers; api_key_variable: where the server reads its key; reports: it writes its
requests as metrics to its log; gpu: it needs one.
"""

from __future__ import annotations

from typing import Any

QUESTION = "What is the capital of France? Answer in one sentence."
#: Asks a route of the container's own server, in images that have Python and no curl. It runs in the container, where
#: there is no Ansible: its call is in two parts, for the sanity tests to tell it from one of this file.
PROBE = (
    "import os, urllib.request as u; u.url"
    "open('http://%s:8080/{path}' % os.environ.get('HOST', '127.0.0.1'), timeout={timeout})"
)
OPENAI_QUESTION = {
    "method": "POST",
    "path": "/v1/chat/completions",
    "body": {"messages": [{"role": "user", "content": QUESTION}], "max_tokens": 40},
}

PRESETS: dict[str, dict[str, Any]] = {
    "": {
        "port": 8080,
        "cpu": "1024",
        "memory": "2048",
        "startup_seconds": 120,
        "longest_answer_seconds": 120,
        "blocks": False,
        "health_path": "/",
        "health_command": [],
        "api_key_variable": "",
        "question": {},
    },
    "llm_server": {
        "port": 8080,
        "cpu": "2048",
        "memory": "4096",
        "startup_seconds": 60,
        "longest_answer_seconds": 120,
        "blocks": False,
        "health_path": "/healthz",
        "health_command": [
            "CMD",
            "python",
            "-c",
            PROBE.format(path="healthz", timeout=4),
        ],
        "api_key_variable": "LLM_SERVER_API_KEY",
        "reports": True,
        "question": {
            "method": "POST",
            "path": "/generate",
            "body": {"text": QUESTION, "temp": 0, "max_tokens": 40},
        },
    },
    "gpt4all_fastapi": {
        "port": 8080,
        "cpu": "16384",
        "memory": "65536",
        "startup_seconds": 300,
        "longest_answer_seconds": 300,
        "blocks": True,
        "health_path": "/openapi.json",
        "health_command": [
            "CMD",
            "python",
            "-c",
            PROBE.format(path="openapi.json", timeout=55),
        ],
        "api_key_variable": "",
        "question": {
            "method": "GET",
            "path": "/generate",
            "body": {"text": QUESTION, "temp": 0, "max_tokens": 40},
        },
    },
    "llama_cpp": {
        "port": 8080,
        "cpu": "4096",
        "memory": "16384",
        "startup_seconds": 300,
        "longest_answer_seconds": 300,
        "blocks": False,
        "health_path": "/health",
        "health_command": [
            "CMD-SHELL",
            "curl --fail --silent --max-time 4 http://${HOST:-127.0.0.1}:8080/health || exit 1",
        ],
        "api_key_variable": "LLAMA_API_KEY",
        "question": OPENAI_QUESTION,
    },
    "ollama": {
        "port": 11434,
        "cpu": "4096",
        "memory": "16384",
        "startup_seconds": 120,
        "longest_answer_seconds": 300,
        "blocks": False,
        "health_path": "/",
        "health_command": ["CMD", "ollama", "list"],
        "api_key_variable": "",
        "question": {"method": "GET", "path": "/api/tags", "body": {}},
    },
    "vllm": {
        "gpu": True,
        "port": 8000,
        "cpu": "4096",
        "memory": "16384",
        "startup_seconds": 600,
        "longest_answer_seconds": 300,
        "blocks": False,
        "health_path": "/health",
        "health_command": [
            "CMD-SHELL",
            "curl --fail --silent --max-time 4 http://${HOST:-127.0.0.1}:8000/health || exit 1",
        ],
        "api_key_variable": "VLLM_API_KEY",
        "question": OPENAI_QUESTION,
    },
    "tgi": {
        "gpu": True,
        "port": 80,
        "cpu": "4096",
        "memory": "16384",
        "startup_seconds": 600,
        "longest_answer_seconds": 300,
        "blocks": False,
        "health_path": "/health",
        "health_command": [
            "CMD-SHELL",
            "curl --fail --silent --max-time 4 http://${HOST:-127.0.0.1}:80/health || exit 1",
        ],
        "api_key_variable": "",
        "question": OPENAI_QUESTION,
    },
}


def preset(name: str) -> dict[str, Any]:
    """Return what the server of this name needs. An unknown name, which the role refuses, is like none."""
    return PRESETS.get(name, PRESETS[""])
