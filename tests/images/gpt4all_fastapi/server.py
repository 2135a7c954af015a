# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server with the routes and the manners of a FastAPI server over gpt4all, without its gigabytes of model.

The model is loaded before the port opens; GET /generate takes a JSON body and answers in plain text; nothing else is
answered while it generates; /openapi.json and /docs are all that a health check can ask for.

MODE tells it to misbehave: C(crash) ends at once with exit code 3, C(deaf) never opens the port.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

VERSION = "1"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/openapi.json":
            self.answer(200, "application/json", json.dumps({"openapi": "3.1.0", "info": {"version": VERSION}}))
        elif self.path == "/docs":
            self.answer(200, "text/html", "<title>docs</title>")
        elif self.path == "/generate":
            self.generate(body)
        else:
            self.answer(404, "application/json", '{"detail":"Not Found"}')

    def generate(self, body: bytes) -> None:
        try:
            asked = json.loads(body)
            text, count = asked["text"], int(asked.get("max_tokens", 200))
        except (ValueError, KeyError, TypeError) as error:
            self.answer(422, "application/json", json.dumps({"detail": str(error)}))
            return
        self.answer(200, "text/plain; charset=utf-8", " ".join(f"{text} (answer {VERSION})".split()[:count]))

    def answer(self, status: int, kind: str, body: str) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def main() -> None:
    mode = os.environ.get("MODE", "")
    print(f"loading the model, version {VERSION}", flush=True)
    if mode == "crash":
        print("cannot load the model: it is broken", file=sys.stderr, flush=True)
        sys.exit(3)
    if mode == "deaf":
        threading.Event().wait()
    time.sleep(float(os.environ.get("LOAD_SECONDS", "0.5")))
    HTTPServer((os.environ.get("HOST", "0.0.0.0"), int(os.environ.get("PORT", "8080"))), Handler).serve_forever()


if __name__ == "__main__":
    main()
