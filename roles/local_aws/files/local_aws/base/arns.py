# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an Amazon Resource Name says of where something is.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations


def account_and_region(arn: str) -> tuple[str, str]:
    """Return the account's number and the region that an ARN names."""
    _arn, _partition, _service, region, account, _resource = arn.split(":", 5)
    return account, region
