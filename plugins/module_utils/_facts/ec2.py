# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Subnets and security groups of Amazon EC2.

Data alone, which the embedded AWS reads as well. Above each block: AWS's page that says so, and when it was looked at,
or last known to be so. Of a pair (least, most), both are allowed.
"""

from __future__ import annotations

# Prefix lengths of IPv4 subnets, the largest block first.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html (2026-11-28)
SUBNET_PREFIX_LENGTH = (16, 28)

# Descriptions of groups and of rules.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html (2026-11-28)
LONGEST_DESCRIPTION = 255
DESCRIPTION_CHARACTERS = r"a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*"

# Rules a group, of each direction: a quota that AWS raises on request.
# https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html (known 2026-11)
SECURITY_GROUP_RULES = 60
