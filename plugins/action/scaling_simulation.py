# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

from ansible.plugins.action import ActionBase

from ..plugin_utils._simulation.input import SPEC, Simulation
from ..plugin_utils._simulation.traffic import SimulationError


def written(path, text, check_mode):
    """Let a file hold a text. Returns whether it did not; in check mode it stays as it is."""
    there = Path(path)
    if there.is_file() and there.read_text(encoding="utf-8", errors="replace") == text:
        return False
    if not check_mode:
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(text, encoding="utf-8")
    return True


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        _validation, asked = self.validate_argument_spec(argument_spec=SPEC)
        try:
            simulation = Simulation(asked)
        except SimulationError as e:
            return {"failed": True, "msg": str(e), "problems": e.problems}
        changed, files = False, {}
        for name, make in (("report", simulation.page), ("data", simulation.data)):
            if asked[name]:
                files[name] = str(Path(asked[name]).absolute())
                try:
                    changed |= written(files[name], make(), self._task.check_mode)
                except OSError as e:
                    return {"failed": True, "msg": f"{name} is {asked[name]}: it cannot be written: {e.strerror or e}"}
        return {"changed": changed, "simulations": simulation.results(), "summary": simulation.summary(), **files}
