# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's answers: its own routes, AWS's errors in every protocol, and what AWS has and moto lacks."""

from __future__ import annotations

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError

from local_aws.ec2 import canonical
from local_aws.requests import is_write
from local_aws.tagging import matches_type

ACCOUNT = "123456789012"
ANYWHERE = "0.0.0.0/0"


def refused(call, **parameters):
    """Return the code and message with which a call is refused."""
    with pytest.raises(ClientError) as error:
        call(**parameters)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("action", "write"),
    [
        ("DescribeServices", False),
        ("ListTasks", False),
        ("GetRole", False),
        ("BatchGetImage", False),
        ("FilterLogEvents", False),
        ("CreateService", True),
        ("PutRetentionPolicy", True),
        ("TagResource", True),
        ("RunTask", True),
        ("BatchDeleteImage", True),
        ("GetawayPlan", True),
    ],
)
def test_what_does_not_read_is_a_write(action, write):
    assert is_write(action) is write


def test_record_tells_reads_from_writes(server):
    server.http("DELETE", "/_local_aws/requests")
    server.client("ecs").create_cluster(clusterName="recorded")
    server.client("ec2").describe_vpcs()
    calls = [
        {"service": "ecs", "action": "CreateCluster", "write": True},
        {"service": "ec2", "action": "DescribeVpcs", "write": False},
    ]
    assert json.loads(server.http("GET", "/_local_aws/requests")) == calls
    server.http("DELETE", "/_local_aws/requests")
    assert json.loads(server.http("GET", "/_local_aws/requests")) == []


def test_checkip_tells_the_callers_address_or_the_one_set(server):
    assert server.http("GET", "/checkip") == "127.0.0.1\n"
    server.http("PUT", "/_local_aws/checkip", {"address": "127.0.0.9"})
    assert server.http("GET", "/checkip") == "127.0.0.9\n"
    server.http("PUT", "/_local_aws/checkip")
    assert server.http("GET", "/checkip") == "127.0.0.1\n"


@pytest.mark.parametrize(
    ("request_", "status", "words"),
    [
        (("GET", "/_local_aws/nothing"), 404, "is not one of"),
        (("POST", "/_local_aws/health", {}), 405, "not allowed"),
        (("PUT", "/_local_aws/images", []), 400, "list"),
        (("PUT", "/_local_aws/images", {"app": {"comand": []}}), 400, "comand"),
        (("PUT", "/_local_aws/checkip", {"ip": "127.0.0.9"}), 400, "address"),
        (("PUT", "/_local_aws/checkip", {"address": "home"}), 400, "home"),
    ],
)
def test_wrong_use_of_the_own_routes_is_told(server, request_, status, words):
    with pytest.raises(HTTPError) as error:
        server.http(*request_)
    assert error.value.code == status
    assert words in error.value.read().decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Host": "evil.example"},
        {"Host": "evil.example:4566"},
        {"Host": ""},
    ],
)
@pytest.mark.parametrize("path", ["/", "/_local_aws/health", "/v2/", "/checkip"])
def test_a_web_page_is_not_answered(server, headers, path):
    with pytest.raises(HTTPError) as error:
        urlopen(Request(server.url + path, headers=headers), timeout=5)
    assert error.value.code == 403
    assert "Access-Control-Allow-Origin" not in error.value.headers


def test_localhost_is_a_name_of_the_server(server):
    with urlopen(f"http://localhost:{server.port}/_local_aws/health", timeout=5) as answer:
        assert json.load(answer)["port"] == server.port


CALLS = {
    "ec2": ("describe_vpcs", {}),
    "ecs": ("list_clusters", {}),
    "iam": ("list_roles", {}),
    "elbv2": ("describe_load_balancers", {}),
    "logs": ("describe_log_groups", {}),
    "sts": ("get_caller_identity", {}),
    "cloudwatch": ("describe_alarms", {}),
    "resourcegroupstaggingapi": ("get_resources", {}),
    "application-autoscaling": ("describe_scalable_targets", {"ServiceNamespace": "ecs"}),
}


@pytest.mark.parametrize("service", CALLS)
def test_an_unknown_region_is_refused_by_name(server, service):
    operation, parameters = CALLS[service]
    code, message = refused(getattr(server.client(service, "xx-fake-1"), operation), **parameters)
    assert code == "SignatureDoesNotMatch"
    assert "'xx-fake-1'" in message
    getattr(server.client(service), operation)(**parameters)


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("iam", "simulate_custom_policy", {"PolicyInputList": ["{}"], "ActionNames": ["ecs:RunTask"]}),
        ("ec2", "describe_network_insights_paths", {}),
        ("elbv2", "describe_trust_stores", {}),
        ("logs", "associate_kms_key", {"logGroupName": "/llm", "kmsKeyId": "arn:aws:kms:eu-west-1:1:key/x"}),
        ("application-autoscaling", "describe_scaling_activities", {"ServiceNamespace": "ecs"}),
    ],
)
def test_what_is_not_implemented_says_so_in_every_protocol(server, service, operation, parameters):
    code, message = refused(getattr(server.client(service), operation), **parameters)
    assert code == "NotImplemented"
    assert message.startswith(service)
    assert operation in message


def test_a_filter_that_is_not_implemented_is_named(server):
    filters = [{"Name": "no-such-filter", "Values": ["x"]}]
    code, message = refused(server.client("ec2").describe_vpcs, Filters=filters)
    assert code == "NotImplemented"
    assert "no-such-filter" in message


def test_what_goes_wrong_inside_is_an_error_of_aws_and_is_logged(server):
    target = {"ServiceNamespace": "ecs", "ResourceId": "service", "ScalableDimension": "ecs:service:DesiredCount"}
    scale = server.client("application-autoscaling").register_scalable_target
    code, message = refused(scale, MinCapacity=0, MaxCapacity=1, **target)
    assert code == "InternalFailure"
    assert "its log says why" in message
    log = (server.home / f"server-{server.port}.log").read_text()
    assert "application-autoscaling RegisterScalableTarget failed" in log
    assert "Traceback" in log


def test_the_default_vpc_reaches_the_internet_in_every_region(server):
    for region in ("eu-west-1", "us-east-1"):
        ec2 = server.client("ec2", region)
        vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        of_vpc = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
        gateway = ec2.describe_internet_gateways(Filters=of_vpc)["InternetGateways"][0]["InternetGatewayId"]
        main = ec2.describe_route_tables(
            Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
        )["RouteTables"][0]
        routes = {route["DestinationCidrBlock"]: route["GatewayId"] for route in main["Routes"]}
        assert routes == {"172.31.0.0/16": "local", ANYWHERE: gateway}


def test_blocks_lose_their_host_bits(server):
    ec2 = server.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.60.1.2/16")["Vpc"]
    assert vpc["CidrBlock"] == "10.60.0.0/16"
    assert ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock="10.60.3.4/24")["Subnet"]["CidrBlock"] == "10.60.3.0/24"
    group = ec2.create_security_group(GroupName="canonical", Description="x", VpcId=vpc["VpcId"])["GroupId"]

    def rule(block):
        ports = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
        return {"GroupId": group, "IpPermissions": [{**ports, "IpRanges": [{"CidrIp": block}]}]}

    ec2.authorize_security_group_ingress(**rule("10.0.0.5/8"))
    given = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"][0]["IpRanges"]
    assert given == [{"CidrIp": "10.0.0.0/8"}]
    assert refused(ec2.authorize_security_group_ingress, **rule("10.0.0.0/8"))[0] == "InvalidPermission.Duplicate"
    assert canonical("nonsense") == "nonsense"


@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_a_description_is_no_part_of_a_rules_identity(server, direction):
    ec2 = server.client("ec2")
    authorize, revoke = (getattr(ec2, f"{verb}_security_group_{direction}") for verb in ("authorize", "revoke"))
    group, source = (
        ec2.create_security_group(GroupName=f"identity-{direction}-{name}", Description="x")["GroupId"] for name in "ab"
    )
    rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
    described = {**rule, "UserIdGroupPairs": [{"GroupId": source, "Description": "the first"}]}
    bare = {**rule, "UserIdGroupPairs": [{"GroupId": source}]}
    authorize(GroupId=group, IpPermissions=[described])
    assert refused(authorize, GroupId=group, IpPermissions=[bare])[0] == "InvalidPermission.Duplicate"
    of_group = [{"Name": "group-id", "Values": [group]}]
    listed = ec2.describe_security_group_rules(Filters=of_group)["SecurityGroupRules"]
    assert [its["Description"] for its in listed if "ReferencedGroupInfo" in its] == ["the first"]
    revoke(GroupId=group, IpPermissions=[bare])
    listed = ec2.describe_security_group_rules(Filters=of_group)["SecurityGroupRules"]
    assert not [its for its in listed if "ReferencedGroupInfo" in its]


def test_network_interfaces_are_found_by_what_they_have(server):
    ec2 = server.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    group = ec2.create_security_group(GroupName="filters", Description="x", VpcId=subnet["VpcId"])["GroupId"]
    interface = ec2.create_network_interface(SubnetId=subnet["SubnetId"], Groups=[group])["NetworkInterface"]
    eni = interface["NetworkInterfaceId"]
    address = ec2.allocate_address(Domain="vpc")
    ec2.associate_address(AllocationId=address["AllocationId"], NetworkInterfaceId=eni)

    def found(name, value):
        answer = ec2.describe_network_interfaces(Filters=[{"Name": name, "Values": [value]}])
        return [its["NetworkInterfaceId"] for its in answer["NetworkInterfaces"]]

    assert found("association.public-ip", address["PublicIp"]) == [eni]
    assert found("association.public-ip", "127.255.255.1") == []
    assert found("group-id", group) == [eni]
    assert eni in found("subnet-id", subnet["SubnetId"])
    assert eni in found("vpc-id", subnet["VpcId"])


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
        for _ in range(2)
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


def test_ecr_and_the_registry_tell_one_digest_that_follows_the_files(server, tmp_path):
    spec = {"command": ["python3", "app.py"], "working_directory": str(tmp_path)}
    registry = f"127.0.0.1:{server.port}"
    (tmp_path / "app.py").write_text("one")
    ecr_name = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/team/llm:latest"
    server.start({f"{registry}/team/llm:latest": spec, ecr_name: spec})
    ecr = server.client("ecr")
    wanted = {"repositoryName": "team/llm", "imageIds": [{"imageTag": "latest"}]}

    def digest():
        return ecr.describe_images(**wanted)["imageDetails"][0]["imageDigest"]

    def head(reference):
        request = Request(f"{server.url}/v2/team/llm/manifests/{reference}", method="HEAD")
        with urlopen(request, timeout=5) as answer:
            return answer.headers["Docker-Content-Digest"]

    first = digest()
    assert first.startswith("sha256:")
    assert head("latest") == first
    assert head(first) == first
    got = ecr.batch_get_image(**wanted)["images"][0]
    assert got["imageId"] == {"imageDigest": first, "imageTag": "latest"}
    (tmp_path / "app.py").write_text("two")
    assert digest() != first
    assert head("latest") == digest()
    assert json.loads(server.http("GET", "/v2/")) == {}


def test_images_that_do_not_exist_are_told_apart_from_repositories(server):
    registry = f"127.0.0.1:{server.port}"
    ecr_name = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/llm:v1"
    server.start({f"{registry}/llm:v1": {"command": ["true"]}, ecr_name: {"command": ["true"]}})
    ecr = server.client("ecr")
    wanted = [{"imageTag": "v2"}]
    assert refused(ecr.describe_images, repositoryName="llm", imageIds=wanted)[0] == "ImageNotFoundException"
    assert refused(ecr.describe_images, repositoryName="other")[0] == "RepositoryNotFoundException"
    elsewhere = server.client("ecr", "us-east-1")
    assert refused(elsewhere.describe_images, repositoryName="llm")[0] == "RepositoryNotFoundException"
    failures = ecr.batch_get_image(repositoryName="llm", imageIds=wanted)["failures"]
    assert [failure["failureCode"] for failure in failures] == ["ImageNotFound"]
    for path, code in {"llm/manifests/v2": "MANIFEST_UNKNOWN", "other/manifests/v1": "NAME_UNKNOWN"}.items():
        with pytest.raises(HTTPError) as error:
            server.http("GET", f"/v2/{path}")
        assert error.value.code == 404
        assert json.load(error.value)["errors"][0]["code"] == code
