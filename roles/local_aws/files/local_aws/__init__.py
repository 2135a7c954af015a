# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An AWS on this machine: moto is the control plane, ECS tasks are real processes behind real addresses."""

from .base.product import make_importable

# Whichever module of this package is imported first, it may import the collection's.
make_importable()
