# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests to AWS in a form in which those of two runs are the same text: read, made neutral, compared."""

from __future__ import annotations

import json
import re
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

sys.path.append(str(Path(__file__).resolve().parents[2] / "roles" / "local_aws" / "files"))
from local_aws.server.requests import is_write

SECRETS = {"secretstring", "secretbinary"}
TOKENS = {"clienttoken", "clientrequesttoken", "idempotencytoken", "callerreference"}
# An element of an EC2 answer that has the first says what it is with the second; a subnet has its VPC's ID too.
NAMED_BY = (("subnetId", "cidrBlock"), ("vpcId", "cidrBlock"), ("groupId", "groupName"))
KINDS = "acl|dopt|eipalloc|eni|igw|nat|pl|rtb|rtbassoc|sg|sgr|subnet|vpc|vpce"
HEX = "[0-9a-f]"
IDENTIFIERS = [
    # What kind it is, and what AWS, or the embedded one, made up.
    re.compile(rf"\b((?:{KINDS})-)((?:{HEX}{{17}}|{HEX}{{8}}))\b"),
    re.compile(rf"()\b({HEX}{{8}}-(?:{HEX}{{4}}-){{3}}{HEX}{{12}})\b"),
    re.compile(r"(:secret:[^\s\"]+-)([A-Za-z0-9]{6})\b"),
    re.compile(rf"(/)({HEX}{{16}}(?:{HEX}{{16}})?)\b"),
    re.compile(r"\b()(127\.(?!0\.0\.1\b)\d+\.\d+\.\d+)\b"),
]
TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(Z|[+-]\d\d:?\d\d)?")

Call = dict[str, Any]


def read(method: str, path: str, headers: dict[str, str], body: bytes) -> Call:
    """Return a request's service, as its signature names it, its action, its parameters, and whether it writes.

    Knows the protocols awsJson and query (https://smithy.io/2.0/aws/protocols/index.html); of any other it returns
    the method and the path as the action, and the body as it is. Header names are in lower case.
    """
    scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", headers.get("authorization", ""))
    text = body.decode(errors="backslashreplace")
    fields = dict(parse_qsl(text, keep_blank_values=True)) if "urlencoded" in headers.get("content-type", "") else {}
    if "x-amz-target" in headers:
        action, parameters = headers["x-amz-target"].rpartition(".")[2], json.loads(text or "{}")
    elif "Action" in fields:
        action = fields.pop("Action")
        fields.pop("Version", None)
        parameters = nested(fields)
    else:
        action, parameters = f"{method} {path}", text
    write = is_write(action) if " " not in action else method not in {"GET", "HEAD"}
    return {"service": scope[1] if scope else "", "action": action, "write": write, "parameters": parameters}


def nested(fields: dict[str, str]) -> dict[str, Any]:
    """Return a query's flat fields as they were before: {"Tag.1.Key": "a"} is {"Tag": [{"Key": "a"}]}."""
    root: dict[str, Any] = {}
    for name, value in fields.items():
        *parents, last = name.split(".")
        node = root
        for part in parents:
            node = node.setdefault(part, {})
        node[last] = value
    return {name: _lists(value) for name, value in root.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(name.isdecimal() for name in value):
        return [_lists(value[name]) for name in sorted(value, key=int)]
    if set(value) in ({"member"}, {"entry"}):
        return _lists(next(iter(value.values())))
    return {name: _lists(item) for name, item in value.items()}


def names_in(call: Call, answer: bytes) -> dict[str, str]:
    """Return what an answer of EC2, which is XML, says about identifiers: {"vpc-1": "10.0.0.0/16"}.

    What a request to create something asked for, the answer need not repeat.
    """
    if call["service"] != "ec2" or not answer.lstrip().startswith(b"<"):
        return {}
    root = ET.fromstring(answer)
    asked = call["parameters"] if call["action"].startswith("Create") else {}
    found = {}
    for element in root.iter():
        said = {name[0].lower() + name[1:]: value for name, value in asked.items()} if element is root else {}
        said |= {child.tag.rpartition("}")[2]: child.text for child in element}
        for identifier, label in NAMED_BY:
            if said.get(identifier) and isinstance(said.get(label), str):
                found[said[identifier]] = said[label]
                break
    return found


class Neutral:
    """Puts placeholders for what differs from run to run: what an identifier names, else its number among its kind."""

    def __init__(self, names: dict[str, str], replaced: dict[str, str] | None = None) -> None:
        """names are what names_in() found; replaced is text to put other text for, such as this machine's name."""
        self._names = names
        self._replaced = replaced or {}
        self._numbers: dict[str, dict[str, str]] = {}

    def phases(self, phases: dict[str, list[Call]]) -> dict[str, list[Call]]:
        """Return each phase's calls, in their order; the writes get their numbers before the reads of any phase."""
        calls = sorted((call for each in phases.values() for call in each), key=lambda call: not counts(call))
        made = {id(call): call | {"parameters": self.value(call["parameters"])} for call in calls}
        return {name: [made[id(call)] for call in each] for name, each in phases.items()}

    def value(self, value: Any) -> Any:
        """Return a parameter without what differs from run to run; JSON in a text is compared as what it says."""
        if isinstance(value, dict):
            return {name: self._field(name.lower(), item) for name, item in value.items()}
        if isinstance(value, list):
            items = [self.value(item) for item in value]
            tags = all(isinstance(item, dict) and {name.lower() for name in item} == {"key", "value"} for item in items)
            # The order of tags says nothing.
            return sorted(items, key=lambda tag: json.dumps(tag, sort_keys=True)) if tags else items
        if isinstance(value, str):
            return self._text(value)
        return value

    def _field(self, name: str, value: Any) -> Any:
        if name in SECRETS:
            return "<secret>"
        return "<token>" if name in TOKENS else self.value(value)

    def _text(self, text: str) -> Any:
        if text[:1] in {"{", "["}:
            try:
                return self.value(json.loads(text))
            except ValueError:
                pass
        for old, new in self._replaced.items():
            text = re.sub(rf"(?<![\w.-]){re.escape(old)}(?![\w.-])", new, text)
        for pattern in IDENTIFIERS:
            text = pattern.sub(self._placeholder, text)
        return TIME.sub("<time>", text)

    def _placeholder(self, found: re.Match[str]) -> str:
        kind, identifier = found.groups()
        if found[0] in self._names:
            return f"{kind}<{self._names[found[0]]}>"
        # A kind is what stands before it, too: an ARN's load balancers are counted apart from its target groups.
        before = re.split(r"[\s\"]", found.string[: found.start()])[-1]
        numbers = self._numbers.setdefault(before + kind, {})
        return f"{kind}<{numbers.setdefault(identifier, str(len(numbers) + 1))}>"


def counts(call: Call) -> bool:
    """Return whether the call changed something. How often AWS refuses, as with a role that is new, is chance."""
    return call["write"] and not call.get("refused")


def differences(before: dict[str, list[Call]], after: dict[str, list[Call]]) -> dict[str, list[str]]:
    """Return for each phase the writes that only one has, "- …" before and "+ …" after, whatever their order."""
    return {
        phase: _changes(_texts(before.get(phase), counts), _texts(after.get(phase), counts))
        if phase in before and phase in after
        else [f"{'-' if phase in before else '+'} the whole phase"]
        for phase in {**before, **after}
    }


def _texts(calls: list[Call] | None, chosen: Callable[[Call], bool]) -> Counter[str]:
    return Counter(
        f"{call['service']}:{call['action']} {json.dumps(call['parameters'], sort_keys=True)}"
        for call in calls or []
        if chosen(call)
    )


def _changes(before: Counter[str], after: Counter[str]) -> list[str]:
    gone, new = before - after, after - before
    lines = [f"- {text}" for text in gone.elements()] + [f"+ {text}" for text in new.elements()]
    # What a changed request was stands above what it is now.
    return sorted(lines, key=lambda line: (line.split()[1], line[0] == "+", line))


def other_calls(before: list[Call], after: list[Call]) -> list[tuple[str, int, int]]:
    """Return (action, times before, times after) of what reads or was refused, with all of them in a last row."""
    old, new = (Counter(_action(call) for call in calls if not counts(call)) for calls in (before, after))
    rows = [(action, old[action], new[action]) for action in sorted({*old, *new})]
    return [*rows, ("all", old.total(), new.total())]


def _action(call: Call) -> str:
    refused = f" ({call['refused']})" if call["write"] else ""
    return f"{call['service']}:{call['action']}{refused}"
