# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import lookup_loader
from ansible.template import Templar

from ansible_collections.llmops.ecs.plugins.lookup import secret_value

LOCAL = "http://127.0.0.1:4567"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-another-account")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")


def look_up(*terms, **variables):
    plugin = lookup_loader.get("llmops.ecs.secret_value", loader=DataLoader(), templar=Templar(DataLoader(), variables))
    return plugin.run(list(terms), variables=variables)


def test_a_client_of_the_embedded_aws_has_its_keys_and_no_proxy(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://proxy:3128")

    client = secret_value.connect("", "eu-west-1", LOCAL)

    assert client.meta.endpoint_url == LOCAL
    assert client.meta.region_name == "eu-west-1"
    assert client._get_credentials().access_key != "of-another-account"
    assert client.meta.config.proxies == {}


def test_a_client_of_aws_has_the_keys_of_the_environment():
    client = secret_value.connect("", "eu-west-1", "")

    assert client._get_credentials().access_key == "of-another-account"
    assert client.meta.endpoint_url == "https://secretsmanager.eu-west-1.amazonaws.com"


class Manager:
    """As much of a client as a lookup needs."""

    def __init__(self, answer):
        self.answer = answer

    def get_secret_value(self, SecretId):
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"SecretString": f"{self.answer} of {SecretId}"}


def test_reads_each_secret(monkeypatch):
    asked = []
    monkeypatch.setattr(secret_value, "connect", lambda **options: asked.append(options) or Manager("value"))

    assert look_up("/a", "/b", aws_region="eu-west-1") == ["value of /a", "value of /b"]
    assert asked == [{"profile": "", "region": "eu-west-1", "endpoint_url": ""}]


def test_says_which_secret_cannot_be_read(monkeypatch):
    error = secret_value.ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetSecretValue")
    monkeypatch.setattr(secret_value, "connect", lambda **options: Manager(error))

    with pytest.raises(AnsibleLookupError, match=r"Failed to read /a from Secrets Manager: .*AccessDenied"):
        look_up("/a")
