# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: starting and stopping, however often and from wherever, and what stands in the way."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local_aws.server.daemon import _started

IMAGE = {"app:latest": {"command": ["python3", "-m", "http.server", "$PORT"]}}


def listens(port):
    """Return whether anything answers on the port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_start_and_stop_change_once(new_server):
    server = new_server()
    first = server.start()
    assert first["changed"]
    assert first["started"]
    assert first["endpoint_url"] == server.url
    assert Path(first["log"]).is_relative_to(server.home)
    assert json.loads(server.http("GET", "/_local_aws/health"))["pid"] == first["pid"]
    assert server.start() == {**first, "changed": False, "started": False}
    assert server.answer(server.run("status")) == {
        "running": True,
        "endpoint_url": server.url,
        "pid": first["pid"],
        "log": first["log"],
    }
    assert server.stop() == {"changed": True}
    assert not listens(server.port)
    assert not _started(first["pid"])
    assert server.stop() == {"changed": False}
    assert not server.answer(server.run("status"))["running"]


def test_stop_of_what_never_ran_leaves_nothing(new_server, tmp_path):
    server = new_server(home=tmp_path / "none")
    assert server.stop() == {"changed": False}
    assert not server.home.exists()


def test_starts_at_once_give_one_server(new_server):
    server = new_server()
    with ThreadPoolExecutor() as pool:
        answers = [started.result() for started in [pool.submit(server.start) for attempt in range(3)]]
    assert len({answer["pid"] for answer in answers}) == 1
    assert sorted(answer["started"] for answer in answers) == [False, False, True]


def test_several_servers_live_side_by_side(new_server, tmp_path):
    servers = [new_server(home=tmp_path), new_server(home=tmp_path)]
    pids = {server.start()["pid"] for server in servers}
    assert len(pids) == 2
    servers[0].stop()
    assert servers[1].answer(servers[1].run("status"))["running"]


def test_images_are_handed_over_and_edits_apply(new_server, tmp_path):
    server = new_server()
    assert server.start(IMAGE)["changed"]
    assert not server.start(IMAGE)["changed"]
    edited = {"app:latest": {"command": ["python3", "-m", "http.server", "8080"]}}
    answer = server.start(edited)
    assert answer["changed"]
    assert not answer["started"]
    file = tmp_path / "images.json"
    file.write_text(json.dumps(edited))
    assert not server.answer(server.run("start", "--images", str(file)))["changed"]


def test_bad_images_are_an_error_and_leave_no_server(new_server, tmp_path):
    server = new_server()
    finished = server.run("start", "--images", "-", given=json.dumps({"app:latest": {"command": 7}}))
    assert finished.returncode == 1
    assert "app:latest" in finished.stderr
    assert not listens(server.port)
    finished = server.run("start", "--images", str(tmp_path / "none.json"))
    assert finished.returncode == 1
    assert "none.json" in finished.stderr
    assert not listens(server.port)


def test_a_port_that_is_anothers_is_one_clear_line(new_server):
    with socket.create_server(("127.0.0.1", 0)) as other:
        server = new_server(port=other.getsockname()[1])
        finished = server.run("start")
        assert finished.returncode == 1
        assert len(finished.stderr.splitlines()) == 1
        for word in (str(server.port), "local_aws_port", "LOCAL_AWS_PORT"):
            assert word in finished.stderr
        assert server.stop() == {"changed": False}


def test_a_port_that_is_another_homes_is_left_alone(server, new_server):
    second = new_server(port=server.port)
    assert second.run("start").returncode == 1
    assert second.stop() == {"changed": False}
    assert server.answer(server.run("status"))["running"]


def test_a_server_that_does_not_come_up_says_why(new_server):
    server = new_server(environment={"LOCAL_AWS_DELAYS": "sleep=5"})
    finished = server.run("start")
    assert finished.returncode == 1
    assert "LOCAL_AWS_DELAYS: 'sleep=5' is not one of drain, eni, role" in finished.stderr
    assert not listens(server.port)


def test_a_record_that_cannot_be_read_is_no_server(new_server):
    server = new_server()
    (server.home / f"server-{server.port}.json").write_text("{")
    assert server.stop() == {"changed": False}


def test_a_stale_record_never_ends_another_process(new_server):
    server = new_server()
    with subprocess.Popen(["sleep", "600"]) as bystander:
        record = {"pid": bystander.pid, "started": "of another time"}
        (server.home / f"server-{server.port}.json").write_text(json.dumps(record))
        assert not server.answer(server.run("status"))["running"]
        assert server.stop() == {"changed": False}
        assert bystander.poll() is None
        bystander.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_starts_again_after_a_signal(new_server, number):
    server = new_server()
    first = server.start()["pid"]
    os.kill(first, number)
    again = server.start()
    assert again["started"]
    assert again["pid"] != first
    assert not _started(first)


def test_nothing_of_the_callers_account_reaches_the_server(new_server, tmp_path):
    (tmp_path / ".aws").mkdir()
    for name in ("config", "credentials"):
        (tmp_path / ".aws" / name).write_text("this is no [configuration\n")
    hostile = {
        "AWS_PROFILE": "does-not-exist",
        "AWS_DEFAULT_REGION": "xx-nowhere-1",
        "AWS_CONFIG_FILE": "/does/not/exist",
        "AWS_CA_BUNDLE": "/does/not/exist",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "https_proxy": "http://127.0.0.1:1",
        "NO_PROXY": "",
        "MOTO_ACCOUNT_ID": "999999999999",
        "PYTHONSTARTUP": "/does/not/exist",
    }
    server = new_server(environment={**hostile, "HOME": str(tmp_path)})
    pid = server.start()["pid"]
    names = {entry.partition("=")[0] for entry in Path(f"/proc/{pid}/environ").read_text().split("\0")}
    assert not names & hostile.keys()
    assert server.client("sts").get_caller_identity()["Account"] == "123456789012"
    assert not server.start()["changed"]


def test_listens_on_the_loopback_only(server):
    pid = server.start()["pid"]
    server.client("ec2").describe_vpcs()
    sockets = {os.readlink(descriptor) for descriptor in Path(f"/proc/{pid}/fd").iterdir()}
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if f"socket:[{fields[9]}]" in sockets:
                # The address is written in the machine's order: its last byte is 127.
                assert fields[1].partition(":")[0][-2:] == "7F", line
