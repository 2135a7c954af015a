# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.llmops.ecs.plugins.module_utils._ecs.sizes import (
    cpu_units,
    fargate_problem,
    mebibytes,
    plain,
)


@pytest.mark.parametrize(
    ("value", "units"),
    [
        ("16384", 16384),
        (16384, 16384),
        ("16 vCPU", 16384),
        ("16vcpu", 16384),
        ("32 vCPU", 32768),
        (" 1 VCPU ", 1024),
        (".25 vCPU", 256),
        ("0.5 vCPU", 512),
        ("0.0001 vCPU", None),
        ("16 GB", None),
        ("0.5", None),
        ("", None),
        ("many", None),
    ],
)
def test_cpu(value, units):
    assert cpu_units(value) == units


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("65536", 65536),
        (65536, 65536),
        ("64 GB", 65536),
        ("64gb", 65536),
        ("0.5 GB", 512),
        ("64 GiB", None),
        ("1 vCPU", None),
    ],
)
def test_memory(value, size):
    assert mebibytes(value) == size


def test_sizes_are_brought_to_digits_and_others_left_alone():
    assert plain(cpu_units)("1 vCPU") == "1024"
    assert plain(mebibytes)("huge") == "huge"


# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
@pytest.mark.parametrize(
    ("cpu", "least", "most"),
    [
        (256, 512, 2048),
        (512, 1024, 4096),
        (1024, 2048, 8192),
        (2048, 4096, 16384),
        (4096, 8192, 30720),
        (8192, 16384, 61440),
        (16384, 32768, 122880),
    ],
)
def test_what_fargate_offers(cpu, least, most):
    assert fargate_problem(str(cpu), str(least)) is None
    assert fargate_problem(cpu, most) is None
    assert fargate_problem(cpu, least - 256) is not None
    assert fargate_problem(cpu, most + 1024) is not None


@pytest.mark.parametrize(
    ("cpu", "memory"),
    [("16 vCPU", "64 GB"), ("32 vCPU", "60 GB"), ("32vcpu", "120GB"), ("32 vCPU", "244 GB"), ("32768", 249856)],
)
def test_spellings_of_a_pair(cpu, memory):
    assert fargate_problem(cpu, memory) is None


@pytest.mark.parametrize(
    ("cpu", "memory", "message"),
    [
        ("256", "4096", "Fargate has no memory 4096 with cpu 256; with it, it offers 512, 1024, 2048 MiB"),
        ("512", "512", "with it, it offers 1024, 2048, 3072, 4096 MiB"),
        ("8192", "17408", "with it, it offers 16384 to 61440 in steps of 4096 MiB"),
        ("300", "512", "Fargate has no cpu 300; it offers 256, 512, 1024, 2048, 4096, 8192, 16384, 32768 units"),
        ("32768", "65536", "with it, it offers 61440, 122880, 249856 MiB"),
        ("32 vCPU", "240 GB", "with it, it offers 61440, 122880, 249856 MiB"),
        ("much", "512", "Fargate has no cpu much"),
        (None, "512", "Fargate needs both cpu and memory"),
        ("256", None, "Fargate needs both cpu and memory"),
    ],
)
def test_what_it_offers_is_told(cpu, memory, message):
    assert message in fargate_problem(cpu, memory)
