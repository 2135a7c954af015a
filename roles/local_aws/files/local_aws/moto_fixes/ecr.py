# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ECR's answers about the images that are named as its own: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/name:tag."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ecr.exceptions import ImageNotFoundException
from moto.ecr.responses import ECRResponse

from .registry import MANIFEST, Image, manifest, repository


def install() -> None:
    """Have ECR answer for the images of its registries; for repositories that hold none of them, moto answers."""
    moto_describe, moto_batch_get = ECRResponse.describe_images, ECRResponse.batch_get_image

    def describe_images(response: ECRResponse) -> ActionResult:
        images = _images(response)
        if not images:
            return moto_describe(response)
        found = [_find(images, wanted) for wanted in response._get_param("imageIds") or []]
        if None in found:
            wanted = response._get_param("imageIds")[found.index(None)]
            described = "{" + ", ".join(f"{key}:'{value}'" for key, value in wanted.items()) + "}"
            raise ImageNotFoundException(described, response._get_param("repositoryName"), _registry(response))
        details = [
            {
                **_name(response),
                "imageDigest": image.digest,
                "imageTags": [image.tag],
                "imageManifestMediaType": MANIFEST,
                "imagePushedAt": utcnow(),
            }
            for image in found or images
        ]
        return ActionResult({"imageDetails": details})

    def batch_get_image(response: ECRResponse) -> ActionResult:
        images = _images(response)
        if not images:
            return moto_batch_get(response)
        answers: dict[str, list[Any]] = {"images": [], "failures": []}
        for wanted in response._get_param("imageIds") or []:
            image = _find(images, wanted)
            if image:
                identity = {"imageDigest": image.digest, "imageTag": image.tag}
                answers["images"].append({**_name(response), "imageId": identity, "imageManifest": manifest(image)})
            else:
                reason = {"failureCode": "ImageNotFound", "failureReason": "Requested image not found"}
                answers["failures"].append({"imageId": wanted, **reason})
        return ActionResult(answers)

    ECRResponse.describe_images = describe_images
    ECRResponse.batch_get_image = batch_get_image


def _registry(response: ECRResponse) -> str:
    return response._get_param("registryId") or response.current_account


def _name(response: ECRResponse) -> dict[str, str]:
    return {"registryId": _registry(response), "repositoryName": response._get_param("repositoryName")}


def _images(response: ECRResponse) -> list[Image]:
    host = f"{_registry(response)}.dkr.ecr.{response.region}.amazonaws.com"
    return repository(f"{host}/{response._get_param('repositoryName')}")


def _find(images: list[Image], wanted: dict[str, str]) -> Image | None:
    """Return the image that an imageId names; both its tag and its digest have to fit when both are given."""
    return next((image for image in images if all(image.is_meant_by(value) for value in wanted.values())), None)
