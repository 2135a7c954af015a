# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible import constants as C
from ansible.plugins.action import ActionBase

from ..plugin_utils._deployment import answer

SPEC = {
    "url": {"type": "str", "required": True},
    "question": {"type": "dict", "default": {}},
    "ask": {"type": "bool", "default": True},
    "api_key_arn": {"type": "str", "default": "", "no_log": False},
    "assign_public_ip": {"type": "bool", "default": True},
    "caller_ip": {"type": "str", "default": "auto"},
    "load_balancer": {
        "type": "dict",
        "options": {
            "scheme": {"type": "str", "default": "internet-facing"},
            "paths": {"type": "list", "elements": "str", "default": []},
            "dns_name": {"type": "str", "default": ""},
        },
    },
    "region": {"type": "str", "default": ""},
    "profile": {"type": "str", "default": ""},
    "endpoint_url": {"type": "str", "default": ""},
}


class ActionModule(ActionBase):
    """Ask the model with M(llmops.ecs.llm_question), and record for the callback where the service answers."""

    TRANSFERS_FILES = False
    _supports_check_mode = True

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        _validation, asked = self.validate_argument_spec(argument_spec=SPEC)
        told = {"url": asked["url"], "command": "", "answer": "", "warning": ""}
        unknown = False
        if answer.can_be_asked(asked):
            said = self._question(asked, task_vars)
            # A name that was just made may not be known everywhere yet; the service is deployed all the same.
            unknown = said.get("name_unknown", False)
            if said.get("failed") and not unknown:
                return {**said, "msg": answer.failure(asked, said.get("msg", ""))}
            told |= {"command": answer.command(asked), "answer": said.get("answer", "")}
        told["warning"] = answer.warning(asked, unknown)
        host = task_vars["inventory_hostname"]
        if "llmops.ecs.summary" not in C.CALLBACKS_ENABLED:
            for line in filter(None, told.values()):
                self._display.display(f"[{host}] {line}")
        stats = {"data": {"llm_services": {host: told}}, "per_host": False, "aggregate": True}
        return {"changed": False, **told, "ansible_stats": stats}

    def _question(self, asked, task_vars):
        question = asked["question"]
        arguments = {
            "url": asked["url"] + question["path"],
            "method": question["method"],
            "body": question.get("body") or {},
            "api_key_arn": asked["api_key_arn"],
        }
        return self._execute_module(module_name="llmops.ecs.llm_question", module_args=arguments, task_vars=task_vars)
