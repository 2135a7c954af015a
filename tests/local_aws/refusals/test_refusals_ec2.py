# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What EC2 refuses: deletes of what is still used, words it does not take, gateways elsewhere."""

from __future__ import annotations

import pytest
from scenes import Cases, judge

from local_aws.refusals import ec2

refused = Cases()


def rule(**source):
    return [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, **source}]


@refused("DeleteSubnet")
def subnet_with_an_interface(scene):
    subnet = scene.subnet(scene.vpc())
    eni = scene.interface(subnet)
    yield lambda: scene.ec2.delete_subnet(SubnetId=subnet), "DependencyViolation", f"'{subnet}' has dependencies"
    scene.ec2.delete_network_interface(NetworkInterfaceId=eni)
    scene.ec2.delete_subnet(SubnetId=subnet)


@refused("DeleteSubnet")
def subnet_with_a_load_balancer(scene):
    vpc = scene.vpc()
    scene.connect(vpc)
    subnets = [scene.subnet(vpc, 1, "eu-west-1a"), scene.subnet(vpc, 2, "eu-west-1b")]
    arn = scene.balancer(Subnets=subnets)["LoadBalancerArn"]
    yield lambda: scene.ec2.delete_subnet(SubnetId=subnets[0]), "DependencyViolation", "has dependencies"
    scene.elbv2.delete_load_balancer(LoadBalancerArn=arn)
    scene.when_let_go(lambda: scene.ec2.delete_subnet(SubnetId=subnets[0]))


@refused("DeleteSecurityGroup")
def group_of_an_interface(scene):
    vpc = scene.vpc()
    group = scene.group(vpc)
    eni = scene.interface(scene.subnet(vpc), group)
    yield lambda: scene.ec2.delete_security_group(GroupId=group), "DependencyViolation", f"{group} has a dependent"
    scene.ec2.delete_network_interface(NetworkInterfaceId=eni)
    scene.ec2.delete_security_group(GroupId=group)


@refused("DeleteSecurityGroup")
def group_that_another_groups_rule_names(scene):
    vpc = scene.vpc()
    named, naming = scene.group(vpc), scene.group(vpc)
    permissions = rule(UserIdGroupPairs=[{"GroupId": named}])
    scene.ec2.authorize_security_group_ingress(GroupId=naming, IpPermissions=permissions)
    yield lambda: scene.ec2.delete_security_group(GroupId=named), "DependencyViolation", "has a dependent object"
    scene.ec2.revoke_security_group_ingress(GroupId=naming, IpPermissions=permissions)
    scene.ec2.authorize_security_group_ingress(GroupId=named, IpPermissions=permissions)
    scene.ec2.delete_security_group(GroupId=named)


@refused("DeleteSecurityGroup")
def group_of_a_load_balancer(scene):
    vpc = scene.default_vpc()
    group = scene.group(vpc)
    arn = scene.balancer(SecurityGroups=[group])["LoadBalancerArn"]
    yield lambda: scene.ec2.delete_security_group(GroupId=group), "DependencyViolation", "has a dependent object"
    scene.elbv2.delete_load_balancer(LoadBalancerArn=arn)
    scene.when_let_go(lambda: scene.ec2.delete_security_group(GroupId=group))


@refused("DeleteSecurityGroup")
def default_group(scene):
    vpc = scene.vpc()
    filters = [{"Name": "vpc-id", "Values": [vpc]}]
    group = scene.ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"]
    yield lambda: scene.ec2.delete_security_group(GroupId=group), "CannotDelete", "cannot be deleted by a user"
    scene.ec2.delete_vpc(VpcId=vpc)


@refused("DeleteVpc")
def vpc_with_a_gateway(scene):
    vpc = scene.vpc()
    gateway = scene.gateway(vpc)
    yield lambda: scene.ec2.delete_vpc(VpcId=vpc), "DependencyViolation", f"The vpc '{vpc}' has dependencies"
    scene.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    scene.ec2.delete_vpc(VpcId=vpc)


@refused("DeleteVpc")
def vpc_with_a_group(scene):
    vpc = scene.vpc()
    group = scene.group(vpc)
    yield lambda: scene.ec2.delete_vpc(VpcId=vpc), "DependencyViolation", f"The vpc '{vpc}' has dependencies"
    scene.ec2.delete_security_group(GroupId=group)
    scene.ec2.delete_vpc(VpcId=vpc)


@refused("DetachInternetGateway")
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


@refused("DeleteInternetGateway")
def gateway_that_is_attached(scene):
    vpc = scene.vpc()
    gateway = scene.gateway(vpc)
    yield lambda: scene.ec2.delete_internet_gateway(InternetGatewayId=gateway), "DependencyViolation", gateway
    scene.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    scene.ec2.delete_internet_gateway(InternetGatewayId=gateway)


@refused("CreateRoute")
def route_to_a_gateway_elsewhere(scene):
    vpc = scene.vpc()
    table, gateway = scene.table(vpc), scene.gateway()

    def route():
        scene.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)

    yield route, "InvalidParameterValue", "belong to different networks"
    scene.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    route()


@refused("DeleteRouteTable")
def main_route_table(scene):
    vpc = scene.vpc()
    main = scene.main_table(vpc)
    yield lambda: scene.ec2.delete_route_table(RouteTableId=main), "DependencyViolation", "has dependencies"
    scene.ec2.delete_route_table(RouteTableId=scene.table(vpc))


@refused("AssociateRouteTable")
def second_route_table_of_a_subnet(scene):
    vpc = scene.vpc()
    subnet, first, second = scene.subnet(vpc), scene.table(vpc), scene.table(vpc)
    association = scene.ec2.associate_route_table(RouteTableId=first, SubnetId=subnet)["AssociationId"]

    def associate():
        scene.ec2.associate_route_table(RouteTableId=second, SubnetId=subnet)

    yield associate, "Resource.AlreadyAssociated", "conflicts with an existing association"
    scene.ec2.disassociate_route_table(AssociationId=association)
    associate()


@refused("ReleaseAddress")
def address_in_use(scene):
    eni = scene.interface(scene.subnet(scene.vpc()))
    address = scene.ec2.allocate_address(Domain="vpc")["AllocationId"]
    association = scene.ec2.associate_address(AllocationId=address, NetworkInterfaceId=eni)["AssociationId"]
    yield lambda: scene.ec2.release_address(AllocationId=address), "InvalidIPAddress.InUse", "is in use"
    scene.ec2.disassociate_address(AssociationId=association)
    scene.ec2.release_address(AllocationId=address)


@refused("CreateSubnet")
def subnet_that_is_too_small(scene):
    vpc = scene.vpc()
    block = f"10.{100 + scene.number % 100}.9.0"
    yield lambda: scene.ec2.create_subnet(VpcId=vpc, CidrBlock=f"{block}/29"), "InvalidSubnet.Range", "/29' is invalid"
    scene.ec2.create_subnet(VpcId=vpc, CidrBlock=f"{block}/28")


@refused("CreateSecurityGroup")
def group_named_like_an_id(scene):
    def create(name):
        scene.ec2.create_security_group(GroupName=name, Description="x")

    yield lambda: create("sg-llm"), "InvalidParameterValue", "may not be in the format sg-*"
    create("llm-sg")


@refused("CreateSecurityGroup")
def group_with_a_description_in_other_letters(scene):
    def create(description):
        scene.ec2.create_security_group(GroupName=scene.name(), Description=description)

    yield lambda: create("LLM's own"), "InvalidParameterValue", "Invalid security group description"
    create("LLM: own [x]")


@refused("CreateSecurityGroup")
def group_whose_name_differs_in_case(scene):
    def create(name):
        scene.ec2.create_security_group(GroupName=name, Description="x")

    create("llm-case")
    yield lambda: create("LLM-Case"), "InvalidGroup.Duplicate", "LLM-Case"
    create("llm-case-2")


@refused("AuthorizeSecurityGroupIngress")
def rule_with_a_description_in_other_letters(scene):
    group = scene.group(scene.vpc())

    def authorize(description):
        permissions = rule(IpRanges=[{"CidrIp": "192.0.2.1/32", "Description": description}])
        scene.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)

    yield lambda: authorize("o'neill@host"), "InvalidParameterValue", "Invalid rule description"
    authorize("neill@host")


@refused("AuthorizeSecurityGroupIngress")
def rule_whose_ports_are_in_no_order(scene):
    group = scene.group(scene.vpc())

    def authorize(first, last):
        permissions = rule(IpRanges=[{"CidrIp": "192.0.2.1/32"}], FromPort=first, ToPort=last)
        scene.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)

    yield lambda: authorize(90, 80), "InvalidParameterValue", "Invalid tcp range"
    authorize(80, 90)


@refused("ReplaceRoute")
def route_that_is_replaced_by_one_elsewhere(scene):
    vpc = scene.vpc()
    scene.connect(vpc)
    route = {"RouteTableId": scene.main_table(vpc), "DestinationCidrBlock": "0.0.0.0/0"}
    elsewhere = scene.gateway()

    def replace(gateway):
        scene.ec2.replace_route(GatewayId=gateway, **route)

    yield lambda: replace(elsewhere), "InvalidParameterValue", "belong to different networks"
    replace(scene.gateway_of(vpc))


@refused("AuthorizeSecurityGroupEgress")
def way_out_with_a_description_in_other_letters(scene):
    group = scene.group(scene.vpc())

    def authorize(description):
        permissions = rule(IpRanges=[{"CidrIp": "192.0.2.1/32", "Description": description}])
        scene.ec2.authorize_security_group_egress(GroupId=group, IpPermissions=permissions)

    yield lambda: authorize("the host's"), "InvalidParameterValue", "Invalid rule description"
    authorize("the host")


@refused("DeleteNetworkInterface")
def interface_of_a_task(scene):
    vpc = scene.vpc()
    scene.connect(vpc)
    subnet, group = scene.subnet(vpc), scene.group(vpc)
    task, eni = scene.task(subnet, group)

    def delete(interface):
        scene.ec2.delete_network_interface(NetworkInterfaceId=interface)

    yield lambda: delete(eni), "InvalidParameterValue", f"Network interface '{eni}' is currently in use."
    scene.ecs.stop_task(cluster="tasks", task=task)
    delete(scene.interface(subnet, group))


@pytest.mark.parametrize(("action", "case"), refused.marked)
def test_refused_as_on_aws_and_the_legitimate_twin_passes(server, action, case):
    judge(server, action, case)


def test_every_row_has_a_case():
    assert {row.action for row in ec2.ROWS} <= refused.actions
