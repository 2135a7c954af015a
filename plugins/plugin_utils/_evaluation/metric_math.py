# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Metric math: expressions over time series, as far as alarms and target tracking need them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html

There are arithmetic, comparison and logical operators, and the functions in FUNCTIONS. A datapoint that is missing in
one operand is missing in the result, except in FILL, in IF's branch that is not taken, and of functions over a list.
"""

from __future__ import annotations

import math
import operator
import re
import typing as t
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from .metrics import Document, Metric, Source

Series = list[float | None]
Value = t.Union[float, Series, "Listed"]


class MathError(ValueError):
    """An expression that is wrong, or uses what is not there."""


class Listed(list[t.Any]):
    """Several series, as in [m1, m2] and METRICS()."""


def datapoints(queries: Sequence[Document], source: Source, period: int, end: float, count: int) -> Series:
    """Return the last count datapoints of the query that returns data, oldest first. Raises MathError.

    queries is MetricDataQueries or an alarm's Metrics; a MetricStat without Period takes period.
    """
    returned = [query for query in queries if query.get("ReturnData", True)]
    if len(returned) != 1:
        raise MathError(f"one query must return data, not {len(returned)}")
    by_id = {query["Id"]: query for query in queries}
    found: dict[str, Value] = {}
    pending: set[str] = set()

    def series(name: str) -> Value:
        if name in found:
            return found[name]
        if name not in by_id or name in pending:
            raise MathError(f"{name} is {'made of itself' if name in pending else 'not the Id of a query'}")
        pending.add(name)
        query = by_id[name]
        if stat := query.get("MetricStat"):
            metric = Metric.of(stat["Metric"], stat.get("Unit"))
            found[name] = list(source(metric, stat["Stat"], stat.get("Period") or period, end, count))
        else:
            metrics = [item["Id"] for item in queries if item.get("MetricStat")]
            found[name] = Expression(query["Expression"], series, metrics, period, count).value()
        pending.discard(name)
        return found[name]

    result = series(returned[0]["Id"])
    if isinstance(result, Listed):
        raise MathError(f"{returned[0].get('Expression')} gives {len(result)} series, an alarm takes one")
    return _spread(result, count)


class Expression:
    """One expression, read and worked out in one pass."""

    def __init__(
        self, text: str, series: Callable[[str], Value], metrics: Sequence[str], period: int, count: int
    ) -> None:
        self.text, self.series, self.metrics, self.period, self.count = text, series, metrics, period, count
        self.tokens = _tokens(text)
        self.position = 0

    def value(self) -> Value:
        """Return what the expression comes to. Raises MathError."""
        value = self._binary(0)
        if self.position < len(self.tokens):
            raise MathError(f"{self.text}: {self.tokens[self.position]} does not belong there")
        return value

    def _next(self, wanted: str | None = None) -> str:
        token = self.tokens[self.position] if self.position < len(self.tokens) else ""
        if wanted is not None and token != wanted:
            raise MathError(f"{self.text}: {wanted} is missing{f' before {token}' if token else ' at the end'}")
        self.position += 1
        return token

    def _peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def _binary(self, level: int) -> Value:
        if level == len(_OPERATORS):
            return self._unary()
        left = self._binary(level + 1)
        while (sign := self._peek().upper()) in _OPERATORS[level]:
            self._next()
            # A power binds to the right: 2^3^2 is 2^9.
            right = self._binary(level if sign == "^" else level + 1)
            left = _each(_OPERATORS[level][sign], left, right)
        return left

    def _unary(self) -> Value:
        if self._peek() == "-":
            self._next()
            return _each(operator.neg, self._binary(len(_OPERATORS) - 1))
        return self._operand()

    def _operand(self) -> Value:
        token = self._next()
        if token == "(":
            value = self._binary(0)
            self._next(")")
            return value
        if token == "[":
            return Listed(self._arguments("]"))
        if re.fullmatch(r"\d.*|\.\d.*", token):
            return float(token)
        if self._peek() == "(":
            self._next()
            return self._call(token.upper(), self._arguments(")"))
        if re.fullmatch(r"[A-Za-z]\w*", token):
            return self.series(token)
        raise MathError(f"{self.text}: a metric, a number or ( is missing{f' before {token}' if token else ''}")

    def _arguments(self, end: str) -> list[Value]:
        arguments: list[Value] = []
        while self._peek() != end:
            arguments.append(self._word() or self._binary(0))
            if self._peek() != end:
                self._next(",")
        self._next(end)
        return arguments

    def _word(self) -> t.Any:
        """Take REPEAT or LINEAR, which stand for no series."""
        return self._next().upper() if self._peek().upper() in ("REPEAT", "LINEAR") else None

    def _call(self, name: str, arguments: list[t.Any]) -> Value:
        if name == "METRICS":
            return Listed(self.series(item) for item in self.metrics)
        if name == "PERIOD":
            return float(self.period)
        if name not in FUNCTIONS:
            raise MathError(f"{self.text}: {name} is not known here; there are {', '.join(sorted(FUNCTIONS))}")
        function, least, most = FUNCTIONS[name]
        if not least <= len(arguments) <= most:
            raise MathError(f"{self.text}: {name} takes {least if least == most else f'{least} to {most}'} arguments")
        if name == "RATE":
            arguments.append(self.period)
        if name == "IF":
            arguments = [*arguments, 0.0][:3]
            return [function(*row) for row in zip(*(_spread(item, self.count) for item in arguments), strict=True)]
        return function(*arguments)


@lru_cache(maxsize=256)
def _tokens(text: str) -> list[str]:
    pattern = r"\s*(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+|\w+|<=|>=|==|!=|&&|\|\||[-+*/^()<>\[\],])"
    found, position, text = [], 0, text.rstrip()
    while position < len(text):
        matched = re.compile(pattern).match(text, position)
        if not matched:
            raise MathError(f"{text}: {text[position:].strip()[:1]} is not known")
        found.append(matched[1])
        position = matched.end()
    return found


def _each(function: Callable[..., float], *operands: Value) -> Value:
    """Apply a function point by point; None where an operand has no point, or there is no result, as of n / 0."""
    lists = [item for item in operands if isinstance(item, Listed)]
    if lists:
        count = len(lists[0])
        rows = [item if isinstance(item, Listed) else [item] * count for item in operands]
        return Listed(_each(function, *row) for row in zip(*rows, strict=True))
    lengths = [len(item) for item in operands if isinstance(item, list)]
    if not lengths:
        return _point(function, *operands) or 0.0
    rows = [item if isinstance(item, list) else [item] * lengths[0] for item in operands]
    return [_point(function, *row) for row in zip(*rows, strict=True)]


def _point(function: Callable[..., float], *values: t.Any) -> float | None:
    if None in values:
        return None
    try:
        result = float(function(*values))
    except (ArithmeticError, ValueError, TypeError):
        return None
    return result if math.isfinite(result) else None


def _spread(value: Value, count: int) -> Series:
    return list(value) if isinstance(value, list) else [float(value)] * count


def _together(function: Callable[[list[float]], float]) -> Callable[[Value], Value]:
    """Of several series: point by point over those that have one. Of one: over its points, a number."""

    def apply(value: Value) -> Value:
        if isinstance(value, Listed):
            count = max((len(item) for item in value if isinstance(item, list)), default=1)
            rows = zip(*(_spread(item, count) for item in value), strict=True)
            kept = ([point for point in row if point is not None] for row in rows)
            return [float(function(row)) if row else None for row in kept]
        points = [point for point in _spread(value, 1) if point is not None]
        return float(function(points)) if points else 0.0

    return apply


def _single(function: Callable[..., float]) -> Callable[..., Value]:
    return lambda *arguments: _each(function, *arguments)


def _fill(series: Value, filler: t.Any) -> Value:
    if isinstance(series, Listed):
        return Listed(_fill(item, filler) for item in series)
    points = _spread(series, 1)
    if filler == "REPEAT":
        last: float | None = None
        return [last := point if point is not None else last for point in points]
    if filler == "LINEAR":
        return _linear(points)
    fillers = _spread(filler, len(points))
    return [other if point is None else point for point, other in zip(points, fillers, strict=True)]


def _linear(points: Series) -> Series:
    known = [index for index, point in enumerate(points) if point is not None]
    filled = list(points)
    for left, right in pairwise(known):
        begin, end = t.cast(float, points[left]), t.cast(float, points[right])
        for index in range(left + 1, right):
            filled[index] = begin + (end - begin) * (index - left) / (right - left)
    return filled


def _changes(series: Value, seconds: float = 1) -> Series:
    points = _spread(series, 1)
    return [None, *(None if a is None or b is None else (b - a) / seconds for a, b in pairwise(points))]


def _if(condition: float | None, then: float | None, otherwise: float | None) -> float | None:
    return None if condition is None else then if condition else otherwise


_OPERATORS: list[dict[str, Callable[..., float]]] = [
    {"||": lambda a, b: a or b, "OR": lambda a, b: a or b},
    {"&&": lambda a, b: a and b, "AND": lambda a, b: a and b},
    {"==": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge},
    {"+": operator.add, "-": operator.sub},
    {"*": operator.mul, "/": operator.truediv},
    {"^": operator.pow},
]
#: Name -> function, least and most arguments.
FUNCTIONS: Mapping[str, tuple[Callable[..., t.Any], int, int]] = {
    "ABS": (_single(abs), 1, 1),
    "AVG": (_together(lambda points: math.fsum(points) / len(points)), 1, 1),
    "CEIL": (_single(math.ceil), 1, 1),
    "DIFF": (_changes, 1, 1),
    "FILL": (_fill, 2, 2),
    "FLOOR": (_single(math.floor), 1, 1),
    "IF": (_if, 2, 3),
    "LOG": (_single(math.log), 1, 1),
    "LOG10": (_single(math.log10), 1, 1),
    "MAX": (_together(max), 1, 1),
    "MIN": (_together(min), 1, 1),
    "RATE": (_changes, 1, 1),
    "SUM": (_together(math.fsum), 1, 1),
}
