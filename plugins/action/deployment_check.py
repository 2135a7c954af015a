# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

from ansible.errors import AnsibleError
from ansible.module_utils.common.yaml import yaml_load
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._documents import shapes
from ..module_utils._ecs import task_definition
from ..plugin_utils._deployment import api_key, load_balancer, plan, scaling, service, strategy, variables

try:
    import botocore
    from botocore.loaders import create_loader
    from botocore.model import ServiceModel
    from botocore.regions import EndpointResolver
except ImportError:
    botocore = None

ROLES = Path(__file__).parents[2] / "roles"


def options_of(role):
    """Return what a role's argument specification says of all its entry points' variables."""
    specification = yaml_load((ROLES / role / "meta" / "argument_specs.yml").read_text())["argument_specs"]
    return {name: option for entry in specification.values() for name, option in entry["options"].items()}


def chosen(variables, raw, wanted):
    """Return a host's variables with a wanted name. One that only a role can resolve is as it is written."""
    values = {}
    for name in raw:
        if wanted(name):
            try:
                values[name] = variables[name]
            except AnsibleError:
                values[name] = raw[name]
    return values


def only(values, wanted):
    """Return the variables with a wanted name."""
    return {name: value for name, value in values.items() if wanted(name)}


def is_shared(name, asked):
    """Whether a variable must have one value in the whole group."""
    return name.startswith(tuple(asked["shared"])) and name not in load_balancer.OWN


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        _validation, asked = self.validate_argument_spec(
            argument_spec={
                "roles": {"type": "list", "elements": "str", "required": True},
                "group": {"type": "str", "default": "llm_services"},
                "shared": {"type": "list", "elements": "str", "default": []},
                "deployment": {"type": "str", "required": True},
                "service": {"type": "str", "required": True},
                "region": {"type": "str", "required": True},
                "image": {"type": "str", "required": True},
                "preset": {"type": "str", "default": ""},
                "gpu": {"type": "bool", "default": False},
                "fargate": {"type": "bool", "default": True},
                "task_definition": {"type": "dict", "required": True},
                "definition": {"type": "dict", "required": True},
                "api_key": {"type": "str", "default": "", "no_log": True},
                "api_key_variable": {"type": "str", "default": "", "no_log": False},
                "load_balancer_name": {"type": "str", "default": ""},
                "scaling": {"type": "dict", "default": {}},
                "reports": {"type": "bool", "default": True},
                "notes": {"type": "list", "elements": "str", "default": []},
            }
        )
        if botocore is None:
            return {"failed": True, "msg": "botocore is missing from the Python that runs Ansible: pip install boto3"}
        # Once, for all that is looked at: reading another host's variables takes Ansible milliseconds.
        hosts = self._hosts(asked, task_vars)
        problems = list(self._problems(asked, task_vars, hosts))
        if problems:
            return {"failed": True, "msg": "\n".join(problems), "problems": problems}
        for note in asked["notes"]:
            Display().display(f"[{asked['service']}] {note}")
        return {"changed": False, "plan": plan.plan(asked["deployment"], hosts)}

    def _problems(self, asked, task_vars, hosts):
        everything, typed_ill = {}, []
        specifications = {role: options_of(role) for role in asked["roles"]}
        yield from variables.unknown(task_vars, specifications)
        for options in [*specifications.values(), variables.DEPLOYMENT]:
            given = {name: self._templar.template(task_vars[name]) for name in options if name in task_vars}
            everything |= given
            ill = service.badly_typed(given, options)
            typed_ill += ill
            yield from ill
        shared = {host: only(values, lambda name: is_shared(name, asked)) for host, values in hosts.items()}
        yield from service.differing(shared, asked["group"])
        # What botocore knows is read without a session, which would mind the caller's configuration.
        loader = create_loader()
        endpoints = EndpointResolver(loader.load_data("endpoints"))
        partitions = endpoints.get_available_partitions()
        regions = [name for partition in partitions for name in endpoints.get_available_endpoints("ecs", partition)]
        yield from service.bad_region(asked["region"], regions, botocore.__version__)
        yield from service.bad_names(asked["deployment"], asked["service"])
        yield from service.bad_image(asked["image"], asked["preset"], asked["gpu"], asked["fargate"])
        yield from load_balancer.bad_balancer_name(asked["load_balancer_name"])
        own = {host: only(values, load_balancer.OWN.__contains__) for host, values in hosts.items()}
        others = {host: values for host, values in own.items() if host != task_vars["inventory_hostname"]}
        if not typed_ill:
            yield from load_balancer.problems(everything, asked["region"], others)
        yield from api_key.bad_api_key(asked["api_key"], asked["api_key_variable"], asked["preset"], asked["region"])
        balanced = bool(asked["definition"].get("loadBalancers"))
        yield from scaling.bad_scaling(asked["scaling"], asked["service"], balanced, asked["reports"])
        yield from self._bad_documents(asked, ServiceModel(loader.load_service_model("ecs", "service-2"), "ecs"))

    def _hosts(self, asked, task_vars):
        """Return the variables of each host of the group that the check and the plan look at."""
        hostvars = task_vars["hostvars"]

        def wanted(name):
            return is_shared(name, asked) or name in load_balancer.OWN or name in plan.READ

        group = task_vars["groups"][asked["group"]]
        return {host: chosen(hostvars[host], hostvars.raw_get(host), wanted) for host in group}

    def _bad_documents(self, asked, model):
        for option, operation in (("task_definition", "RegisterTaskDefinition"), ("definition", "CreateService")):
            shape = model.operation_model(operation).input_shape
            document = shapes.coerce(asked[option], shape)
            try:
                shapes.validate(document, shape, option, required=False)
                if option == "task_definition":
                    task_definition.check(task_definition.normalized(document), option)
                else:
                    yield from service.bad_rollout(document)
                    yield from strategy.bad_strategy(document)
            except shapes.DocumentError as e:
                yield str(e)
