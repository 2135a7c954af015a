# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a registry tells of the images: their digests, by the Docker Registry API v2.

There are no layers: an image is a command on this machine, and its digest changes with its files.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from werkzeug.wrappers import Request, Response

from ..tasks.images import IMAGES

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
MANIFESTS = re.compile(r"/v2/(?P<repository>.+)/manifests/(?P<reference>[^/]+)")


class Image(NamedTuple):
    """An image of a repository."""

    tag: str
    digest: str

    def is_meant_by(self, reference: str) -> bool:
        """Return whether a tag or a digest names this image."""
        return reference in (self.tag, self.digest)


def repository(wanted: str) -> list[Image]:
    """Return the images whose name is that of the repository, registry host included, with any tag."""
    names = [(name, *name.rsplit(":", 1)) for name in IMAGES.names()]
    return [Image(tag, IMAGES.digest(name) or "") for name, base, tag in names if base == wanted]


def answer(request: Request) -> Response:
    """Answer a request under /v2/ as the registry whose host the client asked for.

    https://distribution.github.io/distribution/spec/api/
    """
    if request.path.rstrip("/") == "/v2":
        return Response("{}\n", mimetype="application/json")
    found = MANIFESTS.fullmatch(request.path)
    if not found or request.method not in ("GET", "HEAD"):
        return _error(404, "UNSUPPORTED", "only the manifests of images are served here")
    images = repository(f"{request.host}/{found['repository']}")
    if not images:
        return _error(404, "NAME_UNKNOWN", f"there is no repository {found['repository']}")
    image = next((image for image in images if image.is_meant_by(found["reference"])), None)
    if not image:
        return _error(404, "MANIFEST_UNKNOWN", f"{found['repository']} has no {found['reference']}")
    return Response(manifest(image), mimetype=MANIFEST, headers={"Docker-Content-Digest": image.digest})


def manifest(image: Image) -> str:
    """Return a manifest in form only: it has no layers."""
    return json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": {"digest": image.digest}, "layers": []})


def _error(status: int, code: str, message: str) -> Response:
    body = json.dumps({"errors": [{"code": code, "message": message}]})
    return Response(body, status, mimetype="application/json")
