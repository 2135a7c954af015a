# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers' output in CloudWatch Logs, as the awslogs driver writes it.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from moto.logs.models import LogStream, logs_backends

from ..cloudwatch import emf
from ..cloudwatch.store import METRICS, Key

# Every container writes from a thread of its own.
_lock = threading.Lock()


def open_stream(account: str, region: str, container: dict[str, Any], task_id: str) -> Callable[[str], None] | None:
    """Make the log stream of a task's container and return what writes a line to it; None without awslogs.

    Raises LookupError if the group does not exist and awslogs-create-group is not "true".
    """
    configuration = container.get("logConfiguration", {})
    if configuration.get("logDriver") != "awslogs":
        return None
    options = configuration.get("options", {})
    backend = logs_backends[account][options.get("awslogs-region", region)]
    name = options.get("awslogs-group", "")
    if options.get("awslogs-create-group") == "true":
        backend.ensure_log_group(name)
    if name not in backend.groups:
        raise LookupError(name)
    stream_name = "/".join(filter(None, (options.get("awslogs-stream-prefix"), container["name"], task_id)))
    backend.ensure_log_stream(name, stream_name)
    return _writer(backend.groups[name].streams[stream_name], account, options.get("awslogs-region", region))


def _writer(stream: LogStream, account: str, region: str) -> Callable[[str], None]:
    def write(line: str) -> None:
        event = {"timestamp": int(time.time() * 1000), "message": line}
        with _lock:
            stream.put_log_events([event])
        # They count when they come: the process tells the time of its own clock, which is not CloudWatch's.
        for namespace, name, dimensions, unit, values in emf.data(line):
            METRICS.add_all(Key(account, region, namespace, name, dimensions, unit), values)

    return write
