# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run every test of the project, or the parts that are named: make test, make test ARGS="units molecule".

A part is a few commands; one that fails does not keep the other parts from running. Two parts run at a time. What a
part prints is kept in build/test/<part>.log and shown when it failed. At the end no process of the tests may be left.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
LOGS = ROOT / "build" / "test"
# What outlives a run, to make the next one fast: virtual environments of ansible-test, the embedded AWS and its images.
CACHE = ROOT / ".cache"
MARK = "LLMOPS_ECS_TEST_RUN"
RUN = f"{os.getpid()}-{time.time_ns()}"
LINES_OF_A_FAILURE = 120

LOCAL_AWS = "roles/local_aws/files"
LLM_SERVER = "examples/llm_server"

# The slowest first; two run at a time.
PARTS: dict[str, list[list[str]]] = {
    "molecule": [["molecule", "test", "--all"]],
    "e2e": [["python", "-m", "pytest", "--ansible-unit-inject-only", "tests/e2e"]],
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
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ANSIBLE_", "MOLECULE_"))}
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
        "PYTHONDONTWRITEBYTECODE": "1",
        "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR") or str(Path.home() / ".cache" / "uv"),
        "XDG_CACHE_HOME": str(CACHE),
        MARK: RUN,
    }


def free_port() -> int:
    """Return a loopback port that nothing uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(part: str) -> bool:
    """Run a part's commands until one fails. Returns whether none did."""
    began = time.monotonic()
    log = LOGS / f"{part}.log"
    passed = True
    with log.open("w") as out:
        for command in PARTS[part]:
            program = sys.executable if command[0] == "python" else str(BIN / command[0])
            out.write(f"$ {' '.join(command)}\n")
            out.flush()
            result = subprocess.run(
                [program, *command[1:]],
                cwd=ROOT,
                env=environment(part),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                check=False,
            )
            if result.returncode:
                out.write(f"exit code {result.returncode}\n")
                passed = False
                break
    shown = log.read_text(errors="replace").splitlines()
    report = [f"{'passed' if passed else 'FAILED'} {part} in {time.monotonic() - began:.0f} s"]
    print("\n".join(report if passed else [f"---- {part} ----", *shown[-LINES_OF_A_FAILURE:], *report]), flush=True)
    return passed


def left_over() -> dict[int, str]:
    """Return the processes that carry this run's mark and are not this one: process ID and command line."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={RUN}".encode() in (folder / "environ").read_bytes():
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        except OSError:
            continue
    return found


def end_left_over() -> bool:
    """End what the tests left running, and say so. Returns whether nothing was left."""
    deadline = time.monotonic() + 10
    while left_over() and time.monotonic() < deadline:
        time.sleep(0.5)
    found = left_over()
    for process, command in found.items():
        print(f"FAILED clean-up: process {process} was left running: {command}", flush=True)
        os.kill(process, signal.SIGKILL)
    return not found


def main() -> int:
    names = sys.argv[1:] or list(PARTS)
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"unknown part: {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    shutil.rmtree(LOGS, ignore_errors=True)
    LOGS.mkdir(parents=True)
    # What does not come to an end has failed.
    waiting, results, lock = list(names), dict.fromkeys(names, False), threading.Lock()

    def work() -> None:
        while True:
            with lock:
                if not waiting:
                    return
                name = waiting.pop(0)
            results[name] = run(name)

    workers = [threading.Thread(target=work) for _worker in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    results["clean-up"] = end_left_over()
    failed = [name for name, passed in results.items() if not passed]
    print(f"passed: {', '.join(name for name in results if name not in failed) or 'none'}")
    print(f"failed: {', '.join(failed) or 'none'}")
    print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
