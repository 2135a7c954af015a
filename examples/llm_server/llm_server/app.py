# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The application that an ASGI server imports: uvicorn llm_server.app:app."""

from __future__ import annotations

from .logs import log_json_lines
from .server import create_app
from .settings import read_settings

settings = read_settings()
log_json_lines()
app = create_app(settings)
