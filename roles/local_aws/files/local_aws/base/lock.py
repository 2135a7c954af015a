# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one lock of the ECS state: held while a request of ECS is served and while the scheduler takes a step."""

from __future__ import annotations

import threading

LOCK = threading.RLock()
