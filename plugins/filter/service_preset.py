# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ..plugin_utils._deployment import presets


class FilterModule:
    """What Ansible looks for in a filter plugin."""

    def filters(self):
        return {"service_preset": presets.preset}
