# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loopback addresses for tasks and load balancers: 127.16.0.1 and on, each held by one server at a time."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Iterator
from ipaddress import IPv4Address

FIRST, LAST = int(IPv4Address("127.16.0.1")), int(IPv4Address("127.239.255.254"))
CLAIM_PORT = 4566


class Addresses:
    """The addresses that this process holds.

    An address is claimed by a bound UDP socket, which nobody connects to: the kernel refuses it to a second server on
    this machine, and takes it back when the process ends, however it ends.
    """

    def __init__(self) -> None:
        self._claims: dict[str, socket.socket] = {}
        self._candidates: Iterator[int] = itertools.cycle(range(FIRST, LAST + 1))
        self._lock = threading.Lock()

    def take(self) -> str:
        """Return an address that nobody holds; those given back come up again last. Raises OSError if none is left."""
        with self._lock:
            for candidate in itertools.islice(self._candidates, LAST - FIRST + 1):
                address = str(IPv4Address(candidate))
                claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                try:
                    claim.bind((address, CLAIM_PORT))
                except OSError:
                    claim.close()
                else:
                    self._claims[address] = claim
                    return address
        raise OSError(f"no loopback address is free from {IPv4Address(FIRST)} to {IPv4Address(LAST)}")

    def give_back(self, address: str) -> None:
        """Let the address go; one that is not held is no error."""
        with self._lock:
            claim = self._claims.pop(address, None)
        if claim:
            claim.close()


ADDRESSES = Addresses()
