# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CloudWatch refuses: alarms that cannot be evaluated, and data of no metric."""

from __future__ import annotations

import math
import re
from typing import Any

from ansible_collections.llmops.ecs.plugins.module_utils._facts import cloudwatch
from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.alarms import COMPARISONS
from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.metrics import statistic

from ..base.refused import Context, Refused, Row

ARN = re.compile(r"arn:[\w-]+:[\w-]+:[\w-]*:\d*:.+")

Document = dict[str, Any]


def alarm(params: Document, context: Context) -> None:
    """An alarm watches one metric, or expressions of which one returns data, with a threshold.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    if not 1 <= len(params["AlarmName"]) <= cloudwatch.LONGEST_ALARM_NAME:
        raise _invalid(f"AlarmName must have between 1 and {cloudwatch.LONGEST_ALARM_NAME} characters")
    comparison, missing = params.get("ComparisonOperator"), params.get("TreatMissingData", "missing")
    if comparison not in COMPARISONS:
        raise _invalid(f"The embedded AWS knows the comparison operators {', '.join(COMPARISONS)}, not {comparison}")
    if missing not in cloudwatch.TREAT_MISSING_DATA:
        treatments = ", ".join(cloudwatch.TREAT_MISSING_DATA)
        raise _invalid(f"TreatMissingData must be one of {treatments}, not {missing}")
    if "Threshold" not in params:
        raise _invalid("The parameter Threshold is required.")
    for name in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        for arn in params.get(name, []):
            if not ARN.fullmatch(arn):
                raise _invalid(f"Invalid arn syntax: {arn}")
    _check_metric(params)


def alarm_times(params: Document, context: Context) -> None:
    """Periods are ones that there are, datapoints no more than periods, and all of them together no more than a day.

    With periods of an hour or more it is a week.
    """
    periods = params.get("EvaluationPeriods", 0)
    if not 1 <= params.get("DatapointsToAlarm", periods) <= periods:
        raise _invalid("DatapointsToAlarm must be at least 1 and not greater than EvaluationPeriods")
    stats = [query["MetricStat"]["Period"] for query in params.get("Metrics", []) if "MetricStat" in query]
    for period in [params["Period"]] if "Period" in params else stats:
        if period not in cloudwatch.SHORT_PERIODS and (period < 60 or period % 60):
            short = ", ".join(map(str, cloudwatch.SHORT_PERIODS))
            raise _invalid(f"Period must be {short} or a multiple of 60, not {period}")
        is_long = period >= cloudwatch.LONG_PERIOD
        most = cloudwatch.LONGEST_EVALUATION_OF_LONG_PERIODS if is_long else cloudwatch.LONGEST_EVALUATION
        if period * periods > most:
            limit = "seven days" if is_long else "one day"
            raise _invalid(f"Metrics cannot be checked across more than {limit} (EvaluationPeriods * Period)")


def data(params: Document, context: Context) -> None:
    """A datum has numbers, and a namespace of one's own.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
    """
    if params["Namespace"].startswith("AWS/"):
        raise Refused("InvalidParameterValue", "The value AWS/ for parameter Namespace is invalid.")
    for number, datum in enumerate(params.get("MetricData", []), start=1):
        where = f"The parameter MetricData.member.{number}"
        if sum(key in datum for key in ("Value", "Values", "StatisticValues")) != 1:
            message = f"{where} must have exactly one of Value, Values and StatisticValues."
            raise Refused("InvalidParameterCombination", message)
        values = [datum["Value"]] if "Value" in datum else datum.get("Values", [])
        if not all(math.isfinite(float(value)) for value in values):
            raise Refused("InvalidParameterValue", f"{where}.Value must be a finite number.")
        if "Values" in datum and len(datum.get("Counts") or values) != len(values):
            raise Refused("InvalidParameterValue", f"{where}.Counts must have as many members as Values.")


def state(params: Document, context: Context) -> None:
    """An alarm has three states."""
    if params["StateValue"] not in ("OK", "ALARM", "INSUFFICIENT_DATA"):
        raise Refused("ValidationError", f"StateValue {params['StateValue']} is not OK, ALARM or INSUFFICIENT_DATA")


def _check_metric(params: Document) -> None:
    if "Metrics" in params:
        alone = [
            key for key in ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period") if key in params
        ]
        if alone:
            raise _invalid(f"Metrics cannot be specified together with {', '.join(alone)}")
        if sum(query.get("ReturnData", True) for query in params["Metrics"]) != 1:
            raise _invalid("Exactly one element of the metrics list should return data.")
        return
    for key in ("MetricName", "Namespace", "Period"):
        if key not in params:
            raise _invalid(f"The parameter {key} is required.")
    if ("Statistic" in params) == ("ExtendedStatistic" in params):
        raise _invalid("Exactly one of Statistic and ExtendedStatistic must be specified")
    if params.get("Statistic", "Average") not in cloudwatch.STATISTICS:
        raise _invalid(f"Statistic must be one of {', '.join(cloudwatch.STATISTICS)}, not {params['Statistic']}")
    try:
        statistic(params.get("ExtendedStatistic", "Average"), [1.0])
    except ValueError as error:
        raise _invalid(str(error)) from error


def _invalid(message: str) -> Refused:
    return Refused("ValidationError", message)


ROWS = [
    Row("cloudwatch", "PutMetricAlarm", alarm),
    Row("cloudwatch", "PutMetricAlarm", alarm_times),
    Row("cloudwatch", "PutMetricData", data),
    Row("cloudwatch", "SetAlarmState", state),
]
