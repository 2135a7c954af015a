# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""playbooks/simulate.yml as a user runs it: no AWS is there, and none is needed."""

from __future__ import annotations

import json
import os

import pytest
import yaml
from collection import build, install
from conftest import ROOT, run

TASK = {"concurrent": 4, "seconds_per_answer": 8, "startup_seconds": 300, "price_per_hour": 0.93}
GUIDE = {
    "min_capacity": 0,
    "max_capacity": 3,
    "policies": [{"name": "cpu", "type": "target_tracking", "metric": "cpu", "target": 5}],
}
TEN_DATAPOINTS = {
    "name": "fine",
    "type": "step",
    "metric": "cpu",
    "scale_out": {"above": 70, "cooldown": 60, "steps": [{"add": 1}]},
    "scale_in": {"below": 30, "evaluation_periods": 10, "datapoints_to_alarm": 10, "steps": [{"remove": 1}]},
}
OWN = {"min_capacity": 1, "max_capacity": 4, "policies": [TEN_DATAPOINTS]}


@pytest.fixture
def simulate(tmp_path):
    """Return a function that runs the playbook with variables, from a folder of its own, for a service called chat."""
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump({"llm_services": {"hosts": {"chat": {}}}}))

    def play(*arguments, playbook="llmops.ecs.simulate", collections=ROOT / ".collections", **variables):
        (tmp_path / "vars.yml").write_text(yaml.safe_dump(variables))
        environment = os.environ | {
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
        }
        return run([playbook, "-i", "hosts.yml", "-e", "@vars.yml", *arguments], tmp_path, environment)

    return play


def test_the_inventorys_document_beside_another_one(simulate, tmp_path):
    variables = {
        "ecs_service_scaling": OWN,
        "simulate_documents": {"guide": GUIDE},
        "simulate_task": TASK,
        "simulate_data": "out/chat.json",
    }
    checked = simulate("--check", **variables)
    assert (checked.code, checked.changed) == (0, {"Simulate the service"}), checked.output
    assert not (tmp_path / "out").exists()

    played = simulate(**variables)
    assert (played.code, played.changed) == (0, {"Simulate the service"}), played.output
    page = (tmp_path / "simulation-chat.html").read_text()
    assert "How chat would scale" in page
    found = json.loads((tmp_path / "out" / "chat.json").read_text())["simulations"]
    assert set(found) == {"the inventory", "guide"}
    for name, figures in found.items():
        assert f"{name}: {figures['failed_percent']:g} % of {figures['requests']:,} requests fail" in played.output

    again = simulate(**variables)
    assert (again.code, again.changed) == (0, set()), again.output


def test_a_trace_in_the_installed_collection(simulate, tmp_path):
    installed = tmp_path / "installed"
    installed.mkdir()
    install(build(tmp_path), installed)
    (tmp_path / "trace.csv").write_text("time,requests_per_second\n0,0.1\n3600,2\n7200,0.1\n")
    variables = {
        "simulate_documents": {"own": OWN},
        "simulate_task": TASK,
        "simulate_traffic": {"csv": "trace.csv"},
        "simulate_report": "report.html",
    }
    played = simulate(collections=installed, **variables)
    assert played.code == 0, played.output
    assert str(ROOT) not in played.output
    assert "trace.csv" in (tmp_path / "report.html").read_text()


def test_what_is_missing_is_named(simulate):
    failed = simulate().failed["chat"]
    assert "chat does not scale: set ecs_service_scaling, or give documents to compare in simulate_documents" in failed
    wrong = {**OWN, "min_capacity": 5}
    failed = simulate(ecs_service_scaling=wrong, simulate_task={"concurrent": 2}, simulate_hours=0).failed["chat"]
    assert failed.splitlines() == [
        "hours is 0: it must be ten minutes (0.17) to a year (8784)",
        (
            "task needs what one task can serve, either requests_per_second or concurrent and seconds_per_answer, not "
            "concurrent"
        ),
        "documents[the inventory]: min_capacity 5 is over max_capacity 4",
    ]
