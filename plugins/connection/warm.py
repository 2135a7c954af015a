# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: warm
version_added: 0.1.0
short_description: Run modules on the controller in forks of one Python interpreter
description:
  - Works like P(ansible.builtin.local#connection), but runs modules written in Python in forks of one interpreter per
    play. This interpreter has imported what AWS modules need and parsed AWS's service models. That takes time once per
    play instead of once per task.
  - Some tasks could have another result this way. They run as with P(ansible.builtin.local#connection), without a
    message (C(-vvv) says why). These are tasks with C(become), asynchronous tasks, modules that are not Python or are
    for another interpreter than the one that runs Ansible, and tasks whose C(environment) has variables that matter
    when an interpreter starts.
  - The interpreter ends when the play ends, also if the play fails or is killed.
  - Only for Linux. On other systems it works like P(ansible.builtin.local#connection).
author:
  - The llmops.ecs contributors (@llmops)
options:
  enabled:
    description: Run modules in forks of one interpreter, or with V(false) as P(ansible.builtin.local#connection).
    type: bool
    default: true
    env:
      - name: LLMOPS_ECS_WARM
    ini:
      - section: llmops_ecs_warm
        key: enabled
    vars:
      - name: ansible_warm_enabled
  preload:
    description:
      - Python modules to import once per play, in this order, in the time between tasks or when a task needs them. A
        name that ends in C(.*) stands for the module and all modules below it.
      - Modules that cannot be imported are skipped. An imported module util is used only for tasks that have exactly
        the same source of it.
    type: list
    elements: str
    default:
      - ansible.module_utils.basic
      - ansible.module_utils._internal._ansiballz._loader
      - ansible.module_utils._internal._json._profiles.*
      - boto3
      - botocore.client
      - botocore.httpsession
      - botocore.paginate
      - botocore.session
      - botocore.signers
      - botocore.waiter
      - ansible_collections.amazon.aws.plugins.module_utils.core
      - ansible_collections.amazon.aws.plugins.module_utils.modules
      - ansible_collections.amazon.aws.plugins.module_utils.ec2
      - ansible_collections.amazon.aws.plugins.module_utils.iam
      - ansible_collections.amazon.aws.plugins.module_utils.policy
      - ansible_collections.amazon.aws.plugins.module_utils.retries
      - ansible_collections.amazon.aws.plugins.module_utils.tagging
      - ansible_collections.amazon.aws.plugins.module_utils.transformation
      - ansible_collections.amazon.aws.plugins.module_utils.waiters
      - ansible_collections.llmops.ecs.plugins.module_utils.*
      - ansible_collections.amazon.aws.plugins.module_utils.elbv2
      - ansible.module_utils.common.dict_transformations
      - ansible.module_utils.urls
    env:
      - name: LLMOPS_ECS_WARM_PRELOAD
    ini:
      - section: llmops_ecs_warm
        key: preload
    vars:
      - name: ansible_warm_preload
  preload_services:
    description: AWS services whose API models are parsed once per play, by their names in botocore.
    type: list
    elements: str
    default: [ec2, iam, ecs, sts, elbv2, logs, application-autoscaling, cloudwatch, resourcegroupstaggingapi]
    env:
      - name: LLMOPS_ECS_WARM_PRELOAD_SERVICES
    ini:
      - section: llmops_ecs_warm
        key: preload_services
    vars:
      - name: ansible_warm_preload_services
  keep_modules:
    version_added: 0.2.0
    description:
      - Whether to keep the packed form of modules for later plays, in the folder C(llmops_ecs_warm) of Ansible's home.
        A module is packed again if one of its files, or a folder from which it could get another file, has changed.
    type: bool
    default: true
    env:
      - name: LLMOPS_ECS_WARM_KEEP_MODULES
    ini:
      - section: llmops_ecs_warm
        key: keep_modules
    vars:
      - name: ansible_warm_keep_modules
  idle_timeout:
    description: Seconds without a task after which the interpreter ends. The next task starts a new one.
    type: int
    default: 600
    env:
      - name: LLMOPS_ECS_WARM_IDLE_TIMEOUT
    ini:
      - section: llmops_ecs_warm
        key: idle_timeout
    vars:
      - name: ansible_warm_idle_timeout
  python_interpreter:
    description: The Python interpreter for modules. Only the one that runs Ansible can be kept warm.
    type: str
    default: ""
    vars:
      - name: ansible_python_interpreter
  become_success_timeout:
    description: As in P(ansible.builtin.local#connection).
    type: int
    default: 10
    vars:
      - name: ansible_local_become_success_timeout
  become_strip_preamble:
    description: As in P(ansible.builtin.local#connection).
    type: bool
    default: true
    vars:
      - name: ansible_local_become_strip_preamble
extends_documentation_fragment:
  - connection_pipelining
notes:
  - Python modules for the interpreter that runs Ansible are always pipelined, whatever O(pipelining) says.
"""

import gc
import importlib
import os
import sys

from ansible import constants as C
from ansible.errors import AnsibleError
from ansible.plugins.connection.local import Connection as Local
from ansible.plugins.loader import filter_loader, lookup_loader, test_loader
from ansible.utils.display import Display

display = Display()


class Connection(Local):
    """Plain local execution, with a shortcut for modules."""

    # As such it has the same current folder.
    transport = "local"

    @property
    def tools(self):
        """What hands modules over. Each task's process loads its plugins anew, and most tasks have no module."""
        return importlib.import_module("..plugin_utils._warm.client", __package__)

    @property
    def packed(self):
        """What keeps packed modules."""
        return importlib.import_module("..plugin_utils._warm.packed", __package__)

    def is_pipelining_enabled(self, wrap_async=False):
        """Whether a module is handed over without a file; a module is about to be packed when this is asked."""
        if wrap_async or self.become or not self.enabled or not self.serves(self.get_option("python_interpreter")):
            return super().is_pipelining_enabled(wrap_async)
        self.start()
        if self.get_option("keep_modules"):
            self.packed.install(C.ANSIBLE_HOME, lambda line: display.vvv(line, host=self._play_context.remote_addr))
        # Packing makes very many objects and hardly any garbage: up to half of its time would go into looking for it.
        gc.disable()
        return True

    def exec_command(self, cmd, in_data=None, sudoable=True):
        """Run a command, a module for this interpreter in a fork of the warm one."""
        gc.enable()
        possible = in_data and isinstance(cmd, str) and self.enabled and not self.become
        command = self.tools.parse(cmd) if possible else None
        if not command or not self.tools.archive(in_data) or not self.serves(command.interpreter):
            return super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        if not self._connected:
            self._connect()
        host = self._play_context.remote_addr
        folder = os.path.abspath(os.fsdecode(self.cwd or "."))
        try:
            result = self.client(command.shell, command.interpreter).run(command, in_data, folder)
        except self.tools.Ended:
            raise AnsibleError(
                "The warm interpreter ended while it ran this module, which is not run a second time: it may have done"
                " its work or a part of it. The next task starts another interpreter; with ansible_warm_enabled=false"
                " tasks do without."
            ) from None
        except self.tools.Unavailable as error:
            display.warning(f"Tasks run without a warm interpreter from now on, as with connection local: {error}")
        except self.tools.NotRun as error:
            display.vvv(f"not run in the warm interpreter: {error}", host=host)
        else:
            display.vvv(f"EXEC (warm) {cmd}", host=host)
            return result
        return super().exec_command(cmd, in_data=in_data, sudoable=sudoable)

    def reset(self):
        """Begin early: the task meta=reset_connection calls this in the play's own process, not in a task's."""
        super().reset()
        # All tasks' processes come from that one, and do not load anew what is loaded there, as this plugin is now.
        for loader in (filter_loader, test_loader):
            list(loader.all())
        lookup_loader.get("llmops.ecs.aws_environment")
        if self.enabled and self.serves(self.get_option("python_interpreter")) and self.packed:
            self.start()

    def start(self):
        """See that there is an interpreter."""
        try:
            self.client(self._play_context.executable, self.get_option("python_interpreter")).start()
        except self.tools.NotRun as error:
            display.vvv(f"no warm interpreter: {error}", host=self._play_context.remote_addr)

    def serves(self, interpreter):
        """Whether modules for an interpreter can be run in a fork of one like that which runs Ansible."""
        return self.tools.same_interpreter(interpreter, sys.executable)

    @property
    def enabled(self):
        """Whether there is to be a warm interpreter."""
        return self.get_option("enabled") and sys.platform == "linux" and self.outer_shell is not None

    @property
    def outer_shell(self):
        """The shell that runs every command of a local connection."""
        shell = C.DEFAULT_EXECUTABLE.split()[0] if C.DEFAULT_EXECUTABLE else None
        return shell if shell and os.path.exists(shell) else None

    def client(self, shell, interpreter):
        """The play's warm interpreter."""
        preload = self.get_option("preload")
        settings = self.tools.Settings(
            interpreter=interpreter,
            shell=shell,
            outer_shell=self.outer_shell,
            preload=preload,
            services=self.get_option("preload_services"),
            idle_timeout=self.get_option("idle_timeout"),
            collections=collection_folders(preload),
        )
        return self.tools.Client(C.DEFAULT_LOCAL_TMP, settings)


def collection_folders(names):
    """Return the folders of the collections that modules belong to, by the collections' names."""
    folders = {}
    for name in names:
        root, *collection = name.split(".")[:3]
        if root == "ansible_collections" and len(collection) == 2:
            try:
                package = importlib.import_module(f"{root}.{collection[0]}.{collection[1]}")
            except ImportError:
                continue
            folders[".".join(collection)] = os.path.dirname(package.__file__)
    return folders
