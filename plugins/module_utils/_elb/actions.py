# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Actions of listeners and rules in the one form that all their equals share: AWS adds to what it was given.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from .._documents.shapes import Document
from .._facts import elb

# AWS never answers a secret, nor does it keep what says that the one that it has is meant.
SECRET = ("ClientSecret", "UseExistingClientSecret")
_SESSION: Document = {
    "OnUnauthenticatedRequest": "authenticate",
    "Scope": "openid",
    "SessionCookieName": "AWSELBAuthSessionCookie",
    "SessionTimeout": elb.SESSION_TIMEOUT_DEFAULT,
}
_DEFAULTS: dict[str, Document] = {
    "RedirectConfig": {
        "Protocol": "#{protocol}",
        "Port": "#{port}",
        "Host": "#{host}",
        "Path": "/#{path}",
        "Query": "#{query}",
    },
    "FixedResponseConfig": {"ContentType": "text/plain", "MessageBody": ""},
    "AuthenticateOidcConfig": _SESSION,
    "AuthenticateCognitoConfig": _SESSION,
}


def normal(actions: t.Iterable[Document], ignore_weights: bool = False) -> list[Document]:
    """Return the actions in order and without it, with AWS's defaults, every forward by a ForwardConfig, no secrets.

    ignore_weights: as if all target groups had the same weight.
    """
    placed = sorted(enumerate(actions, start=1), key=lambda item: item[1].get("Order", item[0]))
    return [_normal(action, ignore_weights) for position, action in placed]


def _normal(action: Document, ignore_weights: bool) -> Document:
    plain = {
        name: {**_DEFAULTS.get(name, {}), **{key: given for key, given in value.items() if key not in SECRET and given}}
        if isinstance(value, Mapping)
        else value
        for name, value in action.items()
        if name not in ("Order", "TargetGroupArn", "ForwardConfig")
    }
    return {**plain, "ForwardConfig": _forward(action, ignore_weights)} if action.get("Type") == "forward" else plain


def _forward(action: Document, ignore_weights: bool) -> Document:
    config = action.get("ForwardConfig") or {}
    groups = config.get("TargetGroups") or [{"TargetGroupArn": action.get("TargetGroupArn")}]
    weighed = [
        {"TargetGroupArn": group.get("TargetGroupArn"), "Weight": 1 if ignore_weights else group.get("Weight", 1)}
        for group in groups
    ]
    sticky = config.get("TargetGroupStickinessConfig") or {}
    stickiness = sticky if sticky.get("Enabled") else {"Enabled": False}
    return {
        "TargetGroups": sorted(weighed, key=lambda group: str(group["TargetGroupArn"])),
        "TargetGroupStickinessConfig": dict(stickiness),
    }


def with_weights(actions: t.Iterable[Document], there: t.Iterable[Document]) -> list[Document]:
    """Return the actions with the weights that the same target groups have there: then a change moves no requests."""
    weights = {
        group["TargetGroupArn"]: group["Weight"]
        for action in there
        for group in (action.get("ForwardConfig") or {}).get("TargetGroups") or []
        if "Weight" in group
    }

    def weighed(action: Document) -> Document:
        groups = (action.get("ForwardConfig") or {}).get("TargetGroups") or []
        if not groups or any(group.get("TargetGroupArn") not in weights for group in groups):
            return action
        kept = [{**group, "Weight": weights[group["TargetGroupArn"]]} for group in groups]
        return {**action, "ForwardConfig": {**action["ForwardConfig"], "TargetGroups": kept}}

    return [weighed(action) for action in actions]


def without_secrets(actions: t.Iterable[Document]) -> list[Document]:
    """Return the actions as they may be shown."""
    return [
        {
            name: {key: given for key, given in value.items() if key not in SECRET}
            if isinstance(value, Mapping)
            else value
            for name, value in action.items()
        }
        for action in actions
    ]


def secrets_in(actions: t.Any) -> list[str]:
    """Return the client secrets in actions as a user gave them, which may be anything."""
    found = [action.get("AuthenticateOidcConfig") for action in actions or [] if isinstance(action, Mapping)]
    secrets = [config.get("ClientSecret") for config in found if isinstance(config, Mapping)]
    return [secret for secret in secrets if isinstance(secret, str) and secret]


def to_change(actions: t.Iterable[Document]) -> list[Document]:
    """Return the actions as a change sends them: where no client secret is given, AWS keeps the one that it has."""
    return [
        {**action, "AuthenticateOidcConfig": {**action["AuthenticateOidcConfig"], "UseExistingClientSecret": True}}
        if "ClientSecret" not in action.get("AuthenticateOidcConfig", {"ClientSecret": ""})
        else action
        for action in actions
    ]


def problems(actions: list[Document], where: str) -> t.Iterator[str]:
    """Yield what AWS would refuse in the actions of a listener or rule; where is what paths begin with."""
    last = ("forward", "redirect", "fixed-response")
    least, most = elb.TARGET_GROUP_WEIGHT
    placed = sorted(enumerate(actions, start=1), key=lambda item: item[1].get("Order", item[0]))
    kinds = [action.get("Type") for position, action in placed]
    if not kinds or kinds[-1] not in last or any(kind in last for kind in kinds[:-1]):
        yield f"{where}: exactly one action, the last, is {', '.join(last)}; there are {', '.join(kinds) or 'none'}"
    for position, action in enumerate(actions):
        groups = (action.get("ForwardConfig") or {}).get("TargetGroups") or []
        if action.get("Type") == "forward" and not groups and not action.get("TargetGroupArn"):
            yield f"{where}[{position}]: TargetGroupArn is missing, or ForwardConfig.TargetGroups"
        for group in groups:
            if not least <= group.get("Weight", 1) <= most:
                yield f"{where}[{position}]: a weight of {group['Weight']} is not between {least} and {most}"


def hide_secrets(module: t.Any, lists: t.Iterable[t.Any]) -> None:
    """Keep client secrets out of everything that the module answers, its own arguments too."""
    module._module.no_log_values.update(secret for actions in lists for secret in secrets_in(actions))
