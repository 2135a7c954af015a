# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tells everything about the process that it runs in, then makes a mess of it."""

from __future__ import annotations

import json
import locale
import os
import resource
import signal
import stat
import sys
import tempfile
import time
import warnings

from ansible.module_utils.basic import AnsibleModule


def handlers():
    """The signals' handlers that are not the default."""
    found = {}
    for number in signal.valid_signals():
        handler = signal.getsignal(number)
        if handler not in (signal.SIG_DFL, None):
            found[signal.Signals(number).name if number in list(signal.Signals) else str(number)] = (
                "ignored" if handler == signal.SIG_IGN else getattr(handler, "__name__", "?")
            )
    return found


def files():
    """The open files: descriptor and kind."""
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[name] = stat.filemode(os.fstat(int(name)).st_mode)[0]
        except OSError:
            continue
    return found


def main():
    module = AnsibleModule(argument_spec={"mess": {"type": "bool", "default": False}})
    main_module = sys.modules["__main__"]
    umask = os.umask(0)
    os.umask(umask)
    facts = {
        "argv": [os.path.basename(one) for one in sys.argv],
        "builtins": len(dir(__builtins__)),
        "cwd": os.getcwd(),
        "encoding": [sys.stdout.encoding, sys.stdout.errors, sys.stdin.encoding, sys.getfilesystemencoding()],
        "environment": dict(os.environ),
        "executable": sys.executable,
        "files": files(),
        "filters": [str(one) for one in warnings.filters if one[2] in (DeprecationWarning, ResourceWarning)],
        "flags": str(sys.flags),
        "handlers": handlers(),
        "limit": resource.getrlimit(resource.RLIMIT_NOFILE),
        "line_buffering": [sys.stdout.line_buffering, sys.stderr.line_buffering],
        "locale": locale.setlocale(locale.LC_ALL),
        "main_file": hasattr(main_module, "__file__") and main_module.__file__.rpartition("/")[2],
        "mess": [name for name in sys.modules if name.startswith("mess")] + [hasattr(json, "mess")],
        "path": [one for one in sys.path if "_payload_" not in one],
        "prefix": sys.prefix,
        "recursion": sys.getrecursionlimit(),
        "stdin": sys.stdin.read(),
        "temporary": tempfile.gettempdir(),
        "time": [time.tzname, time.timezone],
        "umask": oct(umask),
        "user": [os.getuid(), os.getgid(), sorted(os.getgroups())],
    }
    if module.params["mess"]:
        os.environ["MESS"] = "made"
        os.environ.pop("HOME", None)
        os.chdir("/")
        os.umask(0o777)
        sys.path.append("/mess")
        sys.modules["mess"] = sys
        sys.argv.append("mess")
        sys.setrecursionlimit(2000)
        signal.signal(signal.SIGUSR1, lambda number, frame: None)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        warnings.simplefilter("error")
        os.open("/dev/null", os.O_RDONLY)
        AnsibleModule.exit_json.__doc__ = "mess"
        tempfile.tempdir = "/mess"
        json.mess = True
    module.exit_json(facts=facts)


if __name__ == "__main__":
    main()
