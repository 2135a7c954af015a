# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run every test of the project, or the parts that are named: make test, make test ARGS="units molecule".

A part is a few commands; one that fails does not keep the other parts from running. What a part prints is kept in
build/test/<part>.log and shown when it failed. A part may neither take longer than SECONDS nor leave a process behind;
whatever it started ends with it, also when the run itself is ended by Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import processes

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
LOGS = ROOT / "build" / "test"
# What outlives a run, to make the next one fast: virtual environments of ansible-test, the embedded AWS and its images.
CACHE = ROOT / ".cache"
# By it the processes of this run are found; in a run that a test of another run starts, those of both.
RUN = f"{os.environ.get(processes.MARK, 'run')}/{os.getpid()}-{time.time_ns()}"
LINES_OF_A_FAILURE = 120
AT_A_TIME = 2
#: What a part may take, several times what it takes on two cores that do nothing else.
SECONDS = 40 * 60
STOPPING = threading.Event()

LOCAL_AWS = "roles/local_aws/files"
LLM_SERVER = "examples/llm_server"

# The slowest first, and of that two files at a time.
PARTS: dict[str, list[list[str]]] = {
    "e2e": [["python", "-m", "pytest", "--ansible-unit-inject-only", "-n", "2", "--dist", "loadfile", "tests/e2e"]],
    "molecule": [["molecule", "test", "--all"]],
    "warm": [["python", "-m", "pytest", "--ansible-unit-inject-only", "tests/warm"]],
    "local_aws": [
        [
            "python",
            "tests/in_venv.py",
            f"{LOCAL_AWS}/requirements.txt",
            "tests/local_aws/requirements.txt",
            "tests/local_aws",
        ]
    ],
    "llm_server": [
        [
            "python",
            "tests/in_venv.py",
            f"{LLM_SERVER}/requirements.txt",
            f"{LLM_SERVER}/requirements-test.txt",
            f"{LLM_SERVER}/tests",
        ]
    ],
    "sanity": [["python", "tests/sanity.py"]],
    "importer": [["python", "tests/importer.py"]],
    "ansible-lint": [["ansible-lint", "--profile", "production", "--offline", "--strict"]],
    "docs": [["python", "tests/docs.py"]],
    "units": [["python", "-m", "pytest", "--ansible-unit-inject-only", "tests/unit"]],
    "changelog": [["antsibull-changelog", "lint"]],
    "ruff": [["ruff", "check", "."], ["ruff", "format", "--check", "."]],
}


def environment(part: str) -> dict[str, str]:
    """What a part's processes see: a home of their own, nothing of AWS, and a mark by which they are found again."""
    foreign = ("AWS_", "ANSIBLE_", "MOLECULE_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    home = CACHE / "home"
    home.mkdir(parents=True, exist_ok=True)
    return kept | {
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_HOME": str(CACHE / "ansible" / part),
        "HOME": str(home),
        "LOCAL_AWS_PORT": str(free_port()),
        "LOCAL_AWS_SCENARIO_PORT": str(free_port()),
        "NO_COLOR": "1",
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        # Without it each play compiles all of Ansible anew. Kept, but not beside the source.
        "PYTHONPYCACHEPREFIX": str(CACHE / "bytecode"),
        "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR") or str(Path.home() / ".cache" / "uv"),
        "XDG_CACHE_HOME": str(CACHE),
        processes.MARK: f"{RUN}/{part}",
    }


def free_port() -> int:
    """Return a loopback port that nothing uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Result:
    """How a part went, and the seconds that it took."""

    passed: bool = False
    seconds: float = 0


def run(part: str) -> Result:
    """Run a part's commands until one fails."""
    began = time.monotonic()
    log = LOGS / f"{part}.log"
    failure = ""
    with log.open("w") as out:
        for command in PARTS[part]:
            program = sys.executable if command[0] == "python" else str(BIN / command[0])
            out.write(f"$ {' '.join(command)}\n")
            out.flush()
            failure = processes.run([program, *command[1:]], environment(part), ROOT, out, SECONDS, STOPPING)
            if failure:
                out.write(f"{failure}\n")
                break
    result = Result(not failure, time.monotonic() - began)
    shown = log.read_text(errors="replace").splitlines()
    report = [
        f"FAILED {part} in {result.seconds:.0f} s: {failure}" if failure else f"passed {part} in {result.seconds:.0f} s"
    ]
    print("\n".join([f"---- {part} ----", *shown[-LINES_OF_A_FAILURE:], *report] if failure else report), flush=True)
    return result


def table(results: dict[str, Result], seconds: float) -> str:
    """Return the parts with what each took, the longest first, and what all took together."""
    rows = sorted(results.items(), key=lambda item: -item[1].seconds)
    lines = [f"{name:<14}{result.seconds:>6.0f} s  {'passed' if result.passed else 'FAILED'}" for name, result in rows]
    return "\n".join([*lines, f"{'together':<14}{seconds:>6.0f} s, {AT_A_TIME} at a time"])


def stop(number: int, _frame: object) -> None:
    """Have all parts ended, and none begun."""
    print(f"ending: {signal.Signals(number).name}", flush=True)
    STOPPING.set()


def main() -> int:
    names = sys.argv[1:] or list(PARTS)
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"unknown part: {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    shutil.rmtree(LOGS, ignore_errors=True)
    LOGS.mkdir(parents=True)
    began = time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    # What does not come to an end has failed.
    waiting, results, lock = list(names), dict.fromkeys(names, Result()), threading.Lock()

    def work() -> None:
        while not STOPPING.is_set():
            with lock:
                if not waiting:
                    return
                name = waiting.pop(0)
            results[name] = run(name)

    workers = [threading.Thread(target=work) for _worker in range(AT_A_TIME)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    # Of a part that could not be followed to its end.
    processes.end(RUN)
    failed = [name for name, result in results.items() if not result.passed]
    print(table(results, time.monotonic() - began))
    print(f"passed: {', '.join(name for name in results if name not in failed) or 'none'}")
    print(f"failed: {', '.join(failed) or 'none'}")
    print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
