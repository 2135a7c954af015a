# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What the things cost that the documentation names a price of: USD an hour, in us-east-1.

Data alone, which the embedded AWS reads as well. Above each block: AWS's page that says so, and when it was looked at,
or last known to be so. Of a pair (least, most), both are allowed.
"""

from __future__ import annotations

# A task on Fargate: Linux on x86, on demand, each vCPU and each GB of memory.
# https://aws.amazon.com/fargate/pricing/ (known 2026-03)
FARGATE_VCPU = 0.04048
FARGATE_GB = 0.004445

# A load balancer, without the capacity units that it uses.
# https://aws.amazon.com/elasticloadbalancing/pricing/ (known 2026-11)
APPLICATION_LOAD_BALANCER = 0.0225

# https://aws.amazon.com/vpc/pricing/ (known 2026-11)
PUBLIC_IPV4_ADDRESS = 0.005
