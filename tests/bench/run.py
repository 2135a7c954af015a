# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long deploy.yml takes beside the same deployment in stock modules, and how many calls to AWS each makes.

.venv/bin/python tests/bench/run.py [PAIRS]: each pair is a first run and a run with nothing to change of both, one
after the other on a fresh embedded AWS. Prints the medians and the ratios; waiting for the model is left out of both.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/llm-gpt4all-fastapi-demo:latest"
# What has no counterpart in the stock playbook is left out: the embedded AWS, the question, waiting for the model.
ALONE = ["-e", "deployment_local_aws=false", "-e", "deployment_ask=false", "-e", "ecs_service_wait=false"]
PLAYS = {"ours": ["deploy.yml", *ALONE], "stock": ["tests/bench/stock.yml"]}


def prepare(folder: Path, port: int) -> Path:
    """Write an inventory whose image starts at once."""
    inventory = folder / "inventory"
    shutil.copytree(ROOT / "inventories" / "local", inventory)
    variables = {
        "local_aws_port": port,
        "local_aws_images": {
            IMAGE: {
                "command": ["python", "server.py"],
                "working_directory": str(ROOT / "tests" / "images" / "gpt4all_fastapi"),
                "environment": {"LOAD_SECONDS": "0"},
                "path": [str(BIN)],
            }
        },
        "ecs_service_image": IMAGE,
        "ecs_service_preset": "gpt4all_fastapi",
    }
    (inventory / "group_vars" / "llm_services" / "zz_bench.yml").write_text(yaml.safe_dump(variables))
    return inventory


def server(verb: str, directory: str, port: int, images: dict | None = None) -> None:
    """Start or stop the embedded AWS."""
    request = json.dumps({"directory": directory, "port": port, "images": images or {}})
    command = [sys.executable, str(ROOT / "roles" / "local_aws" / "files" / "launch.py"), verb]
    subprocess.run(command, input=request, text=True, check=True, stdout=subprocess.DEVNULL)


def calls(port: int) -> int:
    """Return how many AWS calls are on record, and begin a new record."""
    url = f"http://127.0.0.1:{port}/_local_aws/requests"
    with urllib.request.urlopen(url, timeout=10) as answer:
        count = len(json.load(answer))
    urllib.request.urlopen(urllib.request.Request(url, method="DELETE"), timeout=10).close()
    return count


def timed(arguments: list[str], inventory: Path) -> float:
    """Run a playbook; its wall-clock seconds."""
    began = time.perf_counter()
    command = [str(BIN / "ansible-playbook"), *arguments, "-i", str(inventory), "-e", "ansible_connection=local"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{result.stdout}{result.stderr}")
    return time.perf_counter() - began


def measure(pairs: int) -> dict[str, dict[str, list[float]]]:
    """Return seconds and calls of each play's first and second run."""
    figures = {name: {"first": [], "again": [], "first calls": [], "again calls": []} for name in PLAYS}
    directory = f"{os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache'}/llmops.ecs"
    with tempfile.TemporaryDirectory() as scratch, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        inventory = prepare(Path(scratch), port)
        images = yaml.safe_load((inventory / "group_vars" / "llm_services" / "zz_bench.yml").read_text())[
            "local_aws_images"
        ]
        for _pair in range(pairs):
            for name, play in PLAYS.items():
                server("start", directory, port, images)
                try:
                    # The first call of each service is slow on the embedded AWS alone: both plays find it awake.
                    timed(["tests/bench/wake.yml"], inventory)
                    calls(port)
                    for turn in ("first", "again"):
                        figures[name][turn].append(timed(play, inventory))
                        figures[name][f"{turn} calls"].append(calls(port))
                finally:
                    server("stop", directory, port)
    return figures


def main() -> None:
    figures = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
    print(f"{'':8}{'ours':>10}{'stock':>10}{'ratio':>8}")
    for what in ("first", "again", "first calls", "again calls"):
        ours, stock = (statistics.median(figures[name][what]) for name in PLAYS)
        unit = "" if "calls" in what else " s"
        print(f"{what:12}{ours:8.1f}{unit} {stock:8.1f}{unit} {ours / stock:7.2f}")


if __name__ == "__main__":
    main()
