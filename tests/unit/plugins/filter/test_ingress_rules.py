# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.llmops.ecs.plugins.filter.ingress_rules import ingress_rules

HOME, OFFICE = "203.0.113.7", "198.51.100.9"


def rule(source, description, port=8080):
    kind = "cidr_ipv6" if ":" in source else "cidr_ip"
    return {"proto": "tcp", "from_port": port, "to_port": port, kind: source, "rule_desc": description}


def group(*sources, port=8080, **other):
    """Rules as EC2 describes them, one port's."""
    ranges = [{"cidr_ip": cidr, "description": text} for cidr, text in sources if ":" not in cidr]
    ranges6 = [{"cidr_ipv6": cidr, "description": text} for cidr, text in sources if ":" in cidr]
    ports = {"from_port": port, "to_port": port}
    return [{"ip_protocol": "tcp", **ports, "ip_ranges": ranges, "ipv6_ranges": ranges6, **other}]


@pytest.mark.parametrize(
    ("present", "caller", "expected"),
    [
        pytest.param(None, HOME, [(f"{HOME}/32", "callers: me")], id="a new group"),
        pytest.param([], "", [], id="no caller, nobody"),
        pytest.param(group((f"{HOME}/32", "callers: me")), HOME, [(f"{HOME}/32", "callers: me")], id="as it was"),
        pytest.param(group((f"{OFFICE}/32", "callers: me")), HOME, [(f"{HOME}/32", "callers: me")], id="moved"),
        pytest.param(group((f"{HOME}/32", "callers: me")), "", [], id="no caller any more"),
        pytest.param(
            group((f"{OFFICE}/32", "callers: you")),
            HOME,
            [(f"{OFFICE}/32", "callers: you"), (f"{HOME}/32", "callers: me")],
            id="others stay",
        ),
        pytest.param(
            group((f"{OFFICE}/32", "callers: you")), "", [(f"{OFFICE}/32", "callers: you")], id="others alone"
        ),
        pytest.param(
            group((f"{OFFICE}/32", "callers: you")),
            OFFICE,
            [(f"{OFFICE}/32", "callers: me, you")],
            id="one address, two names",
        ),
        pytest.param(
            group((f"{OFFICE}/32", "callers: me, you")),
            HOME,
            [(f"{OFFICE}/32", "callers: you"), (f"{HOME}/32", "callers: me")],
            id="one of two moved",
        ),
        pytest.param(
            group(("192.0.2.0/24", "by hand"), (f"{OFFICE}/32", "")),
            HOME,
            [(f"{HOME}/32", "callers: me")],
            id="strays go",
        ),
        pytest.param(
            group((f"{OFFICE}/32", "callers: me2")),
            HOME,
            [(f"{OFFICE}/32", "callers: me2"), (f"{HOME}/32", "callers: me")],
            id="a name that only begins alike",
        ),
        pytest.param(None, "2001:db8::1", [("2001:db8::1/128", "callers: me")], id="IPv6"),
    ],
)
def test_callers(present, caller, expected):
    rules = ingress_rules(present, ports=[8080], caller=caller, caller_name="me")

    assert rules == [rule(*each) for each in expected]


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        pytest.param(["10.0.0.0/8"], [("10.0.0.0/8", "allowed"), (f"{HOME}/32", "callers: me")], id="a block"),
        pytest.param(
            ["10.1.2.3/8"], [("10.0.0.0/8", "allowed"), (f"{HOME}/32", "callers: me")], id="host bits go, as in EC2"
        ),
        pytest.param(
            ["10.0.0.0/8", "10.9.9.9/8"], [("10.0.0.0/8", "allowed"), (f"{HOME}/32", "callers: me")], id="each once"
        ),
        pytest.param([HOME], [(f"{HOME}/32", "allowed")], id="the caller's own: one rule"),
        pytest.param(
            ["2001:db8::/32"], [(f"{HOME}/32", "callers: me"), ("2001:db8::/32", "allowed")], id="IPv6 comes last"
        ),
    ],
)
def test_allowed_blocks(allowed, expected):
    rules = ingress_rules([], ports=[8080], caller=HOME, caller_name="me", allowed_cidrs=allowed)

    assert rules == [rule(*each) for each in expected]


def test_every_source_may_call_every_port():
    rules = ingress_rules(
        group((f"{OFFICE}/32", "callers: you"), port=7000),
        ports=[9000, "8080", 9000],
        caller=HOME,
        caller_name="me",
    )

    sources = [(f"{OFFICE}/32", "callers: you"), (f"{HOME}/32", "callers: me")]
    assert rules == [rule(*source, port) for port in (8080, 9000) for source in sources]


def test_ports_as_the_command_line_gives_them():
    assert ingress_rules([], ports="8080,9000", caller=HOME, caller_name="me") == [
        rule(f"{HOME}/32", "callers: me", port) for port in (8080, 9000)
    ]


def test_other_groups_as_sources_stay():
    present = group(
        (f"{HOME}/32", "callers: me"),
        user_id_group_pairs=[{"group_id": "sg-1", "user_id": "123456789012", "description": "load balancer"}],
        prefix_list_ids=[{"prefix_list_id": "pl-1"}],
    )
    everything = {"ip_protocol": "-1", "user_id_group_pairs": [{"group_id": "sg-2"}]}

    rules = ingress_rules([*present, everything], ports=[8080], caller=HOME, caller_name="me")

    base = {"proto": "tcp", "from_port": 8080, "to_port": 8080}
    assert rules == [
        rule(f"{HOME}/32", "callers: me"),
        {**base, "group_id": "sg-1", "rule_desc": "load balancer"},
        {**base, "ip_prefix": "pl-1"},
        {"proto": "-1", "group_id": "sg-2"},
    ]


def test_a_name_is_spelled_as_descriptions_may_be():
    (only,) = ingress_rules([], ports=[1], caller=HOME, caller_name=" José, ops@büro ")

    assert only["rule_desc"] == "callers: Jos-- ops@b-ro"


@pytest.mark.parametrize("everybody", [["0.0.0.0/0"], ["::/0"], ["0.0.0.0/1", "128.0.0.0/1"], ["10.0.0.1/0"]])
def test_everybody_only_if_that_is_meant(everybody):
    with pytest.raises(AnsibleFilterError, match=r"network_allowed_cidrs allows all addresses .* network_allow_public"):
        ingress_rules([], ports=[8080], caller_name="me", allowed_cidrs=everybody)

    assert ingress_rules([], ports=[8080], caller_name="me", allowed_cidrs=everybody, allow_public=True)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"caller": "<html>"}, "'<html>' is not an IP address. Set network_caller_ip"),
        ({"caller": f"{HOME}/32"}, "is not an IP address"),
        ({"caller_name": " "}, "network_caller_name is empty"),
        ({"allowed_cidrs": ["home"]}, "network_allowed_cidrs: 'home' is not a CIDR block"),
        ({"ports": [0]}, "network_ports: 0 is not a port"),
        ({"ports": ["http"]}, "network_ports: 'http' is not a port"),
        ({"ports": [65536]}, "network_ports: 65536 is not a port"),
        (
            {"ports": [1, 2], "allowed_cidrs": ["192.0.2.1"], "limit": 3},
            r"4 ingress rules \(2 ports, 2 sources\) .* the 3",
        ),
        ({"present": group((f"{HOME}/32", f"callers: {'x' * 243}"))}, f"{HOME}/32 is the address of so many callers"),
    ],
)
def test_refuses(wanted, message):
    wanted = {"present": [], "ports": [8080], "caller": HOME, "caller_name": "me", **wanted}

    with pytest.raises(AnsibleFilterError, match=message):
        ingress_rules(wanted.pop("present"), **wanted)


def test_up_to_the_limit_is_fine():
    allowed = [f"192.0.2.{number}" for number in range(60)]

    assert len(ingress_rules([], ports=[8080], caller_name="me", allowed_cidrs=allowed)) == 60


BALANCER = {"proto": "tcp", "from_port": 8080, "to_port": 8080, "group_id": "sg-alb", "rule_desc": "load balancer"}


def paired(group_id, description):
    return group(user_id_group_pairs=[{"group_id": group_id, "user_id": "1", "description": description}])


def test_behind_a_load_balancer_nobody_else_is_let_in():
    present = group((f"{HOME}/32", "callers: me"), ("192.0.2.0/24", "allowed"))
    wanted = {"ports": [8080], "caller_name": "me", "caller": HOME, "load_balancer": "sg-alb"}

    assert ingress_rules(present, allowed_cidrs=["192.0.2.0/24"], **wanted) == [BALANCER]
    assert ingress_rules(paired("sg-alb", "load balancer"), **wanted) == [BALANCER]
    kept = {**BALANCER, "group_id": "sg-other", "rule_desc": "theirs"}
    assert ingress_rules(paired("sg-other", "theirs"), **wanted) == [BALANCER, kept]


def test_callers_move_with_the_door():
    elsewhere = group((f"{OFFICE}/32", "callers: you"), ("192.0.2.0/24", "by hand"), port=9000)
    present = paired("sg-alb", "load balancer")
    wanted = {"ports": [8080], "caller_name": "me", "caller": HOME, "elsewhere": elsewhere}
    callers = [rule(f"{OFFICE}/32", "callers: you"), rule(f"{HOME}/32", "callers: me")]

    assert ingress_rules(present, **wanted) == [*callers, BALANCER]
    assert ingress_rules(present, without="sg-alb", **wanted) == callers
