# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  owner_tags:
    description:
      - Tags that identify the owner. A new resource gets them.
      - An existing resource of the same name that lacks one of these tags belongs to another owner. The module then
        fails and does not change it.
    type: dict
    default: {}
"""
