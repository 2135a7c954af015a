# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A load balancer speaks TLS with the certificate that ACM has, as it is now."""

from __future__ import annotations

import datetime
import json
import socket
import ssl
from contextlib import closing
from http.client import HTTPConnection, HTTPSConnection

import pytest
from alb_site import REGION, opened
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from moto.acm.models import acm_backends

HOST = "llm.example.com"
PORT = 18443


@pytest.fixture
def site():
    with opened() as made:
        made.ec2.authorize_security_group_ingress(made.group.id, "tcp", PORT, PORT, [{"CidrIp": "127.0.0.1/32"}])
        made.start("a")
        yield made


def pair():
    """Return a certificate of HOST that is its own root, and its key, both as PEM."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    kind, clear = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return (
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(serialization.Encoding.PEM, kind, clear),
    )


def imported(site, certificate, key, arn=None):
    return acm_backends[site.account][REGION].import_certificate(certificate, key, None, arn, [])


def listen(site, arn):
    forward = [{"Type": "forward", "TargetGroupArn": site.targets}]
    return site.listen(forward, PORT, "HTTPS", arn)


def trusting(site, certificate):
    """Return a connection that trusts this certificate only, and wants it to be HOST's."""

    class Connection(HTTPSConnection):
        def connect(self):
            plain = socket.create_connection((site.address, PORT), timeout=10)
            self.sock = context.wrap_socket(plain, server_hostname=HOST)

    context = ssl.create_default_context(cadata=certificate.decode())
    return closing(Connection(HOST, PORT))


def ask(site, certificate, path="/"):
    with trusting(site, certificate) as connection:
        connection.request("GET", path)
        return json.loads(connection.getresponse().read())


def test_with_an_imported_certificate(site):
    certificate, key = pair()
    listen(site, imported(site, certificate, key))

    seen = ask(site, certificate)

    assert (seen["name"], seen["X-Forwarded-Proto"], seen["X-Forwarded-Port"]) == ("a", "https", str(PORT))
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(site, pair()[0])


def test_with_a_certificate_that_acm_issued(site):
    acm = acm_backends[site.account][REGION]
    arn = acm.request_certificate(HOST, "", [], [])
    acm._certificates[arn].status = "ISSUED"
    listen(site, arn)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with closing(HTTPSConnection(site.address, PORT, timeout=10, context=context)) as connection:
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
        presented = ssl.DER_cert_to_PEM_cert(connection.sock.getpeercert(binary_form=True))
    assert presented.strip() == acm.get_certificate(arn).cert.decode().strip()


def test_plain_http_and_a_caller_who_says_nothing_keep_nobody_out(site):
    certificate, key = pair()
    listen(site, imported(site, certificate, key))

    with closing(socket.create_connection((site.address, PORT))):
        with closing(HTTPConnection(site.address, PORT, timeout=10)) as plain:
            plain.request("GET", "/")
            with pytest.raises(ConnectionError):
                plain.getresponse()
        assert ask(site, certificate)["name"] == "a"


@pytest.mark.parametrize("renewed", [True, False], ids=["imported again", "another one"])
def test_a_new_certificate_acts_at_once_and_ends_no_answer(site, renewed):
    old, key = pair()
    arn = imported(site, old, key)
    listener = listen(site, arn)
    with trusting(site, old) as connection:
        connection.request("GET", "/stream/0.3")
        answer = connection.getresponse()
        first = answer.read1()
        new, key = pair()
        if renewed:
            imported(site, new, key, arn)
        else:
            certificates = [{"CertificateArn": imported(site, new, key)}]
            site.backend.modify_listener(listener.arn, certificates=certificates, actions=[])
            site.plane.follow()
        assert ask(site, new)["name"] == "a"
        rest = answer.read()

    assert (first, rest) == (b"data: 0\n\n", b"data: 1\n\ndata: 2\n\n")
