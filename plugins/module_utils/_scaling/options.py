# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What a scaling document can hold, as Ansible's argument specification. Data only.

The module, the check of the role's variable and the simulation take it from here; plugins/doc_fragments/scaling.py
describes it, and validate-modules compares the two.
"""

from __future__ import annotations

import typing as t

from .._facts import autoscaling, cloudwatch, ecs

Options = dict[str, dict[str, t.Any]]

FLAGS = ("dynamic_scaling_in", "dynamic_scaling_out", "scheduled_scaling")
OUT, IN = "scale_out", "scale_in"
_LIST = {"type": "list", "elements": "dict"}
_NUMBERS: Options = {"above": {"type": "float"}, "below": {"type": "float"}}


def _side(thresholds: tuple[str, str], evaluation_periods: int, changes: tuple[str, ...]) -> dict[str, t.Any]:
    """Return one way of a step policy. What one way only can do is an option of that way only."""
    return {
        "type": "dict",
        "options": {
            **{name: {"type": "float"} for name in thresholds},
            "evaluation_periods": {"type": "int", "default": evaluation_periods},
            "datapoints_to_alarm": {"type": "int"},
            "period": {"type": "int", "default": 60},
            "cooldown": {"type": "int", "default": 300},
            "minimum_change": {"type": "int"},
            "treat_missing_data": {"choices": list(cloudwatch.TREAT_MISSING_DATA)},
            "steps": {
                **_LIST,
                "required": True,
                "options": {**_NUMBERS, **{name: {"type": "int"} for name in changes}},
            },
        },
    }


#: As target tracking does it: out after 3 minutes, in after 15.
SIDES = {
    OUT: _side(("above", "at_or_above"), 3, ("add", "set", "percent")),
    IN: _side(("below", "at_or_below"), 15, ("remove", "set", "percent")),
}
#: The options of each type of policy, beside name and type.
OF_TYPE = {
    "target_tracking": (
        "metric",
        "target",
        "scale_in_cooldown",
        "scale_out_cooldown",
        "disable_scale_in",
        "resolution",
    ),
    "step": ("metric", "statistic", "treat_missing_data", OUT, IN),
    "wake_from_zero": ("capacity", "cooldown", "shared"),
    "predictive": ("metric", "target", "mode", "scheduling_buffer_time", "max_capacity_buffer"),
}
POLICY: dict[str, t.Any] = {
    "options": {
        "name": {"required": True},
        "type": {"required": True, "choices": list(OF_TYPE)},
        "metric": {"type": "raw"},
        "target": {"type": "float"},
        "scale_in_cooldown": {"type": "int", "default": 300},
        "scale_out_cooldown": {"type": "int", "default": 300},
        "disable_scale_in": {"type": "bool", "default": False},
        "resolution": {"type": "int", "choices": list(ecs.METRIC_RESOLUTIONS), "default": 60},
        "statistic": {},
        # These two have no default here: it would be taken for given, and what another type means by it is not this.
        "treat_missing_data": {"choices": list(cloudwatch.TREAT_MISSING_DATA)},
        "cooldown": {"type": "int"},
        **SIDES,
        "capacity": {"type": "int", "default": 1},
        "shared": {"type": "bool", "default": False},
        "mode": {"choices": ["forecast_only", "forecast_and_scale"], "default": "forecast_only"},
        "scheduling_buffer_time": {"type": "int", "default": 300},
        "max_capacity_buffer": {"type": "int"},
    },
    "required_if": [
        ("type", "target_tracking", ("metric", "target")),
        ("type", "step", ("metric",)),
        ("type", "predictive", ("metric", "target")),
    ],
}
SCHEDULE: dict[str, t.Any] = {
    "options": {
        "name": {"required": True},
        "cron": {},
        "rate": {},
        "at": {},
        "timezone": {},
        "start_time": {},
        "end_time": {},
        "min_capacity": {"type": "int"},
        "max_capacity": {"type": "int"},
    }
}
#: The document, without what is inside its lists.
DOCUMENT: dict[str, t.Any] = {
    "options": {
        "min_capacity": {"type": "int"},
        "max_capacity": {"type": "int"},
        "suspended": {"type": "dict", "options": {name: {"type": "bool"} for name in FLAGS}},
        "policies": _LIST,
        "schedules": _LIST,
    }
}
#: The whole document, as an option of a module takes it.
DEFINITION: dict[str, t.Any] = {
    "type": "dict",
    "options": {**DOCUMENT["options"], "policies": {**_LIST, **POLICY}, "schedules": {**_LIST, **SCHEDULE}},
}

#: What metric is where it is no name. An option of Ansible is one or the other, so these are checked apart from it.
CUSTOM_METRIC: dict[str, t.Any] = {
    "options": {
        "namespace": {"required": True},
        "name": {"required": True},
        "dimensions": {"type": "dict", "default": {}},
        "statistic": {},
        "unit": {},
    }
}
EXPRESSION: dict[str, t.Any] = {"options": {"expression": {"required": True}}}
METRIC_MATH: dict[str, t.Any] = {
    "options": {**EXPRESSION["options"], "metrics": {"type": "dict", "required": True}, "label": {}}
}

#: Least and greatest whole number that an option takes, whichever map it is in; None is no limit.
RANGES: dict[str, tuple[int, int | None]] = {
    **dict.fromkeys(("min_capacity", "max_capacity", "add", "remove", "set", "percent"), (0, None)),
    **dict.fromkeys(("cooldown", "scale_in_cooldown", "scale_out_cooldown"), (0, None)),
    **dict.fromkeys(("evaluation_periods", "datapoints_to_alarm", "period", "minimum_change", "capacity"), (1, None)),
    "scheduling_buffer_time": autoscaling.SCHEDULING_BUFFER_TIME,
    "max_capacity_buffer": autoscaling.MAX_CAPACITY_BUFFER,
}
#: Numbers that must be over zero.
POSITIVE = ("target",)

_OWN = "alarms of target tracking are AWS's own and cannot be set; use type: step for your own datapoints"
_SIDE = f"it is an option of scale_out and scale_in of a step policy ({_OWN})"
#: What to do instead of an option that is no option there.
HINTS = {
    **dict.fromkeys(("period", "evaluation_periods", "datapoints_to_alarm"), _SIDE),
    "treat_missing_data": _OWN,
    "add": "only scale_out adds; take remove, set or percent",
    "remove": "only scale_in removes; take add, set or percent",
}
