# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch's alarms in the account: their documents, their state over time, and their history.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from ansible_collections.llmops.ecs.plugins.plugin_utils._evaluation.alarms import (
    ALARM,
    OK,
    UNCHECKED,
    Alarm,
    Judgement,
)

from ..base.arns import account_and_region
from .store import METRICS

LOG = logging.getLogger(__name__)
ACTIONS = {ALARM: "AlarmActions", OK: "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
HISTORY_KEPT = 1000
# What AWS tells of an alarm also where nobody said it.
DEFAULTS: dict[str, Any] = {
    "ActionsEnabled": True,
    "OKActions": [],
    "AlarmActions": [],
    "InsufficientDataActions": [],
    "Dimensions": [],
}


class WatchedAlarm:
    """An alarm of PutMetricAlarm. moto's tagging knows it by name and alarm_arn."""

    #: moto's mark of composite alarms.
    rule = None

    def __init__(self, arn: str, request: dict[str, Any], now: float) -> None:
        self.alarm_arn = arn
        self.account, self.region = account_and_region(arn)
        self.name: str = request["AlarmName"]
        self.history: list[dict[str, Any]] = []
        self.reason, self.reason_data = UNCHECKED, "{}"
        self.updated = self.transitioned = now
        self.put(request, now)

    def put(self, request: dict[str, Any], now: float) -> None:
        """Take a request, the first one or one that replaces all settings; the state stays as it is."""
        is_new = not self.history
        before = None if is_new else self.alarm.state
        self.request = {key: value for key, value in request.items() if key != "Tags"}
        self.alarm = Alarm(self.request)
        if before:
            self.alarm.judgement = Judgement(self.alarm.settings, before)
        self.configured = now
        kind = "Create" if is_new else "Update"
        data = {"version": "1.0", "type": kind, "updatedAlarm" if not is_new else "createdAlarm": self.request}
        self._note(now, "ConfigurationUpdate", f'Alarm "{self.name}" {kind.lower()}d', data)

    @property
    def actions_enabled(self) -> bool:
        return bool(self.request.get("ActionsEnabled", True))

    @actions_enabled.setter
    def actions_enabled(self, enabled: bool) -> None:
        self.request["ActionsEnabled"] = enabled

    @property
    def arns(self) -> list[str]:
        """The actions for when it goes to ALARM."""
        return list(self.request.get("AlarmActions", []))

    def step(self, now: float) -> list[str]:
        """Evaluate the alarm if that is due; return the ARNs of the actions to invoke.

        Scaling actions are invoked again every minute while the alarm is in ALARM, all others when its state changes.
        """
        before = self.alarm.state
        scales = self.alarm.step(now, METRICS.source(self.account, self.region))
        judgement = self.alarm.judgement
        changed = judgement.state != before
        if changed or (self.reason == UNCHECKED and judgement.points):
            self._become(now, before, judgement.reason(now), self._data(now))
        return self._actions(scales=scales, changed=changed)

    def set_state(self, now: float, state: str, reason: str, data: str | None) -> list[str]:
        """Put the alarm into a state until its next evaluation; return the ARNs of the actions to invoke."""
        before = self.alarm.state
        self.alarm.judgement = Judgement(self.alarm.settings, state)
        self._become(now, before, reason, data or "{}")
        return self._actions(scales=state == ALARM and before != ALARM, changed=state != before)

    def describe(self) -> dict[str, Any]:
        """Return the MetricAlarm of DescribeAlarms."""
        return {
            **DEFAULTS,
            **self.request,
            "AlarmArn": self.alarm_arn,
            "AlarmConfigurationUpdatedTimestamp": _time(self.configured),
            "StateValue": self.alarm.state,
            "StateReason": self.reason,
            "StateReasonData": self.reason_data,
            "StateUpdatedTimestamp": _time(self.updated),
            "StateTransitionedTimestamp": _time(self.transitioned),
        }

    def acted(self, now: float, arn: str, told: str) -> None:
        """Note in the history that an action was invoked."""
        data = {
            "actionState": "Succeeded",
            "notificationResource": arn,
            "stateUpdateTimestamp": int(self.updated) * 1000,
        }
        self._note(now, "Action", told, data)

    def _actions(self, *, scales: bool, changed: bool) -> list[str]:
        if not self.actions_enabled:
            return []
        arns = self.request.get(ACTIONS[self.alarm.state], [])
        return [arn for arn in arns if (scales if is_scaling(arn) else changed)]

    def _become(self, now: float, before: str, reason: str, data: str) -> None:
        old = {"stateValue": before, "stateReason": self.reason}
        self.reason, self.reason_data, self.updated = reason, data, now
        if self.alarm.state != before:
            self.transitioned = now
            new = {"stateValue": self.alarm.state, "stateReason": reason, "stateReasonData": json.loads(data)}
            told = f"Alarm updated from {before} to {self.alarm.state}"
            self._note(now, "StateUpdate", told, {"version": "1.0", "oldState": old, "newState": new})

    def _data(self, now: float) -> str:
        """Return StateReasonData: the datapoints that the evaluation was made on."""
        settings, judgement = self.alarm.settings, self.alarm.judgement
        end = settings.ends(now)
        points = [(end - age * settings.period, value) for age, value in judgement.points]
        return json.dumps(
            {
                "version": "1.0",
                "queryDate": _stamp(now),
                **({"startDate": _stamp(points[-1][0])} if points else {}),
                **({} if settings.queries else {"statistic": settings.statistic}),
                "period": settings.period,
                "recentDatapoints": judgement.values,
                "threshold": settings.threshold,
                "evaluatedDatapoints": [{"timestamp": _stamp(at), "value": value} for at, value in points],
            }
        )

    def _note(self, now: float, kind: str, summary: str, data: dict[str, Any]) -> None:
        item = {
            "AlarmName": self.name,
            "AlarmType": "MetricAlarm",
            "Timestamp": _time(now),
            "HistoryItemType": kind,
            "HistorySummary": summary,
            "HistoryData": json.dumps(data, default=str),
        }
        self.history = [*self.history[-HISTORY_KEPT + 1 :], item]


def is_scaling(arn: str) -> bool:
    """Return whether an action is a scaling policy."""
    return ":scalingPolicy:" in arn


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _stamp(seconds: float) -> str:
    return _time(seconds).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
