# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  owner_tags:
    description:
      - Tags that say whose a resource is. What is made gets them.
      - One of the same name that lacks any of them belongs to somebody else. It is left alone, and the module fails.
    type: dict
    default: {}
"""
