#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: llm_question
version_added: 0.2.0
short_description: Send a request to a model over HTTP, with an API key from AWS Secrets Manager
description:
  - Sends one request and returns the answer. Use it to check that a model answers.
  - The module itself reads the API key from Secrets Manager, and sends it in the header C(Authorization). The key is in
    no argument, result or log.
  - If a key is sent, redirects are not followed, so that no other server gets the key.
author:
  - The llmops.ecs contributors (@llmops)
attributes:
  check_mode:
    description: The module sends the request in check mode too, as it changes nothing.
options:
  url:
    description:
      - The URL of the request.
    type: str
    required: true
  method:
    description:
      - The HTTP method of the request.
    type: str
    choices: [GET, POST]
    default: POST
  body:
    description:
      - The body of the request, sent as JSON. Empty for no body.
    type: dict
    default: {}
  api_key_arn:
    description:
      - The ARN of the secret that holds the API key. Empty for none.
    type: str
    default: ""
  timeout:
    description:
      - How many seconds to wait for the answer to begin, and at most between two parts of it.
    type: int
    default: 300
extends_documentation_fragment:
  - llmops.ecs.attributes.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: llmops.ecs.ecs_service_endpoint_info
  - module: llmops.ecs.secretsmanager_generated_secret
"""

EXAMPLES = r"""
- name: Find the URL of the service
  llmops.ecs.ecs_service_endpoint_info:
    cluster: llm
    service: llm-server
  register: endpoint

- name: Ask the model a question
  llmops.ecs.llm_question:
    url: "{{ endpoint.url }}/v1/chat/completions"
    body:
      messages:
        - role: user
          content: What is the capital of France?
    api_key_arn: "{{ key.arn }}"
"""

RETURN = r"""
answer:
  description: The model's answer. In OpenAI's format the text of the first choice, else the whole body.
  returned: success
  type: str
  sample: The capital of France is Paris.
status:
  description: The HTTP status.
  returned: if there was an answer
  type: int
  sample: 200
name_unknown:
  description: Whether this machine cannot resolve the host name in the URL. A new DNS record may need some time.
  returned: if there was no answer
  type: bool
  sample: true
elapsed:
  description: How many seconds the request took.
  returned: success
  type: float
  sample: 1.2
"""

import json
import socket
import time
import urllib.error

from ansible.module_utils.common.text.converters import to_text
from ansible.module_utils.urls import open_url
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws.outcome import failures_told
from ..module_utils._aws.session import connect
from ..module_utils._services import secretsmanager

SHOWN = 300
ADVICE = {
    301: "The address has moved: ask the one that it names.",
    302: "The address has moved, or a login is asked for: see load_balancer_authentication.",
    401: "The server wants another API key. A task keeps the one that it started with: deploy anew after a change.",
    404: "The server has no such route.",
    502: "The load balancer reached a task that closed the connection: see the container's log.",
    503: "No task is there to answer, or the model is still loading.",
    504: "The answer took longer than the load balancer's idle timeout: raise ecs_service_longest_answer_seconds.",
}


def said(body):
    """Return what a body says: the first choice of an answer in OpenAI's form, else all of it."""
    try:
        return to_text(json.loads(body)["choices"][0]["message"]["content"]).strip()
    except (ValueError, LookupError, TypeError):
        return body.strip()


def refusal(status, body, key):
    """Return a sentence on an answer that is none, without the key, should the server repeat it."""
    shown = body.replace(key, "********") if key else body
    return " ".join(filter(None, [f"HTTP status {status}: {shown.strip()[:SHOWN]}", ADVICE.get(status)]))


def ask(params, key):
    """Return status and text of the answer. Raises OSError where there is none."""
    headers = {"Accept": "application/json, text/plain", **({"Authorization": f"Bearer {key}"} if key else {})}
    data = json.dumps(params["body"]) if params["body"] else None
    if data:
        headers["Content-Type"] = "application/json"
    try:
        answer = open_url(
            params["url"],
            data=data,
            headers=headers,
            method=params["method"],
            timeout=params["timeout"],
            follow_redirects="none" if key else "safe",
        )
    except urllib.error.HTTPError as error:
        answer = error
    return answer.getcode(), to_text(answer.read(), errors="replace")


def main():
    module = AnsibleAWSModule(
        argument_spec={
            "url": {"required": True},
            "method": {"choices": ["GET", "POST"], "default": "POST"},
            "body": {"type": "dict", "default": {}},
            "api_key_arn": {"default": "", "no_log": False},
            "timeout": {"type": "int", "default": 300},
        },
        supports_check_mode=True,
    )
    with failures_told(module):
        arn, key = module.params["api_key_arn"], ""
        if arn:
            key = secretsmanager.secret_value(connect(module, "secretsmanager"), arn)
            module.no_log_values.add(key)
        started = time.monotonic()
        try:
            status, body = ask(module.params, key)
        except OSError as error:
            reason = getattr(error, "reason", error)
            unknown = isinstance(reason, socket.gaierror)
            module.fail_json(msg=f"No answer from {module.params['url']}: {reason}.", name_unknown=unknown)
        if not 200 <= status < 300:
            module.fail_json(msg=refusal(status, body, key), status=status)
        module.exit_json(changed=False, status=status, answer=said(body), elapsed=round(time.monotonic() - started, 3))


if __name__ == "__main__":
    main()
