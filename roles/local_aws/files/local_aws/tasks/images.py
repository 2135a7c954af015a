# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Container images of this AWS: a name stands for a command on this machine, its environment and its files."""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VARIABLE = re.compile(r"\$(?:\{(HOST|PORT)\}|(HOST|PORT)\b)")


@dataclass(frozen=True)
class ImageSpec:
    """What an image runs: `command` (list), in `working_directory`, with `environment` and `path` put before PATH."""

    command: list[str] = field(default_factory=list)
    working_directory: str | None = None
    environment: dict[str, str] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)

    @classmethod
    def parse(cls, name: str, document: Any) -> ImageSpec:
        """Read one image's JSON document. Raises ValueError naming the image and the field that is wrong."""
        checks = {"command": _is_words, "working_directory": _is_text, "environment": _is_texts, "path": _is_words}
        if not isinstance(document, dict):
            raise ValueError(f"image {name!r}: expected an object with {', '.join(checks)}, found {document!r}")
        for key, value in document.items():
            if key not in checks:
                raise ValueError(f"image {name!r}: unknown field {key!r}; known are {', '.join(checks)}")
            if not checks[key](value):
                raise ValueError(f"image {name!r}: {key} has a value of the wrong type: {value!r}")
        return cls(**document)

    def argv(self, entry_point: list[str] | None, command: list[str] | None) -> list[str]:
        """Return the words to run; as in Docker a command replaces the image's, and so does an entry point."""
        return [*(entry_point or []), *(command or ([] if entry_point else self.command))]


class Images:
    """The images that exist. A name without a tag means `:latest`, and `name@sha256:...` names one content."""

    def __init__(self) -> None:
        self._specs: dict[str, ImageSpec] = {}
        self._file_digests: dict[tuple[str, int, int], str] = {}
        self._lock = threading.Lock()

    def replace(self, documents: dict[str, Any]) -> bool:
        """Make these the images and return whether that changed anything. Raises ValueError; then nothing changed."""
        specs = {_tagged(name): ImageSpec.parse(name, document) for name, document in documents.items()}
        with self._lock:
            changed = specs != self._specs
            self._specs = specs
        return changed

    def names(self) -> list[str]:
        """Return the names with their tags, sorted."""
        return sorted(self._specs)

    def get(self, name: str) -> ImageSpec | None:
        """Return what the image runs, or None if there is no such image."""
        if "@" not in name:
            return self._specs.get(_tagged(name))
        repository, _at, digest = name.partition("@")
        found = next(
            (known for known in self.names() if _is_in(known, repository) and self.digest(known) == digest), None
        )
        return self._specs[found] if found else None

    def digest(self, name: str) -> str | None:
        """Return "sha256:..." over the image's spec and its working directory's files; None if there is no image."""
        spec = self.get(name)
        if spec is None:
            return None
        if "@" in name:
            return name.partition("@")[2]
        digest = hashlib.sha256(json.dumps(vars(spec), sort_keys=True).encode())
        for path in _files(spec.working_directory):
            digest.update(f"{path}\0{self._file_digest(path)}\n".encode())
        return f"sha256:{digest.hexdigest()}"

    def _file_digest(self, path: Path) -> str:
        """Read a file again only if its size or time changed."""
        try:
            state = path.stat()
            key = (str(path), state.st_size, state.st_mtime_ns)
            if key not in self._file_digests:
                with path.open("rb") as file:
                    self._file_digests[key] = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:  # Gone or unreadable meanwhile: it is not part of what runs.
            return ""
        return self._file_digests[key]


def expand(word: str, environment: dict[str, str]) -> str:
    """Replace $HOST, ${HOST}, $PORT and ${PORT} in a word of a command; no other variable is touched."""
    return VARIABLE.sub(lambda match: environment.get(match[1] or match[2], ""), word)


def _tagged(name: str) -> str:
    return name if "@" in name or ":" in name.rpartition("/")[2] else f"{name}:latest"


def _is_in(name: str, repository: str) -> bool:
    return name.rpartition(":")[0] == _tagged(repository).rpartition(":")[0]


def _files(directory: str | None) -> Iterator[Path]:
    """Yield the directory's files in a stable order, without hidden folders and caches, which no build takes in."""
    if directory:
        for folder, folders, names in os.walk(directory):
            folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__pycache__")
            yield from (Path(folder, name) for name in sorted(names))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _is_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


IMAGES = Images()
