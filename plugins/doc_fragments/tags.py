# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  tags:
    description:
      - The tags, as a dictionary. They override those in C(definition) with the same key.
      - Without this option, and without tags in C(definition), the tags are not changed.
    type: dict
  purge_tags:
    description:
      - Whether to remove tags that are not given. Without O(tags) and tags in C(definition), nothing is
        removed.
      - Tags that begin with V(llmops:) or V(aws:) are never removed.
    type: bool
    default: true
"""
