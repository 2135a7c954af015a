# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Elastic Load Balancing refuses: names, zones, duplicates, protection, ranges."""

from __future__ import annotations

import pytest
from scenes import Cases, judge

from local_aws.refusals import elbv2

refused = Cases()


def listener(scene, arn, port=8080, protocol="HTTP", **settings):
    actions = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    scene.elbv2.create_listener(LoadBalancerArn=arn, Port=port, Protocol=protocol, DefaultActions=actions, **settings)


def target_group(scene, **settings):
    vpc = scene.default_vpc()
    settings = {"Name": scene.name(), "Protocol": "HTTP", "Port": 80, "VpcId": vpc, "TargetType": "ip", **settings}
    return scene.elbv2.create_target_group(**settings)["TargetGroups"][0]


@refused("CreateLoadBalancer")
def load_balancer_in_one_zone(scene):
    subnets = scene.default_subnets()
    yield lambda: scene.balancer(Subnets=subnets[:1]), "ValidationError", "two different Availability Zones"
    scene.balancer(Subnets=subnets[:2])


@refused("CreateLoadBalancer")
def load_balancer_twice_in_one_zone(scene):
    vpc = scene.vpc()
    scene.connect(vpc)
    first, second = scene.subnet(vpc, 1), scene.subnet(vpc, 2)
    other = scene.subnet(vpc, 3, "eu-west-1b")
    yield lambda: scene.balancer(Subnets=[first, second]), "InvalidConfigurationRequest", "same Availability Zone"
    scene.balancer(Subnets=[first, other])


@refused("CreateLoadBalancer")
def load_balancer_in_a_subnet_that_does_not_exist(scene):
    subnets = [*scene.default_subnets()[:1], "subnet-00000000"]
    yield lambda: scene.balancer(Subnets=subnets), "SubnetNotFound", "'subnet-00000000' does not exist"
    scene.balancer()


@refused("CreateLoadBalancer")
def load_balancer_that_faces_an_internet_that_is_not_there(scene):
    vpc = scene.vpc()
    subnets = [scene.subnet(vpc, 1, "eu-west-1a"), scene.subnet(vpc, 2, "eu-west-1b")]
    yield lambda: scene.balancer(Subnets=subnets), "InvalidSubnet", f"VPC {vpc} has no internet gateway"
    scene.balancer(Subnets=subnets, Scheme="internal")


@refused("CreateLoadBalancer")
def load_balancer_of_the_same_name(scene):
    first = scene.balancer()
    name = first["LoadBalancerName"]
    yield lambda: scene.balancer(Name=name, Scheme="internal"), "DuplicateLoadBalancerName", "with different settings"
    assert scene.balancer(Name=name)["LoadBalancerArn"] == first["LoadBalancerArn"]
    assert len(first["SecurityGroups"]) == 1


@refused("DeleteLoadBalancer")
def load_balancer_that_is_protected(scene):
    arn = scene.balancer()["LoadBalancerArn"]

    def protect(value):
        attributes = [{"Key": "deletion_protection.enabled", "Value": value}]
        scene.elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=attributes)

    protect("true")
    yield lambda: scene.elbv2.delete_load_balancer(LoadBalancerArn=arn), "OperationNotPermitted", "protection"
    protect("false")
    scene.elbv2.delete_load_balancer(LoadBalancerArn=arn)


@refused("CreateListener")
def listener_on_the_same_port(scene):
    arn = scene.balancer()["LoadBalancerArn"]
    listener(scene, arn)
    yield lambda: listener(scene, arn), "DuplicateListener", "A listener already exists on this port"
    listener(scene, arn, 81)


@refused("CreateListener")
def listener_without_a_certificate(scene):
    arn = scene.balancer()["LoadBalancerArn"]
    yield lambda: listener(scene, arn, 443, "HTTPS"), "ValidationError", "A certificate must be specified"
    listener(scene, arn, 443)


@refused("CreateListener")
def listener_with_a_certificate_that_is_not_issued(scene):
    arn = scene.balancer()["LoadBalancerArn"]
    certificate = scene.acm.request_certificate(DomainName="llm.example.com", ValidationMethod="DNS")["CertificateArn"]
    certificates = [{"CertificateArn": certificate}]

    def secured():
        listener(scene, arn, 443, "HTTPS", Certificates=certificates)

    yield secured, "UnsupportedCertificate", certificate
    listener(scene, arn, 443)


@refused("CreateTargetGroup")
def target_group_with_a_high_threshold(scene):
    yield lambda: target_group(scene, HealthyThresholdCount=11), "ValidationError", "'11' must be in the range 2-10"
    target_group(scene, HealthyThresholdCount=10)


@refused("CreateTargetGroup")
def target_group_with_a_path_that_is_none(scene):
    yield lambda: target_group(scene, HealthCheckPath="healthz"), "ValidationError", "must begin with a '/'"
    target_group(scene, HealthCheckPath="/healthz")


@refused("CreateTargetGroup")
def target_group_of_the_same_name(scene):
    first = target_group(scene, HealthCheckPath="/healthz", HealthCheckIntervalSeconds=20)
    name = first["TargetGroupName"]
    yield lambda: target_group(scene, Name=name, Port=81), "DuplicateTargetGroupName", "with different settings"
    again = target_group(scene, Name=name, HealthCheckPath="/healthz", HealthCheckIntervalSeconds=20)
    assert again["TargetGroupArn"] == first["TargetGroupArn"]


def rule_maker(scene):
    """Return a function that makes a rule of a listener of its own and returns the rule's ARN."""
    arn = scene.balancer()["LoadBalancerArn"]
    listener(scene, arn)
    its = scene.elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"][0]["ListenerArn"]
    actions = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]

    def create(priority=1, conditions=({"Field": "path-pattern", "Values": ["/x"]},)):
        made = scene.elbv2.create_rule(ListenerArn=its, Priority=priority, Conditions=conditions, Actions=actions)
        return made["Rules"][0]["RuleArn"]

    return create


def with_paths(count, *others):
    """Return conditions of so many paths, and others."""
    return [
        {"Field": "path-pattern", "PathPatternConfig": {"Values": [f"/{number}" for number in range(count)]}},
        *others,
    ]


@refused("CreateRule")
def rule_with_a_high_priority(scene):
    create = rule_maker(scene)
    yield lambda: create(50001), "ValidationError", "must be in the range 1-50000"
    create(50000)


@refused("CreateRule")
def rule_with_many_values_in_three_conditions(scene):
    create = rule_maker(scene)
    # One value can be written in this way as well, and each header and query is a value.
    host = {"Field": "host-header", "Values": ["llm.example.com"]}
    query = {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "v", "Value": "1"}, {"Value": "x"}]}}
    several = with_paths(3, host, query)
    yield lambda: create(1, several), "ValidationError", "A rule can only have '5' condition values"
    create(1, with_paths(2, host, query))


@refused("CreateRule")
def rule_with_many_values_in_one_condition(scene):
    create = rule_maker(scene)
    yield lambda: create(1, with_paths(6)), "ValidationError", "A rule can only have '5' condition values"
    create(1, with_paths(5))


@refused("ModifyRule")
def rule_that_is_given_many_values(scene):
    arn = rule_maker(scene)()

    def modify(count):
        scene.elbv2.modify_rule(RuleArn=arn, Conditions=with_paths(count))

    yield lambda: modify(6), "ValidationError", "A rule can only have '5' condition values"
    modify(5)


def bad_name(label, name, message):
    @refused("CreateLoadBalancer", label)
    def case(scene):
        yield lambda: scene.balancer(Name=name), "ValidationError", message
        scene.balancer(Name=scene.name("balancer"))


for _arguments in (
    ("name too long", "x" * 33, "cannot be longer than '32' characters"),
    ("name with a dot", "llm.prod", "can only contain characters that are alphanumeric"),
    ("name with a hyphen first", "-llm", "cannot begin or end with a hyphen"),
    ("name that is reserved", "internal-llm", "cannot begin with 'internal-'"),
):
    bad_name(*_arguments)


@refused("SetSubnets")
def load_balancer_that_is_put_into_one_zone(scene):
    subnets = scene.default_subnets()
    arn = scene.balancer(Subnets=subnets[:2])["LoadBalancerArn"]

    def put(*chosen):
        scene.elbv2.set_subnets(LoadBalancerArn=arn, Subnets=list(chosen))

    yield lambda: put(subnets[0]), "ValidationError", "two different Availability Zones"
    put(*subnets[:3])


@refused("ModifyTargetGroup")
def target_group_whose_interval_is_made_too_long(scene):
    arn = target_group(scene)["TargetGroupArn"]

    def modify(seconds):
        scene.elbv2.modify_target_group(TargetGroupArn=arn, HealthCheckIntervalSeconds=seconds)

    yield lambda: modify(301), "ValidationError", "'301' must be in the range 5-300"
    modify(300)


@pytest.mark.parametrize(("action", "case"), refused.marked)
def test_refused_as_on_aws_and_the_legitimate_twin_passes(server, action, case):
    judge(server, action, case)


def test_every_row_has_a_case():
    assert {row.action for row in elbv2.ROWS} <= refused.actions
