# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.llmops.ecs.plugins.filter.free_cidrs import FilterModule

free_cidrs = FilterModule().filters()["free_cidrs"]


@pytest.mark.parametrize(
    ("blocks", "used", "prefix_length", "count", "free"),
    [
        (["10.0.0.0/16"], [], 24, 1, ["10.0.0.0/24"]),
        ("10.0.0.0/16", [], 24, 2, ["10.0.0.0/24", "10.0.1.0/24"]),
        (["10.0.0.0/16"], ["10.0.0.0/24"], 24, 1, ["10.0.1.0/24"]),
        (["10.0.0.0/16"], ["10.0.1.0/28"], 24, 2, ["10.0.0.0/24", "10.0.2.0/24"]),
        (["172.31.0.0/16"], ["172.31.0.0/20", "172.31.32.0/20"], 20, 2, ["172.31.16.0/20", "172.31.48.0/20"]),
        (["10.0.0.0/24", "10.1.0.0/24"], ["10.0.0.0/24"], 24, 1, ["10.1.0.0/24"]),
        (["10.0.0.0/28", "10.1.0.0/24"], [], 24, 1, ["10.1.0.0/24"]),
        (["10.0.0.0/16"], ["192.168.0.0/16"], 16, 1, ["10.0.0.0/16"]),
        (["10.0.0.0/16"], ["10.0.0.0/16"], 24, 0, []),
        (["10.0.0.0/16"], [], "24", "1", ["10.0.0.0/24"]),
    ],
)
def test_the_lowest_free_blocks(blocks, used, prefix_length, count, free):
    assert free_cidrs(blocks, used, prefix_length, count) == free


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (["10.0.0.0/24"], ["10.0.0.0/25"], 25, 2),
            r"2 free blocks of /25 .*, 10.0.0.0/24 has 1; in use: 10.0.0.0/25\.",
        ),
        ((["10.0.0.0/24"], [], 20, 1), "10.0.0.0/24 has 0; in use: nothing. Ask for smaller blocks"),
        ((["10.0.0.0/24", "10.0.0.0/25"],), "the VPC's blocks 10.0.0.0/24 and 10.0.0.0/25 overlap"),
        ((["10.0.0.5/24"],), "the VPC's block '10.0.0.5/24' is no IPv4 CIDR block: .* host bits"),
        ((["fd00::/56"],), "'fd00::/56' is no IPv4 CIDR block"),
        ((["10.0.0.0/16"], ["nonsense"]), "used 'nonsense' is no IPv4 CIDR block"),
        (([],), "no block of a VPC is given"),
        ((None,), "the VPC's block is None; it must be a list of CIDR blocks"),
        ((["10.0.0.0/16"], [], 29), "prefix_length is 29; a subnet's is 16 to 28"),
        ((["10.0.0.0/16"], [], "wide"), "prefix_length is 'wide'; it must be a number"),
        ((["10.0.0.0/16"], [], 24, -1), "count is -1; it must be 0 or more"),
        ((["10.0.0.0/16"], [], 24, None), "count is None; it must be a number"),
    ],
)
def test_what_cannot_be_done_is_told(arguments, message):
    with pytest.raises(AnsibleFilterError, match=message):
        free_cidrs(*arguments)


@given(
    used=st.lists(st.integers(0, 255).map(lambda third: f"10.0.{third}.0/24"), max_size=14),
    prefix_length=st.integers(20, 26),
)
def test_what_is_picked_is_used_up(used, prefix_length):
    """Picking one by one, each then in use, gives what picking all at once gives."""
    one = free_cidrs("10.0.0.0/16", used, prefix_length, 1)
    other = free_cidrs("10.0.0.0/16", [*used, *one], prefix_length, 1)

    assert free_cidrs("10.0.0.0/16", used, prefix_length, 2) == [*one, *other]
