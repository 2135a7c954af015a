# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # Plugins of the controller that find an account by the play's variables.
    DOCUMENTATION = r"""
options:
  profile:
    description: The profile in the AWS configuration. Empty to use the environment's.
    type: str
    default: ""
    vars:
      - name: aws_profile
  region:
    description: The AWS Region. Empty to use that of the environment or the profile.
    type: str
    default: ""
    vars:
      - name: aws_region
  endpoint_url:
    description: The URL of an endpoint to use instead of AWS's own, such as that of the embedded AWS.
    type: str
    default: ""
    vars:
      - name: aws_endpoint_url
"""
