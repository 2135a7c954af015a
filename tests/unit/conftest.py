# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a module's real main() against botocore's Stubber, which checks requests and answers by AWS's service model."""

from __future__ import annotations

import importlib
import json

import boto3
import pytest
from ansible.module_utils.testing import patch_module_args
from botocore.stub import Stubber
from hypothesis import HealthCheck, settings

# How fast the machine is, is not what properties are about.
settings.register_profile("any_machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any_machine")


@pytest.fixture
def aws(monkeypatch):
    """Return a function that gives a service's Stubber: it answers the calls a test lists and no other."""
    stubbers = {}

    def stub(service):
        if service not in stubbers:
            client = boto3.client(service, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
            stubbers[service] = Stubber(client)
            stubbers[service].activate()
        return stubbers[service]

    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    # By its name: an import up here would run before Ansible's loader knows the collections.
    monkeypatch.setattr(
        "ansible_collections.amazon.aws.plugins.module_utils.modules.AnsibleAWSModule.client",
        lambda self, service, **kwargs: stub(service).client,
    )
    yield stub
    for stubber in stubbers.values():
        stubber.assert_no_pending_responses()


@pytest.fixture
def elbv2(aws, impatient):
    """The Stubber of Elastic Load Balancing, whose changes are waited for without pauses."""
    return aws("elbv2")


@pytest.fixture
def impatient(monkeypatch):
    """Let modules look again at once while they wait for AWS."""
    # By its name: an import up here would run before Ansible's loader knows the collections.
    monkeypatch.setattr("ansible_collections.llmops.ecs.plugins.module_utils._aws.wait.SHORTEST", 0.01)


@pytest.fixture
def run(capfd):
    """Return a function that runs a module's main() and gives its result."""

    def run_module(module, check_mode=False, diff_mode=False, **params):
        arguments = {**params, "_ansible_check_mode": check_mode, "_ansible_diff": diff_mode}
        with patch_module_args(arguments), pytest.raises(SystemExit):
            module.main()
        return json.loads(capfd.readouterr().out)

    return run_module


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
