#!/usr/bin/python

# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ecs_cluster
version_added: 0.1.0
short_description: Create, change or delete an ECS cluster
description:
  - Creates an ECS cluster, or changes it to match O(definition). This covers its settings (Container Insights), its
    configuration, its capacity providers with the default strategy, and its tags.
  - Only the fields in O(definition) are compared and changed. Other fields of the cluster are not changed.
    A list replaces the whole list in AWS, so V([]) empties it.
  - The name must match exactly. A cluster whose status is C(INACTIVE) counts as deleted.
author:
  - The llmops.ecs contributors (@llmops)
options:
  state:
    description:
      - Whether the cluster exists.
      - AWS deletes a cluster only if it has no services, tasks or container instances.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the cluster. Required unless O(definition) has C(clusterName).
    type: str
  definition:
    description:
      - The cluster in AWS's spelling, as C(aws ecs create-cluster --cli-input-yaml) takes it.
      - Numbers, booleans and strings are converted to the types that AWS expects. Fields that are null are ignored.
    type: dict
    default: {}
extends_documentation_fragment:
  - llmops.ecs.attributes
  - llmops.ecs.tags
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - name: CreateCluster
    description: What a definition can hold.
    link: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html
  - module: llmops.ecs.ecs_service
"""

EXAMPLES = r"""
- name: Create a cluster with Container Insights, and Fargate Spot as the default capacity provider
  llmops.ecs.ecs_cluster:
    name: llm
    definition:
      settings:
        - name: containerInsights
          value: enabled
      capacityProviders:
        - FARGATE
        - FARGATE_SPOT
      defaultCapacityProviderStrategy:
        - capacityProvider: FARGATE_SPOT
          weight: 1
    tags:
      team: llm

- name: Turn Container Insights off, and change nothing else
  llmops.ecs.ecs_cluster:
    name: llm
    definition:
      settings:
        - name: containerInsights
          value: disabled

- name: Delete the cluster
  llmops.ecs.ecs_cluster:
    name: llm
    state: absent
"""

RETURN = r"""
cluster:
  description:
    - The cluster as it is now, in AWS's spelling.
    - In check mode, as it would be.
  returned: O(state=present)
  type: dict
  sample:
    clusterName: llm
    clusterArn: arn:aws:ecs:us-east-1:123456789012:cluster/llm
    status: ACTIVE
    settings:
      - name: containerInsights
        value: enabled
    capacityProviders:
      - FARGATE
      - FARGATE_SPOT
arn:
  description: The cluster's ARN. In check mode, if the cluster would be created, the ARN that it would get.
  returned: O(state=present)
  type: str
  sample: arn:aws:ecs:us-east-1:123456789012:cluster/llm
tags:
  description: The cluster's tags.
  returned: O(state=present)
  type: dict
  sample:
    team: llm
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..module_utils._aws import arns
from ..module_utils._aws import tags as aws_tags
from ..module_utils._aws.outcome import failures_told
from ..module_utils._aws.session import connect
from ..module_utils._documents import compare
from ..module_utils._documents.shapes import agreed, coerce, known, shape_of, validate
from ..module_utils._ecs import api, cluster
from ..module_utils._services import cloudmap


def read_options(params, shape):
    """Return the part of the definition that is not tags, and the tags that are asked for."""
    document = coerce({**params["definition"], "clusterName": agreed("name", params, "clusterName")}, shape)
    validate(document, shape)
    tags = aws_tags.wanted(params["tags"], document.pop("tags", None))
    return document, tags


def with_namespace_as_answered(module, document, before):
    """ECS takes the name of a Cloud Map namespace but answers its ARN: where it did, ask for that too."""
    asked_for = document.get("serviceConnectDefaults", {}).get("namespace", "arn:")
    answered = (before or {}).get("serviceConnectDefaults", {}).get("namespace", "")
    if asked_for.startswith("arn:") or not answered.startswith("arn:"):
        return document
    arn = cloudmap.namespace_arn(connect(module, "servicediscovery"), asked_for)
    return {**document, "serviceConnectDefaults": {"namespace": arn or asked_for}}


def create(module, client, document, tags):
    if module.check_mode:
        arn = arns.predicted_arn(client, connect(module, "sts"), f"cluster/{document['clusterName']}")
        return {**document, "clusterArn": arn, "status": "ACTIVE"}
    return api.create_cluster(client, {**document, **({"tags": aws_tags.to_list(tags)} if tags else {})})


def update(client, name, document, fields):
    """Make the calls that the differing fields need; document is the cluster as it is to be."""
    updated = {field: document[field] for field in cluster.UPDATED if field in fields}
    if updated:
        api.update_cluster(client, name, updated)
    if any(field in fields for field in cluster.CAPACITY):
        api.put_capacity_providers(client, name, *(document.get(field, []) for field in cluster.CAPACITY))


def present(module, client):
    shape = shape_of(client, "CreateCluster")
    document, asked_tags = read_options(module.params, shape)
    name = document["clusterName"]
    current = api.describe_cluster(client, name)
    before = {key: value for key, value in known(current, shape).items() if key != "tags"} if current else None
    document = with_namespace_as_answered(module, document, before)
    after = compare.overlay(before or {}, document)
    cluster.check(after)

    tags = aws_tags.change(current, asked_tags, module.params["purge_tags"])
    difference = compare.changes(before, document, cluster.RULES, whole=False)
    if current is None:
        current = create(module, client, document, tags.after)
    elif not module.check_mode:
        update(client, name, after, difference.fields)
        aws_tags.put(client, current["clusterArn"], tags, api.tag, api.untag)
    return {
        "changed": difference.changed or tags.changed,
        "cluster": {**current, **after, "tags": aws_tags.to_list(tags.after)},
        "arn": current["clusterArn"],
        "tags": tags.after,
        "diff": difference.diff(besides=tags.diff),
    }


def absent(module, client):
    name = agreed("name", module.params, "clusterName")
    current = api.describe_cluster(client, name)
    if current and not module.check_mode:
        api.delete_cluster(client, name)
    return {
        "changed": current is not None,
        "diff": {"before": {"clusterName": name} if current else {}, "after": {}},
    }


def main():
    module = AnsibleAWSModule(
        argument_spec={
            "state": {"choices": ["present", "absent"], "default": "present"},
            "name": {},
            "definition": {"type": "dict", "default": {}},
            "tags": {"type": "dict"},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    with failures_told(module):
        client = connect(module, "ecs")
        module.exit_json(**(present if module.params["state"] == "present" else absent)(module, client))


if __name__ == "__main__":
    main()
