# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answers that a load balancer gives itself.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
"""

from __future__ import annotations

import uuid
from typing import Any

from aiohttp import web
from yarl import URL

from .rules import At, Seen

PHRASES = {
    400: "Bad Request",
    401: "Authorization Required",
    408: "Request Time-out",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}
PAGE = (
    "<html>\r\n<head><title>{status} {phrase}</title></head>\r\n<body>\r\n"
    "<center><h1>{status} {phrase}</h1></center>\r\n</body>\r\n</html>\r\n"
)


def page(status: int, headers: dict[str, str] | None = None) -> web.Response:
    """Return an answer of the load balancer's own."""
    phrase = PHRASES.get(status) or web.Response(status=status).reason
    return web.Response(
        status=status,
        reason=phrase,
        text=PAGE.format(status=status, phrase=phrase),
        content_type="text/html",
        headers={"Server": "awselb/2.0", **(headers or {})},
    )


def fixed(config: dict[str, str]) -> web.Response:
    """Return what a fixed-response action says."""
    return web.Response(
        status=int(config["StatusCode"]),
        text=config.get("MessageBody") or "",
        content_type=config.get("ContentType") or "text/plain",
        headers={"Server": "awselb/2.0"},
    )


def unauthenticated(action: dict[str, Any], at: At, seen: Seen) -> web.Response | None:
    """Return what a caller without a session gets, or nothing where the rule lets such callers through.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
    """
    oidc, cognito = action.get("AuthenticateOidcConfig"), action.get("AuthenticateCognitoConfig")
    config = oidc or cognito or {}
    wanted = config.get("OnUnauthenticatedRequest", "authenticate")
    if wanted == "allow":
        return None
    if wanted == "deny":
        return page(401)
    if oidc:
        endpoint, client = URL(oidc["AuthorizationEndpoint"]), oidc["ClientId"]
    else:
        endpoint, client = URL(f"https://{config['UserPoolDomain']}/oauth2/authorize"), config["UserPoolClientId"]
    query = {
        "client_id": client,
        "redirect_uri": f"{at.protocol.lower()}://{seen.host}/oauth2/idpresponse",
        "response_type": "code",
        "scope": config.get("Scope", "openid"),
        "state": uuid.uuid4().hex,
    }
    return page(302, headers={"Location": str(endpoint.update_query(query))})
