# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health checks of load balancers: each target that is in use is asked at its target group's interval.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
"""

from __future__ import annotations

import asyncio
import logging

import aiohttp
from moto.elbv2.models import FakeTargetGroup

from .health import Failure, after_check, check_status
from .place import Place
from .targets import TARGETS, Target

LOG = logging.getLogger(__name__)
AGENT = "ELB-HealthChecker/2.0"


class Checks:
    """The tasks that check targets, one a target, on the loop in which this is used."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._tasks: dict[tuple[str, Target], asyncio.Task[None]] = {}

    def follow(self, used: dict[str, tuple[FakeTargetGroup, Place]]) -> None:
        """Check the targets of these target groups (by ARN, each with the load balancer's place), and no others."""
        wanted = {(arn, target): arn for arn in used for target in TARGETS.targets(arn)}
        for key in self._tasks.keys() - wanted.keys():
            self._tasks.pop(key).cancel()
        for key in wanted.keys() - self._tasks.keys():
            arn, target = key
            self._tasks[key] = asyncio.create_task(self._check_for_ever(target, *used[arn]))

    def stop(self) -> None:
        self.follow({})

    async def _check_for_ever(self, target: Target, group: FakeTargetGroup, place: Place) -> None:
        while True:
            began = asyncio.get_running_loop().time()
            try:
                failure = await self._check(target, group, place)
            except Exception:
                LOG.exception("the health check of %s:%s", target.ip, target.port)
                failure = Failure.of("Target.FailedHealthChecks")
            target.health = after_check(
                target.health, failure, int(group.healthy_threshold_count), int(group.unhealthy_threshold_count)
            )
            took = asyncio.get_running_loop().time() - began
            await asyncio.sleep(max(0.0, float(group.health_check_interval_seconds) - took))

    async def _check(self, target: Target, group: FakeTargetGroup, place: Place) -> Failure | None:
        port = target.port if group.health_check_port in (None, "traffic-port") else int(group.health_check_port)
        wait = float(group.health_check_timeout_seconds)
        if target.address is None or not place.reaches(target, port):
            # Packets that a security group drops are never answered.
            await asyncio.sleep(wait)
            return Failure.of("Target.Timeout")
        scheme = (group.health_check_protocol or "HTTP").lower()
        url = f"{scheme}://{target.address.host}:{port}{group.health_check_path or '/'}"
        headers = {"Host": f"{target.ip}:{port}", "User-Agent": AGENT, "Connection": "close"}
        try:
            async with self._session.get(
                url,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=wait),
                allow_redirects=False,
                # A load balancer does not look at its targets' certificates.
                ssl=False,
            ) as answer:
                return check_status(answer.status, (group.matcher or {}).get("HttpCode") or "200")
        except TimeoutError:
            return Failure.of("Target.Timeout")
        except (aiohttp.ClientError, OSError):
            return Failure.of("Target.FailedHealthChecks")
