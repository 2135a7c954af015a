# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # Modules that change things: C(extends_documentation_fragment: llmops.ecs.attributes).
    DOCUMENTATION = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/llmops.ecs.aws) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - llmops.ecs.aws
  check_mode:
    description: In check mode the module only reads, and reports what it would change.
    support: full
  diff_mode:
    description: In diff mode the module shows the differences, before and after.
    support: full
"""

    # Modules that only read.
    INFO = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/llmops.ecs.aws) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - llmops.ecs.aws
  check_mode:
    description: The module works the same in check mode, as it only reads.
    support: full
  diff_mode:
    description: Not applicable, as the module changes nothing.
    support: N/A
"""
