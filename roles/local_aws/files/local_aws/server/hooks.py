# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the embedded AWS takes the place of moto's parts: the one list of it."""

from __future__ import annotations

from moto.applicationautoscaling import models as autoscaling_models
from moto.applicationautoscaling import urls as autoscaling_urls
from moto.cloudwatch import urls as cloudwatch_urls
from moto.ecs import models as ecs_models
from moto.ecs import urls as ecs_urls

from ..alb import api
from ..autoscaling.actions import AutoscalingResponses
from ..autoscaling.target import AutoscalingBackend
from ..cloudwatch.alarm_actions import CloudWatchResponses
from ..ecs.actions.responses import EcsResponses
from ..ecs.state import EcsBackend
from ..moto_fixes import acm, ecr, tagging
from ..network import vpc
from . import gate

# By this pattern moto's services that have one address for all actions find their class of answers.
ROOT = "{0}/$"


def install() -> None:
    """Set all our hooks in moto, before its first request; nothing is started."""
    for module in (gate, vpc, ecr, api, acm, tagging):
        module.install()
    ecs_models.ecs_backends.backend = EcsBackend
    ecs_urls.url_paths[ROOT] = EcsResponses.dispatch
    cloudwatch_urls.url_paths[ROOT] = CloudWatchResponses.dispatch
    autoscaling_models.applicationautoscaling_backends.backend = AutoscalingBackend
    autoscaling_urls.url_paths[ROOT] = AutoscalingResponses.dispatch
