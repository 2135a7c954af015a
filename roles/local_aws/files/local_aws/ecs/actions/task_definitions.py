# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions on task definitions.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from ...base.actions import Document, action
from ...base.refused import Refused
from ..task_definition import TaskDefinition, registered
from .base import Actions, page

DOES_NOT_EXIST = "does not exist. Specify a valid account, family, revision and try again."
IS_ACTIVE = "is still in ACTIVE status. Please deregister the target and try again."


class TaskDefinitionActions(Actions):
    """Task definitions, their revisions and families."""

    @action
    def register_task_definition(self, request: Document) -> Document:
        family = request["family"]
        self.state.last_revisions[family] += 1
        revision = self.state.last_revisions[family]
        document = registered(request, self.state.arn(f"task-definition/{family}:{revision}"), revision, self.caller)
        definition = TaskDefinition(document, request.get("tags", []))
        self.state.task_definitions.setdefault(family, {})[revision] = definition
        return {"taskDefinition": definition.document, "tags": definition.tags}

    @action
    def describe_task_definition(self, request: Document) -> Document:
        definition = self.state.task_definition(request["taskDefinition"])
        tags = {"tags": definition.tags} if "TAGS" in request.get("include", []) else {}
        return {"taskDefinition": definition.document, **tags}

    @action
    def deregister_task_definition(self, request: Document) -> Document:
        name = request["taskDefinition"]
        if ":" not in name.rpartition("/")[2]:
            raise Refused("ClientException", "Revision is missing.")
        definition = self.state.task_definition(name)
        if definition.status == "ACTIVE":
            definition.end("INACTIVE")
        return {"taskDefinition": definition.document}

    @action
    def delete_task_definitions(self, request: Document) -> Document:
        deleted, failures = [], []
        for name in request["taskDefinitions"]:
            try:
                definition = self.state.task_definition(name)
            except Refused:
                failures.append({"arn": name, "reason": f"The specified task definition {DOES_NOT_EXIST}"})
                continue
            if definition.status == "ACTIVE":
                failures.append({"arn": definition.arn, "reason": f"The specified task definition {IS_ACTIVE}"})
            else:
                definition.end("DELETE_IN_PROGRESS")
                deleted.append(definition.document)
        return {"taskDefinitions": deleted, "failures": failures}

    @action
    def list_task_definitions(self, request: Document) -> Document:
        status, family = request.get("status", "ACTIVE"), request.get("familyPrefix")
        found = [
            (name, revision, definition.arn)
            for name, revisions in self.state.task_definitions.items()
            for revision, definition in revisions.items()
            if definition.status == status and family in (None, name)
        ]
        found.sort(reverse=request.get("sort") == "DESC")
        return page([arn for _family, _revision, arn in found], request, "taskDefinitionArns")

    @action
    def list_task_definition_families(self, request: Document) -> Document:
        status, prefix = request.get("status", "ALL"), request.get("familyPrefix", "")
        active = {
            name: any(definition.status == "ACTIVE" for definition in revisions.values())
            for name, revisions in self.state.task_definitions.items()
        }
        wanted = {"ALL": (True, False), "ACTIVE": (True,), "INACTIVE": (False,)}[status]
        found = [name for name, is_active in active.items() if is_active in wanted and name.startswith(prefix)]
        return page(sorted(found), request, "families")
