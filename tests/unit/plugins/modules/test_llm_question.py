# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from ansible_collections.llmops.ecs.plugins.modules import llm_question

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:/llm/api-key-AbCdEf"
KEY = "llm-0123456789abcdefghij"


@pytest.fixture
def server(monkeypatch):
    """Return a server that answers as a test sets it, and keeps what it was asked."""
    monkeypatch.setenv("NO_PROXY", "*")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            served.asked.append((self.command, self.path, dict(self.headers), body.decode()))
            status, headers, text = served.answers.get(self.path, (200, {}, "Paris.\n"))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        do_POST = do_GET

        def log_message(self, *args):
            pass

    served = HTTPServer(("127.0.0.1", 0), Handler)
    served.asked, served.answers = [], {}
    served.url = f"http://127.0.0.1:{served.server_port}"
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield served
    served.shutdown()
    served.server_close()
    thread.join()


@pytest.fixture
def key(aws):
    answer = {"SecretString": KEY, "ARN": ARN, "Name": "/llm/api-key"}
    aws("secretsmanager").add_response("get_secret_value", answer, {"SecretId": ARN})


def test_a_name_that_is_not_known_is_told_as_such(monkeypatch, run):
    def unknown(*_arguments, **_more):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    result = run(llm_question, url="http://llm.example.com/generate", method="GET")

    assert result["failed"]
    assert result["name_unknown"]
    assert "http://llm.example.com/generate: [Errno" in result["msg"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_asks_without_a_key(server, run, check_mode):
    result = run(
        llm_question, url=f"{server.url}/generate", method="GET", body={"text": "France?"}, check_mode=check_mode
    )

    ((method, path, headers, body),) = server.asked
    assert (method, path, json.loads(body)) == ("GET", "/generate", {"text": "France?"})
    assert headers["Content-Type"] == "application/json"
    assert "Authorization" not in headers
    assert (result["status"], result["answer"], result["changed"]) == (200, "Paris.", False)


def test_sends_the_key_and_does_not_tell_it(server, run, key):
    server.answers["/chat"] = (200, {}, json.dumps({"choices": [{"message": {"content": " Paris. "}}]}))

    result = run(llm_question, url=f"{server.url}/chat", api_key_arn=ARN)

    assert server.asked[0][2]["Authorization"] == f"Bearer {KEY}"
    assert result["answer"] == "Paris."
    assert KEY not in json.dumps(result)


@pytest.mark.parametrize(
    ("status", "text", "said"),
    [
        (401, f"not {KEY}", "HTTP status 401: not ******** The server wants another API key"),
        (404, "nothing here", "HTTP status 404: nothing here The server has no such route."),
        (504, "", "raise ecs_service_longest_answer_seconds"),
        (418, "teapot", "HTTP status 418: teapot"),
    ],
)
def test_tells_what_kept_the_answer_away(server, run, key, status, text, said):
    server.answers["/chat"] = (status, {}, text)

    result = run(llm_question, url=f"{server.url}/chat", api_key_arn=ARN)

    assert result["failed"]
    assert result["status"] == status
    assert said in result["msg"]
    assert KEY not in json.dumps(result)


def test_takes_no_key_to_where_a_redirect_leads(server, run, key):
    server.answers["/chat"] = (301, {"Location": f"{server.url}/elsewhere"}, "")

    result = run(llm_question, url=f"{server.url}/chat", method="GET", api_key_arn=ARN)

    assert result["status"] == 301
    assert [path for _method, path, _headers, _body in server.asked] == ["/chat"]


def test_nobody_there(run, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")

    result = run(llm_question, url="http://127.0.0.1:9/generate", timeout=2)

    assert result["failed"]
    assert "No answer from http://127.0.0.1:9/generate" in result["msg"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Paris.\n", "Paris."),
        ('{"choices": [{"message": {"content": "Paris."}}]}', "Paris."),
        ('{"choices": []}', '{"choices": []}'),
        ("[]", "[]"),
        ('{"models": [1]}', '{"models": [1]}'),
    ],
)
def test_what_was_said(body, text):
    assert llm_question.said(body) == text
