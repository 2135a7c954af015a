# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: brief
type: stdout
version_added: 0.2.0
short_description: Show only what changes and what fails
description:
  - The default output of Ansible, without the names of plays and without the files that are included.
    With C(-v) it is the default output.
  - Together with C(display_ok_hosts=false) and C(display_skipped_hosts=false), a run that changes nothing shows the
    recap and no tasks.
author:
  - The llmops.ecs contributors (@llmops)
extends_documentation_fragment:
  - default_callback
  - result_format_callback
requirements:
  - Enable it with C(stdout_callback=llmops.ecs.brief) in the section C([defaults]) of C(ansible.cfg).
"""

from ansible.playbook.task_include import TaskInclude
from ansible.plugins.callback.default import CallbackModule as Default


class CallbackModule(Default):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "llmops.ecs.brief"

    @property
    def shows_all(self):
        return self._display.verbosity > 0

    def set_options(self, task_keys=None, var_options=None, direct=None):
        super().set_options(task_keys=task_keys, var_options=var_options, direct=direct)
        if self.shows_all:
            self.set_option("display_ok_hosts", True)
            self.set_option("display_skipped_hosts", True)

    def v2_playbook_on_play_start(self, play):
        # What the default output does, but for the banner.
        self._play = play
        if self.shows_all:
            super().v2_playbook_on_play_start(play)

    def v2_runner_on_ok(self, result):
        if self.shows_all or not isinstance(result.task, TaskInclude):
            super().v2_runner_on_ok(result)

    def v2_playbook_on_include(self, included_file):
        if self.shows_all:
            super().v2_playbook_on_include(included_file)
