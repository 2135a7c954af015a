# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Names and retention of CloudWatch Logs.

Data alone, which the embedded AWS reads as well. Above each block: AWS's page that says so, and when it was looked at,
or last known to be so. Of a pair (least, most), both are allowed.
"""

from __future__ import annotations

# Days.
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html (2026-11-28)
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html (2026-11-28)
LONGEST_GROUP_NAME = 512
GROUP_NAME = r"[\.\-_/#A-Za-z0-9]+"
