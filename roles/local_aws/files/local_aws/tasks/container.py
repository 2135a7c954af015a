# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A container of a task: one process, its health probes, and what DescribeTasks says about it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from typing import Any

from .health import UNKNOWN, Health, HealthCheck
from .images import IMAGES, expand
from .processes import Process, spawn
from .start import StartFailure

DEFAULT_STOP_TIMEOUT = 30
MIB = 1024 * 1024


class Container:
    """A container definition that a task runs; its status is PENDING, RUNNING or STOPPED."""

    def __init__(self, definition: dict[str, Any], digest: str | None) -> None:
        self.definition = definition
        self.name: str = definition["name"]
        self.essential: bool = definition.get("essential", True)
        self.digest = digest
        self.id = str(uuid.uuid4())
        self.status = "PENDING"
        self.exit_code: int | None = None
        self.reason: str | None = None
        self._environment: dict[str, str] = {}
        self._process: Process | None = None
        self._health: Health | None = None
        self._probe: Process | None = None
        self._probe_deadline = 0.0
        self._kill_at: float | None = None

    @property
    def port(self) -> int | None:
        """The first mapped container port."""
        return next((mapping["containerPort"] for mapping in self.definition.get("portMappings", [])), None)

    @property
    def health(self) -> str | None:
        """The health status, or None without a health check."""
        if "healthCheck" not in self.definition:
            return None
        return self._health.status if self._health else UNKNOWN

    @property
    def is_running(self) -> bool:
        return self.status == "RUNNING"

    @property
    def process_group(self) -> int | None:
        """The number of its process group while it runs."""
        return self._process.pid if self._process and self.is_running else None

    def start(
        self, host: str | None, environment: dict[str, str], on_line: Callable[[str], None] | None, now: float
    ) -> None:
        """Start the process with the given environment on top of the image's. Raises StartFailure."""
        spec = IMAGES.get(self.definition["image"])
        if spec is None:
            raise StartFailure(f"CannotStartContainerError: no such image: {self.definition['image']}")
        self._environment = {
            "HOME": os.environ.get("HOME", "/"),
            **spec.environment,
            "PATH": os.pathsep.join([*spec.path, spec.environment.get("PATH", os.environ.get("PATH", os.defpath))]),
            **environment,
            "HOST": host or "",
        }
        if self.port:
            self._environment["PORT"] = str(self.port)
        argv = self._words(spec.argv(self.definition.get("entryPoint"), self.definition.get("command")))
        self._cwd = self.definition.get("workingDirectory") or spec.working_directory
        try:
            self._process = spawn(argv or [""], self._environment, self._cwd, on_line)
        except OSError as error:
            raise StartFailure(
                f"CannotStartContainerError: OCI runtime create failed: unable to start container process: "
                f"{error.filename or argv}: {error.strerror}"
            ) from error
        self.status = "RUNNING"
        if "healthCheck" in self.definition:
            self._health = Health(HealthCheck.parse(self.definition["healthCheck"]), now)

    def watch(self, now: float) -> None:
        """Notice that the process has ended, probe its health when that is due."""
        if self._process is None or not self.is_running:
            return
        self.exit_code = self._process.poll()
        if self.exit_code is not None:
            self.status = "STOPPED"
            self._end_probe()
        elif self._health and self._kill_at is None:
            self._check_health(self._health, now)

    def enforce_memory(self, used: dict[int, int], task_memory: int) -> None:
        """Kill the process when its group uses more than the limit: the container's own or else the task's, in MiB."""
        limit = self.definition.get("memory") or task_memory
        if self._process and self.is_running and used.get(self._process.pid, 0) > limit * MIB:
            self.reason = "OutOfMemoryError: Container killed due to memory usage"
            self._process.kill()

    def end(self, now: float) -> None:
        """Bring the process closer to its end: SIGTERM first, SIGKILL when stopTimeout is over."""
        assert self._process
        if self._kill_at is None:
            self._kill_at = now + self.definition.get("stopTimeout", DEFAULT_STOP_TIMEOUT)
            self._process.terminate()
            self._end_probe()
        elif now >= self._kill_at:
            self._process.kill()

    def destroy(self) -> None:
        """End the process at once."""
        self._end_probe()
        if self._process:
            self._process.destroy()

    def describe(self, task_arn: str, interfaces: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the Container of DescribeTasks.

        https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Container.html
        """
        prefix, _word, task = task_arn.partition(":task/")
        optional = {"imageDigest": self.digest, "exitCode": self.exit_code, "reason": self.reason}
        sizes = {key: str(self.definition[key]) for key in ("memory", "memoryReservation") if key in self.definition}
        return {
            "containerArn": f"{prefix}:container/{task}/{self.id}",
            "taskArn": task_arn,
            "name": self.name,
            "image": self.definition["image"],
            "runtimeId": f"{task.rpartition('/')[2]}-{int(self.id[:8], 16)}",
            "lastStatus": self.status,
            "networkBindings": [],
            "networkInterfaces": interfaces,
            "healthStatus": self.health or UNKNOWN,
            "cpu": str(self.definition.get("cpu", 0)),
            **sizes,
            **{key: value for key, value in optional.items() if value is not None},
        }

    def _words(self, words: list[str]) -> list[str]:
        return [expand(word, self._environment) for word in words]

    def _check_health(self, health: Health, now: float) -> None:
        if self._probe:
            code = self._probe.poll()
            if code is not None:
                self._probe = None
                health.record(code == 0, now)
            elif now >= self._probe_deadline:
                self._probe.kill()  # Its exit code, 137, is a failure.
        elif health.due(now):
            self._probe_deadline = now + health.check.timeout
            try:
                self._probe = spawn(self._words(health.check.argv), self._environment, self._cwd)
            except OSError:
                health.record(False, now)

    def _end_probe(self) -> None:
        if self._probe:
            self._probe.destroy()
            self._probe = None


def overridden_by(definition: dict[str, Any], override: dict[str, Any]) -> dict[str, Any]:
    """Return the container definition with a RunTask override applied; environment variables are merged by name."""
    environment = {
        item["name"]: item for item in [*definition.get("environment", []), *override.get("environment", [])]
    }
    changed = {
        key: value for key, value in override.items() if key in ("command", "cpu", "memory", "memoryReservation")
    }
    return {**definition, **changed, "environment": list(environment.values())}
