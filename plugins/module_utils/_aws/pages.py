# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Lists that AWS answers in pages."""

from __future__ import annotations

import typing as t


def all_pages(client: t.Any, action: str, member: str, **request: t.Any) -> list[t.Any]:
    """Return what an action lists under a member of its answers, from all pages.

    action is botocore's name of it, V(describe_rules); request are its parameters. Raises botocore's errors.
    https://docs.aws.amazon.com/boto3/latest/guide/paginators.html
    """
    return client.get_paginator(action).paginate(**request).build_full_result()[member]
