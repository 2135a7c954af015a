# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_address, ip_network
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._facts.ec2 import LONGEST_DESCRIPTION, SECURITY_GROUP_RULES

Network = IPv4Network | IPv6Network

ALLOWED = "allowed"
CALLERS = "callers: "
LOAD_BALANCER = "load balancer"
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
NOT_IN_A_DESCRIPTION = re.compile(r"[^A-Za-z0-9. _\-:/()#@\[\]+=&;{}!$*]")


@dataclass(frozen=True)
class Wanted:
    """Who may call which ports."""

    ports: Sequence[int] | str
    caller_name: str
    caller: str = ""
    allowed_cidrs: Sequence[str] = ()
    allow_public: bool = False
    limit: int = SECURITY_GROUP_RULES
    #: The rules of a group whose callers are let in here from now on.
    elsewhere: Sequence[Mapping[str, Any]] = ()
    #: The group of the load balancer, which alone is let in.
    load_balancer: str = ""
    #: A group whose rules are dropped.
    without: str = ""


def ingress_rules(permissions: Iterable[Mapping[str, Any]] | None, **wanted: Any) -> list[dict[str, Any]]:
    """Return a security group's ingress rules as they should be, given those it has. Raises AnsibleFilterError."""
    want = Wanted(**wanted)
    present = list(permissions or [])
    allowed = _allowed(want)
    if want.load_balancer:
        return _limited([_from_group(port, want.load_balancer) for port in _ports(want.ports)], present, want)
    callers = _callers([*present, *want.elsewhere], want)
    sources = {network: f"{CALLERS}{', '.join(sorted(names))}" for network, names in callers.items()}
    # A block that is allowed anyway needs no names, and EC2 takes no second rule for it.
    sources.update(dict.fromkeys(allowed, ALLOWED))
    for network, description in sources.items():
        if len(description) > LONGEST_DESCRIPTION:
            raise AnsibleFilterError(
                f"{network} is the address of so many callers that a rule's description cannot name them all. "
                f"Add {network} to network_allowed_cidrs and set network_caller_ip to none."
            )
    rules = [
        _rule(port, network, description)
        for port in _ports(want.ports)
        for network, description in sorted(sources.items(), key=lambda item: (item[0].version, item[0]))
    ]
    return _limited(rules, present, want, f", {len(sources)} sources")


def _limited(
    rules: list[dict[str, Any]], present: list[Mapping[str, Any]], want: Wanted, sources: str = ""
) -> list[dict[str, Any]]:
    """Return the rules and those that are not ours. Raises AnsibleFilterError if a group does not take so many."""
    dropped = (want.load_balancer, want.without)
    rules = rules + [rule for rule in _not_ours(present) if rule.get("group_id") not in dropped]
    if len(rules) > int(want.limit):
        raise AnsibleFilterError(
            f"{len(rules)} ingress rules ({len(_ports(want.ports))} ports{sources}) are more than the "
            f"{want.limit} that a security group can have. Shorten network_allowed_cidrs, or ask AWS for a higher "
            "quota and set network_rules_limit to it."
        )
    return rules


def _ports(ports: Sequence[int] | str) -> list[int]:
    ports = ports.split(",") if isinstance(ports, str) else ports
    for port in ports:
        if not (str(port).isdecimal() and 1 <= int(port) <= 65535):
            raise AnsibleFilterError(f"network_ports: {port!r} is not a port. Ports are 1 to 65535.")
    return sorted({int(port) for port in ports})


def _allowed(want: Wanted) -> list[Network]:
    networks = list(dict.fromkeys(map(_network, want.allowed_cidrs)))
    for version in (4, 6):
        # Everybody can be spelled in halves, too.
        for network in collapse_addresses(network for network in networks if network.version == version):
            if network.prefixlen == 0 and not want.allow_public:
                raise AnsibleFilterError(
                    f"network_allowed_cidrs allows all addresses ({network}). "
                    "List the addresses that may call, or set network_allow_public to true."
                )
    return networks


def _network(cidr: str) -> Network:
    try:
        # EC2 drops the host bits too: keeping them would be a difference for ever.
        return ip_network(cidr, strict=False)
    except ValueError:
        raise AnsibleFilterError(
            f"network_allowed_cidrs: {cidr!r} is not a CIDR block. Write it as in 203.0.113.0/24."
        ) from None


def _callers(present: list[Mapping[str, Any]], want: Wanted) -> dict[Network, set[str]]:
    """Who calls from where: the others as they are in the group, and the caller from the present address alone."""
    me = NOT_IN_A_DESCRIPTION.sub("-", want.caller_name.strip())
    if not me:
        raise AnsibleFilterError("network_caller_name is empty. Set it to a name that identifies this caller.")
    callers: defaultdict[Network, set[str]] = defaultdict(set)
    for cidr, description in _described(present):
        if description.startswith(CALLERS):
            callers[ip_network(cidr)].update(set(description.removeprefix(CALLERS).split(", ")) - {me})
    if want.caller:
        callers[_address(want.caller)].add(me)
    return {network: names for network, names in callers.items() if names}


def _address(text: str) -> Network:
    try:
        return ip_network(ip_address(text))
    except ValueError:
        raise AnsibleFilterError(
            f"{text[:40]!r} is not an IP address. Set network_caller_ip to the address that you call from, "
            "or to none, or set network_caller_ip_url to a URL that returns only the caller's address."
        ) from None


def _described(present: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for permission in present:
        for source in permission.get("ip_ranges", []):
            yield source["cidr_ip"], source.get("description") or ""
        for source in permission.get("ipv6_ranges", []):
            yield source["cidr_ipv6"], source.get("description") or ""


def _rule(port: int, network: Network, description: str) -> dict[str, Any]:
    source = "cidr_ip" if network.version == 4 else "cidr_ipv6"
    return {"proto": "tcp", "from_port": port, "to_port": port, source: str(network), "rule_desc": description}


def _from_group(port: int, group: str) -> dict[str, Any]:
    return {"proto": "tcp", "from_port": port, "to_port": port, "group_id": group, "rule_desc": LOAD_BALANCER}


def _not_ours(present: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rules whose source is another group or a prefix list: a load balancer's, say. They stay as they are."""
    rules = []
    for permission in present:
        base = {"proto": permission["ip_protocol"]}
        if "from_port" in permission:
            base |= {"from_port": permission["from_port"], "to_port": permission["to_port"]}
        for pair in permission.get("user_id_group_pairs", []):
            rules.append({**base, "group_id": pair["group_id"], **_description(pair)})
        for prefix in permission.get("prefix_list_ids", []):
            rules.append({**base, "ip_prefix": prefix["prefix_list_id"], **_description(prefix)})
    return rules


def _description(source: Mapping[str, Any]) -> dict[str, str]:
    return {"rule_desc": source["description"]} if source.get("description") else {}


class FilterModule:
    """What Ansible looks for in a filter plugin."""

    def filters(self):
        return {"ingress_rules": ingress_rules}
