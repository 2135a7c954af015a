# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the server on HOST and PORT: python -m llm_server."""

from __future__ import annotations

import uvicorn

from .settings import read_settings

# Seconds, longer than a load balancer may keep a connection that nobody uses: one that is closed here while a request
# is on its way is a 502 there.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
KEEP_ALIVE = 4060

if __name__ == "__main__":
    settings = read_settings()
    uvicorn.run("llm_server.app:app", host=settings.host, port=settings.port, timeout_keep_alive=KEEP_ALIVE)
