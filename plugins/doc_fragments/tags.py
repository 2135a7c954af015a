# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  tags:
    description:
      - The tags, as a map. They are laid over those in C(definition), if it has any.
      - Without this option, and without tags in C(definition), the tags are left alone.
    type: dict
  purge_tags:
    description:
      - Whether tags that are not asked for are removed, when tags are asked for at all.
      - Tags that begin with V(llmops:) or V(aws:) are never removed.
    type: bool
    default: true
"""
