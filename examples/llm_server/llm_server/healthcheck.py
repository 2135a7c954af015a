# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exit 0 if this container's server is healthy: python -m llm_server.healthcheck.

It asks HOST, or 127.0.0.1 where HOST stands for every address. Only the standard library: it runs every few seconds.
"""

from __future__ import annotations

import os
import sys
from http.client import HTTPConnection, HTTPException

EVERY_ADDRESS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}
TIMEOUT = 4


def check(host: str, port: int) -> str | None:
    """What is wrong, or None. Waits TIMEOUT seconds at most for each step."""
    connection = HTTPConnection(EVERY_ADDRESS.get(host, host), port, timeout=TIMEOUT)
    try:
        connection.request("GET", "/healthz")
        response = connection.getresponse()
        body = response.read().decode(errors="replace")
    except (OSError, HTTPException) as error:
        return f"{host}:{port} does not answer: {error}"
    finally:
        connection.close()
    return None if response.status == 200 else f"{response.status} {body}"


if __name__ == "__main__":
    sys.exit(check(os.environ.get("HOST", ""), int(os.environ.get("PORT", "8080"))))
