# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWS service models, parsed once for all tasks."""

from __future__ import annotations

import functools
import importlib
import logging
import sys
import types
from collections.abc import Iterator


def models(services: list[str]) -> Iterator[None]:
    """Parse what botocore reads of itself, a service at a time, and have each new session begin with it.

    A session that looks for models in folders of its own (AWS_DATA_PATH, data_path) begins with nothing, as ever.
    """
    loaders = sys.modules.get("botocore.loaders")
    if loaders is None:
        return
    loader = loaders.Loader()
    original = loaders.Loader.__init__

    def init(self, *args, **kwargs):
        original(self, *args, **kwargs)
        if self.__class__ is loaders.Loader and not args and not kwargs:
            self._cache.update(loader._cache)

    loaders.Loader.__init__ = init
    attempt(share_events)
    yield
    for name in ("endpoints", "partitions", "sdk-default-configuration", "_retry"):
        attempt(loader.load_data, name)
        yield
    for service in services:
        # With the arguments that botocore's client has: they are the key to what is kept.
        model = attempt(loader.load_service_model, service, "service-2", api_version=None)
        attempt(loader.load_service_model, service, "endpoint-rule-set-1", api_version=None)
        yield
        if model:
            for kind in ("paginators-1", "waiters-2"):
                attempt(loader.load_service_model, service, kind, model["metadata"]["apiVersion"])
                yield


def share_events() -> None:
    """Have each new session begin with what botocore finds out about its own events and their handlers.

    In each of a task's two sessions it looks for all events among those that were renamed, and at all signatures.
    """
    hooks = importlib.import_module("botocore.hooks")
    names: dict[str, str] = {}
    original, original_accepts = hooks.EventAliaser.__init__, hooks.accepts_kwargs
    accepts = functools.cache(original_accepts)

    def init(self, *args, **kwargs):
        original(self, *args, **kwargs)
        # Whoever wants to know reads of each renaming in the log.
        if self._event_aliases == hooks.EVENT_ALIASES and not hooks.logger.isEnabledFor(logging.DEBUG):
            self._alias_name_cache.update(names)

    def accepts_kwargs(function):
        return (accepts if isinstance(function, types.FunctionType) else original_accepts)(function)

    hooks.EventAliaser.__init__, hooks.accepts_kwargs = init, accepts_kwargs
    names.update(importlib.import_module("botocore.session").Session()._events._alias_name_cache)


def attempt(load, *args, **kwargs):
    """Load something, or return None: what cannot be had fails where it is wanted, with the right message."""
    try:
        return load(*args, **kwargs)
    except Exception:
        return None
