# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts of the smaller services: which, what we have of it, what an oracle has, and which oracle that is."""

from __future__ import annotations

import re

from ansible_collections.llmops.ecs.plugins.module_utils._facts import (
    acm,
    autoscaling,
    cloudwatch,
    ec2,
    iam,
    logs,
    secretsmanager,
)
from ansible_collections.llmops.ecs.tests.unit.plugins.module_utils._facts import oracles
from ansible_collections.llmops.ecs.tests.unit.plugins.module_utils._facts.oracles import CFN, MODEL, SAID, said

ALARM, POLICY = "AWS::CloudWatch::Alarm", "AWS::ApplicationAutoScaling::ScalingPolicy"
NO_PERIOD = oracles.rule("aws_cloudwatch_alarm/period")["then"]["properties"]["Period"]

ROWS = [
    (
        "logs.RETENTION_DAYS",
        list(logs.RETENTION_DAYS),
        oracles.member("AWS::Logs::LogGroup", "RetentionInDays")["enum"],
        CFN,
    ),
    (
        "logs.RETENTION_DAYS",
        list(logs.RETENTION_DAYS),
        [
            int(days)
            for days in re.findall(r"\d+", oracles.words("logs", "PutRetentionPolicyRequest", "retentionInDays"))
        ],
        SAID,
    ),
    (
        "logs.LONGEST_GROUP_NAME",
        logs.LONGEST_GROUP_NAME,
        oracles.member("AWS::Logs::LogGroup", "LogGroupName")["maxLength"],
        CFN,
    ),
    ("logs.LONGEST_GROUP_NAME", logs.LONGEST_GROUP_NAME, oracles.shape("logs", "LogGroupName").metadata["max"], MODEL),
    ("logs.GROUP_NAME", logs.GROUP_NAME, oracles.shape("logs", "LogGroupName").metadata["pattern"], MODEL),
    (
        "cloudwatch.LONGEST_ALARM_NAME",
        cloudwatch.LONGEST_ALARM_NAME,
        oracles.member(ALARM, "AlarmName")["maxLength"],
        CFN,
    ),
    (
        "cloudwatch.LONGEST_ALARM_NAME",
        cloudwatch.LONGEST_ALARM_NAME,
        oracles.shape("cloudwatch", "AlarmName").metadata["max"],
        MODEL,
    ),
    ("cloudwatch.SHORT_PERIODS", {*cloudwatch.SHORT_PERIODS, 60}, set(NO_PERIOD["then"]["enum"]), CFN),
    (
        "cloudwatch.SHORT_PERIODS",
        cloudwatch.SHORT_PERIODS,
        said(
            "cloudwatch",
            "PutMetricAlarmInput",
            "Period",
            pattern=r"values are (\d+), (\d+), (\d+), and any multiple of 60",
        ),
        SAID,
    ),
    (
        "cloudwatch.LONGEST_EVALUATION_OF_LONG_PERIODS",
        cloudwatch.LONGEST_EVALUATION_OF_LONG_PERIODS,
        said(
            "cloudwatch",
            "PutMetricAlarmInput",
            "Period",
            pattern=r"EvaluationPeriods can't be more than ([\d,]+) seconds",
        ),
        SAID,
    ),
    (
        "cloudwatch.LONG_PERIOD",
        cloudwatch.LONG_PERIOD,
        said("cloudwatch", "PutMetricAlarmInput", "Period", pattern=r"less than one hour \(([\d,]+) seconds"),
        SAID,
    ),
    (
        "cloudwatch.LONGEST_EVALUATION",
        cloudwatch.LONGEST_EVALUATION,
        said("cloudwatch", "PutMetricAlarmInput", "Period", pattern=r"longer than one day \(([\d,]+) seconds"),
        SAID,
    ),
    ("cloudwatch.STATISTICS", set(cloudwatch.STATISTICS), set(oracles.member(ALARM, "Statistic")["enum"]), CFN),
    ("cloudwatch.STATISTICS", set(cloudwatch.STATISTICS), set(oracles.shape("cloudwatch", "Statistic").enum), MODEL),
    (
        "cloudwatch.TREAT_MISSING_DATA",
        set(cloudwatch.TREAT_MISSING_DATA),
        set(oracles.member(ALARM, "TreatMissingData")["enum"]),
        CFN,
    ),
    (
        "cloudwatch.ALARMS_DELETED_AT_ONCE",
        cloudwatch.ALARMS_DELETED_AT_ONCE,
        oracles.shape("cloudwatch", "AlarmNames").metadata["max"],
        MODEL,
    ),
    (
        "autoscaling.DIMENSION",
        {autoscaling.DIMENSION} & set(oracles.shape("application-autoscaling", "ScalableDimension").enum),
        {autoscaling.DIMENSION},
        MODEL,
    ),
    (
        "autoscaling.LONGEST_SCHEDULED_ACTION_NAME",
        autoscaling.LONGEST_SCHEDULED_ACTION_NAME,
        oracles.shape("application-autoscaling", "ScheduledActionName").metadata["max"],
        MODEL,
    ),
    (
        "autoscaling.ADJUSTMENT_TYPES",
        set(autoscaling.ADJUSTMENT_TYPES),
        set(oracles.member(POLICY, "StepScalingPolicyConfiguration.AdjustmentType")["enum"]),
        CFN,
    ),
    (
        "autoscaling.ADJUSTMENT_TYPES",
        set(autoscaling.ADJUSTMENT_TYPES),
        set(oracles.shape("application-autoscaling", "AdjustmentType").enum),
        MODEL,
    ),
    (
        "autoscaling.AGGREGATIONS",
        set(autoscaling.AGGREGATIONS),
        set(oracles.member(POLICY, "StepScalingPolicyConfiguration.MetricAggregationType")["enum"]),
        CFN,
    ),
    (
        "autoscaling.TRACKED_STATISTICS",
        set(autoscaling.TRACKED_STATISTICS),
        set(oracles.shape("application-autoscaling", "MetricStatistic").enum),
        MODEL,
    ),
    (
        "autoscaling.SCHEDULING_BUFFER_TIME",
        autoscaling.SCHEDULING_BUFFER_TIME,
        oracles.span(POLICY, "PredictiveScalingPolicyConfiguration.SchedulingBufferTime"),
        CFN,
    ),
    (
        "autoscaling.SCHEDULING_BUFFER_TIME",
        autoscaling.SCHEDULING_BUFFER_TIME,
        oracles.span_of_shape("application-autoscaling", "PredictiveScalingSchedulingBufferTime"),
        MODEL,
    ),
    (
        "autoscaling.MAX_CAPACITY_BUFFER",
        autoscaling.MAX_CAPACITY_BUFFER,
        oracles.span(POLICY, "PredictiveScalingPolicyConfiguration.MaxCapacityBuffer"),
        CFN,
    ),
    (
        "autoscaling.MAX_CAPACITY_BUFFER",
        autoscaling.MAX_CAPACITY_BUFFER,
        oracles.span_of_shape("application-autoscaling", "PredictiveScalingMaxCapacityBuffer"),
        MODEL,
    ),
    (
        "ec2.SUBNET_PREFIX_LENGTH",
        ec2.SUBNET_PREFIX_LENGTH,
        said("ec2", "CreateSubnet", None, pattern=r"between a /(\d+) netmask .* and a /(\d+) netmask")[::-1],
        SAID,
    ),
    (
        "ec2.LONGEST_DESCRIPTION",
        ec2.LONGEST_DESCRIPTION,
        oracles.member("AWS::EC2::SecurityGroup", "GroupDescription")["maxLength"],
        CFN,
    ),
    (
        "ec2.LONGEST_DESCRIPTION",
        ec2.LONGEST_DESCRIPTION,
        said("ec2", "IpRange", "Description", pattern=r"Up to (\d+) characters"),
        SAID,
    ),
    (
        "secretsmanager.RECOVERY_WINDOW",
        secretsmanager.RECOVERY_WINDOW,
        said("secretsmanager", "DeleteSecretRequest", "RecoveryWindowInDays", pattern=r"from (\d+) to (\d+)"),
        SAID,
    ),
    (
        "secretsmanager.LONGEST_PASSWORD",
        secretsmanager.LONGEST_PASSWORD,
        oracles.shape("secretsmanager", "PasswordLengthType").metadata["max"],
        MODEL,
    ),
    ("iam.LONGEST_ROLE_NAME", iam.LONGEST_ROLE_NAME, oracles.member("AWS::IAM::Role", "RoleName")["maxLength"], CFN),
    ("iam.LONGEST_ROLE_NAME", iam.LONGEST_ROLE_NAME, oracles.shape("iam", "roleNameType").metadata["max"], MODEL),
    ("iam.ROLE_NAME", iam.ROLE_NAME, oracles.shape("iam", "roleNameType").metadata["pattern"], MODEL),
    (
        "acm.LONGEST_DOMAIN_NAME",
        acm.LONGEST_DOMAIN_NAME,
        oracles.shape("acm", "DomainNameString").metadata["max"],
        MODEL,
    ),
    ("acm.KEY_ALGORITHMS", set(acm.KEY_ALGORITHMS), set(oracles.shape("acm", "KeyAlgorithm").enum), MODEL),
]
