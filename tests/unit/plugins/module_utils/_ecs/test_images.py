# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError

from ansible_collections.llmops.ecs.plugins.module_utils._ecs import images

INDEX = {"manifests": [{"digest": "sha256:amd64"}, {"digest": "sha256:arm64"}, {"platform": {}}]}
OF_INDEX = "application/vnd.oci.image.index.v1+json"
OF_ONE = "application/vnd.oci.image.manifest.v1+json"
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"

REFERENCES = {
    "web": ("docker.io", "library/web", "latest"),
    "web:1.2": ("docker.io", "library/web", "1.2"),
    "vllm/vllm-openai:v1": ("docker.io", "vllm/vllm-openai", "v1"),
    "ghcr.io/org/team/web:1": ("ghcr.io", "org/team/web", "1"),
    "localhost/web": ("localhost", "web", "latest"),
    "127.0.0.1:4566/web:latest": ("127.0.0.1:4566", "web", "latest"),
    "registry:5000/a/b": ("registry:5000", "a/b", "latest"),
    f"{ECR}/llm:latest": (ECR, "llm", "latest"),
    "web@sha256:abc": ("docker.io", "library/web", "latest"),
    "web:1@sha256:abc": ("docker.io", "library/web", "1"),
}


@pytest.mark.parametrize(("reference", "parts"), REFERENCES.items(), ids=REFERENCES)
def test_parse(reference, parts):
    assert images.parse(reference) == images.Image(*parts)


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("web", "https://registry-1.docker.io/v2/library/web"),
        ("ghcr.io/org/web", "https://ghcr.io/v2/org/web"),
        ("127.0.0.1:4566/web", "http://127.0.0.1:4566/v2/web"),
        ("127.16.0.9:80/web", "http://127.16.0.9:80/v2/web"),
        ("localhost:5000/web", "http://localhost:5000/v2/web"),
        ("10.0.0.1:5000/web", "https://10.0.0.1:5000/v2/web"),
    ],
)
def test_only_a_loopback_registry_is_asked_in_plain(reference, url):
    assert images.parse(reference).url == url


@pytest.mark.parametrize(
    ("registry", "region"),
    [
        (ECR, "eu-west-1"),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"),
        ("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com", "us-east-1"),
        ("123456789012.dkr-ecr.eu-west-1.on.aws", "eu-west-1"),
        ("public.ecr.aws", None),
        ("12345.dkr.ecr.eu-west-1.amazonaws.com", None),
    ],
)
def test_ecr_is_known_by_its_name(registry, region):
    found = images.parse(f"{registry}/web").ecr

    assert (found and found["region"]) == region


@pytest.mark.parametrize(
    ("header", "parameters"),
    [
        ('Bearer realm="https://a/token",scope="pull"', {"realm": "https://a/token", "scope": "pull"}),
        ('Basic realm="x"', {}),
        ("", {}),
    ],
)
def test_challenge(header, parameters):
    assert images.challenge(header) == parameters


@pytest.mark.parametrize("manifest", ["", "not JSON", "[]", "{}", b'{"config": {}}'])
def test_a_single_manifest_has_one_digest(manifest):
    assert images.digests_in("sha256:a", manifest) == ["sha256:a"]


@dataclass
class Answer:
    digest: str | None = None
    kind: str = OF_ONE
    content: bytes = b""
    status_code: int = 200
    challenge: str = ""
    headers: dict = field(init=False)

    def __post_init__(self):
        named = {"Docker-Content-Digest": self.digest} if self.digest else {}
        self.headers = {"Content-Type": self.kind, "WWW-Authenticate": self.challenge, **named}


def refused(code, challenge=""):
    return Answer(status_code=code, challenge=challenge)


@pytest.fixture
def registry(monkeypatch):
    """Return a function that lists what is answered in turn; it returns the requests that were made."""

    def answering(*answers):
        waiting, asked = list(answers), []

        def send(_session, request):
            asked.append((request.method, request.url, request.headers.get("Authorization")))
            answer = waiting.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(images.URLLib3Session, "send", send)
        return asked

    return answering


def resolve(reference, running="sha256:old"):
    return images.resolve(images.parse(reference), running, lambda region: None)


def test_a_registry_says_what_a_tag_is_without_a_pull(registry):
    asked = registry(Answer("sha256:new"))

    assert resolve("127.0.0.1:4566/web") == ["sha256:new"]
    assert asked == [("HEAD", "http://127.0.0.1:4566/v2/web/manifests/latest", None)]


def test_an_index_is_looked_into_only_where_its_digest_is_another(registry):
    registry(Answer("sha256:index", OF_INDEX), Answer("sha256:index", OF_INDEX, json.dumps(INDEX).encode()))
    assert resolve("ghcr.io/a/b") == ["sha256:index", "sha256:amd64", "sha256:arm64"]

    asked = registry(Answer("sha256:index", OF_INDEX))
    assert resolve("ghcr.io/a/b", "sha256:index") == ["sha256:index"]
    assert len(asked) == 1


def test_a_token_is_fetched_for_nobody_in_particular(registry):
    challenge = 'Bearer realm="https://auth/token",service="r",scope="repository:a/b:pull"'
    asked = registry(refused(401, challenge), Answer(content=b'{"token": "t"}'), Answer("sha256:new"))

    assert resolve("ghcr.io/a/b") == ["sha256:new"]
    assert asked[1][1] == "https://auth/token?service=r&scope=repository%3Aa%2Fb%3Apull"
    assert asked[2] == ("HEAD", "https://ghcr.io/v2/a/b/manifests/latest", "Bearer t")


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([refused(404)], "answers 404"),
        ([refused(401, 'Basic realm="x"')], "wants credentials"),
        ([refused(401, 'Bearer realm="http://steal"')], "wants credentials"),
        ([refused(401, 'Bearer realm="https://auth"'), Answer(content=b"{}")], "wants credentials"),
        ([refused(401, 'Bearer realm="https://auth"'), Answer(content=b"<html>")], "cannot be asked"),
        ([EndpointConnectionError(endpoint_url="x")], "cannot be asked"),
        ([ConnectTimeoutError(endpoint_url="x")], "cannot be asked"),
        ([Answer()], "names no digest"),
    ],
)
def test_what_cannot_be_resolved_says_why(registry, answers, said):
    registry(*answers)

    with pytest.raises(images.ImageError, match=said):
        resolve("ghcr.io/a/b")


ASKED = {
    "registryId": "123456789012",
    "repositoryName": "llm",
    "imageIds": [{"imageTag": "latest"}],
    "acceptedMediaTypes": list(images.MANIFESTS),
}


def test_ecr_is_asked_in_the_image_s_own_region(aws):
    ecr, regions = aws("ecr"), []
    image = {"imageId": {"imageDigest": "sha256:index"}, "imageManifest": json.dumps(INDEX)}
    ecr.add_response("batch_get_image", {"images": [image]}, ASKED)

    found = images.resolve(images.parse(f"{ECR}/llm"), "", lambda region: regions.append(region) or ecr.client)

    assert found == ["sha256:index", "sha256:amd64", "sha256:arm64"]
    assert regions == ["eu-west-1"]


def test_an_image_that_ecr_lacks(aws):
    failure = {"failureCode": "ImageNotFound", "failureReason": "Requested image not found"}
    aws("ecr").add_response("batch_get_image", {"images": [], "failures": [failure]}, ASKED)

    with pytest.raises(images.ImageError, match="Requested image not found"):
        images.resolve(images.parse(f"{ECR}/llm"), "", lambda region: aws("ecr").client)
