# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tagging API lists what carries a tag and lives, by the types of AWS."""

from __future__ import annotations

import pytest

from local_aws.moto_fixes.tagging import matches_type

ACCOUNT = "123456789012"

ARNS = {
    "ecs:service": "arn:aws:ecs:eu-west-1:1:service/c/s",
    "ecs:task-definition": "arn:aws:ecs:eu-west-1:1:task-definition/llm:1",
    "logs:log-group": "arn:aws:logs:eu-west-1:1:log-group:/llm",
    "ec2:subnet": "arn:aws:ec2:eu-west-1:1:subnet/subnet-1",
    "elasticloadbalancing:loadbalancer/app": "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/llm/1",
    "elasticloadbalancing:loadbalancer": "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/llm/1",
}


@pytest.mark.parametrize("wanted", ARNS)
def test_resource_types_are_those_of_the_arns(wanted):
    assert matches_type(ARNS[wanted], wanted)
    assert matches_type(ARNS[wanted], wanted.partition(":")[0])
    assert not matches_type(ARNS[wanted], wanted[:-1])
    assert not matches_type(ARNS[wanted], "s3")


def test_tagging_lists_what_carries_the_tag_and_lives(server):
    tags = {"llmops:deployment": "tagging"}
    ecs, ec2, logs = server.client("ecs"), server.client("ec2"), server.client("logs")
    tagging = server.client("resourcegroupstaggingapi")
    small = [{"key": key, "value": value} for key, value in tags.items()]
    large = [{"Key": key, "Value": value} for key, value in tags.items()]
    cluster = ecs.create_cluster(clusterName="tagged", tags=small)["cluster"]["clusterArn"]
    kept, dropped = (
        ecs.register_task_definition(
            family="tagged",
            tags=small,
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            containerDefinitions=[{"name": "app", "image": "app"}],
        )["taskDefinition"]["taskDefinitionArn"]
        for revision in (1, 2)
    )
    vpc = ec2.create_vpc(CidrBlock="10.61.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(
        VpcId=vpc, CidrBlock="10.61.1.0/24", TagSpecifications=[{"ResourceType": "subnet", "Tags": large}]
    )["Subnet"]
    group = ec2.create_security_group(
        GroupName="tagged",
        Description="x",
        VpcId=vpc,
        TagSpecifications=[{"ResourceType": "security-group", "Tags": large}],
    )["GroupId"]
    logs.create_log_group(logGroupName="/tagged", tags=tags)

    def listed(*types):
        ours = [{"Key": "llmops:deployment", "Values": ["tagging"]}]
        answer = tagging.get_resources(TagFilters=ours, ResourceTypeFilters=types)
        return {mapping["ResourceARN"] for mapping in answer["ResourceTagMappingList"]}

    prefix = f"arn:aws:ec2:eu-west-1:{ACCOUNT}"
    log_group = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/tagged"
    expected = {
        "ecs:cluster": {cluster},
        "ecs:task-definition": {kept, dropped},
        "ec2:subnet": {subnet["SubnetArn"]},
        "ec2:security-group": {f"{prefix}:security-group/{group}"},
        "logs:log-group": {log_group},
    }
    for kind, arns in expected.items():
        assert listed(kind) == arns
    assert listed("ecs:cluster", "logs") == {cluster, log_group}
    assert listed() == set().union(*expected.values())
    ecs.deregister_task_definition(taskDefinition=dropped)
    ecs.delete_cluster(cluster=cluster)
    ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    ec2.delete_security_group(GroupId=group)
    logs.delete_log_group(logGroupName="/tagged")
    assert listed() == {kept}


def test_listeners_and_rules_are_listed(server):
    elb, ec2 = server.client("elbv2"), server.client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    tags = [{"Key": "llmops:deployment", "Value": "rules"}]
    zones = {subnet["AvailabilityZone"]: subnet["SubnetId"] for subnet in subnets}
    balancer = elb.create_load_balancer(Name="rules", Subnets=list(zones.values())[:2], Scheme="internal", Tags=tags)
    arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
    actions = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    made = elb.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=8099, DefaultActions=actions, Tags=tags)
    listener = made["Listeners"][0]["ListenerArn"]
    rule = elb.create_rule(
        ListenerArn=listener,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/a"]}],
        Actions=actions,
        Tags=tags,
    )["Rules"][0]["RuleArn"]

    def listed(kind):
        filters = [{"Key": tag["Key"], "Values": [tag["Value"]]} for tag in tags]
        asked = {"TagFilters": filters, "ResourceTypeFilters": [f"elasticloadbalancing:{kind}"]}
        found = server.client("resourcegroupstaggingapi").get_resources(**asked)["ResourceTagMappingList"]
        return [each["ResourceARN"] for each in found]

    assert (listed("listener"), listed("listener-rule")) == ([listener], [rule])
    elb.delete_rule(RuleArn=rule)
    assert listed("listener-rule") == []
    elb.delete_load_balancer(LoadBalancerArn=arn)
    assert listed("listener") == []
