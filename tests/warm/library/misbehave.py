# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does one of the things that modules should not do, or seldom do."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
import time
import weakref

from ansible.module_utils.basic import AnsibleModule

KEPT = []


def leave_to_the_end(path):
    """What only an orderly end of the interpreter completes."""
    file = os.fdopen(os.open(f"{path}.unflushed", os.O_CREAT | os.O_WRONLY), "w")
    file.write("written at the end\n")
    KEPT.append(file)
    KEPT.append(weakref.finalize(file, os.rename, f"{path}.unflushed", f"{path}.flushed"))

    def late():
        time.sleep(0.3)
        with open(f"{path}.thread", "w") as file:
            file.write("a thread wrote this\n")

    def last():
        with open(f"{path}.atexit", "w") as file:
            file.write("atexit wrote this\n")

    threading.Thread(target=late).start()
    atexit.register(last)


def leave_text(path):
    sys.exit("a text")


def leave_at_once(path):
    print('{"changed": false, "said": "before os._exit"}', flush=True)
    os._exit(7)


def fail(path):
    raise ValueError("not caught")


def interrupt(path):
    raise KeyboardInterrupt


def kill(path):
    os.kill(os.getpid(), signal.SIGKILL)


def kill_interpreter(path):
    with open(path, "a") as file:
        file.write("ran\n")
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)


def hang(path):
    with open(path, "w") as file:
        file.write(str(os.getpid()))
    subprocess.run(["sleep", "600"], check=False)


def write_errors(path):
    sys.stderr.write("said on standard error\n" * 10000)


def start_daemon(path):
    if os.fork() == 0:
        os.setsid()
        null = os.open("/dev/null", os.O_RDWR)
        for descriptor in range(3):
            os.dup2(null, descriptor)
        time.sleep(1)
        with open(path, "w") as file:
            file.write("a daemon wrote this\n")
        os._exit(0)


def tell_parent(path):
    with open(path, "w") as file:
        file.write(str(os.getppid()))


WAYS = {
    "daemon": start_daemon,
    "end": leave_to_the_end,
    "exit": leave_at_once,
    "exit text": leave_text,
    "hang": hang,
    "interrupt": interrupt,
    "kill": kill,
    "kill interpreter": kill_interpreter,
    "nothing": lambda path: None,
    "parent": tell_parent,
    "raise": fail,
    "session": lambda path: os.setsid(),
    "stderr": write_errors,
}


def main():
    module = AnsibleModule(
        argument_spec={
            "do": {"type": "str", "required": True, "choices": list(WAYS)},
            "path": {"type": "path"},
            "secret": {"type": "str", "no_log": True},
            "size": {"type": "int"},
        }
    )
    WAYS[module.params["do"]](module.params["path"])
    module.exit_json(changed=False, secret=module.params["secret"], text="x" * (module.params["size"] or 0))


if __name__ == "__main__":
    main()
