# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with how callers of a service prove who they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

SECRET = re.compile(r"arn:[\w-]+:secretsmanager:(?P<region>[\w-]+):\d{12}:secret:[^\s:]+(:[^:\s]*){0,3}")


def bad_api_key(key: str, variable: str, preset: str, region: str) -> Iterator[str]:
    """Refuse a key that nobody would check, and one that ECS could not read. What is no ARN may be a key: not told."""
    if not key:
        return
    found = SECRET.fullmatch(key)
    if key != "generate" and not found:
        yield (
            "ecs_service_api_key is neither generate nor the ARN of a secret in Secrets Manager "
            "(arn:aws:secretsmanager:<region>:<account>:secret:<name>). Do not put the key itself into an inventory: "
            "store it in Secrets Manager, or set generate"
        )
    elif found and region and found["region"] != region:
        yield (
            f"ecs_service_api_key: the secret is in {found['region']}, and the tasks run in {region}. ECS reads only "
            f"secrets in the Region of the tasks: replicate the secret to {region}, and set the replica's ARN"
        )
    if not variable:
        yield (
            f"ecs_service_api_key: the server of the preset {preset or '(none)'} does not check a key. Use a preset "
            "that does (llm_server, llama_cpp, vllm), or a login at the load balancer (load_balancer_authentication). "
            "If the server reads a key from an environment variable, name it in ecs_service_api_key_variable"
        )
