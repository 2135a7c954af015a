# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Names, limits and batches of Elastic Load Balancing, of application load balancers above all.

Data alone, which the embedded AWS reads as well. Above each block: AWS's page that says so, and when it was looked at,
or last known to be so. Of a pair (least, most), both are allowed.
"""

from __future__ import annotations

# Names of load balancers and target groups: no hyphen at an end, and no load balancer's name begins with the prefix.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html (2026-11-28)
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html (2026-11-28)
LONGEST_NAME = 32
NAME = r"[A-Za-z0-9-]+"
RESERVED_PREFIX = "internal-"

# Availability zones of an application load balancer, at least.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-subnets.html (2026-11-28)
FEWEST_ZONES = 2

# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html (2026-11-28)
RULE_PRIORITY = (1, 50000)

# The values of all conditions of a rule together: one condition can have them all. The user guide speaks of three a
# condition, but AWS's schema has five, and AWS answers to more: A rule can only have '5' condition values.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html (2026-11-28)
VALUES_OF_A_RULE = 5

# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupTuple.html (2026-11-28)
TARGET_GROUP_WEIGHT = (0, 999)

# Seconds, and counts in a row.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html (2026-11-28)
HEALTH_CHECK = {
    "HealthCheckIntervalSeconds": (5, 300),
    "HealthCheckTimeoutSeconds": (2, 120),
    "HealthyThresholdCount": (2, 10),
    "UnhealthyThresholdCount": (2, 10),
}

# Codes that a health check can take for healthy. The most are a network load balancer's, 499 an application's.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Matcher.html (2026-11-28)
MATCHED_CODES = (200, 599)

# Seconds.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html (2026-11-28)
LOAD_BALANCER_ATTRIBUTES = {"idle_timeout.timeout_seconds": (1, 4000), "client_keep_alive.seconds": (60, 604800)}
IDLE_TIMEOUT_DEFAULT = 60

# Seconds. Slow start can be 0 as well, which is off.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html (2026-11-28)
TARGET_GROUP_ATTRIBUTES = {
    "deregistration_delay.timeout_seconds": (0, 3600),
    "stickiness.lb_cookie.duration_seconds": (1, 604800),
    "stickiness.app_cookie.duration_seconds": (1, 604800),
}
SLOW_START = (30, 900)

# Seconds.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AuthenticateOidcActionConfig.html
# (2026-11-28)
SESSION_TIMEOUT_DEFAULT = 604800

# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html (2026-11-28)
TAGS_DESCRIBED_AT_ONCE = 20
