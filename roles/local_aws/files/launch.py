# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Install the embedded AWS and the images' requirements, then start, stop or ask after the server.

Reads from standard input one JSON document::

    {"directory": "/home/me/.cache/llmops.ecs", "port": 4566,
     "speed": 1.0,
     "images": {"<image name>": {"command": [...], "working_directory": "...", "environment": {...},
                                 "requirements": "..."}}}

and prints the server's own JSON answer, with C(installed) (the virtual environments that were made) added.
Needs nothing but the standard library, so that it runs before anything is installed.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent


def installer(python: str) -> list[str]:
    """The command that installs requirements: uv where it is at hand, else pip."""
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--quiet", "--system-certs", "--python", python]
    return [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def environment(requirements: Path, directory: Path) -> tuple[Path, bool]:
    """Make the virtual environment that a requirements file describes, once.

    Returns its folder, which is named after the requirements and the interpreter, and whether it was made now.
    The file is a complete lock: nothing but what it names is installed.
    """
    identity = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = directory / "environments" / f"{requirements.resolve().parent.name}-{identity}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{folder}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "complete").exists():
            return folder, False
        shutil.rmtree(folder, ignore_errors=True)
        call([sys.executable, "-m", "venv", str(folder)])
        python = str(folder / "bin" / "python")
        call([*installer(python), "--no-deps", "--requirement", str(requirements)])
        (folder / "complete").touch()
        return folder, True


def call(command: list[str]) -> None:
    """Run a command; end with what it said if it failed."""
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise SystemExit(f"{' '.join(command)} failed with exit code {result.returncode}: {result.stderr.strip()}")


def images(wanted: dict, environments: dict[Path, Path]) -> dict:
    """The images as the server takes them: a requirements file has become the folder of its programs."""
    answer = {}
    for name, image in wanted.items():
        spec = {key: value for key, value in image.items() if key != "requirements" and value is not None}
        if image.get("requirements"):
            spec["path"] = [str(environments[Path(image["requirements"])] / "bin"), *spec.get("path", [])]
        answer[name] = spec
    return answer


def server(folder: Path, verb: str, options: list[str], given: str = "") -> dict:
    """Run one verb of the server's command line; its answer."""
    command = [str(folder / "bin" / "python"), "-m", "local_aws", verb, *options]
    result = subprocess.run(
        command, capture_output=True, text=True, check=False, input=given, env={**os.environ, "PYTHONPATH": str(HERE)}
    )
    if result.returncode:
        raise SystemExit(result.stderr.strip() or f"{' '.join(command)} failed with exit code {result.returncode}")
    return json.loads(result.stdout)


def start(request: dict, directory: Path, options: list[str]) -> dict:
    """Install what is missing, start the server unless it runs, and hand it the images."""
    wanted = request.get("images") or {}
    files = {
        HERE / "requirements.txt",
        *(Path(image["requirements"]) for image in wanted.values() if image.get("requirements")),
    }
    with ThreadPoolExecutor() as pool:
        made = dict(zip(files, pool.map(lambda file: environment(file, directory), files), strict=True))
    folders = {file: folder for file, (folder, new) in made.items()}
    speed = ["--speed", str(request["speed"])] if "speed" in request else []
    given = json.dumps(images(wanted, folders))
    answer = server(folders[HERE / "requirements.txt"], "start", [*options, "--images", "-", *speed], given)
    return {**answer, "installed": sorted(str(folder) for folder, new in made.values() if new)}


def listens(port: int) -> bool:
    """Whether anything answers on the port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def main() -> None:
    verb = sys.argv[1]
    if not sys.platform.startswith("linux"):
        raise SystemExit("the embedded AWS needs Linux: it gives every task a loopback address of its own (127.x.y.z)")
    request = json.load(sys.stdin)
    directory = Path(request["directory"]).expanduser()
    options = ["--home", str(directory), "--port", str(request["port"])]
    if verb == "start":
        answer = start(request, directory, options)
    elif listens(int(request["port"])):
        folder, _new = environment(HERE / "requirements.txt", directory)
        answer = server(folder, verb, options)
    else:
        answer = {"changed": False, "running": False}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
