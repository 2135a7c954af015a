# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What others than the scaling modules ask of Application Auto Scaling."""

from __future__ import annotations

import typing as t

from .._aws.arns import name_of
from .._aws.errors import aws_call
from .._documents.shapes import Document
from .._facts.autoscaling import DIMENSION


@aws_call("describe the scalable target of service {name} in cluster {cluster}")
def scalable_target(client: t.Any, cluster: str, name: str) -> Document | None:
    """Return what autoscaling may do with the service's desired count, None if it is not autoscaling's.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html
    """
    found = client.describe_scalable_targets(
        ServiceNamespace="ecs",
        ResourceIds=[f"service/{name_of(cluster)}/{name}"],
        ScalableDimension=DIMENSION,
    )
    return next(iter(found["ScalableTargets"]), None)
