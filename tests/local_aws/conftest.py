# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the embedded AWS as users do, by its command line, with a port and a home of their own; end it in any case."""

from __future__ import annotations

import importlib
import sys

import pytest
from servers import FILES, Server, free_port

sys.path.insert(0, str(FILES))


@pytest.fixture
def new_server(tmp_path_factory):
    """Return a function that makes servers, not started yet; they are ended after the test."""
    made = []

    def make(port=None, environment=None, home=None):
        made.append(Server(home or tmp_path_factory.mktemp("home"), port or free_port(), environment))
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def site():
    """Return a load balancer's data plane with servers that a test may start behind it."""
    # By its name: an import up here would run before it is known where local_aws lies.
    with importlib.import_module("alb_site").opened() as made:
        yield made


@pytest.fixture
def hasty():
    """Return the same with an idle timeout of a second."""
    with importlib.import_module("alb_site").opened({"idle_timeout.timeout_seconds": "1"}) as made:
        yield made


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Return a running server that the tests of this process share: each makes things of its own names."""
    shared = Server(tmp_path_factory.mktemp("home"), free_port())
    shared.start()
    yield shared
    shared.stop()


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """Return a running server in whose CloudWatch time passes only as a test advances it."""
    # Nothing but what is due on that clock has to be waited for.
    its = Server(tmp_path_factory.mktemp("home"), free_port(), {"LOCAL_AWS_DELAYS": "role=0,eni=0,drain=0"})
    its.start()
    its.http("PUT", "/_local_aws/clock", {"held": True})
    yield its
    its.stop()


@pytest.fixture(scope="module")
def fast(tmp_path_factory):
    """Return a running server in whose CloudWatch a minute is a second."""
    its = Server(tmp_path_factory.mktemp("home"), free_port(), {"LOCAL_AWS_DELAYS": "role=0,eni=0,drain=0"})
    its.answer(its.run("start", "--speed", "60"))
    yield its
    its.stop()
