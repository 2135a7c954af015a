# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Names of IAM.

Data alone, which the embedded AWS reads as well. Above each block: AWS's page that says so, and when it was looked at,
or last known to be so. Of a pair (least, most), both are allowed.
"""

from __future__ import annotations

# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html (2026-11-28)
LONGEST_ROLE_NAME = 64
ROLE_NAME = r"[\w+=,.@-]+"
