# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the package is ordered: small packages, imports in one direction."""

from __future__ import annotations

import ast
import tomllib
from graphlib import CycleError, TopologicalSorter

import pytest
from servers import FILES

PACKAGE = FILES / "local_aws"
MODULES = {
    ".".join(file.relative_to(FILES).with_suffix("").parts): file
    for file in PACKAGE.rglob("*.py")
    if file.name != "__init__.py"
}
PACKAGES = {".".join(file.parent.relative_to(FILES).parts): file.parent for file in PACKAGE.rglob("__init__.py")}


def imports(module):
    """Yield the modules of the package that a module imports, wherever in it, also for the sake of types alone."""
    for node in ast.walk(ast.parse(MODULES[module].read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = ".".join([*module.split(".")[: -node.level], *filter(None, [node.module])])
            yield from {base, *(f"{base}.{name.name}" for name in node.names)} & MODULES.keys()


def in_order(graph):
    """Return the nodes, each after those it needs. Fails with the circle if there is one."""
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"imported in a circle: {' <- '.join(error.args[1])}")


def test_no_modules_import_each_other_in_a_circle():
    order = in_order({module: set(imports(module)) for module in MODULES})
    refused, state, hooks = (order.index(f"local_aws.{name}") for name in ("base.refused", "ecs.state", "server.hooks"))
    assert refused < state < hooks


def test_no_packages_import_each_other_in_a_circle():
    graph = {}
    for module in MODULES:
        package = module.rpartition(".")[0]
        needed = {other.rpartition(".")[0] for other in imports(module)}
        graph[package] = graph.get(package, set()) | needed - {package}
    order = in_order(graph)
    assert order.index("local_aws.base") < order.index("local_aws.ecs") < order.index("local_aws.server")


def test_packages_are_small_and_hold_their_code_in_named_files():
    assert [file.name for file in sorted(PACKAGE.glob("*.py"))] == ["__init__.py", "__main__.py"]
    for name, folder in PACKAGES.items():
        assert len(list(folder.glob("*.py"))) <= 13, name
        if name != "local_aws":
            assert (folder / "__init__.py").read_text() == "", name


def test_the_distribution_has_every_package():
    listed = tomllib.loads((FILES / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    assert sorted(listed) == sorted(PACKAGES)
