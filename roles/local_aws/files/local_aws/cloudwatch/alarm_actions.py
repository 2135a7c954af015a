# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch's actions on alarms, and the hooks by which alarms and metrics take the place of moto's.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import BaseResponse
from moto.utilities.utils import get_partition

from ..base.actions import Document, action
from ..base.clock import CLOCK
from ..base.lock import LOCK
from ..base.pages import paged
from ..base.refused import Refused
from .alarms import WatchedAlarm
from .metric_actions import MetricActions

PAGE = 50


class AlarmActions(BaseResponse):
    """Metric alarms. Composite ones are not part of the embedded AWS."""

    @property
    def alarms(self) -> dict[str, WatchedAlarm]:
        """The alarms of the request's account and region by their names."""
        return cloudwatch_backends[self.current_account][self.region].alarms

    @action
    def put_metric_alarm(self, request: Document) -> Document:
        put_alarm(self.current_account, self.region, request)
        return {}

    @action
    def describe_alarms(self, request: Document) -> Document:
        names, state = request.get("AlarmNames"), request.get("StateValue")
        prefix, prefix_of_action = request.get("AlarmNamePrefix", ""), request.get("ActionPrefix", "")
        found = [
            alarm.describe()
            for name, alarm in sorted(self.alarms.items())
            if name.startswith(prefix)
            and (not names or name in names)
            and state in (None, alarm.alarm.state)
            and (not prefix_of_action or any(arn.startswith(prefix_of_action) for arn in alarm.arns))
        ]
        if request.get("AlarmTypes", ["MetricAlarm"]) == ["CompositeAlarm"]:
            found = []
        return {"CompositeAlarms": [], **paged(found, request, "MetricAlarms", int(request.get("MaxRecords") or PAGE))}

    @action
    def describe_alarms_for_metric(self, request: Document) -> Document:
        keys = ("Namespace", "MetricName", "Statistic", "ExtendedStatistic", "Period", "Unit")
        dimensions = sorted((item["Name"], item["Value"]) for item in request.get("Dimensions", []))
        found = [
            item
            for item in (alarm.describe() for alarm in self.alarms.values())
            if all(item.get(key) == request[key] for key in keys if key in request)
            and sorted((its["Name"], its["Value"]) for its in item["Dimensions"]) == dimensions
        ]
        return {"MetricAlarms": found}

    @action
    def delete_alarms(self, request: Document) -> Document:
        for name in request["AlarmNames"]:
            if name not in self.alarms:
                raise Refused("ResourceNotFound", f"Alarm {name} does not exist; no alarm was deleted")
        delete_alarms(self.current_account, self.region, request["AlarmNames"])
        return {}

    @action
    def describe_alarm_history(self, request: Document) -> Document:
        name, kind = request.get("AlarmName"), request.get("HistoryItemType")
        found = [
            item
            for alarm in self.alarms.values()
            if name in (None, alarm.name)
            for item in alarm.history
            if kind in (None, item["HistoryItemType"])
            and ("StartDate" not in request or item["Timestamp"].timestamp() >= request["StartDate"].timestamp())
            and ("EndDate" not in request or item["Timestamp"].timestamp() <= request["EndDate"].timestamp())
        ]
        newest_first = request.get("ScanBy", "TimestampDescending") == "TimestampDescending"
        # Of one second the later note is the newer one, which a stable sort of the reversed list keeps.
        ordered = sorted(
            found[::-1] if newest_first else found, key=lambda item: item["Timestamp"], reverse=newest_first
        )
        return paged(ordered, request, "AlarmHistoryItems", int(request.get("MaxRecords") or PAGE))

    @action
    def set_alarm_state(self, request: Document) -> Document:
        alarm = self._alarm(request["AlarmName"])
        now = CLOCK.now()
        reason, data = request["StateReason"], request.get("StateReasonData")
        for arn in alarm.set_state(now, request["StateValue"], reason, data):
            alarm.acted(now, arn, f"Successfully executed action {arn}")
        return {}

    @action
    def enable_alarm_actions(self, request: Document) -> Document:
        for name in request["AlarmNames"]:
            self._alarm(name).actions_enabled = True
        return {}

    @action
    def disable_alarm_actions(self, request: Document) -> Document:
        for name in request["AlarmNames"]:
            self._alarm(name).actions_enabled = False
        return {}

    def _alarm(self, name: str) -> WatchedAlarm:
        if name not in self.alarms:
            raise Refused("ResourceNotFound", f"Alarm {name} does not exist")
        return self.alarms[name]


class CloudWatchResponses(MetricActions, AlarmActions, CloudWatchResponse):
    """What is not one of ours (dashboards, tags, insight rules) is moto's."""

    @classmethod
    def dispatch(cls, *args: Any, **kwargs: Any) -> Any:
        """Answer a request while nothing is evaluated."""
        with LOCK:
            return super().dispatch(*args, **kwargs)


def put_alarm(account: str, region: str, request: Document) -> str:
    """Make an alarm or replace its settings; return its ARN. Raises Refused for what cannot be evaluated here."""
    backend = cloudwatch_backends[account][region]
    name = request["AlarmName"]
    arn = f"arn:{get_partition(region)}:cloudwatch:{region}:{account}:alarm:{name}"
    try:
        if name in backend.alarms:
            backend.alarms[name].put(request, CLOCK.now())
        else:
            backend.alarms[name] = WatchedAlarm(arn, request, CLOCK.now())
            backend.tagger.tag_resource(arn, request.get("Tags", []))
    except ValueError as error:
        raise Refused("ValidationError", str(error)) from error
    return arn


def delete_alarms(account: str, region: str, names: list[str]) -> None:
    """Remove alarms; those that are not there are no error."""
    backend = cloudwatch_backends[account][region]
    for name in names:
        alarm = backend.alarms.pop(name, None)
        if alarm:
            backend.tagger.delete_all_tags_for_resource(alarm.alarm_arn)


def alarms_of(account: str, region: str, policy_arn: str) -> list[dict[str, str]]:
    """Return names and ARNs of the alarms that invoke a scaling policy."""
    found = [
        alarm
        for alarm in cloudwatch_backends[account][region].alarms.values()
        if any(arn.partition(":createdBy/")[0] == policy_arn for arn in alarm.arns)
    ]
    return [{"AlarmName": alarm.name, "AlarmARN": alarm.alarm_arn} for alarm in found]
