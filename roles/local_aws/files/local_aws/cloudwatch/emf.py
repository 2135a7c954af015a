# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch's embedded metric format: log lines that carry metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

MOST_VALUES = 100


class Datum(NamedTuple):
    """One metric of a line, for one set of dimensions."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]
    unit: str
    values: list[float]


def data(line: str) -> Iterator[Datum]:
    """Yield what a line carries; nothing where it is a line like any other, or not as the format has it."""
    if '"_aws"' not in line:
        return
    try:
        document = json.loads(line)
        directives = document["_aws"]["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return
    for directive in directives if isinstance(directives, list) else []:
        try:
            found = [*_of(document, directive)]
        except (KeyError, TypeError, ValueError):
            continue
        yield from found


def _of(document: dict[str, Any], directive: dict[str, Any]) -> Iterator[Datum]:
    for metric in directive["Metrics"]:
        given = document[metric["Name"]]
        values = given if isinstance(given, list) else [given]
        if not 1 <= len(values) <= MOST_VALUES or not all(_is_number(value) for value in values):
            continue
        for names in directive["Dimensions"]:
            dimensions = frozenset((name, str(document[name])) for name in names)
            unit = metric.get("Unit") or "None"
            yield Datum(directive["Namespace"], metric["Name"], dimensions, unit, [float(value) for value in values])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
