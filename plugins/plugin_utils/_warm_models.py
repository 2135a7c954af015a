# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWS service models, parsed once for all tasks."""

from __future__ import annotations

import sys
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


def attempt(load, *args, **kwargs):
    """Load something, or return None: what cannot be had fails where it is wanted, with the right message."""
    try:
        return load(*args, **kwargs)
    except Exception:
        return None
