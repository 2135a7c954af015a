# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One service on an AWS in memory: as much of Application Auto Scaling, CloudWatch, ECS and ELB as scaling needs.

Real clients of botocore ask it, so requests are checked by the service models and answers come in pages.
"""

from __future__ import annotations

import contextlib
import copy
import io
import json
import uuid
from types import SimpleNamespace

import boto3
from ansible.module_utils.testing import patch_module_args

ACCOUNT, REGION = "123456789012", "eu-west-1"
CLUSTER, SERVICE = "llm-prod", "llm"
RESOURCE = f"service/{CLUSTER}/{SERVICE}"
BALANCER = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/llm/0123456789abcdef"
GROUP = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/llm/0123456789abcdef"
TARGET = f"arn:aws:application-autoscaling:{REGION}:{ACCOUNT}:scalable-target/1234"
SERVICES = ("application-autoscaling", "cloudwatch", "ecs", "elbv2")
#: So few that tests see more than one page.
PAGE = 2


class Refused(Exception):
    """What AWS answers instead: a code and a message."""


class ScalingAws:
    """The state, and a method for each action. calls are those that were made, writes those that change something."""

    def __init__(self):
        keys = {"region_name": REGION, "aws_access_key_id": "x", "aws_secret_access_key": "x"}
        self.clients = {name: boto3.client(name, **keys) for name in SERVICES}
        for client in self.clients.values():
            about = client.meta.service_model.service_id.hyphenize()
            client.meta.events.register(f"before-parameter-build.{about}", keep)
            client.meta.events.register(f"before-call.{about}", self.answer)
        self.reset()

    def reset(self):
        """Let there be the service behind its load balancer, and nothing that scales it."""
        self.calls, self.fail_after = [], None
        self.target, self.tags = None, {}
        self.policies, self.schedules, self.alarms = {}, {}, {}
        self.service = {
            "serviceName": SERVICE,
            "status": "ACTIVE",
            "desiredCount": 1,
            "loadBalancers": [{"targetGroupArn": GROUP, "containerName": SERVICE, "containerPort": 8080}],
            "currentServiceRevisions": [{"arn": "arn:revision"}],
        }
        self.monitoring = None
        self.groups = [{"TargetGroupArn": GROUP, "TargetGroupName": "llm", "LoadBalancerArns": [BALANCER]}]

    @property
    def writes(self):
        return [name for name in self.calls if not name.startswith(("Describe", "List"))]

    def state(self):
        """Return all that a scaling document is about, without what AWS makes up."""
        policies = {name: {k: v for k, v in item.items() if k != "PolicyARN"} for name, item in self.policies.items()}
        actions = {item["PolicyARN"]: name for name, item in self.policies.items()}
        alarms = {
            name: {**item, "AlarmActions": [actions[arn] for arn in item["AlarmActions"]]}
            for name, item in self.alarms.items()
        }
        # Without a time zone AWS takes UTC.
        schedules = {name: {"Timezone": "UTC", **item} for name, item in self.schedules.items()}
        return copy.deepcopy([self.target, self.tags, policies, alarms, schedules])

    def answer(self, model, context, **_kwargs):
        """Answer a call, as if AWS had."""
        if self.fail_after is not None and len(self.writes) >= self.fail_after:
            raise KeyboardInterrupt
        self.calls.append(model.name)
        try:
            parsed, status = getattr(self, model.name)(**context["asked"]) or {}, 200
        except Refused as refused:
            code, message = refused.args
            parsed, status = {"Error": {"Code": code, "Message": message}}, 400
        return SimpleNamespace(status_code=status), {**parsed, "ResponseMetadata": {"HTTPStatusCode": status}}

    def DescribeServices(self, cluster, services, include):
        found = self.service and services == [self.service["serviceName"]] and cluster == CLUSTER
        return {"services": [copy.deepcopy(self.service)] if found else []}

    def DescribeServiceRevisions(self, serviceRevisionArns):
        monitoring = {"monitoring": self.monitoring} if self.monitoring else {}
        return {"serviceRevisions": [{"serviceRevisionArn": arn, **monitoring} for arn in serviceRevisionArns]}

    def UpdateService(self, cluster, service, monitoring):
        self.monitoring = monitoring
        return {"service": self.service}

    def DescribeTargetGroups(self, TargetGroupArns=None, LoadBalancerArn=None, Marker=""):
        found = [
            item
            for item in self.groups
            if item["TargetGroupArn"] in (TargetGroupArns or []) or LoadBalancerArn in item["LoadBalancerArns"]
        ]
        return paged("TargetGroups", found, Marker, "NextMarker")

    def DescribeScalableTargets(self, ServiceNamespace, ResourceIds, ScalableDimension):
        return {"ScalableTargets": [copy.deepcopy(self.target)] if self.target else []}

    def RegisterScalableTarget(self, SuspendedState=None, Tags=None, **fields):
        if self.target is None:
            self.target = {**fields, "ScalableTargetARN": TARGET, "SuspendedState": {}}
            self.tags = dict(Tags or {})
        elif Tags:
            raise Refused("ValidationException", "tags are for new targets")
        self.target |= fields
        # As on AWS, a flag that is left out is false.
        self.target["SuspendedState"] = SuspendedState or self.target["SuspendedState"]
        limits = self.target["MinCapacity"], self.target["MaxCapacity"]
        self.service["desiredCount"] = min(max(self.service["desiredCount"], limits[0]), limits[1])
        return {"ScalableTargetARN": TARGET}

    def DeregisterScalableTarget(self, **_fields):
        if not self.target:
            raise Refused("ObjectNotFoundException", "No scalable target found")
        self.target, self.tags, self.policies, self.schedules = None, {}, {}, {}

    def ListTagsForResource(self, ResourceARN):
        return {"Tags": dict(self.tags)}

    def TagResource(self, ResourceARN, Tags):
        self.tags |= Tags

    def UntagResource(self, ResourceARN, TagKeys):
        self.tags = {key: value for key, value in self.tags.items() if key not in TagKeys}

    def DescribeScalingPolicies(self, ServiceNamespace, ResourceId, ScalableDimension, NextToken=""):
        return paged("ScalingPolicies", list(self.policies.values()), NextToken)

    def PutScalingPolicy(self, PolicyName, PolicyType, ServiceNamespace, ResourceId, ScalableDimension, **fields):
        if not self.target:
            raise Refused("ObjectNotFoundException", "No scalable target registered")
        tracked = metric(fields)
        for name, item in self.policies.items():
            if tracked and name != PolicyName and metric(item) == tracked:
                raise Refused("ValidationException", "Only one TargetTrackingScaling policy for a metric is allowed")
        there = self.policies.get(PolicyName, {"PolicyType": PolicyType})
        if there["PolicyType"] != PolicyType:
            raise Refused("ValidationException", "The policy type cannot be changed")
        if "HighResolution" in tracked and not self.monitoring:
            raise Refused("ValidationException", "The service has no high-resolution metrics")
        made_up = f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:scalingPolicy:{uuid.uuid4()}:resource/ecs/{RESOURCE}"
        arn = there.get("PolicyARN", f"{made_up}:policyName/{PolicyName}")
        merged = merge(there, {"PolicyName": PolicyName, "PolicyType": PolicyType, "PolicyARN": arn, **fields})
        self.policies[PolicyName] = merged
        return {"PolicyARN": arn, "Alarms": []}

    def DeleteScalingPolicy(self, PolicyName, **_fields):
        if not self.policies.pop(PolicyName, None):
            raise Refused("ObjectNotFoundException", "No scaling policy found")

    def DescribeScheduledActions(self, ServiceNamespace, ResourceId, ScalableDimension, NextToken=""):
        return paged("ScheduledActions", list(self.schedules.values()), NextToken)

    def PutScheduledAction(self, ScheduledActionName, ServiceNamespace, ResourceId, ScalableDimension, **fields):
        there = self.schedules.get(ScheduledActionName, {})
        self.schedules[ScheduledActionName] = merge(there, {"ScheduledActionName": ScheduledActionName, **fields})

    def DeleteScheduledAction(self, ScheduledActionName, **_fields):
        if not self.schedules.pop(ScheduledActionName, None):
            raise Refused("ObjectNotFoundException", "No scheduled action found")

    def DescribeAlarms(self, AlarmNamePrefix, AlarmTypes, NextToken=""):
        found = [item for name, item in self.alarms.items() if name.startswith(AlarmNamePrefix)]
        return paged("MetricAlarms", found, NextToken)

    def PutMetricAlarm(self, AlarmName, Tags=None, **fields):
        self.alarms[AlarmName] = {"AlarmName": AlarmName, "ActionsEnabled": True, **fields}

    def DeleteAlarms(self, AlarmNames):
        self.alarms = {name: item for name, item in self.alarms.items() if name not in AlarmNames}


def keep(params, context, **_kwargs):
    """Keep what was asked, before botocore makes HTTP of it."""
    context["asked"] = copy.deepcopy(params)


def paged(name, items, token, field="NextToken"):
    start = int(token or 0)
    more = {field: str(start + PAGE)} if len(items) > start + PAGE else {}
    return {name: copy.deepcopy(items[start : start + PAGE]), **more}


def merge(there, fields):
    """What a put leaves out stays as it is, in maps inside as well: so AWS documents it."""
    merged = {
        name: merge(there[name], value) if isinstance(value, dict) and isinstance(there.get(name), dict) else value
        for name, value in fields.items()
    }
    return {**there, **merged}


def metric(policy):
    tracking = policy.get("TargetTrackingScalingPolicyConfiguration", {})
    found = [tracking.get(name) for name in ("PredefinedMetricSpecification", "CustomizedMetricSpecification")]
    return json.dumps(found, sort_keys=True) if any(found) else ""


def call(module, check_mode=False, **params):
    """Run a module's main() and return its result."""
    printed = io.StringIO()
    arguments = {**params, "_ansible_check_mode": check_mode, "_ansible_diff": True}
    with patch_module_args(arguments), contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        module.main()
    return json.loads(printed.getvalue())
