# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.llmops.ecs.plugins.filter.subnet_plan import subnet_plan

ZONES = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
ELSEWHERE = {"availability_zone": "eu-west-1a", "cidr_block": "10.0.0.0/24", "subnet_id": "subnet-other", "tags": {}}


def own(zone="a", block="10.0.1.0/24", internet_route=True, **tags):
    name = f"eu-west-1{zone}"
    return {
        "availability_zone": name,
        "cidr_block": block,
        "subnet_id": f"subnet-{zone}",
        "internet_route": internet_route,
        "tags": {"llmops:deployment": "demo", "Name": f"demo-{name}", **tags},
    }


def plan(subnets, **wanted):
    return subnet_plan(
        subnets, **{"deployment": "demo", "vpc_blocks": ["10.0.0.0/16"], "zones": ZONES, "prefix_length": 24, **wanted}
    )


def brief(planned):
    return [(subnet["az"][-1], subnet["cidr"], subnet["subnet_id"], subnet["changed"]) for subnet in planned]


@pytest.mark.parametrize(
    ("present", "wanted", "expected"),
    [
        pytest.param([], {}, [("a", "10.0.0.0/24", None, True)], id="an empty VPC"),
        pytest.param([ELSEWHERE], {}, [("a", "10.0.1.0/24", None, True)], id="the next free block"),
        pytest.param(
            [ELSEWHERE], {"prefix_length": 20}, [("a", "10.0.16.0/20", None, True)], id="of the size that is asked for"
        ),
        pytest.param(
            [ELSEWHERE],
            {"count": 2},
            [("a", "10.0.1.0/24", None, True), ("b", "10.0.2.0/24", None, True)],
            id="two zones",
        ),
        pytest.param([ELSEWHERE, own()], {}, [("a", "10.0.1.0/24", "subnet-a", False)], id="its own again"),
        pytest.param([own("b")], {}, [("b", "10.0.1.0/24", "subnet-b", False)], id="its own, in whatever zone"),
        pytest.param(
            [own("b")],
            {"count": 2},
            [("a", "10.0.0.0/24", None, True), ("b", "10.0.1.0/24", "subnet-b", False)],
            id="one more zone",
        ),
        pytest.param(
            [own("b"), own("a", "10.0.2.0/24")], {}, [("a", "10.0.2.0/24", "subnet-a", False)], id="one zone less"
        ),
        pytest.param(
            [own("a", "10.0.2.0/24"), {**own(), "subnet_id": "subnet-2"}],
            {},
            [("a", "10.0.2.0/24", "subnet-a", False)],
            id="two of its own in a zone: the first",
        ),
        pytest.param([own()], {"tags": {"team": "ml"}}, [("a", "10.0.1.0/24", "subnet-a", True)], id="a tag more"),
        pytest.param([own(team="ml")], {}, [("a", "10.0.1.0/24", "subnet-a", True)], id="a tag less"),
        pytest.param(
            [own()],
            {"deployment": "other"},
            [("a", "10.0.0.0/24", None, True)],
            id="another deployment's is not its own",
        ),
        pytest.param([], {"cidrs": ["10.0.7.0/24"]}, [("a", "10.0.7.0/24", None, True)], id="a named block"),
        pytest.param(
            [ELSEWHERE, own("b", "10.0.7.0/24")],
            {"cidrs": ["10.0.7.0/24"]},
            [("b", "10.0.7.0/24", "subnet-b", False)],
            id="a named block that it has",
        ),
        pytest.param(
            [own("b", "10.0.7.0/24")],
            {"cidrs": ["10.0.7.0/24", "10.0.8.0/24"], "count": 2},
            [("a", "10.0.8.0/24", None, True), ("b", "10.0.7.0/24", "subnet-b", False)],
            id="one named block more",
        ),
        pytest.param(
            [own()], {"cidrs": ["10.0.7.0/24"]}, [("a", "10.0.7.0/24", None, True)], id="named blocks changed"
        ),
        pytest.param(
            [],
            {"zones": ["eu-west-1c", "eu-west-1a"]},
            [("c", "10.0.0.0/24", None, True)],
            id="the zone that is preferred",
        ),
    ],
)
def test_plan(present, wanted, expected):
    planned = plan(present, **wanted)

    assert brief(planned) == expected
    assert {subnet["tags"]["Name"] for subnet in planned} == {
        f"{wanted.get('deployment', 'demo')}-{subnet['az']}" for subnet in planned
    }


def test_the_second_run_changes_nothing():
    (first,) = plan([ELSEWHERE], tags={"team": "ml"})
    made = {
        "subnet_id": "subnet-1",
        "cidr_block": first["cidr"],
        "availability_zone": first["az"],
        "tags": first["tags"],
        "internet_route": True,
    }

    (second,) = plan([ELSEWHERE, made], tags={"team": "ml"})

    assert second == {**first, "subnet_id": "subnet-1", "internet_route": True, "changed": False}


def test_tells_which_lead_to_the_internet():
    assert [s["internet_route"] for s in plan([own(), own("b", "10.0.2.0/24", internet_route=False)], count=3)] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"count": 4}, "network_zones_count is 4, but only 3 zones can be used: eu-west-1a, eu-west-1b, eu-west-1c"),
        ({"cidrs": ["10.0.7.0/24"], "count": 2}, "network_subnet_cidrs has 1 blocks, network_zones_count is 2"),
        ({"cidrs": ["10.1.0.0/24"]}, r"network_subnet_cidrs: 10.1.0.0/24 is outside the VPC's blocks \(10.0.0.0/16\)"),
        ({"cidrs": ["10.0.0.128/25"]}, "10.0.0.128/25 overlaps 10.0.0.0/24, which subnet-other has"),
        ({"cidrs": ["10.0.0.0/20"]}, "10.0.0.0/20 overlaps 10.0.0.0/24, which subnet-other has"),
        ({"cidrs": ["10.0.1.128/25"]}, "10.0.1.128/25 overlaps 10.0.1.0/24, which subnet-a has"),
        (
            {"cidrs": ["10.0.4.0/23", "10.0.5.0/24"], "count": 2},
            "10.0.5.0/24 overlaps 10.0.4.0/23, which the list has",
        ),
        ({"cidrs": ["10.0.7.1/24"]}, "10.0.7.1/24 is not an IPv4 block"),
        ({"cidrs": ["10.0.7.0/29"]}, "10.0.7.0/29 is not a size for a subnet"),
        ({"prefix_length": 16, "count": 2}, "free_cidrs: 1 free blocks of"),
    ],
)
def test_refuses(wanted, message):
    with pytest.raises(AnsibleFilterError, match=message):
        plan([ELSEWHERE, own()], **wanted)


@pytest.mark.parametrize("internet_route", [True, False])
def test_a_new_subnet_has_the_main_route_tables_way_out(internet_route):
    planned = plan([own(internet_route=not internet_route)], count=2, internet_route=internet_route)

    assert [subnet["internet_route"] for subnet in planned] == [not internet_route, internet_route]
