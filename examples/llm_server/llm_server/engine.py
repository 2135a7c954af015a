# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model in its threads: loading, the queue, and answers as asynchronous streams of chunks."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from .errors import ApiError, from_llama
from .metrics import Metrics
from .model import ModelError, load, model_path
from .settings import Settings
from .tally import Tally

log = logging.getLogger(__name__)

Chunk = dict[str, Any]


class Llama(Protocol):
    """The one method of xllamacpp.Server that is used: it calls back with each chunk until that returns True."""

    def handle_chat_completions(self, body: dict[str, Any], callback: Callable[[Chunk], bool]) -> None: ...


class Engine:
    """One model. All its methods are called on the event loop; loading and generating happen in threads."""

    def __init__(
        self, settings: Settings, metrics: Metrics, load_model: Callable[[Settings, Path], Llama] = load
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._load_model = load_model
        self._llama: Llama | None = None
        self._slots = asyncio.Semaphore(settings.parallel)
        self._waiting = 0
        self._threads = ThreadPoolExecutor(settings.parallel, thread_name_prefix="generate")
        self.status = "loading"
        self.reason: str | None = None
        self.model = ""
        self.loaded_at = 0

    def start(self) -> None:
        """Begin to load the model; returns at once. The thread is a daemon: a process that must end does not wait."""
        threading.Thread(target=self._load, name="load", daemon=True).start()

    def _load(self) -> None:
        started = time.perf_counter()
        try:
            path = model_path(self._settings)
            self.model = path.stem
            self._llama = self._load_model(self._settings, path)
        except Exception as error:
            self.reason = str(error) or repr(error)
            self.status = "failed"
            log.error("the model is not loaded: %s", self.reason, exc_info=not isinstance(error, ModelError))
        else:
            self.loaded_at = int(time.time())
            self.status = "ready"
            self._metrics.model_loaded.set(1)
            log.info("the model %s is loaded after %.2f s", self.model, time.perf_counter() - started)

    def close(self) -> None:
        """Let the model go. Answers that still run are finished first."""
        self._threads.shutdown(wait=True)
        self._llama = None

    def ready(self) -> Llama:
        """llama.cpp with the model. Raises ApiError 503 while there is none."""
        if self._llama is None:
            raise ApiError(503, self.reason or "the model is loading", code=f"model_{self.status}")
        return self._llama

    async def chunks(self, body: dict[str, Any], tally: Tally) -> AsyncGenerator[Chunk]:
        """Answer a chat request of llama.cpp's: OpenAI's chunks, the token counts in the last one.

        Whoever closes the generator stops the generation, at the next token or batch of the prompt.
        Raises ApiError before the first chunk: 503 when the model or the queue says no, 400 for what llama.cpp refuses.
        """
        llama = self.ready()
        with self._metrics.in_flight.track_inprogress():
            await self._take_slot()
            self._metrics.slots_busy.inc()
            loop = asyncio.get_running_loop()
            arrived: asyncio.Queue[Chunk | None] = asyncio.Queue()
            closed = threading.Event()

            def on_chunk(chunk: Chunk) -> bool:
                tally.observe(chunk)
                loop.call_soon_threadsafe(arrived.put_nowait, chunk)
                return closed.is_set()

            def on_end(work: asyncio.Future[None]) -> None:
                self._slots.release()
                self._metrics.slots_busy.dec()
                self._count(tally)
                failure = work.exception()
                if failure and not isinstance(failure, ValueError):
                    log.error("the generation failed", exc_info=failure)
                arrived.put_nowait(None)

            request = {**body, "stream": True, "return_progress": True, "stream_options": {"include_usage": True}}
            work = loop.run_in_executor(self._threads, llama.handle_chat_completions, request, on_chunk)
            # A cancelled request's thread ends a moment after it; only then its slot is free and its tokens are known.
            work.add_done_callback(on_end)
            try:
                while (chunk := await arrived.get()) is not None:
                    if "error" in chunk:
                        raise from_llama(chunk["error"])
                    if "prompt_progress" not in chunk:
                        yield chunk
                if isinstance(failure := work.exception(), ValueError):
                    raise ApiError(400, str(failure)) from failure
                if failure:
                    raise ApiError(500, "the generation failed; the server's log says more") from failure
            finally:
                closed.set()

    async def _take_slot(self) -> None:
        if self._slots.locked() and self._waiting >= self._settings.max_queue:
            self._metrics.refused.inc()
            raise ApiError(503, f"{self._waiting} requests wait already, try again later", code="queue_full")
        self._waiting += 1
        self._metrics.queue_length.set(self._waiting)
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
            self._metrics.queue_length.set(self._waiting)

    def _count(self, tally: Tally) -> None:
        self._metrics.prompt_tokens.inc(tally.prompt_tokens)
        self._metrics.generated_tokens.inc(tally.generated_tokens)
        if tally.time_to_first_token is not None:
            self._metrics.time_to_first_token.observe(tally.time_to_first_token)
