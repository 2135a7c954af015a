# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts of Elastic Load Balancing: which, what we have of it, what an oracle has, and which oracle that is."""

from __future__ import annotations

import re

from ansible_collections.llmops.ecs.plugins.module_utils._facts import elb
from ansible_collections.llmops.ecs.tests.unit.plugins.module_utils._facts import oracles
from ansible_collections.llmops.ecs.tests.unit.plugins.module_utils._facts.oracles import CFN, MODEL, SAID, said

ELB = "AWS::ElasticLoadBalancingV2"
ATTRIBUTE_RANGE = r"{name} - [^-]*?range is (\d+)-(\d+) seconds"
COOKIE_RANGE = r"{name} - .*?range is (\d+) second to 1 week \((\d+) seconds\)"
HEALTH_CHECK_FIELDS = (
    "HealthCheckIntervalSeconds",
    "HealthCheckTimeoutSeconds",
    "HealthyThresholdCount",
    "UnhealthyThresholdCount",
)


def attribute(name, pattern, shape="TargetGroupAttribute"):
    return said("elbv2", shape, "Key", pattern=pattern.format(name=re.escape(name)))


ROWS = [
    *(
        (
            "elb.LONGEST_NAME",
            elb.LONGEST_NAME,
            said("elbv2", of, "Name", pattern=r"maximum of (\d+) characters"),
            f"{SAID} of {of}",
        )
        for of in ("CreateLoadBalancerInput", "CreateTargetGroupInput")
    ),
    (
        "elb.RESERVED_PREFIX",
        [elb.RESERVED_PREFIX],
        re.findall(r'must not begin with "([^"]+)"', oracles.words("elbv2", "CreateLoadBalancerInput", "Name")),
        SAID,
    ),
    ("elb.RULE_PRIORITY", elb.RULE_PRIORITY, oracles.span(f"{ELB}::ListenerRule", "Priority"), CFN),
    ("elb.RULE_PRIORITY", elb.RULE_PRIORITY, oracles.span_of_shape("elbv2", "RulePriority"), MODEL),
    (
        "elb.VALUES_OF_A_RULE",
        elb.VALUES_OF_A_RULE,
        oracles.member(f"{ELB}::ListenerRule", "PathPatternConfig.Values")["maxItems"],
        CFN,
    ),
    (
        "elb.TARGET_GROUP_WEIGHT",
        elb.TARGET_GROUP_WEIGHT,
        said("elbv2", "TargetGroupTuple", "Weight", pattern=r"range is (\d+) to (\d+)"),
        SAID,
    ),
    (
        "elb.HEALTH_CHECK",
        elb.HEALTH_CHECK,
        {of: oracles.span(f"{ELB}::TargetGroup", of) for of in HEALTH_CHECK_FIELDS},
        CFN,
    ),
    *(
        ("elb.HEALTH_CHECK", elb.HEALTH_CHECK[of], oracles.span_of_shape("elbv2", name), f"{MODEL} of {name}")
        for of, name in zip(
            HEALTH_CHECK_FIELDS, (*HEALTH_CHECK_FIELDS[:2], *["HealthCheckThresholdCount"] * 2), strict=True
        )
    ),
    (
        "elb.MATCHED_CODES",
        elb.MATCHED_CODES,
        said(
            "elbv2",
            "Matcher",
            "HttpCode",
            pattern=r"Network Load Balancers, you can specify values between (\d+) and (\d+)",
        ),
        SAID,
    ),
    *(
        (
            "elb.LOAD_BALANCER_ATTRIBUTES",
            limits,
            attribute(name, ATTRIBUTE_RANGE, "LoadBalancerAttribute"),
            f"{SAID} of {name}",
        )
        for name, limits in elb.LOAD_BALANCER_ATTRIBUTES.items()
    ),
    (
        "elb.IDLE_TIMEOUT_DEFAULT",
        elb.IDLE_TIMEOUT_DEFAULT,
        attribute("idle_timeout.timeout_seconds", r"{name} - .*?default is (\d+)", "LoadBalancerAttribute"),
        SAID,
    ),
    *(
        (
            "elb.TARGET_GROUP_ATTRIBUTES",
            limits,
            attribute(name, COOKIE_RANGE if "cookie" in name else ATTRIBUTE_RANGE),
            f"{SAID} of {name}",
        )
        for name, limits in elb.TARGET_GROUP_ATTRIBUTES.items()
    ),
    ("elb.SLOW_START", elb.SLOW_START, attribute("slow_start.duration_seconds", ATTRIBUTE_RANGE), SAID),
    (
        "elb.SESSION_TIMEOUT_DEFAULT",
        elb.SESSION_TIMEOUT_DEFAULT,
        said("elbv2", "AuthenticateOidcActionConfig", "SessionTimeout", pattern=r"default is (\d+) seconds"),
        SAID,
    ),
    (
        "elb.TAGS_DESCRIBED_AT_ONCE",
        elb.TAGS_DESCRIBED_AT_ONCE,
        said("elbv2", "DescribeTagsInput", "ResourceArns", pattern=r"up to (\d+)"),
        SAID,
    ),
]
