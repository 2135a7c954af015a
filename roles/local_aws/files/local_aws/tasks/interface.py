# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task's network interface, its addresses, and the ports that are open on the public one.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import ServiceException
from moto.ec2.models import ec2_backends
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.utilities.utils import get_partition

from ..network import vpc
from ..network.addresses import ADDRESSES
from ..network.front import FRONT
from .start import StartFailure


class TaskNetwork:
    """One interface in one of the subnets of an awsvpcConfiguration; `host` is where the task's processes listen."""

    def __init__(self, account: str, region: str, subnet: str, configuration: dict[str, Any]) -> None:
        self._account, self._region = account, region
        self._subnet, self._configuration = subnet, configuration
        self._id = str(uuid.uuid4())
        self.eni: NetworkInterface | None = None
        self.host: str | None = None
        self.public_ip: str | None = None
        self._details = {"subnetId": subnet}

    def connect(self, ports: list[int], tags: dict[str, str]) -> None:
        """Make the interface, as ECS does before anything else, and open the ports. Raises StartFailure."""
        owner = f"arn:{get_partition(self._region)}:ecs:{self._region}:{self._account}"
        try:
            self.host = ADDRESSES.take()
            if self._configuration.get("assignPublicIp") == "ENABLED":
                self.public_ip = ADDRESSES.take()
            self.eni = ec2_backends[self._account][self._region].create_network_interface(
                self._subnet,
                "",
                group_ids=self._configuration["securityGroups"],
                description=f"{owner}:attachment/{self._id}",
                tags=tags,
            )
            vpc.connect_interface(self.eni, self.public_ip)
            address = str(self.eni.private_ip_address)
            self.eni.private_dns_name = f"ip-{address.replace('.', '-')}.{self._region}.compute.internal"
            self._details |= {
                "networkInterfaceId": self.eni.id,
                "macAddress": self.eni.mac_address,
                "privateDnsName": self.eni.private_dns_name,
                "privateIPv4Address": address,
            }
            if self.public_ip:
                for port in ports:
                    FRONT.open(self.public_ip, port, self.host, port, _gate(self.eni, port))
        except (OSError, ServiceException) as error:
            raise StartFailure(
                f"ResourceInitializationError: failed to configure the task's network: {error}"
            ) from error

    def disconnect(self) -> None:
        """Close the public address and give the addresses back; the interface stays."""
        if self.public_ip:
            FRONT.close(self.public_ip)
        for address in filter(None, (self.host, self.public_ip)):
            ADDRESSES.give_back(address)
        self.host = self.public_ip = None
        if self.eni:
            self.eni.public_ip = None

    def delete_interface(self) -> None:
        """Delete the interface, if there still is one."""
        if self.eni:
            self.eni.delete()
            self.eni = None

    @property
    def availability_zone(self) -> str | None:
        return self.eni.availability_zone if self.eni else None

    def describe_attachment(self, deleted: bool) -> dict[str, Any]:
        """Return the task's Attachment.

        https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Attachment.html
        """
        return {
            "id": self._id,
            "type": "ElasticNetworkInterface",
            "status": "DELETED" if deleted else "ATTACHED" if self.eni else "PRECREATED",
            "details": [{"name": name, "value": value} for name, value in self._details.items()],
        }

    def describe_interfaces(self) -> list[dict[str, Any]]:
        """Return the networkInterfaces of each of the task's containers."""
        address = self._details.get("privateIPv4Address")
        return [{"attachmentId": self._id, "privateIpv4Address": address}] if address else []


def _gate(eni: NetworkInterface, port: int) -> Callable[[str], bool]:
    return lambda peer_ip: vpc.ingress_allows(eni, peer_ip, port)
