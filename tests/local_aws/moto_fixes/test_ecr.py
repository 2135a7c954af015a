# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ECR and the registry tell what images there are, and their digests."""

from __future__ import annotations

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from scenes import refused_with

ACCOUNT = "123456789012"


def test_ecr_and_the_registry_tell_one_digest_that_follows_the_files(server, tmp_path):
    spec = {"command": ["python3", "app.py"], "working_directory": str(tmp_path)}
    registry = f"127.0.0.1:{server.port}"
    (tmp_path / "app.py").write_text("one")
    ecr_name = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/team/llm:latest"
    server.start({f"{registry}/team/llm:latest": spec, ecr_name: spec})
    ecr = server.client("ecr")
    wanted = {"repositoryName": "team/llm", "imageIds": [{"imageTag": "latest"}]}

    def digest():
        return ecr.describe_images(**wanted)["imageDetails"][0]["imageDigest"]

    def head(reference):
        request = Request(f"{server.url}/v2/team/llm/manifests/{reference}", method="HEAD")
        with urlopen(request, timeout=5) as answer:
            return answer.headers["Docker-Content-Digest"]

    first = digest()
    assert first.startswith("sha256:")
    assert head("latest") == first
    assert head(first) == first
    got = ecr.batch_get_image(**wanted)["images"][0]
    assert got["imageId"] == {"imageDigest": first, "imageTag": "latest"}
    (tmp_path / "app.py").write_text("two")
    assert digest() != first
    assert head("latest") == digest()
    assert json.loads(server.http("GET", "/v2/")) == {}


def test_images_that_do_not_exist_are_told_apart_from_repositories(server):
    registry = f"127.0.0.1:{server.port}"
    ecr_name = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/llm:v1"
    server.start({f"{registry}/llm:v1": {"command": ["true"]}, ecr_name: {"command": ["true"]}})
    ecr = server.client("ecr")
    wanted = [{"imageTag": "v2"}]
    assert refused_with(ecr.describe_images, repositoryName="llm", imageIds=wanted)[0] == "ImageNotFoundException"
    assert refused_with(ecr.describe_images, repositoryName="other")[0] == "RepositoryNotFoundException"
    elsewhere = server.client("ecr", "us-east-1")
    assert refused_with(elsewhere.describe_images, repositoryName="llm")[0] == "RepositoryNotFoundException"
    failures = ecr.batch_get_image(repositoryName="llm", imageIds=wanted)["failures"]
    assert [failure["failureCode"] for failure in failures] == ["ImageNotFound"]
    for path, code in {"llm/manifests/v2": "MANIFEST_UNKNOWN", "other/manifests/v1": "NAME_UNKNOWN"}.items():
        with pytest.raises(HTTPError) as error:
            server.http("GET", f"/v2/{path}")
        assert error.value.code == 404
        assert json.load(error.value)["errors"][0]["code"] == code
