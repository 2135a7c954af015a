# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rule of a listener a request meets, and what its redirects and weights come to: decisions only, no sockets.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

Condition = Mapping[str, Any]


@dataclass(frozen=True)
class Seen:
    """What a rule can look at; host without its port, headers as (name, value), query as it was sent."""

    method: str
    host: str
    path: str
    query: str = ""
    source: str = "127.0.0.1"
    headers: Sequence[tuple[str, str]] = field(default_factory=tuple)


class At(NamedTuple):
    """Where a request came in: by which protocol, to which port."""

    protocol: str
    port: int


def meets(conditions: Sequence[Condition], seen: Seen) -> bool:
    """Return whether the request meets all conditions, as DescribeRules shows them; none is met by every request."""
    return all(_MEETS[condition["Field"]](condition, seen) for condition in conditions)


def in_order(rules: Sequence[Any]) -> list[Any]:
    """Return rules that have a priority, the lowest number first and the default one last."""
    return sorted(rules, key=lambda rule: float("inf") if rule.priority == "default" else int(rule.priority))


def redirect_url(config: Mapping[str, str], at: At, seen: Seen) -> str:
    """Return where a redirect leads. AWS always names the port.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html
    """
    has = {
        "protocol": at.protocol.lower(),
        "port": str(at.port),
        "host": seen.host,
        "path": seen.path.removeprefix("/"),
        "query": seen.query,
    }
    parts = {
        name: re.sub(r"#\{(protocol|host|port|path|query)\}", lambda found: has[found[1]], config.get(name) or default)
        for name, default in (
            ("Protocol", "#{protocol}"),
            ("Host", "#{host}"),
            ("Port", "#{port}"),
            ("Path", "/#{path}"),
            ("Query", "#{query}"),
        )
    }
    query = f"?{parts['Query']}" if parts["Query"] else ""
    return f"{parts['Protocol'].lower()}://{parts['Host']}:{parts['Port']}{parts['Path']}{query}"


def weighted(groups: Sequence[Mapping[str, Any]], draw: float) -> str | None:
    """Return the ARN of one of a forward action's target groups; draw is from 0 up to 1. None if all weigh nothing."""
    total = sum(int(group.get("Weight", 1)) for group in groups)
    reached = 0
    for group in groups:
        reached += int(group.get("Weight", 1))
        if draw * total < reached:
            return group["TargetGroupArn"]
    return None


def _values(condition: Condition, config: str) -> Sequence[Any]:
    return condition.get(config, {}).get("Values") or condition.get("Values", [])


def _like(pattern: str, text: str, flags: int = 0) -> bool:
    """Compare with a pattern in which * stands for any characters and ? for one."""
    parts = (".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.fullmatch("".join(parts), text, flags | re.DOTALL) is not None


def _host(condition: Condition, seen: Seen) -> bool:
    return any(_like(value, seen.host, re.IGNORECASE) for value in _values(condition, "HostHeaderConfig"))


def _path(condition: Condition, seen: Seen) -> bool:
    return any(_like(value, seen.path) for value in _values(condition, "PathPatternConfig"))


def _header(condition: Condition, seen: Seen) -> bool:
    config = condition["HttpHeaderConfig"]
    has = [value for name, value in seen.headers if name.lower() == config["HttpHeaderName"].lower()]
    return any(_like(value, each, re.IGNORECASE) for value in config["Values"] for each in has)


def _method(condition: Condition, seen: Seen) -> bool:
    return seen.method in _values(condition, "HttpRequestMethodConfig")


def _query(condition: Condition, seen: Seen) -> bool:
    has = parse_qsl(seen.query, keep_blank_values=True)
    return any(
        _like(wanted["Value"], value, re.IGNORECASE)
        and (not wanted.get("Key") or _like(wanted["Key"], name, re.IGNORECASE))
        for wanted in _values(condition, "QueryStringConfig")
        for name, value in has
    )


def _source(condition: Condition, seen: Seen) -> bool:
    blocks = _values(condition, "SourceIpConfig")
    return any(ip_address(seen.source) in ip_network(block, strict=False) for block in blocks)


_MEETS: dict[str, Callable[[Condition, Seen], bool]] = {
    "host-header": _host,
    "path-pattern": _path,
    "http-header": _header,
    "http-request-method": _method,
    "query-string": _query,
    "source-ip": _source,
}
