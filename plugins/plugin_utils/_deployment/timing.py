# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""All delays around a model, in seconds, made of two: those of its start and of its longest answer. Pure.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from ...module_utils._facts import ecs, elb, fargate

#: What AWS allows: a container's start period, a check's interval and how often it may fail, a task's end on Fargate.
LONGEST_START_PERIOD = ecs.HEALTH_CHECK["startPeriod"][1]
LONGEST_INTERVAL = ecs.HEALTH_CHECK["interval"][1]
MOST_FAILURES = ecs.HEALTH_CHECK["retries"][1]
LONGEST_STOP = fargate.CONTAINER_TIMEOUT[1]
IDLE = (elb.IDLE_TIMEOUT_DEFAULT, elb.LOAD_BALANCER_ATTRIBUTES["idle_timeout.timeout_seconds"][1])
LONGEST_DRAIN = elb.TARGET_GROUP_ATTRIBUTES["deregistration_delay.timeout_seconds"][1]
#: What a container's checks can bear with them, the start period included.
LONGEST_STARTUP = 3000
#: A model that blocks is asked again while it answers: what its checks bear has to cover the longest answer.
LONGEST_BLOCKED_ANSWER = 2700
#: Placing a task and pulling an image of some gigabytes.
PLACING = 300
#: So many failed tasks make the circuit breaker of a small service end a deployment.
ATTEMPTS = 3
SHORTEST_STOP = 30
HEALTHY_THRESHOLD = 2


class Check(NamedTuple):
    """A health check: every interval, waiting timeout for the answer, given up after so many failures in a row."""

    interval: int
    timeout: int
    failures: int

    @property
    def bears(self) -> int:
        """How many seconds of silence it bears at least, whenever they begin."""
        return (self.failures - 1) * self.interval + self.timeout

    def bearing(self, seconds: int) -> Check:
        """Return the check made so patient that it bears so many seconds, as far as AWS allows."""
        more = max(0, seconds - self.timeout)
        failures = max(self.failures, math.ceil(more / self.interval) + 1)
        if failures <= MOST_FAILURES:
            return self._replace(failures=failures)
        interval = min(LONGEST_INTERVAL, 5 * math.ceil(more / (MOST_FAILURES - 1) / 5))
        return self._replace(interval=interval, failures=MOST_FAILURES)


QUICK = Check(interval=10, timeout=5, failures=3)
#: Of a server that answers nothing while it generates: a check waits until it is its turn.
PATIENT_CONTAINER = Check(interval=60, timeout=60, failures=3)
PATIENT_TARGET = Check(interval=60, timeout=55, failures=3)


def problems(startup: int, answer: int, blocks: bool) -> Iterator[str]:
    """Say what of the two is out of the range that AWS's health checks and load balancers can be set to."""
    if not 1 <= startup <= LONGEST_STARTUP:
        yield (
            f"ecs_service_startup_seconds: {startup} is not between 1 and {LONGEST_STARTUP}, the longest time "
            "that AWS health checks can wait; put the model into the image or on a file system, to start sooner"
        )
    longest = LONGEST_BLOCKED_ANSWER if blocks else LONGEST_DRAIN
    if not 1 <= answer <= longest:
        what = "a blocked server's health check can wait" if blocks else "a load balancer drains a target"
        yield (
            f"ecs_service_longest_answer_seconds: {answer} is not between 1 and {longest}, the longest time that "
            f"{what}; limit the tokens of an answer (max_tokens)"
        )


def timing(startup: int, answer: int, blocks: bool, fargate: bool) -> dict[str, Any]:
    """Return the delays, each in seconds, and notes: sentences about what AWS cuts off.

    startup: from a task's start to its first healthy answer; answer: the longest one; blocks: whether the server
    answers nothing else meanwhile; fargate: whether a task has 120 seconds at most to end.
    """
    # A question may have to wait for one answer before its own.
    busy = 2 * answer if blocks else answer
    silent = busy if blocks else 0
    container = (PATIENT_CONTAINER if blocks else QUICK).bearing(max(silent, startup - LONGEST_START_PERIOD))
    target = (PATIENT_TARGET if blocks else QUICK).bearing(silent)
    stop = max(SHORTEST_STOP, busy)
    stop_timeout = min(stop, LONGEST_STOP) if fargate else stop
    drain = min(busy, LONGEST_DRAIN)
    return {
        "start_period": min(startup, LONGEST_START_PERIOD),
        "container_health_check": {
            "interval": container.interval,
            "timeout": container.timeout,
            "retries": container.failures,
            "startPeriod": min(startup, LONGEST_START_PERIOD),
        },
        "health_check": {
            "interval": target.interval,
            "timeout": target.timeout,
            "healthy_threshold": HEALTHY_THRESHOLD,
            "unhealthy_threshold": target.failures,
        },
        "grace_period": startup + HEALTHY_THRESHOLD * target.interval,
        "idle_timeout": min(max(busy + target.timeout, IDLE[0]), IDLE[1]),
        "deregistration_delay": drain,
        "stop_timeout": stop_timeout,
        "wait_timeout": PLACING + ATTEMPTS * (startup + container.bears) + drain + stop_timeout,
        "notes": list(_notes(busy, blocks, stop, stop_timeout)),
    }


def _notes(busy: int, blocks: bool, stop: int, stop_timeout: int) -> Iterator[str]:
    if stop_timeout < stop:
        why = "may take" if not blocks else "(with the one before it, for which it waits) may take"
        yield (
            f"An answer {why} {busy} s, but Fargate kills a task {LONGEST_STOP} s after it was told to stop. With a "
            "load balancer no answer is cut off, as a task is drained before it is told to stop. Without one, and "
            "when Fargate Spot takes its capacity back, longer answers are cut off."
        )
