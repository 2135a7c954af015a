# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection as users get it: installed from its tarball, outside the checkout, with nothing else around."""

from __future__ import annotations

import os

import processes
from collection import build, install
from conftest import CACHE, ROOT, listens, run

# What an environment needs to work at all, what keeps packages from being downloaded again, and what names this run.
KEPT = ("LANG", "LC_ALL", "PATH", "TMPDIR", "UV_CACHE_DIR", "SSL_CERT_FILE", "PYTHONPYCACHEPREFIX", processes.MARK)


def test_the_installed_tarball_deploys_and_destroys(world, tmp_path):
    home, project = tmp_path / "home", tmp_path / "project"
    collections = home / ".ansible" / "collections"
    for folder in (collections, project):
        folder.mkdir(parents=True)
    install(build(tmp_path), collections)
    # The one deployment with a key whose tasks are asked without a load balancer before them.
    world.variables("api_key", ecs_service_api_key="generate")
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment |= {"HOME": str(home), "XDG_CACHE_HOME": str(CACHE.parent), "LOCAL_AWS_PORT": str(world.port)}

    deployed = run(["llmops.ecs.deploy", "-i", str(world.inventory)], project, environment)
    assert deployed.code == 0, deployed.output
    # No callback of ours is enabled: the task itself shows them.
    answer = "\n".join(line for line in deployed.output.splitlines() if line.startswith("[llm] "))
    assert "http://127." in answer
    assert "key=$(aws secretsmanager get-secret-value " in answer
    assert "curl " in answer
    assert "Paris" in answer
    assert str(ROOT) not in deployed.output

    destroyed = run(["llmops.ecs.destroy", "-i", str(world.inventory)], project, environment)
    assert destroyed.code == 0, destroyed.output
    assert not listens(world.port)
