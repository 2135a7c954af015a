# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
import typing as t

from ansible.plugins.action import ActionBase

MODULE = "llmops.ecs.ecs_service"
Result = dict[str, t.Any]


class ActionModule(ActionBase):
    """Run the module M(llmops.ecs.ecs_service) in stretches, and show what each of them saw.

    A module cannot show anything before it ends. So the first run changes the service and does not wait; each following
    one ends as soon as it saw something. They run where, and with the environment and credentials that, the task has.
    """

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        super().run(tmp, task_vars)
        started = time.monotonic()
        result = self._stretch({}, task_vars)
        while state := result.pop("_following", None):
            left = state["timeout"] - (time.monotonic() - started)
            step = self._stretch({**state, "seconds": left}, task_vars)
            self._show(step.get("progress", []), task_vars)
            result = joined(result, step)
        return result

    def _stretch(self, follow: Result, task_vars: dict[str, t.Any] | None) -> Result:
        arguments = {**self._task.args, "_follow": follow}
        result = self._execute_module(module_name=MODULE, module_args=arguments, task_vars=task_vars)
        result.get("invocation", {}).get("module_args", {}).pop("_follow", None)
        return result

    def _show(self, lines: list[str], task_vars: dict[str, t.Any] | None) -> None:
        if not self._task.no_log:
            for line in lines:
                self._display.display(f"[{(task_vars or {}).get('inventory_hostname', '')}] {line}")


def joined(result: Result, step: Result) -> Result:
    """Return the result of all stretches so far and the next one: whether and what was changed, the first has said."""
    lists = {name: [*result.get(name, []), *step.get(name, [])] for name in ("progress", "warnings", "deprecations")}
    kept = {name: result[name] for name in ("changed", "invocation") if name in result}
    return {**result, **step, **{name: items for name, items in lists.items() if items}, **kept}
