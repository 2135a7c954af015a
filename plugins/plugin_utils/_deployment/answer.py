# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Where a deployed service answers: whether it can be asked from here, a command to ask it, and what to mind. Pure."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

#: Options of the module M(llmops.ecs.deployment_answer).
Asked = Mapping[str, Any]


def can_be_asked(asked: Asked) -> bool:
    """Whether this machine reaches the service, and by a path that leads to it.

    Only what has a public address, and lets the caller in, can be asked from here.
    """
    balanced = asked["load_balancer"]
    public = balanced["scheme"] == "internet-facing" if balanced else asked["assign_public_ip"]
    return bool(
        asked["ask"]
        and asked["question"]
        and public
        and asked["caller_ip"] != "none"
        and (not balanced or leads_to(balanced["paths"], asked["question"]["path"]))
    )


def leads_to(patterns: Sequence[str], path: str) -> bool:
    """Whether a rule with these path patterns (none: every path) is for the path. A V(*) stands for any characters.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html#path-conditions
    """
    forms = [re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".") for pattern in patterns]
    return not forms or any(re.fullmatch(form, path) for form in forms)


def command(asked: Asked) -> str:
    """Return a shell command that asks the service. A key is never an argument of a program."""
    question, words = asked["question"], ["curl", "--silent"]
    if asked["api_key_arn"]:
        words += ["--header", "@-"]
    words += ["--request", question["method"], asked["url"] + question["path"]]
    if question.get("body"):
        words += ["--header", "Content-Type: application/json", "--data", json.dumps(question["body"])]
    return _key_command(asked) + shlex.join(words)


def _key_command(asked: Asked) -> str:
    if not asked["api_key_arn"]:
        return ""
    words = ["aws", "secretsmanager", "get-secret-value", "--secret-id", asked["api_key_arn"]]
    for option in ("region", "profile", "endpoint_url"):
        if asked[option]:
            words += [f"--{option.replace('_', '-')}", asked[option]]
    words += ["--query", "SecretString", "--output", "text"]
    return f'key=$({shlex.join(words)}) && printf "Authorization: Bearer %s" "$key" | '


def warning(asked: Asked, name_unknown: bool) -> str:
    """Return what to mind, empty if nothing: a name that DNS does not know yet, a key that anybody can read."""
    url = asked["url"]
    told = []
    if name_unknown:
        target = (asked["load_balancer"] or {}).get("dns_name") or "the load balancer"
        told.append(
            f"This machine cannot resolve the name in {url} (yet), so the model was not asked. The name must resolve "
            f"to {target}; with load_balancer_hosted_zone, the deployment creates the record."
        )
    if asked["api_key_arn"] and url.startswith("http:"):
        told.append(
            f"The API key is sent to {url} over plain HTTP, where anybody on the way can read it: set "
            "load_balancer_certificate_arn, or load_balancer_hosted_zone and load_balancer_domain_names to request a "
            "certificate."
        )
    return " ".join(told)


def failure(asked: Asked, reason: str) -> str:
    """Return the message for a service that is up and did not answer, with what to change."""
    question = asked["question"]
    return (
        f"The service is up at {asked['url']}, but did not answer {question['method']} {question['path']}: {reason} "
        "If this machine calls from another address than the one in the security group, set network_caller_ip or "
        "network_allowed_cidrs; if the server has no such route, set ecs_service_preset to what it is; "
        "-e deployment_ask=false deploys without asking."
    )
