# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Which image a tag names now: asked of ECR, or of a registry's own API without credentials.

https://distribution.github.io/distribution/spec/api/
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html
"""

from __future__ import annotations

import json
import os
import re
import typing as t
from dataclasses import dataclass
from urllib.parse import urlencode

from .._aws.errors import aws_call
from .._aws.loopback import is_loopback

# botocore's own way to speak HTTP: it is loaded already, Ansible's takes a tenth of a second to load.
try:
    from botocore.awsrequest import AWSRequest
    from botocore.exceptions import BotoCoreError
    from botocore.httpsession import URLLib3Session
    from botocore.utils import get_environ_proxies
except ImportError:
    # Modules say which libraries are missing before anything is called here.
    BotoCoreError = type(None)


#: What a tag can name; an index lists one manifest for each platform.
MANIFESTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
#: Each partition of AWS has a domain of its own (amazonaws.com, amazonaws.com.cn, amazonaws.eu); the rest is alike.
_ECR = re.compile(r"(?P<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.[a-z]")
_TIMEOUT = 10


class ImageError(Exception):
    """An image's tag could not be resolved; the message says why."""


@dataclass(frozen=True)
class Image:
    """A reference as Docker reads it: without a registry it is Docker Hub's, without a tag it is C(latest)."""

    registry: str
    repository: str
    tag: str

    @property
    def name(self) -> str:
        return f"{self.registry}/{self.repository}:{self.tag}"

    @property
    def ecr(self) -> re.Match[str] | None:
        return _ECR.match(self.registry)

    @property
    def url(self) -> str:
        """Return the base of the registry's API; Docker talks plain HTTP to a registry on the loopback interface."""
        host = "registry-1.docker.io" if self.registry == "docker.io" else self.registry
        return f"{'http' if is_loopback(self.registry) else 'https'}://{host}/v2/{self.repository}"


def parse(reference: str) -> Image:
    """Split C([registry/]repository[:tag][@digest]).

    https://docs.docker.com/reference/cli/docker/image/tag/
    """
    name = reference.partition("@")[0]
    registry, slash, repository = name.partition("/")
    if not slash or not (re.search(r"[.:]", registry) or registry == "localhost"):
        registry, repository = "docker.io", name
    repository, _colon, tag = repository.partition(":")
    if registry == "docker.io" and "/" not in repository:
        repository = f"library/{repository}"
    return Image(registry, repository, tag or "latest")


def digests_in(digest: str, manifest: str | bytes) -> list[str]:
    """Return the digest of a tag and, if it names an index, after it those of the platforms' manifests in it.

    Which of them ECS reports for a container depends on the platform that pulled it.
    """
    try:
        listed = json.loads(manifest).get("manifests", [])
    except (ValueError, AttributeError):
        listed = []
    return [digest, *(entry["digest"] for entry in listed if "digest" in entry)]


def resolve(image: Image, running: str, ecr_client: t.Callable[[str], t.Any]) -> list[str]:
    """Return the digests that the image's tag names now, its own first. Raises ImageError, or EcsError from ECR.

    running: the digest that runs; if it is the tag's own, an index is not looked into.
    ecr_client: gives a client of ECR in a region.
    """
    if image.ecr:
        return _ask_ecr(ecr_client(image.ecr["region"]), image)
    try:
        return _ask_registry(image, running)
    except (BotoCoreError, ValueError) as error:
        raise ImageError(f"the registry cannot be asked: {error}") from error


def _ask_ecr(client: t.Any, image: Image) -> list[str]:
    answer = batch_get_image(client, image.ecr["account"], image.repository, image.tag)
    found = answer.get("images", [])
    if not found:
        reasons = {failure.get("failureReason", "no reason given") for failure in answer.get("failures", [])}
        raise ImageError("; ".join(sorted(reasons)) or "ECR does not have it")
    return digests_in(found[0]["imageId"]["imageDigest"], found[0].get("imageManifest", ""))


@aws_call("get image {repository}:{tag} from ECR")
def batch_get_image(client: t.Any, account: str, repository: str, tag: str) -> dict[str, t.Any]:
    return client.batch_get_image(
        registryId=account,
        repositoryName=repository,
        imageIds=[{"imageTag": tag}],
        acceptedMediaTypes=list(MANIFESTS),
    )


def _ask_registry(image: Image, running: str) -> list[str]:
    url = f"{image.url}/manifests/{image.tag}"
    headers = {"Accept": ", ".join(MANIFESTS)}
    # A registry may count a GET as a pull, and limit pulls; a HEAD is free.
    answer = _send("HEAD", url, headers)
    if answer.status_code == 401:
        headers["Authorization"] = f"Bearer {_anonymous_token(answer.headers.get('WWW-Authenticate', ''))}"
        answer = _send("HEAD", url, headers)
    if answer.status_code != 200:
        raise ImageError(f"the registry answers {answer.status_code}")
    digest = answer.headers.get("Docker-Content-Digest")
    if not digest:
        raise ImageError("the registry names no digest")
    if digest == running or "manifest.v" in answer.headers.get("Content-Type", ""):
        return [digest]
    return digests_in(digest, _send("GET", url, headers).content)


def _send(method: str, url: str, headers: dict[str, str]) -> t.Any:
    """Return botocore's response. Raises one of its errors if there is none."""
    proxies = {} if url.startswith("http:") else get_environ_proxies(url)
    session = URLLib3Session(verify=os.environ.get("AWS_CA_BUNDLE") or True, proxies=proxies, timeout=_TIMEOUT)
    return session.send(AWSRequest(method=method, url=url, headers=headers).prepare())


def challenge(header: str) -> dict[str, str]:
    """Return the parameters of a C(WWW-Authenticate: Bearer) header; {} for another scheme.

    https://distribution.github.io/distribution/spec/auth/token/
    """
    scheme, _space, parameters = header.partition(" ")
    return dict(re.findall(r'(\w+)="([^"]*)"', parameters)) if scheme.lower() == "bearer" else {}


def _anonymous_token(header: str) -> str:
    asked = challenge(header)
    realm = asked.pop("realm", "")
    if not realm.startswith("https://"):
        raise ImageError("the registry wants credentials")
    granted = json.loads(_send("GET", f"{realm}?{urlencode(asked)}", {}).content)
    token = granted.get("token") or granted.get("access_token")
    if not token:
        raise ImageError("the registry wants credentials")
    return token
