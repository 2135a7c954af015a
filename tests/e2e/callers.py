# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Callers of a service with a key: OpenAI's own client, the printed command, and somebody who watches command lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from conftest import ROOT
from packages import with_packages

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


def by_official_client(url, key):
    """Ask with OpenAI's own client, with the key and without; return what it was told."""
    requirements = ROOT / "examples" / "llm_server" / "requirements-test.txt"
    command = with_packages(requirements, "python", "-c", CLIENT)
    given = {"URL": url, "KEY": key, "QUESTION": json.dumps(QUESTION), "NO_PROXY": "*"}
    result = subprocess.run(command, env={**os.environ, **given}, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def by_printed_command(command: str, folder: Path) -> subprocess.CompletedProcess:
    """Run the command that a deployment prints, with what it needs of the AWS CLI in a folder."""
    cli = folder / "aws"
    cli.write_text(CLI.format(python=sys.executable))
    cli.chmod(0o755)
    path = os.pathsep.join([str(folder), os.environ["PATH"]])
    return subprocess.run(
        ["sh", "-c", command], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
