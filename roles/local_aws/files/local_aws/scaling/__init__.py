# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How CloudWatch alarms and Application Auto Scaling decide, on AWS's own request documents. Standard library only.

Nothing here has a clock, a network or a thread: a caller gives the time and where metrics come from. The embedded AWS
steps it with what its processes do; the simulator, which loads it without the rest of the package, with a model.
"""
