#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ecs_task_definition
version_added: 0.1.0
short_description: Register a new revision of an ECS task definition if it differs
description:
  - Registers a new revision of a task definition only if O(definition) differs from the newest C(ACTIVE) one of its
    family.
  - O(definition) is the complete task definition. A field that it leaves out gets AWS's default, so removing
    C(secrets) is a change. Fields that AWS adds by itself, the order of lists such as C(environment), C(secrets) and
    C(portMappings), and the spelling of sizes (C(16384), C("16384"), C(16 vCPU)) are no difference.
  - Before anything is sent, the document is checked against botocore's model of the API and the rules of ECS.
    All problems are reported at once, each with its path.
  - If only tags differ, they are changed on the newest revision, and no new revision is registered.
    A new revision gets the tags of the newest one too, except those that are purged.
author:
  - The llmops.ecs contributors (@llmops)
options:
  state:
    description:
      - V(present) registers a revision if needed.
      - V(absent) deregisters all C(ACTIVE) revisions of the family. Services that use one keep running it.
    type: str
    choices: [present, absent]
    default: present
  definition:
    description:
      - The task definition in AWS's spelling, as C(aws ecs register-task-definition --cli-input-yaml) takes it.
      - Numbers, booleans and strings are converted to the types that AWS expects, so C(cpu) can be C(16384) or
        C("16384"). Fields that are null are ignored.
      - Required with O(state=present).
    type: dict
  family:
    description:
      - The family. Required unless O(definition) has C(family).
    type: str
  keep:
    description:
      - How many C(ACTIVE) revisions to keep, including the newest. Older ones are deregistered.
      - At least 2, because during a deployment the service still runs the previous revision, and a rollback needs it.
      - A failed deployment leaves a revision too. Keep more if several deployments may fail in a row.
      - By default, all revisions are kept.
    type: int
  delete:
    description:
      - With O(state=absent), also delete all revisions, including C(INACTIVE) ones. This cannot be undone.
    type: bool
    default: false
  show_environment:
    description:
      - Whether the diff and RV(task_definition) show the values of C(environment), and possible secrets in log options
        and commands. By default they are hidden, and the diff only names those that change.
    type: bool
    default: false
extends_documentation_fragment:
  - llmops.ecs.attributes
  - llmops.ecs.tags
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - name: Task definition parameters
    description: What a definition can hold.
    link: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
  - module: llmops.ecs.ecs_service
"""

EXAMPLES = r"""
- name: Register a task definition for an LLM server with 16 vCPU
  llmops.ecs.ecs_task_definition:
    definition:
      family: llm-gpt4all-ecs-server
      networkMode: awsvpc
      requiresCompatibilities:
        - FARGATE
      cpu: 16 vCPU
      memory: 64 GB
      executionRoleArn: arn:aws:iam::123456789012:role/EcsExecutionRole
      containerDefinitions:
        - name: llm-gpt4all-container
          image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/llm-gpt4all-fastapi-demo:latest
          portMappings:
            - containerPort: 8080
    tags:
      team: llm
    keep: 5
  register: task

- name: Show the ARN of the revision
  ansible.builtin.debug:
    var: task.arn

- name: Register a task definition from a file for the AWS CLI
  llmops.ecs.ecs_task_definition:
    definition: "{{ lookup('ansible.builtin.file', 'task-definition.yaml') | from_yaml }}"

- name: Deregister all revisions of the family
  llmops.ecs.ecs_task_definition:
    family: llm-gpt4all-ecs-server
    state: absent

- name: Deregister and delete all revisions of the family
  llmops.ecs.ecs_task_definition:
    family: llm-gpt4all-ecs-server
    state: absent
    delete: true
"""

RETURN = r"""
task_definition:
  description:
    - The newest revision, in AWS's spelling.
    - In check mode, if a new revision would be registered, O(definition) with the ARN and revision that it would get.
    - The values of C(environment) and possible secrets are hidden unless O(show_environment=true).
  returned: O(state=present)
  type: dict
  sample:
    family: llm-gpt4all-ecs-server
    revision: 3
    status: ACTIVE
    taskDefinitionArn: arn:aws:ecs:us-east-1:123456789012:task-definition/llm-gpt4all-ecs-server:3
    cpu: "16384"
    memory: "65536"
    networkMode: awsvpc
arn:
  description: The ARN of that revision.
  returned: O(state=present)
  type: str
  sample: arn:aws:ecs:us-east-1:123456789012:task-definition/llm-gpt4all-ecs-server:3
revision:
  description: The number of that revision.
  returned: O(state=present)
  type: int
  sample: 3
tags:
  description: The tags of that revision.
  returned: O(state=present)
  type: dict
  sample:
    team: llm
deregistered:
  description: The ARNs of the revisions that were deregistered, oldest first.
  returned: success
  type: list
  elements: str
  sample:
    - arn:aws:ecs:us-east-1:123456789012:task-definition/llm-gpt4all-ecs-server:1
deleted:
  description: The ARNs of the revisions that were deleted, oldest first.
  returned: O(state=absent)
  type: list
  elements: str
  sample: []
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws import arns as aws_arns
from ..module_utils._aws import tags as aws_tags
from ..module_utils._aws.outcome import failures_told
from ..module_utils._aws.session import connect
from ..module_utils._documents import compare, masking
from ..module_utils._documents.shapes import DocumentError, agreed, coerce, known, shape_of, validate
from ..module_utils._ecs import api, task_definition

#: The newest revision, and the one before it: what services run until they are deployed anew, and roll back to.
LEAST_KEPT = 2


def wanted(params, shape):
    """Return the whole definition without its tags, and the tags that are asked for, both checked."""
    document = coerce({**params["definition"], "family": agreed("family", params, "family")}, shape)
    validate(document, shape)
    document = task_definition.normalized(document)
    task_definition.check(document)
    tags = aws_tags.wanted(params["tags"], document.pop("tags", None))
    return document, tags


def predicted(module, client, document):
    """Return what registering the document would answer, as far as it can be known without doing it."""
    family = document["family"]
    past = [arn for status in ("ACTIVE", "INACTIVE") for arn in api.list_revisions(client, family, status)]
    revision = max(map(aws_arns.revision_of, past), default=0) + 1
    arn = aws_arns.predicted_arn(client, connect(module, "sts"), f"task-definition/{family}:{revision}")
    return {**document, "taskDefinitionArn": arn, "revision": revision, "status": "ACTIVE"}


def register(module, client, document, tags):
    if module.check_mode:
        return predicted(module, client, document)
    ours = {key: value for key, value in tags.items() if not key.startswith("aws:")}
    return api.register_task_definition(client, {**document, **({"tags": aws_tags.to_list(ours)} if ours else {})})


def deregister(module, client, arns):
    for arn in [] if module.check_mode else arns:
        api.deregister_task_definition(client, arn)


def present(module, client):
    params = module.params
    shape = shape_of(client, "RegisterTaskDefinition")
    document, asked_tags = wanted(params, shape)
    current = api.active_task_definition(client, document["family"])
    tags = aws_tags.change(current, asked_tags, params["purge_tags"])
    before = {key: value for key, value in known(current, shape).items() if key != "tags"} if current else None
    difference = compare.changes(before, document, task_definition.rules(document), whole=True)
    active = api.list_revisions(client, document["family"]) if params["keep"] else []
    if difference.changed:
        current = register(module, client, document, tags.after)
        active.append(current["taskDefinitionArn"])
    elif not module.check_mode:
        aws_tags.put(client, current["taskDefinitionArn"], tags, api.tag, api.untag)
    older = active[: -params["keep"]] if params["keep"] else []
    deregister(module, client, older)
    shown = current if params["show_environment"] else masking.mask(current)

    return {
        "changed": difference.changed or tags.changed or bool(older),
        "task_definition": {**shown, "tags": aws_tags.to_list(tags.after)},
        "arn": current["taskDefinitionArn"],
        "revision": current["revision"],
        "tags": tags.after,
        "deregistered": older,
        "diff": difference.diff(params["show_environment"], besides=tags.diff),
    }


def absent(module, client):
    family = agreed("family", module.params, "family")
    active = api.list_revisions(client, family)
    gone = []
    if module.params["delete"]:
        gone = sorted([*active, *api.list_revisions(client, family, "INACTIVE")], key=aws_arns.revision_of)
    deregister(module, client, active)
    if not module.check_mode:
        for first in range(0, len(gone), api.DELETED_AT_ONCE):
            api.delete_task_definitions(client, gone[first : first + api.DELETED_AT_ONCE])
    return {
        "changed": bool(active or gone),
        "deregistered": active,
        "deleted": gone,
        "diff": {"before": {"revisions": gone or active}, "after": {"revisions": []}},
    }


def main():
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"choices": ["present", "absent"], "default": "present"},
            "definition": {"type": "dict"},
            "family": {},
            "keep": {"type": "int"},
            "delete": {"type": "bool", "default": False},
            "show_environment": {"type": "bool", "default": False},
            "tags": {"type": "dict"},
            "purge_tags": {"type": "bool", "default": True},
        },
        required_if=[("state", "present", ("definition",))],
        required_one_of=[("definition", "family")],
        supports_check_mode=True,
    )
    with failures_told(module):
        if module.params["keep"] is not None and module.params["keep"] < LEAST_KEPT:
            raise DocumentError(
                f"keep is {module.params['keep']}; it must be {LEAST_KEPT} or more, because services still run the "
                "revision before the newest one and roll back to it, or left out to keep all"
            )
        client = connect(module, "ecs")
        module.exit_json(**(present if module.params["state"] == "present" else absent)(module, client))


if __name__ == "__main__":
    main()
