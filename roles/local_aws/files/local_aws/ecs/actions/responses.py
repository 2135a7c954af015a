# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ECS's answers: all actions in one class, each request under the one lock of the state."""

from __future__ import annotations

from typing import Any

from moto.ecs.responses import EC2ContainerServiceResponse

from ...base.lock import LOCK
from .clusters import ClusterActions
from .deployments import DeploymentActions
from .services import ServiceActions
from .task_definitions import TaskDefinitionActions
from .tasks import TaskActions


class EcsResponses(
    ClusterActions, TaskDefinitionActions, ServiceActions, DeploymentActions, TaskActions, EC2ContainerServiceResponse
):
    """What is not one of ours (account settings, capacity providers of one's own) is moto's."""

    @classmethod
    def dispatch(cls, *args: Any, **kwargs: Any) -> Any:
        """Answer a request while the scheduler waits."""
        with LOCK:
            return super().dispatch(*args, **kwargs)
