# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: summary
type: aggregate
version_added: 0.1.0
short_description: Print the URLs of the deployed services at the end
description:
  - Prints below the recap, for each service that the playbook C(llmops.ecs.deploy) deployed, its URL, a command to use
    it, and the model's answer.
author:
  - The llmops.ecs contributors (@llmops)
requirements:
  - Enable it with C(callbacks_enabled=llmops.ecs.summary) in the section C([defaults]) of C(ansible.cfg).
"""

from ansible.plugins.callback import CallbackBase


def lines(services: dict) -> list[str]:
    """Return what to print of each service: its URL, how to ask it, its answer, and what to mind."""
    answer = []
    for name, service in sorted(services.items()):
        answer += ["", f"{name}: {service['url']}"]
        answer += [service[key] for key in ("command", "answer", "warning") if service.get(key)]
    return answer


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "llmops.ecs.summary"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_stats(self, stats):
        for line in lines(stats.custom.get("_run", {}).get("llm_services", {})):
            self._display.display(line)
