# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The front: it forwards every byte of those who are let in, and resets the others."""

from __future__ import annotations

import contextlib
import os
import socket
import threading

import pytest

from local_aws.network.addresses import Addresses
from local_aws.network.front import Front


@pytest.fixture
def addresses():
    """Addresses that are given back after the test."""
    taken = Addresses()
    yield taken
    for address in list(taken._claims):
        taken.give_back(address)


@pytest.fixture
def front(addresses):
    """A front whose addresses are closed after the test."""
    opened = Front()
    yield opened
    for address in list(addresses._claims):
        opened.close(address)


@pytest.fixture
def target():
    """Start a server of one connection at a time that is given to the function; returns its address and port."""
    listeners = []

    def serve(handle):
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    connection = listener.accept()[0]
                    with connection, contextlib.suppress(OSError):
                        handle(connection)

        threading.Thread(target=accept, daemon=True).start()
        return listener.getsockname()

    yield serve
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def echo_after_end(connection):
    """Read to the end of what the peer says, and only then say it back."""
    received = read_all(connection)
    connection.sendall(received)


def read_all(connection):
    """Return everything until the peer's end."""
    chunks = []
    while chunk := connection.recv(65536):
        chunks.append(chunk)
    return b"".join(chunks)


def connect(address, port, source="127.0.0.1"):
    """Return a connection from a source address."""
    return socket.create_connection((address, port), timeout=5, source_address=(source, 0))


def is_refused(*where, source="127.0.0.1"):
    """Return whether a connection is reset, be it after or while it is made."""
    try:
        return is_reset(connect(*where, source))
    except ConnectionResetError:
        return True


def is_reset(connection):
    """Return whether the peer answers with a reset, and nothing else."""
    with connection:
        try:
            return connection.recv(1) is None
        except ConnectionResetError:
            return True


def test_forwards_megabytes_both_ways_through_a_half_closed_connection(front, addresses, target):
    public = addresses.take()
    front.open(public, 8080, *target(echo_after_end), allowed=lambda peer: True)
    sent = os.urandom(5_000_000)
    with connect(public, 8080) as client:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        assert read_all(client) == sent


def test_streams_what_comes_without_waiting_for_more(front, addresses, target):
    public = addresses.take()
    said = threading.Event()

    def speak_in_turns(connection):
        connection.sendall(b"first")
        assert said.wait(5)
        connection.sendall(b"second")

    front.open(public, 8080, *target(speak_in_turns), allowed=lambda peer: True)
    with connect(public, 8080) as client:
        assert client.recv(100) == b"first"
        said.set()
        assert client.recv(100) == b"second"


def test_asks_for_each_connection_who_it_is(front, addresses, target):
    public = addresses.take()
    allowed = {"127.0.0.1"}
    greeter = target(lambda connection: connection.sendall(b"hello"))
    front.open(public, 8080, *greeter, allowed=lambda peer: peer in allowed)
    with connect(public, 8080) as client:
        assert read_all(client) == b"hello"
    assert is_refused(public, 8080, source="127.0.0.9")
    allowed.clear()
    allowed.add("127.0.0.9")
    assert is_refused(public, 8080)
    with connect(public, 8080, source="127.0.0.9") as client:
        assert read_all(client) == b"hello"


def test_resets_when_nobody_listens_behind_it(front, addresses):
    public, behind = addresses.take(), addresses.take()
    front.open(public, 8080, behind, 9, allowed=lambda peer: True)
    assert is_refused(public, 8080)


def test_lets_nobody_in_when_it_cannot_be_told(front, addresses, target):
    public = addresses.take()
    front.open(public, 8080, *target(echo_after_end), allowed=lambda peer: 1 / 0)
    assert is_refused(public, 8080)


def test_resets_the_target_when_the_client_has_gone(front, addresses, target):
    public = addresses.take()
    noticed = threading.Event()

    def talk_for_ever(connection):
        try:
            while True:
                connection.sendall(b"x" * 65536)
        except OSError:
            noticed.set()

    front.open(public, 8080, *target(talk_for_ever), allowed=lambda peer: True)
    with connect(public, 8080) as client:
        client.recv(100)
    assert noticed.wait(5)


def test_close_resets_connections_and_frees_the_port(front, addresses, target):
    public = addresses.take()
    front.open(public, 8080, *target(echo_after_end), allowed=lambda peer: True)
    front.open(public, 8081, *target(echo_after_end), allowed=lambda peer: True)
    client = connect(public, 8080)
    client.sendall(b"x")
    front.close(public)
    assert is_reset(client)
    for port in (8080, 8081):
        with pytest.raises(ConnectionRefusedError):
            connect(public, port)
    front.close(public)


def test_a_port_that_is_taken_is_an_error(front, addresses):
    public = addresses.take()
    with socket.create_server((public, 8080)), pytest.raises(OSError, match="in use"):
        front.open(public, 8080, "127.0.0.1", 9, allowed=lambda peer: True)


def test_two_servers_never_take_the_same_address():
    ours, theirs = Addresses(), Addresses()
    held = [ours.take(), theirs.take(), ours.take(), theirs.take()]
    try:
        assert len(set(held)) == 4
        assert all(address.startswith("127.") and int(address.split(".")[1]) >= 16 for address in held)
    finally:
        for address in held:
            ours.give_back(address)
            theirs.give_back(address)


def test_an_address_that_was_given_back_can_be_taken_by_another():
    ours, theirs = Addresses(), Addresses()
    address = ours.take()
    ours.give_back(address)
    taken = theirs.take()
    theirs.give_back(taken)
    assert taken <= address
