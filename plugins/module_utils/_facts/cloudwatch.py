# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Alarms and statistics of CloudWatch.

Data alone, which the embedded AWS reads as well. Above each block: AWS's page that says so, and when it was looked at,
or last known to be so. Of a pair (least, most), both are allowed.
"""

from __future__ import annotations

# Characters of an alarm's name.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html (2026-11-28)
LONGEST_ALARM_NAME = 255

# Seconds: an alarm's period is one of these, or a multiple of a minute; all its periods together have a limit, which is
# another one from the long period on.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html (2026-11-28)
SHORT_PERIODS = (10, 20, 30)
LONG_PERIOD = 3600
LONGEST_EVALUATION = 86_400
LONGEST_EVALUATION_OF_LONG_PERIODS = 604_800

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html (2026-11-28)
STATISTICS = ("Average", "Minimum", "Maximum", "SampleCount", "Sum")
TREAT_MISSING_DATA = ("notBreaching", "breaching", "ignore", "missing")

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html (2026-11-28)
ALARMS_DELETED_AT_ONCE = 100
