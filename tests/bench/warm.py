# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long plays take with the connection warm beside local, and how much CPU time and memory they need.

.venv/bin/python tests/bench/warm.py [--pairs N] [--mitogen] [PLAY ...]: plays are stock, deploy and hosts. Each pair is
one run with each connection, one after the other, on one embedded AWS on which the play has run before. With --mitogen,
it runs beside them, from a virtual environment that is made for it with this one's versions of everything else.
Prints medians and their ratios to local. CPU seconds are those of all processes that a run leaves or waits for.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from importlib.metadata import version
from pathlib import Path

import run as bench
import yaml

# Beside this folder lies how uv is called.
sys.path.append(str(Path(__file__).parents[1]))
import packages

PLAYS = {
    "stock": ["tests/bench/stock.yml"],
    "deploy": ["deploy.yml", "-e", "ecs_service_wait=false"],
    "hosts": ["tests/bench/hosts.yml", "--forks", "50"],
}
HOSTS = 50
MARK = "BENCH_RUN"
PR_SET_CHILD_SUBREAPER = 36
LIBC = ctypes.CDLL(None)


class Memory(threading.Thread):
    """Looks, until all is over, at how much memory the processes with a mark have, what they share counted once."""

    def __init__(self, mark: str) -> None:
        super().__init__()
        self.mark = f"{MARK}={mark}".encode()
        self.over = threading.Event()
        self.most = 0

    def run(self) -> None:
        while not self.over.wait(0.2):
            self.most = max(self.most, sum(map(self.of, Path("/proc").glob("[0-9]*"))))

    def of(self, folder: Path) -> int:
        """A process's share of memory in kB, or 0 if it is none of these."""
        with contextlib.suppress(OSError, StopIteration):
            if self.mark in (folder / "environ").read_bytes():
                lines = (folder / "smaps_rollup").read_text().splitlines()
                return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return 0


def timed(arguments: list[str], inventory: Path, how: dict) -> tuple[float, float]:
    """Run a playbook; its wall-clock seconds, and the CPU seconds of it and of all that it started."""
    command = [how["program"], *arguments, "-i", str(inventory), "-e", f"ansible_connection={how['connection']}"]
    spent = used()
    # What the play leaves, such as the warm interpreter, which ends by itself, becomes a child of this process.
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    began = time.perf_counter()
    result = subprocess.run(
        command,
        cwd=bench.ROOT,
        env=os.environ | how["environment"],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{result.stdout}{result.stderr}")
    seconds = time.perf_counter() - began
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    return seconds, used() - spent


def used() -> float:
    """The CPU seconds of all processes that this one has waited for, and they of theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measured(arguments: list[str], inventory: Path, how: dict) -> float:
    """Run a playbook; the most memory that its processes had, in MB. Looking takes time: this run is not timed."""
    mark = uuid.uuid4().hex
    memory = Memory(mark)
    memory.start()
    try:
        timed(arguments, inventory, how | {"environment": how["environment"] | {MARK: mark}})
    finally:
        memory.over.set()
        memory.join()
    return memory.most / 1024


def ways(scratch: Path, mitogen: bool) -> dict[str, dict]:
    """The ways to run a play, by name."""
    program = str(bench.BIN / "ansible-playbook")
    found = {
        "local": {"program": program, "connection": "local", "environment": {}},
        "warm": {"program": program, "connection": "llmops.ecs.warm", "environment": {}},
    }
    if mitogen:
        python = scratch / "mitogen" / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", str(python.parents[1])], check=True)
        same = [f"{name}=={version(name)}" for name in ("ansible", "ansible-core", "boto3", "botocore", "distro")]
        subprocess.run(packages.uv("pip", "install", "--python", str(python), "mitogen", *same), check=True)
        find = "import ansible_mitogen, os; print(os.path.dirname(ansible_mitogen.__file__))"
        folder = subprocess.run([python, "-c", find], check=True, capture_output=True, text=True).stdout.strip()
        found["mitogen"] = {
            "program": str(python.with_name("ansible-playbook")),
            "connection": "local",
            "environment": {
                "ANSIBLE_STRATEGY": "mitogen_linear",
                "ANSIBLE_STRATEGY_PLUGINS": f"{folder}/plugins/strategy",
            },
        }
    return found


def many_hosts(inventory: Path) -> Path:
    """Return an inventory of many hosts with the variables of another one."""
    made = inventory.with_name("many")
    made.mkdir()
    (made / "group_vars").symlink_to(inventory / "group_vars")
    names = {f"host{number:02}": None for number in range(HOSTS)}
    (made / "hosts.yml").write_text(yaml.safe_dump({"llm_services": {"hosts": names}}))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--mitogen", action="store_true")
    parser.add_argument("plays", nargs="*", default=list(PLAYS), choices=list(PLAYS), metavar="PLAY")
    options = parser.parse_args()
    directory = f"{os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache'}/llmops.ecs"
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        inventory = bench.prepare(scratch, port)
        variables = inventory / "group_vars" / "llm_services" / "zz_bench.yml"
        images = yaml.safe_load(variables.read_text())["local_aws_images"]
        many = many_hosts(inventory)
        compared = ways(scratch, options.mitogen)
        print(f"{'':8}{'':9}{'seconds':>9}{'ratio':>7}{'CPU s':>7}{'ratio':>7}{'MB':>7}{'ratio':>7}", flush=True)
        for play in options.plays:
            where = many if play == "hosts" else inventory
            bench.server("start", directory, port, images)
            try:
                timed(["tests/bench/wake.yml"], inventory, compared["local"])
                if play != "hosts":
                    timed(PLAYS[play], where, compared["warm"])
                figures = {name: [] for name in compared}
                for _pair in range(options.pairs):
                    for name, how in compared.items():
                        figures[name].append(timed(PLAYS[play], where, how))
                megabytes = {name: measured(PLAYS[play], where, how) for name, how in compared.items()}
            finally:
                bench.server("stop", directory, port)
            medians = {
                name: [*(statistics.median(column) for column in zip(*figures[name], strict=True)), megabytes[name]]
                for name in compared
            }
            for name, values in medians.items():
                cells = zip(values, (9, 7, 7), (1, 1, 0), medians["local"], strict=True)
                print(
                    f"{play:8}{name:9}"
                    + "".join(
                        f"{value:{width}.{digits}f}{value / local:7.2f}" for value, width, digits, local in cells
                    ),
                    flush=True,
                )


if __name__ == "__main__":
    main()
