# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The application: its routes, put together with the engine, the metrics and the middleware."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from .chat import collect, events
from .cloudwatch import publish
from .engine import Engine
from .errors import ApiError, answer_errors
from .metrics import Metrics
from .middleware import CLIENT_CLOSED_REQUEST, AccessLog, BearerKey
from .schemas import ChatRequest, GenerateRequest
from .settings import Settings
from .streams import ClientGoneError, EventStream, while_connected


def create_app(settings: Settings, metrics: Metrics | None = None, engine: Engine | None = None) -> FastAPI:
    """The server for one model, which begins to load when the application starts."""
    metrics = metrics or Metrics()
    engine = engine or Engine(settings, metrics)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        engine.start()
        reporting = asyncio.create_task(publish(settings, metrics)) if settings.metrics_dimensions else None
        yield
        if reporting:
            reporting.cancel()
        engine.close()

    app = FastAPI(title="llm_server", lifespan=lifespan, redoc_url=None)
    answer_errors(app)
    add_operation_routes(app, engine, metrics)
    add_generation_routes(app, engine)
    if settings.api_key:
        app.add_middleware(BearerKey, key=settings.api_key.get_secret_value())
    app.add_middleware(AccessLog, metrics=metrics)
    return app


def add_operation_routes(app: FastAPI, engine: Engine, metrics: Metrics) -> None:
    """What runs the server asks: is it healthy, and how does it do."""

    @app.get("/healthz")
    async def healthz() -> JSONResponse:
        """200 once the model is loaded, 503 before and when it could not be loaded (then with the reason)."""
        body = {"status": engine.status, "model": engine.model, "reason": engine.reason}
        return JSONResponse(body, 200 if engine.status == "ready" else 503)

    @app.get("/metrics")
    async def show_metrics() -> Response:
        """Prometheus' text format."""
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)


def add_generation_routes(app: FastAPI, engine: Engine) -> None:
    """What users ask."""

    @app.exception_handler(ClientGoneError)
    async def client_gone(_request: Request, _error: ClientGoneError) -> Response:
        return Response(status_code=CLIENT_CLOSED_REQUEST)

    @app.get("/generate", response_class=PlainTextResponse, operation_id="generate_get")
    @app.post("/generate", response_class=PlainTextResponse, operation_id="generate_post")
    async def generate(body: GenerateRequest, request: Request) -> str:
        """The answer to a text, as plain text."""
        answer = await while_connected(request, collect(engine.chunks(body.to_llama(), request.scope["tally"])))
        return answer["choices"][0]["message"]["content"]

    @app.post("/v1/chat/completions", response_model=None)
    async def chat_completions(body: ChatRequest, request: Request) -> Response | dict[str, Any]:
        """OpenAI's chat completions, as one object or as server-sent events."""
        known_model(body.model)
        chunks = engine.chunks(body.to_llama(), request.scope["tally"])
        if not body.stream:
            return await while_connected(request, collect(chunks))
        # What is wrong shows before the first chunk, in time for a status other than 200.
        first = await while_connected(request, anext(chunks))
        return EventStream(events(first, chunks, body.stream_options.include_usage))

    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        """The one model, in a list."""
        return {"object": "list", "data": [described(known_model(None))]}

    @app.get("/v1/models/{name}")
    async def model(name: str) -> dict[str, Any]:
        """One model; there is only one."""
        return described(known_model(name))

    def described(name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": engine.loaded_at, "owned_by": "llm_server"}

    def known_model(name: str | None) -> str:
        engine.ready()
        if name not in (None, engine.model):
            raise ApiError(404, f"there is no model {name}, only {engine.model}", code="model_not_found", param="model")
        return engine.model
