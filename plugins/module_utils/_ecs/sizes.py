# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Sizes of tasks: their spellings, and the pairs of CPU and memory that Fargate offers.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
"""

from __future__ import annotations

import re

from .._facts import fargate


def cpu_units(value: str | int) -> int | None:
    """Return a task's CPU in units of 1/1024 vCPU, from V(16384) or V(16 vCPU). None if it is no such size."""
    return _parse(value, "vcpu")


def mebibytes(value: str | int) -> int | None:
    """Return a task's memory in MiB, from V(65536) or V(64 GB). None if it is no such size."""
    return _parse(value, "gb")


def plain(parse) -> object:
    """Return the function that brings the spellings parse knows to AWS's own, a string of digits."""
    return lambda value: value if (size := parse(value)) is None else str(size)


def fargate_problem(cpu: str | int | None, memory: str | int | None) -> str | None:
    """Return why Fargate does not offer the pair, with what it offers; None if it does."""
    if cpu is None or memory is None:
        return f"Fargate needs both cpu and memory; cpu is one of {_listed(fargate.SIZES)} units"
    units, size = cpu_units(cpu), mebibytes(memory)
    if units not in fargate.SIZES:
        return f"Fargate has no cpu {cpu}; it offers {_listed(fargate.SIZES)} units"
    if size not in fargate.SIZES[units]:
        return f"Fargate has no memory {memory} with cpu {cpu}; with it, it offers {_steps(fargate.SIZES[units])} MiB"
    return None


def _parse(value: str | int, unit: str) -> int | None:
    if not isinstance(value, str):
        return value
    found = re.fullmatch(rf"\s*(\d+|(\d*\.?\d+)\s*{unit})\s*", value, re.IGNORECASE)
    if not found:
        return None
    whole, of_unit = found.groups()
    size = float(of_unit) * 1024 if of_unit else float(whole)
    return int(size) if size.is_integer() else None


def _listed(sizes) -> str:
    return ", ".join(str(size) for size in sizes)


def _steps(sizes) -> str:
    if isinstance(sizes, range) and len(sizes) > 4:
        return f"{sizes[0]} to {sizes[-1]} in steps of {sizes.step}"
    return _listed(sizes)
