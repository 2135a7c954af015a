# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CloudWatch and Application Auto Scaling do as their clock goes on: metrics, alarms, scaling, in this order."""

from __future__ import annotations

import json
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from moto.cloudwatch.models import cloudwatch_backends
from moto.sns.models import sns_backends

from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.policies import HIGH, LOW
from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.target import Trigger

from ..alb import metrics
from ..alb.api import PLANE
from ..autoscaling.target import Target, backends
from ..base.clock import CLOCK
from ..base.lock import LOCK
from ..cloudwatch.alarms import WatchedAlarm, is_scaling
from . import sampling

LOG = logging.getLogger(__name__)
# CloudWatch seconds between evaluations: those of high-resolution alarms.
STEP = 10
# Real seconds.
TICK = 0.05


class Evaluation:
    """Does in order what is due at each step of the clock, however far it went at once."""

    def __init__(self) -> None:
        self._done: float | None = None

    def catch_up(self) -> None:
        """Do everything that has become due by now."""
        with LOCK:
            last = CLOCK.now() // STEP * STEP
            # What was before the first look is over.
            self._done = last if self._done is None else self._done
            while self._done < last:
                self._done += STEP
                step(self._done)

    def start(self) -> Callable[[], None]:
        """Let it happen by itself; what is returned ends that."""
        stopping = threading.Event()
        thread = threading.Thread(target=self._run, args=(stopping,), name="evaluation", daemon=True)
        self.catch_up()
        thread.start()

        def stop() -> None:
            stopping.set()
            thread.join()

        return stop

    def _run(self, stopping: threading.Event) -> None:
        while not stopping.wait(TICK):
            self.catch_up()


def step(now: float) -> None:
    """Do what is due at a step of the clock; what goes wrong with one thing is logged and keeps no other from it."""
    with _logged("metrics of tasks"):
        sampling.publish(now)
    with _logged("metrics of load balancers"):
        metrics.publish(PLANE, now)
    triggers = defaultdict(list)
    for _account, _region, backend in list(cloudwatch_backends.iter_backends()):
        for alarm in list(backend.alarms.values()):
            with _logged(alarm.alarm_arn):
                for arn in alarm.step(now):
                    if is_scaling(arn):
                        triggers[arn.partition(":createdBy/")[0]].append(alarm)
                    else:
                        _notify(alarm, arn, now)
    for autoscaling in backends():
        for target in list(autoscaling.targets.values()):
            with _logged(target.arn):
                target.step(now, _triggers(target, triggers, now))


@contextmanager
def _logged(what: str) -> Iterator[None]:
    try:
        yield
    except Exception:
        LOG.exception("%s", what)


def _triggers(target: Target, invoked: dict[str, list[WatchedAlarm]], now: float) -> list[Trigger]:
    found = []
    for name, policy in target.policies.items():
        for alarm in invoked.get(policy["PolicyARN"], []):
            alarm.acted(now, policy["PolicyARN"], f"Successfully executed action {policy['PolicyARN']}")
            own = alarm.name in [item["AlarmName"] for item in policy["Alarms"]]
            role = (HIGH if f"-{HIGH}-" in alarm.name else LOW) if own else ""
            judgement = alarm.alarm.judgement
            found.append(Trigger(name, alarm.name, judgement.settings.threshold, judgement.values, role))
    return found


def _notify(alarm: WatchedAlarm, arn: str, now: float) -> None:
    """Publish what became of an alarm to an SNS topic, as CloudWatch words it; no other action is known here."""
    topics = sns_backends[alarm.account][alarm.region]
    if arn not in topics.topics:
        return
    message = {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.request.get("AlarmDescription"),
        "AWSAccountId": alarm.account,
        "NewStateValue": alarm.alarm.state,
        "NewStateReason": alarm.reason,
        "StateChangeTime": alarm.describe()["StateUpdatedTimestamp"].isoformat(),
        "Region": alarm.region,
        "AlarmArn": alarm.alarm_arn,
    }
    topics.publish(json.dumps(message), arn=arn, subject=f'{alarm.alarm.state}: "{alarm.name}" in {alarm.region}')
    alarm.acted(now, arn, f"Successfully executed action {arn}")


EVALUATION = Evaluation()
