# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A generated API key: callers need it, and nothing but Secrets Manager and the container has it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from conftest import ROOT
from packages import with_packages

SECRET = "/llmops/llm-local/llm/api-key"
QUESTION = [{"role": "user", "content": "What is the capital of France? Answer in one sentence."}]
# As much of the AWS CLI as the printed command needs: nothing of it is installed.
CLI = """\
#!{python}
import sys, boto3
given = dict(zip(sys.argv[3::2], sys.argv[4::2]))
client = boto3.client(
    "secretsmanager", region_name=given["--region"], endpoint_url=given["--endpoint-url"],
    aws_access_key_id="local", aws_secret_access_key="local",
)
assert sys.argv[1:3] == ["secretsmanager", "get-secret-value"] and given["--query"] == "SecretString"
print(client.get_secret_value(SecretId=given["--secret-id"])["SecretString"])
"""
CLIENT = """\
import json, os, openai
said = {}
with openai.OpenAI(base_url=os.environ["URL"] + "/v1", api_key=os.environ["KEY"], max_retries=0) as client:
    model = client.models.list().data[0].id
    asked = {"model": model, "messages": json.loads(os.environ["QUESTION"]), "temperature": 0, "max_tokens": 24}
    said["whole"] = client.chat.completions.create(**asked).choices[0].message.content
    said["pieces"] = [each.choices[0].delta.content for each in client.chat.completions.create(**asked, stream=True)]
with openai.OpenAI(base_url=os.environ["URL"] + "/v1", api_key="wrong", max_retries=0) as stranger:
    try:
        stranger.models.list()
    except openai.AuthenticationError as error:
        said["refused"] = [error.status_code, error.code]
print(json.dumps(said))
"""


class Watch:
    """What the command lines of all processes said while it was on."""

    def __enter__(self):
        self.seen, self._over = set(), threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_exception):
        self._over.set()
        self._thread.join()

    def _look(self):
        while not self._over.wait(0.05):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(path.read_bytes())
                except OSError:
                    continue


@pytest.fixture(scope="module")
def story(world):
    """The first deployment, as talkative as can be, the next one, and the key."""
    world.variables("api_key", ecs_service_api_key="generate")
    with Watch() as watch:
        first = world.deploy("-vvv", "--diff")
    key = world.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"]
    return {"key": key, "first": first, "watch": watch, "shown": world.deploy("-e", "deployment_show_api_key=true")}


@pytest.fixture
def url(story):
    return story["first"].urls["llm"]


def by_official_client(url, key):
    """Ask with OpenAI's own client, with the key and without; return what it was told."""
    requirements = ROOT / "examples" / "llm_server" / "requirements-test.txt"
    command = with_packages(requirements, "python", "-c", CLIENT)
    given = {"URL": url, "KEY": key, "QUESTION": json.dumps(QUESTION), "NO_PROXY": "*"}
    result = subprocess.run(command, env={**os.environ, **given}, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_the_key_is_nowhere(world, story):
    key = story["key"]

    assert len(key) > 40
    assert key not in story["first"].output
    assert len(story["watch"].seen) > 10
    assert not [line for line in story["watch"].seen if key.encode() in line]
    ecs = world.client("ecs")
    definition = ecs.describe_task_definition(taskDefinition="llm-local-llm")["taskDefinition"]
    assert key not in json.dumps(definition, default=str)
    assert [secret["name"] for secret in definition["containerDefinitions"][0]["secrets"]] == ["LLM_SERVER_API_KEY"]
    kept = [path for path in world.folder.rglob("*") if path.is_file() and key.encode() in path.read_bytes()]
    assert kept == []


def test_the_key_is_shown_once_to_who_asks_for_it(story):
    shown = story["shown"]

    assert shown.count == 0, shown.output
    assert shown.output.count(story["key"]) == 1
    assert story["key"] in dict(shown.tasks)["Show the API key to whoever asked for it"]


def test_the_last_lines_warn_of_plain_http(story, url):
    assert f"The API key travels to {url} over plain HTTP" in story["first"].output.strip().splitlines()[-1]
    assert "Paris" in story["first"].output.strip().splitlines()[-2]


def test_the_command_works_when_pasted(story, tmp_path):
    cli = tmp_path / "aws"
    cli.write_text(CLI.format(python=sys.executable))
    cli.chmod(0o755)
    command = next(line for line in story["first"].output.splitlines() if line.startswith("key=$(aws "))
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    with Watch() as watch:
        result = subprocess.run(
            ["sh", "-c", command], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
        )

    assert "Paris" in result.stdout, result
    assert not [line for line in watch.seen if story["key"].encode() in line]


def test_the_official_client_works_with_the_key_and_is_refused_without(story, url):
    said = by_official_client(url, story["key"])

    assert "Paris" in said["whole"]
    assert "".join(filter(None, said["pieces"])) == said["whole"]
    assert len(said["pieces"]) > 3
    assert said["refused"] == [401, "invalid_api_key"]


@pytest.mark.parametrize("path", ["/v1/models", "/generate"])
def test_without_a_key(url, path):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{url}{path}", timeout=10)

    assert refused.value.code == 401
    assert json.loads(refused.value.read())["error"]["code"] == "invalid_api_key"


def test_health_needs_no_key(url):
    with urllib.request.urlopen(f"{url}/healthz", timeout=10) as answer:
        assert answer.status == 200


def test_a_deployment_that_is_removed_comes_back_with_another_key_at_once(world, story):
    removed = world.play("destroy.yml", "-e", "local_aws_keep=true")
    assert removed.code == 0, removed.output
    assert world.client("secretsmanager").list_secrets(IncludePlannedDeletion=True)["SecretList"] == []

    began = time.monotonic()
    again = world.deploy()

    assert "Paris" in again.output
    assert time.monotonic() - began < 120
    key = world.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"]
    assert key != story["key"]
    assert world.play("destroy.yml").code == 0
