# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Which hosts are this machine."""

from __future__ import annotations

import ipaddress
import re


def is_loopback(authority: str) -> bool:
    """Whether V([user@]host[:port]) of a URL names this machine; an IPv6 address stands in brackets."""
    host = re.sub(r":\d+$", "", authority.rpartition("@")[2]).strip("[]").lower()
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
