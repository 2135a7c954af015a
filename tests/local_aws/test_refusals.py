# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of refusals: what AWS would refuse is refused with its code and message, and the legitimate twin passes.

Each case is a function of a fresh scene. It yields the call that is to be refused, with the expected code and a part of
the message; resumed, it makes the call that is to pass.
"""

from __future__ import annotations

import itertools
import json

import pytest
from botocore.exceptions import ClientError

TRUST = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
NUMBERS = itertools.count(1)


class Scene:
    """Clients of a running server, and makers of what the cases need, each time with a name or block of its own."""

    def __init__(self, server):
        self.number = next(NUMBERS)
        self.ec2, self.iam, self.elbv2, self.logs, self.acm, self.ecs = (
            server.client(service) for service in ("ec2", "iam", "elbv2", "logs", "acm", "ecs")
        )

    def name(self, stem="case"):
        return f"{stem}-{next(NUMBERS)}"

    def default_vpc(self):
        found = self.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])
        return found["Vpcs"][0]["VpcId"]

    def vpc(self):
        return self.ec2.create_vpc(CidrBlock=f"10.{100 + self.number % 100}.0.0/16")["Vpc"]["VpcId"]

    def subnet(self, vpc, third=1, zone="eu-west-1a"):
        block = f"10.{100 + self.number % 100}.{third}.0/24"
        return self.ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=zone)["Subnet"]["SubnetId"]

    def group(self, vpc):
        return self.ec2.create_security_group(GroupName=self.name(), Description="x", VpcId=vpc)["GroupId"]

    def interface(self, subnet, *groups):
        eni = self.ec2.create_network_interface(SubnetId=subnet, Groups=list(groups))
        return eni["NetworkInterface"]["NetworkInterfaceId"]

    def gateway(self, vpc=None):
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        if vpc:
            self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        return gateway

    def connect(self, vpc):
        table, gateway = self.main_table(vpc), self.gateway(vpc)
        self.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)

    def table(self, vpc):
        return self.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]

    def main_table(self, vpc):
        filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
        return self.ec2.describe_route_tables(Filters=filters)["RouteTables"][0]["RouteTableId"]

    def default_subnets(self):
        found = self.ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])
        return [subnet["SubnetId"] for subnet in found["Subnets"]]

    def balancer(self, **settings):
        settings = {"Name": self.name(), "Subnets": self.default_subnets()[:2], **settings}
        return self.elbv2.create_load_balancer(**settings)["LoadBalancers"][0]

    def role(self, **settings):
        settings = {"RoleName": self.name(), "AssumeRolePolicyDocument": policy(TRUST), **settings}
        return self.iam.create_role(**settings)["Role"]

    def policy(self):
        document = policy({"Effect": "Allow", "Action": "logs:*", "Resource": "*"})
        return self.iam.create_policy(PolicyName=self.name(), PolicyDocument=document)["Policy"]["Arn"]


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def rule(**source):
    return [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, **source}]


def subnet_with_an_interface(scene):
    subnet = scene.subnet(scene.vpc())
    eni = scene.interface(subnet)
    yield lambda: scene.ec2.delete_subnet(SubnetId=subnet), "DependencyViolation", f"'{subnet}' has dependencies"
    scene.ec2.delete_network_interface(NetworkInterfaceId=eni)
    scene.ec2.delete_subnet(SubnetId=subnet)


def subnet_with_a_load_balancer(scene):
    vpc = scene.vpc()
    scene.connect(vpc)
    subnets = [scene.subnet(vpc, 1, "eu-west-1a"), scene.subnet(vpc, 2, "eu-west-1b")]
    arn = scene.balancer(Subnets=subnets)["LoadBalancerArn"]
    yield lambda: scene.ec2.delete_subnet(SubnetId=subnets[0]), "DependencyViolation", "has dependencies"
    scene.elbv2.delete_load_balancer(LoadBalancerArn=arn)
    scene.ec2.delete_subnet(SubnetId=subnets[0])


def group_of_an_interface(scene):
    vpc = scene.vpc()
    group = scene.group(vpc)
    eni = scene.interface(scene.subnet(vpc), group)
    yield lambda: scene.ec2.delete_security_group(GroupId=group), "DependencyViolation", f"{group} has a dependent"
    scene.ec2.delete_network_interface(NetworkInterfaceId=eni)
    scene.ec2.delete_security_group(GroupId=group)


def group_that_another_groups_rule_names(scene):
    vpc = scene.vpc()
    named, naming = scene.group(vpc), scene.group(vpc)
    permissions = rule(UserIdGroupPairs=[{"GroupId": named}])
    scene.ec2.authorize_security_group_ingress(GroupId=naming, IpPermissions=permissions)
    yield lambda: scene.ec2.delete_security_group(GroupId=named), "DependencyViolation", "has a dependent object"
    scene.ec2.revoke_security_group_ingress(GroupId=naming, IpPermissions=permissions)
    scene.ec2.authorize_security_group_ingress(GroupId=named, IpPermissions=permissions)
    scene.ec2.delete_security_group(GroupId=named)


def group_of_a_load_balancer(scene):
    vpc = scene.default_vpc()
    group = scene.group(vpc)
    arn = scene.balancer(SecurityGroups=[group])["LoadBalancerArn"]
    yield lambda: scene.ec2.delete_security_group(GroupId=group), "DependencyViolation", "has a dependent object"
    scene.elbv2.delete_load_balancer(LoadBalancerArn=arn)
    scene.ec2.delete_security_group(GroupId=group)


def default_group(scene):
    vpc = scene.vpc()
    filters = [{"Name": "vpc-id", "Values": [vpc]}]
    group = scene.ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"]
    yield lambda: scene.ec2.delete_security_group(GroupId=group), "CannotDelete", "cannot be deleted by a user"
    scene.ec2.delete_vpc(VpcId=vpc)


def vpc_with_a_gateway(scene):
    vpc = scene.vpc()
    gateway = scene.gateway(vpc)
    yield lambda: scene.ec2.delete_vpc(VpcId=vpc), "DependencyViolation", f"The vpc '{vpc}' has dependencies"
    scene.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    scene.ec2.delete_vpc(VpcId=vpc)


def vpc_with_a_group(scene):
    vpc = scene.vpc()
    group = scene.group(vpc)
    yield lambda: scene.ec2.delete_vpc(VpcId=vpc), "DependencyViolation", f"The vpc '{vpc}' has dependencies"
    scene.ec2.delete_security_group(GroupId=group)
    scene.ec2.delete_vpc(VpcId=vpc)


def gateway_of_a_public_address(scene):
    vpc = scene.vpc()
    gateway = scene.gateway(vpc)
    eni = scene.interface(scene.subnet(vpc))
    address = scene.ec2.allocate_address(Domain="vpc")["AllocationId"]
    association = scene.ec2.associate_address(AllocationId=address, NetworkInterfaceId=eni)["AssociationId"]

    def detach():
        scene.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)

    yield detach, "DependencyViolation", "mapped public address"
    scene.ec2.disassociate_address(AssociationId=association)
    detach()


def gateway_that_is_attached(scene):
    vpc = scene.vpc()
    gateway = scene.gateway(vpc)
    yield lambda: scene.ec2.delete_internet_gateway(InternetGatewayId=gateway), "DependencyViolation", gateway
    scene.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    scene.ec2.delete_internet_gateway(InternetGatewayId=gateway)


def route_to_a_gateway_elsewhere(scene):
    vpc = scene.vpc()
    table, gateway = scene.table(vpc), scene.gateway()

    def route():
        scene.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)

    yield route, "InvalidParameterValue", "belong to different networks"
    scene.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    route()


def main_route_table(scene):
    vpc = scene.vpc()
    main = scene.main_table(vpc)
    yield lambda: scene.ec2.delete_route_table(RouteTableId=main), "DependencyViolation", "has dependencies"
    scene.ec2.delete_route_table(RouteTableId=scene.table(vpc))


def second_route_table_of_a_subnet(scene):
    vpc = scene.vpc()
    subnet, first, second = scene.subnet(vpc), scene.table(vpc), scene.table(vpc)
    association = scene.ec2.associate_route_table(RouteTableId=first, SubnetId=subnet)["AssociationId"]

    def associate():
        scene.ec2.associate_route_table(RouteTableId=second, SubnetId=subnet)

    yield associate, "Resource.AlreadyAssociated", "conflicts with an existing association"
    scene.ec2.disassociate_route_table(AssociationId=association)
    associate()


def address_in_use(scene):
    eni = scene.interface(scene.subnet(scene.vpc()))
    address = scene.ec2.allocate_address(Domain="vpc")["AllocationId"]
    association = scene.ec2.associate_address(AllocationId=address, NetworkInterfaceId=eni)["AssociationId"]
    yield lambda: scene.ec2.release_address(AllocationId=address), "InvalidIPAddress.InUse", "is in use"
    scene.ec2.disassociate_address(AssociationId=association)
    scene.ec2.release_address(AllocationId=address)


def subnet_that_is_too_small(scene):
    vpc = scene.vpc()
    block = f"10.{100 + scene.number % 100}.9.0"
    yield lambda: scene.ec2.create_subnet(VpcId=vpc, CidrBlock=f"{block}/29"), "InvalidSubnet.Range", "/29' is invalid"
    scene.ec2.create_subnet(VpcId=vpc, CidrBlock=f"{block}/28")


def group_named_like_an_id(scene):
    def create(name):
        scene.ec2.create_security_group(GroupName=name, Description="x")

    yield lambda: create("sg-llm"), "InvalidParameterValue", "may not be in the format sg-*"
    create("llm-sg")


def group_with_a_description_in_other_letters(scene):
    def create(description):
        scene.ec2.create_security_group(GroupName=scene.name(), Description=description)

    yield lambda: create("LLM's own"), "InvalidParameterValue", "Invalid security group description"
    create("LLM: own [x]")


def group_whose_name_differs_in_case(scene):
    def create(name):
        scene.ec2.create_security_group(GroupName=name, Description="x")

    create("llm-case")
    yield lambda: create("LLM-Case"), "InvalidGroup.Duplicate", "LLM-Case"
    create("llm-case-2")


def rule_with_a_description_in_other_letters(scene):
    group = scene.group(scene.vpc())

    def authorize(description):
        permissions = rule(IpRanges=[{"CidrIp": "192.0.2.1/32", "Description": description}])
        scene.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)

    yield lambda: authorize("o'neill@host"), "InvalidParameterValue", "Invalid rule description"
    authorize("neill@host")


def rule_whose_ports_are_in_no_order(scene):
    group = scene.group(scene.vpc())

    def authorize(first, last):
        permissions = rule(IpRanges=[{"CidrIp": "192.0.2.1/32"}], FromPort=first, ToPort=last)
        scene.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)

    yield lambda: authorize(90, 80), "InvalidParameterValue", "Invalid tcp range"
    authorize(80, 90)


def role_with_a_bad_name(scene):
    yield lambda: scene.role(RoleName="bad name!"), "ValidationError", r"regular expression pattern: [\w+=,.@-]+"
    scene.role(RoleName="good.name@llm")


def role_with_a_long_name(scene):
    yield lambda: scene.role(RoleName="x" * 65), "ValidationError", "less than or equal to 64"
    scene.role(RoleName="x" * 64)


def bad_trust(changes, message):
    def case(scene):
        statement = {key: value for key, value in (TRUST | changes).items() if value is not None}
        document = policy(statement)
        yield lambda: scene.role(AssumeRolePolicyDocument=document), "MalformedPolicyDocument", message
        name = scene.role()["RoleName"]
        with pytest.raises(ClientError, match="MalformedPolicyDocument"):
            scene.iam.update_assume_role_policy(RoleName=name, PolicyDocument=document)
        scene.iam.update_assume_role_policy(RoleName=name, PolicyDocument=policy(TRUST | {"Principal": {"AWS": "*"}}))

    return case


def trust_that_is_no_policy(scene):
    yield lambda: scene.role(AssumeRolePolicyDocument='{"a": 1}'), "MalformedPolicyDocument", "Syntax errors in policy."
    condition = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    scene.role(AssumeRolePolicyDocument=policy(TRUST | {"Condition": condition}))


def role_with_a_boundary_that_does_not_exist(scene):
    arn = "arn:aws:iam::123456789012:policy/none"
    yield lambda: scene.role(PermissionsBoundary=arn), "NoSuchEntity", f"Scope ARN: {arn} does not exist"
    scene.role(PermissionsBoundary=scene.policy())


def boundary_that_does_not_exist(scene):
    name = scene.role()["RoleName"]

    def put(arn):
        scene.iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=arn)

    yield lambda: put("arn:aws:iam::123456789012:policy/none"), "NoSuchEntity", "does not exist or is not attachable"
    put(scene.policy())


def role_with_a_tag_twice(scene):
    tags = [{"Key": "owner", "Value": "a"}, {"Key": "Owner", "Value": "b"}]
    yield lambda: scene.role(Tags=tags), "InvalidInput", "Tag keys are case insensitive"
    scene.role(Tags=tags[:1])


def policy_that_is_attached(scene):
    arn, name = scene.policy(), scene.role()["RoleName"]
    scene.iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    yield lambda: scene.iam.delete_policy(PolicyArn=arn), "DeleteConflict", "Cannot delete a policy attached"
    scene.iam.detach_role_policy(RoleName=name, PolicyArn=arn)
    scene.iam.delete_policy(PolicyArn=arn)


def policy_that_is_a_boundary(scene):
    arn = scene.policy()
    name = scene.role(PermissionsBoundary=arn)["RoleName"]
    yield lambda: scene.iam.delete_policy(PolicyArn=arn), "DeleteConflict", "Cannot delete a policy attached"
    scene.iam.delete_role(RoleName=name)
    scene.iam.delete_policy(PolicyArn=arn)


def policy_with_versions(scene):
    arn = scene.policy()
    document = policy({"Effect": "Allow", "Action": "ecr:*", "Resource": "*"})
    version = scene.iam.create_policy_version(PolicyArn=arn, PolicyDocument=document)["PolicyVersion"]["VersionId"]
    yield lambda: scene.iam.delete_policy(PolicyArn=arn), "DeleteConflict", "more than one version"
    scene.iam.delete_policy_version(PolicyArn=arn, VersionId=version)
    scene.iam.delete_policy(PolicyArn=arn)


def load_balancer_in_one_zone(scene):
    subnets = scene.default_subnets()
    yield lambda: scene.balancer(Subnets=subnets[:1]), "ValidationError", "two different Availability Zones"
    scene.balancer(Subnets=subnets[:2])


def load_balancer_twice_in_one_zone(scene):
    vpc = scene.vpc()
    scene.connect(vpc)
    first, second = scene.subnet(vpc, 1), scene.subnet(vpc, 2)
    other = scene.subnet(vpc, 3, "eu-west-1b")
    yield lambda: scene.balancer(Subnets=[first, second]), "InvalidConfigurationRequest", "same Availability Zone"
    scene.balancer(Subnets=[first, other])


def load_balancer_in_a_subnet_that_does_not_exist(scene):
    subnets = [*scene.default_subnets()[:1], "subnet-00000000"]
    yield lambda: scene.balancer(Subnets=subnets), "SubnetNotFound", "'subnet-00000000' does not exist"
    scene.balancer()


def load_balancer_that_faces_an_internet_that_is_not_there(scene):
    vpc = scene.vpc()
    subnets = [scene.subnet(vpc, 1, "eu-west-1a"), scene.subnet(vpc, 2, "eu-west-1b")]
    yield lambda: scene.balancer(Subnets=subnets), "InvalidSubnet", f"VPC {vpc} has no internet gateway"
    scene.balancer(Subnets=subnets, Scheme="internal")


def bad_balancer_name(name, message):
    def case(scene):
        yield lambda: scene.balancer(Name=name), "ValidationError", message
        scene.balancer(Name=scene.name("balancer"))

    return case


def load_balancer_of_the_same_name(scene):
    first = scene.balancer()
    name = first["LoadBalancerName"]
    yield lambda: scene.balancer(Name=name, Scheme="internal"), "DuplicateLoadBalancerName", "with different settings"
    assert scene.balancer(Name=name)["LoadBalancerArn"] == first["LoadBalancerArn"]
    assert len(first["SecurityGroups"]) == 1


def load_balancer_that_is_protected(scene):
    arn = scene.balancer()["LoadBalancerArn"]

    def protect(value):
        attributes = [{"Key": "deletion_protection.enabled", "Value": value}]
        scene.elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=attributes)

    protect("true")
    yield lambda: scene.elbv2.delete_load_balancer(LoadBalancerArn=arn), "OperationNotPermitted", "protection"
    protect("false")
    scene.elbv2.delete_load_balancer(LoadBalancerArn=arn)


def listener(scene, arn, port=80, protocol="HTTP", **settings):
    actions = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    scene.elbv2.create_listener(LoadBalancerArn=arn, Port=port, Protocol=protocol, DefaultActions=actions, **settings)


def listener_on_the_same_port(scene):
    arn = scene.balancer()["LoadBalancerArn"]
    listener(scene, arn)
    yield lambda: listener(scene, arn), "DuplicateListener", "A listener already exists on this port"
    listener(scene, arn, 81)


def listener_without_a_certificate(scene):
    arn = scene.balancer()["LoadBalancerArn"]
    yield lambda: listener(scene, arn, 443, "HTTPS"), "ValidationError", "A certificate must be specified"
    listener(scene, arn, 443)


def listener_with_a_certificate_that_is_not_issued(scene):
    arn = scene.balancer()["LoadBalancerArn"]
    certificate = scene.acm.request_certificate(DomainName="llm.example.com", ValidationMethod="DNS")["CertificateArn"]
    certificates = [{"CertificateArn": certificate}]

    def secured():
        listener(scene, arn, 443, "HTTPS", Certificates=certificates)

    yield secured, "UnsupportedCertificate", certificate
    listener(scene, arn, 443)


def target_group(scene, **settings):
    vpc = scene.default_vpc()
    settings = {"Name": scene.name(), "Protocol": "HTTP", "Port": 80, "VpcId": vpc, "TargetType": "ip", **settings}
    return scene.elbv2.create_target_group(**settings)["TargetGroups"][0]


def target_group_with_a_high_threshold(scene):
    yield lambda: target_group(scene, HealthyThresholdCount=11), "ValidationError", "'11' must be in the range 2-10"
    arn = target_group(scene, HealthyThresholdCount=10)["TargetGroupArn"]
    with pytest.raises(ClientError, match="'301' must be in the range 5-300"):
        scene.elbv2.modify_target_group(TargetGroupArn=arn, HealthCheckIntervalSeconds=301)


def target_group_with_a_path_that_is_none(scene):
    yield lambda: target_group(scene, HealthCheckPath="healthz"), "ValidationError", "must begin with a '/'"
    target_group(scene, HealthCheckPath="/healthz")


def target_group_of_the_same_name(scene):
    first = target_group(scene, HealthCheckPath="/healthz", HealthCheckIntervalSeconds=20)
    name = first["TargetGroupName"]
    yield lambda: target_group(scene, Name=name, Port=81), "DuplicateTargetGroupName", "with different settings"
    again = target_group(scene, Name=name, HealthCheckPath="/healthz", HealthCheckIntervalSeconds=20)
    assert again["TargetGroupArn"] == first["TargetGroupArn"]


def rule_with_a_high_priority(scene):
    arn = scene.balancer()["LoadBalancerArn"]
    listener(scene, arn)
    its = scene.elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"][0]["ListenerArn"]
    actions = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    conditions = [{"Field": "path-pattern", "Values": ["/x"]}]

    def create(priority):
        scene.elbv2.create_rule(ListenerArn=its, Priority=priority, Conditions=conditions, Actions=actions)

    yield lambda: create(50001), "ValidationError", "must be in the range 1-50000"
    create(50000)


def retention_of_31_days(scene):
    name = f"/llm/{scene.name()}"
    scene.logs.create_log_group(logGroupName=name)

    def put(days):
        scene.logs.put_retention_policy(logGroupName=name, retentionInDays=days)

    yield lambda: put(31), "InvalidParameterException", "Member must satisfy enum value set: [1, 3, 5, 7, 14, 30, 60"
    put(30)


def log_group_with_a_bad_name(scene):
    yield lambda: scene.logs.create_log_group(logGroupName="/llm prod"), "InvalidParameterException", "'/llm prod'"
    scene.logs.create_log_group(logGroupName=f"/llm/{scene.name()}#1")


CASES = {
    case.__name__: case
    for case in (
        subnet_with_an_interface,
        subnet_with_a_load_balancer,
        group_of_an_interface,
        group_that_another_groups_rule_names,
        group_of_a_load_balancer,
        default_group,
        vpc_with_a_gateway,
        vpc_with_a_group,
        gateway_of_a_public_address,
        gateway_that_is_attached,
        route_to_a_gateway_elsewhere,
        main_route_table,
        second_route_table_of_a_subnet,
        address_in_use,
        subnet_that_is_too_small,
        group_named_like_an_id,
        group_with_a_description_in_other_letters,
        group_whose_name_differs_in_case,
        rule_with_a_description_in_other_letters,
        rule_whose_ports_are_in_no_order,
        role_with_a_bad_name,
        role_with_a_long_name,
        trust_that_is_no_policy,
        role_with_a_boundary_that_does_not_exist,
        boundary_that_does_not_exist,
        role_with_a_tag_twice,
        policy_that_is_attached,
        policy_that_is_a_boundary,
        policy_with_versions,
        load_balancer_in_one_zone,
        load_balancer_twice_in_one_zone,
        load_balancer_in_a_subnet_that_does_not_exist,
        load_balancer_that_faces_an_internet_that_is_not_there,
        load_balancer_of_the_same_name,
        load_balancer_that_is_protected,
        listener_on_the_same_port,
        listener_without_a_certificate,
        listener_with_a_certificate_that_is_not_issued,
        target_group_with_a_high_threshold,
        target_group_with_a_path_that_is_none,
        target_group_of_the_same_name,
        rule_with_a_high_priority,
        retention_of_31_days,
        log_group_with_a_bad_name,
    )
} | {
    "trust without a principal": bad_trust({"Principal": None}, "Missing required field Principal"),
    "trust with a resource": bad_trust({"Resource": "*"}, "Has prohibited field Resource"),
    "trust of a service that is none": bad_trust(
        {"Principal": {"Service": "ecs.example.com"}}, 'Invalid principal in policy: "SERVICE":"ecs.example.com"'
    ),
    "trust of an unknown kind": bad_trust({"Principal": {"Task": "x"}}, "Syntax errors in policy."),
    "trust for another action": bad_trust({"Action": "ecs:RunTask"}, "sts:AssumeRole"),
    "trust for no action": bad_trust({"Action": None}, "must contain actions"),
    "balancer name too long": bad_balancer_name("x" * 33, "cannot be longer than '32' characters"),
    "balancer name with a dot": bad_balancer_name("llm.prod", "can only contain characters that are alphanumeric"),
    "balancer name with a hyphen first": bad_balancer_name("-llm", "cannot begin or end with a hyphen"),
    "balancer name that is reserved": bad_balancer_name("internal-llm", "cannot begin with 'internal-'"),
}


@pytest.mark.parametrize("name", CASES)
def test_refused_as_on_aws_and_the_legitimate_twin_passes(server, name):
    case = CASES[name](Scene(server))
    wrong, code, message = next(case)
    with pytest.raises(ClientError) as error:
        wrong()
    assert error.value.response["Error"]["Code"] == code
    assert message in error.value.response["Error"]["Message"]
    assert next(case, "done") == "done"
