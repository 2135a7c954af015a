# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.module_utils.parsing.convert_bool import boolean

from ..plugin_utils._deployment import timing


def model_timing(
    startup_seconds: Any, longest_answer_seconds: Any, blocks_while_answering: Any = False, fargate: Any = True
) -> dict[str, Any]:
    """Return the delays around a model, in seconds. Raises AnsibleFilterError for what AWS cannot be set to."""
    blocks = boolean(blocks_while_answering)
    startup = _seconds("ecs_service_startup_seconds", startup_seconds)
    answer = _seconds("ecs_service_longest_answer_seconds", longest_answer_seconds)
    wrong = list(timing.problems(startup, answer, blocks))
    if wrong:
        raise AnsibleFilterError(". ".join(wrong) + ".")
    return timing.timing(startup, answer, blocks, boolean(fargate))


def _seconds(name: str, value: Any) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise AnsibleFilterError(f"{name}: {value!r} is not a whole number of seconds, such as 300.") from None


class FilterModule:
    """What Ansible looks for in a filter plugin."""

    def filters(self):
        return {"model_timing": model_timing}
