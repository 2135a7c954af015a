# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib

import pytest


@pytest.fixture(scope="module")
def any_scaling_cloud():
    """An AWS in memory that all modules' clients lead to, in whatever state."""
    # By its name: an import up there would run before Ansible's loader knows the collections.
    cloud = importlib.import_module("ansible_collections.llmops.ecs.tests.unit.scaling_aws").ScalingAws()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL"):
            patch.delenv(name, raising=False)
        patch.setenv("AWS_REGION", "eu-west-1")
        patch.setattr(
            "ansible_collections.amazon.aws.plugins.module_utils.modules.AnsibleAWSModule.client",
            lambda self, service, **kwargs: cloud.clients[service],
        )
        yield cloud


@pytest.fixture
def scaling_cloud(any_scaling_cloud):
    """The same, with nothing in it that scales the service."""
    any_scaling_cloud.reset()
    return any_scaling_cloud
