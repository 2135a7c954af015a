# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Names and limits of Application Auto Scaling, as far as services of ECS are concerned.

Data alone, which the embedded AWS reads as well. Above each block: AWS's page that says so, and when it was looked at,
or last known to be so. Of a pair (least, most), both are allowed.
"""

from __future__ import annotations

# https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html (2026-11-28)
DIMENSION = "ecs:service:DesiredCount"

# No control character, none of : / |, and no space at its ends.
# https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html (2026-11-28)
LONGEST_SCHEDULED_ACTION_NAME = 256
SCHEDULED_ACTION_NAME = r"[^\x00-\x1f\x7f-\x9f:/|]{1,256}"

# https://docs.aws.amazon.com/autoscaling/application/APIReference/API_StepScalingPolicyConfiguration.html (2026-11-28)
ADJUSTMENT_TYPES = ("ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity")
AGGREGATIONS = ("Average", "Minimum", "Maximum")

# Statistics of a metric of one's own that is tracked.
# https://docs.aws.amazon.com/autoscaling/application/APIReference/API_CustomizedMetricSpecification.html (2026-11-28)
TRACKED_STATISTICS = ("Average", "Minimum", "Maximum", "SampleCount", "Sum")

# Seconds, and percent.
# https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredictiveScalingPolicyConfiguration.html
# (2026-11-28)
SCHEDULING_BUFFER_TIME = (0, 3600)
MAX_CAPACITY_BUFFER = (0, 100)
