# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from ansible_collections.llmops.ecs.plugins.module_utils._aws import wait
from ansible_collections.llmops.ecs.plugins.module_utils._aws.errors import EcsError


@pytest.fixture(autouse=True)
def naps(monkeypatch):
    """Make time pass only by sleeping; return the naps that were taken."""
    taken = []
    monkeypatch.setattr(wait.time, "monotonic", lambda: sum(taken))
    monkeypatch.setattr(wait.time, "sleep", taken.append)
    return taken


def answers(*given):
    """Return a function that gives one answer after the other, or raises it."""
    left = list(given)

    def answer():
        value = left.pop(0)
        if isinstance(value, Exception):
            raise value
        return value

    return answer


def refused(code):
    return EcsError("Failed to delete it", ClientError({"Error": {"Code": code, "Message": "no"}}, "DeleteIt"))


def test_what_is_done_needs_no_pause(naps):
    assert wait.until(answers("done"), 60) == "done"
    assert naps == []


def test_pauses_grow_and_end_at_the_first_true_answer(naps):
    assert wait.until(answers(None, 0, "", "done"), 60) == "done"
    assert naps == [3, 3.75, 4.6875]


def test_half_an_hour_is_not_hundreds_of_calls(naps):
    looks = []

    assert wait.until(lambda: looks.append(sum(naps)), 1800) is None
    assert len(looks) < 130
    assert max(naps) == wait.LONGEST
    assert naps == sorted(naps[:-1]) + naps[-1:]
    assert looks[-1] == pytest.approx(1800), "the last look is at the end"


def test_no_time_is_one_look(naps):
    assert wait.until(answers(False), 0) is False
    assert naps == []


def test_a_deletion_is_tried_until_aws_lets_go(naps):
    wait.when_let_go(answers(refused("ResourceInUse"), refused("ResourceInUse"), None), 60)

    assert naps == [3, 3.75]


def test_what_is_still_in_use_at_the_end_is_told(naps):
    last = refused("Kept")

    with pytest.raises(EcsError) as raised:
        wait.when_let_go(answers(refused("Kept"), refused("Kept"), last), 5, ("Kept",))

    assert raised.value is last
    assert naps == [3, 2]


@pytest.mark.parametrize(
    "error",
    [
        refused("AccessDenied"),
        EcsError("Failed to delete it", ConnectionClosedError(endpoint_url="http://127.0.0.1:1")),
        EcsError("Failed to delete it"),
    ],
)
def test_another_failure_is_not_waited_out(naps, error):
    with pytest.raises(EcsError) as raised:
        wait.when_let_go(answers(error), 60)

    assert raised.value is error
    assert naps == []
