# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task in a fork of the warm interpreter: everything as a new interpreter would have it."""

from __future__ import annotations

import atexit
import ctypes
import gc
import importlib
import io
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from typing import NoReturn

from .payload import Known, Source, install

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)
# What shells keep up by themselves.
OF_SHELLS = ("OLDPWD", "PWD", "SHLVL", "_")


def environment(own: dict, started: dict, wanted: dict, folder: str, assigned: dict) -> dict[str, str]:
    """Return the environment that a task's process has.

    own: this interpreter's, which the shells made of that which its starter had, started.
    wanted: what the task's worker has. folder: the task's current one. assigned: what the command itself sets.
    """
    result = {name: value for name, value in own.items() if name in OF_SHELLS or name in wanted or name not in started}
    result.update((name, value) for name, value in wanted.items() if started.get(name) != value)
    if "PWD" in own:
        result["PWD"] = working_folder(wanted.get("PWD", ""), folder)
    return result | assigned


def working_folder(said: str, folder: str) -> str:
    """Return what a shell calls its folder: what it was told, if that is a full name of it, else its real name."""
    try:
        if os.path.isabs(said) and not {".", ".."} & set(said.split("/")) and os.path.samefile(said, folder):
            return said
    except OSError:
        pass
    return os.path.realpath(folder)


def become(fds: list[int], folder: str, umask: int, variables: dict[str, str], parent: int) -> None:
    """Give this process what a task's process has, with its output on two descriptors."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    reader, writer = os.pipe()
    for source, target in zip((reader, *fds), range(3), strict=True):
        os.dup2(source, target)
    for descriptor in (reader, writer, *fds):
        os.close(descriptor)
    os.umask(umask)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    time.tzset()
    tempfile.tempdir = None
    sys.argv[:] = [""]
    importlib.invalidate_caches()
    gc.enable()


def run(program: bytes, known: Known, wanted: dict[str, Source], names: set[str]) -> NoReturn:
    """Run a module as Python runs a program that it reads from its input, and end as Python ends."""
    main = sys.modules["__main__"]
    install(known, wanted, names)
    for name in [name for name in sys.modules if name.startswith(__package__)]:
        del sys.modules[name]
    before = set(sys.modules)
    code = 0
    try:
        exec(compile(program, "<stdin>", "exec", dont_inherit=True), vars(main))
    except SystemExit as error:
        code = exit_code(error.code)
    except BaseException as error:
        say(error.with_traceback(error.__traceback__.tb_next))
        code = -signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1
    end(code, before)


def exit_code(value) -> int:
    """Return the exit code of what sys.exit was given."""
    if value is None or isinstance(value, int):
        return (value or 0) & 0xFF
    print(value, file=sys.stderr)
    return 1


def end(code: int, before: set[str]) -> NoReturn:
    """End the process: what Python does at its end, except that it does not free all of its memory."""
    attempt(threading._shutdown)
    attempt(atexit._run_exitfuncs)
    flushed = flush()
    main = vars(sys.modules["__main__"])
    for name in [name for name in main if not name.startswith("__")]:
        del main[name]
    modules = [sys.modules.pop(name) for name in list(sys.modules) if name not in before]
    gc.collect()
    for module in modules:
        vars(module).clear()
    # Only what was made since the fork: the rest is frozen.
    for thing in gc.get_objects():
        if isinstance(thing, io.BufferedWriter | io.BufferedRandom | io.TextIOWrapper) and not thing.closed:
            attempt(thing.flush)
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code if flushed else 120)


def flush() -> bool:
    """Write out standard output and error. Returns whether that was possible."""
    worked = True
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except Exception:
            worked = False
    return worked


def attempt(function: Callable[[], object]) -> None:
    """Call a function; what goes wrong is said where Python says it, and nothing else comes of it."""
    try:
        function()
    except BaseException as error:
        say(error)


def say(error: BaseException) -> None:
    """Say what nothing caught."""
    sys.excepthook(type(error), error, error.__traceback__)
