# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.llmops.ecs.plugins.modules import elb_load_balancer

BASE = "arn:aws:elasticloadbalancing:eu-west-1:123456789012"
ARN = f"{BASE}:loadbalancer/app/llm/50dc6c495c0c9188"
LISTENER = f"{BASE}:listener/app/llm/50dc6c495c0c9188/f2f7dc8efc522ab2"
GROUP = f"{BASE}:targetgroup/llm/73e2d6bc24d8a067"
CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
ACL = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/llm/1"
SUBNETS = ["subnet-a", "subnet-b"]
OWNER = {"llmops:deployment": "demo"}
NOT_FOUND = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
HTTP = {"Protocol": "HTTP", "Port": 80, "DefaultActions": [NOT_FOUND]}


def balancer(**members):
    return {
        "LoadBalancerArn": ARN,
        "LoadBalancerName": "llm",
        "DNSName": "llm-1.eu-west-1.elb.amazonaws.com",
        "CanonicalHostedZoneId": "Z32O12XQLNTSW2",
        "Scheme": "internet-facing",
        "Type": "application",
        "IpAddressType": "ipv4",
        "SecurityGroups": ["sg-1"],
        "AvailabilityZones": [{"ZoneName": f"eu-west-1{subnet[-1]}", "SubnetId": subnet} for subnet in SUBNETS],
        "State": {"Code": "active"},
        **members,
    }


def listener(**members):
    answered = {**NOT_FOUND, "Order": 1}
    return {"ListenerArn": LISTENER, "LoadBalancerArn": ARN, **HTTP, "DefaultActions": [answered], **members}


def listed(tags):
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


@pytest.fixture
def described(elbv2):
    """Return a function that lets the load balancer be described, or be none, and what belongs to it where given."""

    def describe(there=None, tags=None, attributes=None, listeners=None):
        if there is None:
            elbv2.add_client_error("describe_load_balancers", "LoadBalancerNotFound", "not found")
            return
        elbv2.add_response("describe_load_balancers", {"LoadBalancers": [there]}, {"Names": ["llm"]})
        tagged = {"ResourceArn": ARN, **({"Tags": listed(tags)} if tags else {})}
        elbv2.add_response("describe_tags", {"TagDescriptions": [tagged]}, {"ResourceArns": [ARN]})
        if attributes is not None:
            answer = {"Attributes": listed(attributes)}
            elbv2.add_response("describe_load_balancer_attributes", answer, {"LoadBalancerArn": ARN})
        if listeners is not None:
            elbv2.add_response("describe_listeners", {"Listeners": listeners}, {"LoadBalancerArn": ARN})

    return describe


@pytest.fixture
def zones(aws):
    """Return a function that lets the subnets be described in these zones."""

    def describe(*names):
        found = [
            {"SubnetId": subnet, "AvailabilityZone": f"eu-west-1{name}", "VpcId": "vpc-1"}
            for subnet, name in zip(SUBNETS, names, strict=True)
        ]
        aws("ec2").add_response("describe_subnets", {"Subnets": found}, {"SubnetIds": SUBNETS})

    return describe


def test_creates_a_missing_load_balancer_and_waits_for_it(aws, elbv2, described, zones, run):
    described()
    zones("a", "b")
    asked = {"Subnets": SUBNETS, "SecurityGroups": ["sg-1"]}
    elbv2.add_response(
        "create_load_balancer",
        {"LoadBalancers": [balancer(State={"Code": "provisioning"})]},
        {"Name": "llm", **asked, "Tags": listed(OWNER)},
    )
    idle = listed({"idle_timeout.timeout_seconds": "600"})
    elbv2.add_response(
        "modify_load_balancer_attributes", {"Attributes": idle}, {"LoadBalancerArn": ARN, "Attributes": idle}
    )
    aws("wafv2").add_response("associate_web_acl", {}, {"WebACLArn": ACL, "ResourceArn": ARN})
    elbv2.add_response("create_listener", {"Listeners": [listener()]}, {"LoadBalancerArn": ARN, **HTTP})
    elbv2.add_response("describe_load_balancers", {"LoadBalancers": [balancer()]}, {"Names": ["llm"]})

    result = run(
        elb_load_balancer,
        name="llm",
        definition=asked,
        attributes={"idle_timeout.timeout_seconds": 600},
        listeners=[{**HTTP, "Port": "80"}],
        web_acl_arn=ACL,
        owner_tags=OWNER,
    )

    assert result["changed"], result
    assert result["arn"] == result["load_balancer"]["arn"] == ARN
    assert result["dns_name"] == result["load_balancer"]["dns_name"] == "llm-1.eu-west-1.elb.amazonaws.com"
    assert result["load_balancer"]["canonical_hosted_zone_id"] == "Z32O12XQLNTSW2"
    assert result["load_balancer"]["State"] == {"Code": "active"}
    assert result["listeners"] == [{"arn": LISTENER, "port": 80, "protocol": "HTTP"}]
    assert result["tags"] == OWNER
    assert result["diff"]["before"] == {}


def test_a_plan_on_an_empty_account(described, run):
    described()

    result = run(
        elb_load_balancer,
        check_mode=True,
        name="llm",
        definition={"Subnets": ["subnet-00000000000000000"] * 2},
        listeners=[HTTP],
    )

    assert result["changed"], result
    assert result["arn"] == f"{BASE.replace('123456789012', '0' * 12)}:loadbalancer/app/llm/{'0' * 16}"
    assert result["dns_name"] == "llm-0000000000.eu-west-1.elb.amazonaws.com"
    assert result["listeners"][0]["arn"].endswith(f":listener/app/llm/{'0' * 16}/{'0' * 16}")


def test_leaves_a_matching_load_balancer_alone(aws, described, run):
    forward = [
        {
            "Type": "forward",
            "Order": 1,
            "TargetGroupArn": GROUP,
            "ForwardConfig": {
                "TargetGroups": [{"TargetGroupArn": GROUP, "Weight": 1}],
                "TargetGroupStickinessConfig": {"Enabled": False},
            },
        }
    ]
    secure = {"Protocol": "HTTPS", "Port": 443, "Certificates": [{"CertificateArn": CERTIFICATE}]}
    described(
        balancer(),
        tags=OWNER,
        attributes={"idle_timeout.timeout_seconds": "60", "other": "1"},
        listeners=[listener(**secure, DefaultActions=forward, SslPolicy="ELBSecurityPolicy-2016-08")],
    )
    aws("wafv2").add_response("get_web_acl_for_resource", {"WebACL": _acl()}, {"ResourceArn": ARN})

    result = run(
        elb_load_balancer,
        name="llm",
        definition={"Subnets": SUBNETS[::-1], "SecurityGroups": ["sg-1"], "Scheme": "internet-facing"},
        attributes={"idle_timeout.timeout_seconds": 60},
        listeners=[{**secure, "DefaultActions": [{"Type": "forward", "TargetGroupArn": GROUP}]}],
        web_acl_arn=ACL,
        owner_tags=OWNER,
        tags={},
    )

    assert not result["changed"], result
    assert result["diff"]["before"] == result["diff"]["after"]


def _acl():
    visible = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "llm"}
    return {"Name": "llm", "Id": "1", "ARN": ACL, "DefaultAction": {"Allow": {}}, "VisibilityConfig": visible}


def test_changes_what_differs(aws, elbv2, described, zones, run):
    there = balancer(AvailabilityZones=[{"SubnetId": "subnet-a"}, {"SubnetId": "subnet-c"}])
    old = listener(Port=8080, ListenerArn=f"{LISTENER}0")
    described(there, tags={"old": "1"}, listeners=[listener(), old])
    aws("wafv2").add_response("get_web_acl_for_resource", {"WebACL": _acl()}, {"ResourceArn": ARN})
    zones("a", "b")
    elbv2.add_response("set_subnets", {}, {"LoadBalancerArn": ARN, "Subnets": SUBNETS})
    elbv2.add_response("set_security_groups", {}, {"LoadBalancerArn": ARN, "SecurityGroups": ["sg-2"]})
    elbv2.add_response("add_tags", {}, {"ResourceArns": [ARN], "Tags": listed({"team": "llm"})})
    elbv2.add_response("remove_tags", {}, {"ResourceArns": [ARN], "TagKeys": ["old"]})
    aws("wafv2").add_response("disassociate_web_acl", {}, {"ResourceArn": ARN})
    elbv2.add_response("delete_listener", {}, {"ListenerArn": f"{LISTENER}0"})
    gone = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "410"}}
    changed = listener(DefaultActions=[gone])
    elbv2.add_response("modify_listener", {"Listeners": [changed]}, {"ListenerArn": LISTENER, "DefaultActions": [gone]})
    elbv2.add_response("describe_load_balancers", {"LoadBalancers": [balancer()]}, {"Names": ["llm"]})

    result = run(
        elb_load_balancer,
        name="llm",
        definition={"Subnets": SUBNETS, "SecurityGroups": ["sg-2"]},
        listeners=[{**HTTP, "DefaultActions": [gone]}],
        web_acl_arn="",
        tags={"team": "llm"},
    )

    assert result["changed"], result
    assert [item["port"] for item in result["listeners"]] == [80]
    assert result["diff"]["before"]["listeners"].keys() == {"port 80", "port 8080"}


def test_check_mode_only_reads(described, run):
    described(balancer(), listeners=[listener()], attributes={"deletion_protection.enabled": "false"})

    result = run(
        elb_load_balancer,
        check_mode=True,
        name="llm",
        definition={"SecurityGroups": ["sg-2"]},
        attributes={"deletion_protection.enabled": True},
        listeners=[],
        tags={"team": "llm"},
    )

    assert result["changed"]
    assert result["listeners"] == []
    assert result["load_balancer"]["SecurityGroups"] == ["sg-2"]


def test_a_client_secret_is_sent_and_never_told(elbv2, described, run):
    secret = "hunter2-hunter2"
    oidc = {
        "Issuer": "https://idp.example",
        "AuthorizationEndpoint": "https://idp.example/a",
        "TokenEndpoint": "https://idp.example/t",
        "UserInfoEndpoint": "https://idp.example/u",
        "ClientId": "llm",
    }
    described(balancer(), listeners=[])
    actions = [{"Type": "authenticate-oidc", "AuthenticateOidcConfig": {**oidc, "ClientSecret": secret}}, NOT_FOUND]
    asked = {"Protocol": "HTTPS", "Port": 443, "Certificates": [{"CertificateArn": CERTIFICATE}]}
    elbv2.add_response(
        "create_listener",
        {"Listeners": [listener(Port=443, Protocol="HTTPS")]},
        {"LoadBalancerArn": ARN, **asked, "DefaultActions": actions},
    )

    result = run(elb_load_balancer, diff_mode=True, name="llm", listeners=[{**asked, "DefaultActions": actions}])

    assert result["changed"], result
    assert secret not in json.dumps(result)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (("a", "a"), "AWS takes one subnet of a zone, there are more (eu-west-1a: subnet-a, subnet-b); drop some"),
        (None, "one of subnet-a, subnet-b does not exist"),
    ],
)
def test_subnets_that_will_not_do(aws, described, zones, run, where, message):
    described()
    if where:
        zones(*where)
    else:
        aws("ec2").add_client_error("describe_subnets", "InvalidSubnetID.NotFound", "does not exist")

    assert message in run(elb_load_balancer, name="llm", definition={"Subnets": SUBNETS})["msg"]


def test_the_scheme_stays(described, run):
    described(balancer())

    result = run(elb_load_balancer, name="llm", definition={"Scheme": "internal"})

    assert "Scheme is internet-facing, not internal; AWS sets that only at creation. Give the new" in result["msg"]


@pytest.mark.parametrize("state", ["present", "absent"])
def test_leaves_another_ones_load_balancer_alone(elbv2, run, described, state):
    described(balancer(), tags={"llmops:deployment": "other"})

    result = run(elb_load_balancer, name="llm", state=state, owner_tags=OWNER)

    assert "Load balancer llm exists, but is not ours" in result["msg"]


ELSEWHERE = {"CertificateArn": CERTIFICATE.replace("eu-west-1", "us-east-1")}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"name": "x" * 33}, "has 33 characters, a load balancer's name has 32 at most"),
        ({"name": "internal-llm"}, "may not begin with internal-"),
        ({"definition": {"Subnets": ["subnet-a"]}}, "needs subnets in at least two availability zones. Add one in"),
        ({"definition": {"Subnet": []}}, 'Unknown parameter in definition: "Subnet"'),
        ({"listeners": [{**HTTP, "Protocol": "HTTPS"}]}, "HTTPS on port 80 needs Certificates; name one"),
        ({"listeners": [{**HTTP, "Protocol": "HTTPS", "Certificates": [ELSEWHERE]}]}, "is of region us-east-1"),
        ({"listeners": [{**HTTP, "Certificates": [ELSEWHERE]}]}, "HTTP takes no certificate"),
        ({"listeners": [HTTP, HTTP]}, "port 80 has more than one listener"),
        ({"listeners": [{**HTTP, "DefaultActions": []}]}, "exactly one action, the last, is forward"),
        ({"listeners": [{**HTTP, "DefaultActions": [NOT_FOUND] * 2}]}, "exactly one action, the last"),
        ({"listeners": [{**HTTP, "DefaultActions": [{"Type": "forward"}]}]}, "TargetGroupArn is missing"),
        ({"listeners": [{**HTTP, "Prt": 80}]}, 'Unknown parameter in listeners[0]: "Prt"'),
        ({"listeners": [{"Port": 80, "DefaultActions": [NOT_FOUND]}]}, "listeners[0].Protocol is missing"),
        ({"attributes": {"idle_timeout.timeout_seconds": 4001}}, "AWS takes 1 to 4000"),
        ({"web_acl_arn": "acl"}, "web_acl_arn: acl is no ARN"),
    ],
)
def test_bad_input_gets_one_message_and_no_call(elbv2, run, params, message):
    result = run(elb_load_balancer, **{"name": "llm", **params})

    assert result["failed"]
    assert message in result["msg"]


def test_a_new_load_balancer_needs_subnets(described, run):
    described()

    assert "definition.Subnets is missing" in run(elb_load_balancer, name="llm")["msg"]


def test_one_that_failed_or_takes_too_long_is_told(elbv2, described, run):
    described(balancer(State={"Code": "failed", "Reason": "no addresses left"}))
    assert "Load balancer llm failed: no addresses left" in run(elb_load_balancer, name="llm")["msg"]

    described(balancer(State={"Code": "provisioning"}))
    still = {"LoadBalancers": [balancer(State={"Code": "provisioning"})]}
    elbv2.add_response("describe_load_balancers", still, {"Names": ["llm"]})
    assert "is not active after 0 s" in run(elb_load_balancer, name="llm", wait_timeout=0)["msg"]


UNPROTECTED = {"deletion_protection.enabled": "false"}
OF_IT = {"Filters": [{"Name": "description", "Values": ["ELB app/llm/50dc6c495c0c9188"]}]}
INTERFACE = {"NetworkInterfaceId": "eni-1"}


def test_deletes_it_and_waits_until_its_interfaces_are_gone(aws, elbv2, described, run):
    described(balancer(), attributes=UNPROTECTED)
    elbv2.add_client_error("delete_load_balancer", "ResourceInUse", "in use")
    elbv2.add_response("delete_load_balancer", {}, {"LoadBalancerArn": ARN})
    aws("ec2").add_response("describe_network_interfaces", {"NetworkInterfaces": [INTERFACE]}, OF_IT)
    aws("ec2").add_response("describe_network_interfaces", {"NetworkInterfaces": []}, OF_IT)

    assert run(elb_load_balancer, name="llm", state="absent")["changed"]


def test_interfaces_that_stay_are_named(aws, elbv2, described, run):
    described(balancer(), attributes=UNPROTECTED)
    elbv2.add_response("delete_load_balancer", {}, {"LoadBalancerArn": ARN})
    aws("ec2").add_response("describe_network_interfaces", {"NetworkInterfaces": [INTERFACE]}, OF_IT)

    result = run(elb_load_balancer, name="llm", state="absent", wait_timeout=0)

    assert "AWS still keeps its network interfaces eni-1" in result["msg"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_protected_one_stays(described, run, check_mode):
    described(balancer(), attributes={"deletion_protection.enabled": "true"})

    result = run(elb_load_balancer, check_mode=check_mode, name="llm", state="absent")

    assert "attributes: {deletion_protection.enabled: false}" in result["msg"]


def test_a_protected_one_goes_by_force(aws, elbv2, described, run):
    described(balancer(), attributes={"deletion_protection.enabled": "true"})
    off = {"LoadBalancerArn": ARN, "Attributes": [{"Key": "deletion_protection.enabled", "Value": "false"}]}
    elbv2.add_response("modify_load_balancer_attributes", {"Attributes": []}, off)
    elbv2.add_response("delete_load_balancer", {}, {"LoadBalancerArn": ARN})
    aws("ec2").add_response("describe_network_interfaces", {"NetworkInterfaces": []}, OF_IT)

    assert run(elb_load_balancer, name="llm", state="absent", force=True)["changed"]


def test_deletes_nothing_in_check_mode(described, run):
    described(balancer(), attributes=UNPROTECTED)

    assert run(elb_load_balancer, check_mode=True, name="llm", state="absent")["changed"]


def test_has_nothing_to_delete(described, run):
    described()

    assert not run(elb_load_balancer, name="llm", state="absent")["changed"]
