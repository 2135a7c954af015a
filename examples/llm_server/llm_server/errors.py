# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors, all of them answered in the form that OpenAI's clients read.

https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

RETRY_AFTER = 2


class ApiError(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, message: str, *, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.param = status, message, code, param

    @property
    def body(self) -> dict[str, Any]:
        """The JSON body."""
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}

    @property
    def headers(self) -> dict[str, str]:
        """Headers that the status calls for."""
        if self.status == 503:
            return {"Retry-After": str(RETRY_AFTER)}
        return {"WWW-Authenticate": "Bearer"} if self.status == 401 else {}

    def response(self) -> JSONResponse:
        """The whole answer."""
        return JSONResponse(self.body, self.status, self.headers)


def from_validation(problems: Sequence[Any]) -> ApiError:
    """A 400 from pydantic's list of problems: it names each field, and never repeats what was sent."""

    def path(problem: Any) -> list[str]:
        if problem["type"] == "json_invalid":
            return ["body"]
        return [str(part) for part in problem["loc"] if part != "body"] or ["body"]

    message = "; ".join(f"{'.'.join(path(problem))}: {problem['msg']}" for problem in problems)
    return ApiError(400, message, param=path(problems[0])[0])


def from_llama(error: dict[str, Any]) -> ApiError:
    """From the `error` object that llama.cpp answers with."""
    kind = error.get("type")
    code = "context_length_exceeded" if kind == "exceed_context_size_error" else None
    return ApiError(int(error.get("code", 500)), str(error.get("message", error)), code=code)


def answer_errors(app: FastAPI) -> None:
    """Make the application answer every error in this form."""

    @app.exception_handler(ApiError)
    async def api_error(_request: Request, error: ApiError) -> JSONResponse:
        return error.response()

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        if "json" not in request.headers.get("content-type", ""):
            return ApiError(400, "send JSON, and say so: 'Content-Type: application/json'", param="body").response()
        return from_validation(error.errors()).response()

    @app.exception_handler(HTTPException)
    async def http_error(_request: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse(ApiError(error.status_code, error.detail).body, error.status_code, error.headers)

    @app.exception_handler(Exception)
    async def unexpected(_request: Request, _error: Exception) -> JSONResponse:
        return ApiError(500, "internal error; the server's log says more").response()
