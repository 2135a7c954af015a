# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the warm interpreter imports beforehand, and what of it depends on the environment."""

from __future__ import annotations

import builtins
import contextlib
import importlib
import importlib.machinery
import importlib.util
import os
import pkgutil
import sys
import types
import warnings
from pathlib import Path

from .payload import Source, Util

ROOTS = ("ansible.", "ansible_collections.")
# Read by Python or by libraries in C when they start, and not again.
AT_START = ("GLIBC_TUNABLES", "LANG", "LANGUAGE", "LC_", "LD_", "MALLOC_", "OPENSSL_", "PYTHON")


def at_start(name: str) -> bool:
    """Whether an environment variable matters only when an interpreter starts."""
    return name.startswith(AT_START)


@contextlib.contextmanager
def recorded_environment(read: set[str]):
    """Add the name of every environment variable that is read meanwhile to a set."""
    kind = type(os.environ)
    original = kind.__getitem__

    def getitem(self, name):
        read.add(name)
        return original(self, name)

    kind.__getitem__ = getitem
    try:
        yield
    finally:
        kind.__getitem__ = original


@contextlib.contextmanager
def recorded_imports(found: dict[str, dict[str, None]]):
    """Add to a dictionary, by importing module, the names of the modules that it imports meanwhile."""
    original, original_function = builtins.__import__, importlib.import_module

    def note(importer, names):
        found.setdefault(importer, {}).update((name, None) for name in names if name in sys.modules)

    def import_statement(name, globals=None, locals=None, fromlist=(), level=0):
        module = original(name, globals, locals, fromlist, level)
        if globals and str(globals.get("__name__")).startswith(ROOTS):
            package = globals.get("__package__") or globals["__name__"].rpartition(".")[0]
            full = importlib.util.resolve_name("." * level + name, package) if level else name
            if full.startswith(ROOTS):
                note(globals["__name__"], [full, *(f"{full}.{part}" for part in fromlist or ())])
        return module

    def import_module(name, package=None):
        module = original_function(name, package)
        note(sys._getframe(1).f_globals.get("__name__", ""), [module.__name__])
        return module

    builtins.__import__, importlib.import_module = import_statement, import_module
    try:
        yield
    finally:
        builtins.__import__, importlib.import_module = original, original_function


@contextlib.contextmanager
def recorded_by_ansible():
    """Give a list of the warnings and deprecations that are noted meanwhile for a result, and forget them."""
    found = []
    try:
        yield found
    finally:
        module = sys.modules.get("ansible.module_utils.common.warnings")
        for name in ("_global_warnings", "_global_deprecations"):
            noted = getattr(module, name, None)
            if isinstance(noted, dict):
                found.extend(noted)
                noted.clear()


@contextlib.contextmanager
def unchanged():
    """Put back what importing may change and a module would notice."""
    path, hooks, finders, arguments = sys.path[:], sys.path_hooks[:], sys.meta_path[:], sys.argv[:]
    environment, no_bytecode = dict(os.environ), sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.path[:], sys.path_hooks[:], sys.meta_path[:], sys.argv[:] = path, hooks, finders, arguments
        sys.dont_write_bytecode = no_bytecode
        if dict(os.environ) != environment:
            os.environ.clear()
            os.environ.update(environment)


def packages_of_collections(folders: dict[str, str]) -> None:
    """Make the packages above the module utils of collections: empty ones, as a module brings them."""
    for collection, folder in folders.items():
        names = ["ansible_collections", *collection.split("."), "plugins"]
        paths = ["", "", folder, os.path.join(folder, "plugins")]
        for depth, path in enumerate(paths, 1):
            name = ".".join(names[:depth])
            package = sys.modules.setdefault(name, types.ModuleType(name))
            package.__path__ = [path] if path else []
            if depth > 1:
                setattr(sys.modules[name.rpartition(".")[0]], names[depth - 1], package)


def expand(name: str) -> list[str]:
    """Return a module's name; for NAME.* the names of NAME and of all modules below it."""
    if not name.endswith(".*"):
        return [name]
    package = importlib.import_module(name.removesuffix(".*"))
    below = pkgutil.walk_packages(package.__path__, f"{package.__name__}.", onerror=lambda name: None)
    return [package.__name__, *(module.name for module in below)]


class Preloader:
    """Imports modules a few at a time, and keeps the module utils among them out of sys.modules meanwhile."""

    def __init__(self, names: list[str], collections: dict[str, str]) -> None:
        self.pending = list(names)
        self.utils: dict[str, Util] = {}
        # Names of environment variables that importing looked at.
        self.read: set[str] = set()
        # Why modules could not be imported, or are to be imported by each task.
        self.failed: dict[str, str] = {}
        self.imports: dict[str, dict[str, None]] = {}
        with collected({}) as self.modules:
            packages_of_collections(collections)
        # Attributes of packages that stand for modules below them: a task has those that it imports.
        self.children: list[tuple[types.ModuleType, str, types.ModuleType]] = []

    def due(self, wanted: dict[str, Source]) -> list[str]:
        """Return those pending names that a task's module makes use of."""
        text = b"\n".join(source.text for source in wanted.values())

        def used(name):
            if not name.startswith(ROOTS):
                return name.partition(".")[0].encode() in text
            return name in wanted or (name.endswith(".*") and any(f"{one}.".startswith(name[:-1]) for one in wanted))

        return [name for name in self.pending if used(name)]

    def take(self, names: list[str]) -> None:
        """Import pending names."""
        self.pending = [name for name in self.pending if name not in names]
        for package, child, module in self.children:
            setattr(package, child, module)
        with (
            unchanged(),
            recorded_environment(self.read),
            recorded_imports(self.imports),
            collected(self.modules),
        ):
            for name in names:
                for one in self.attempt(expand, name) or []:
                    self.attempt(importlib.import_module, one)
            self.keep()
        self.children = [
            (self.utils[parent].module, child, module)
            for name, module in self.modules.items()
            for parent, _dot, child in [name.rpartition(".")]
            if parent in self.utils and vars(self.utils[parent].module).get(child) is module
        ]
        for package, child, _module in self.children:
            delattr(package, child)

    def attempt(self, function, name: str):
        """Call a function with a name. Returns what it returns, or None.

        A name that cannot be imported is noted with the reason, and so is every module whose import warned: the warning
        is due in each task again.
        """
        before = set(sys.modules)
        result = None
        try:
            with warnings.catch_warnings(record=True) as said, recorded_by_ansible() as noted:
                result = function(name)
        except Exception as error:
            self.failed[name] = f"{type(error).__name__}: {error}"
        if said or noted:
            reason = said[0].message if said else noted[0]
            self.failed.update((one, f"warns: {reason}") for one in {name, *sys.modules} - before)
        return result

    def keep(self) -> None:
        """Note the module utils that have been imported since."""
        modules = {name: module for name, module in list(sys.modules.items()) if is_root(name)}
        files = {name: file for name in modules if not is_above(name) and (file := file_of(name, modules))}
        above = {id(module) for name, module in modules.items() if is_above(name)}
        for name in files.keys() - self.utils.keys() - self.failed.keys():
            # What leads to a package above the module utils is left out: each task brings its own of these.
            if above.isdisjoint(map(id, vars(modules[name]).values())):
                imported = [one for one in self.imports.get(name, ()) if not is_above(one)]
                self.utils[name] = Util(
                    module=modules[name],
                    source=Path(files[name]).read_bytes(),
                    is_package=Path(files[name]).name == "__init__.py",
                    imported=imported,
                    needs={made_by(one, files) for one in imported},
                    finders=[finder for finder in sys.meta_path if type(finder).__module__ == name],
                )


@contextlib.contextmanager
def collected(modules: dict[str, types.ModuleType]):
    """Put module utils into sys.modules, give them, and take them and those that were added out again."""
    sys.modules.update(modules)
    try:
        yield modules
    finally:
        modules.update((name, module) for name, module in list(sys.modules.items()) if is_root(name))
        for name in modules:
            del sys.modules[name]


def is_root(name: str) -> bool:
    """Whether a module belongs to Ansible or a collection."""
    return f"{name}.".startswith(ROOTS)


def file_of(name: str, modules: dict[str, types.ModuleType]) -> str | None:
    """Return the source file that a module came from, also if that put another module in its own place."""
    spec = getattr(modules[name], "__spec__", None)
    parent = modules.get(name.rpartition(".")[0])
    if (spec is None or spec.name != name) and hasattr(parent, "__path__"):
        spec = importlib.machinery.PathFinder.find_spec(name, parent.__path__)
    origin = spec.origin if spec else None
    return origin if origin and origin.endswith(".py") else None


def made_by(name: str, files: dict[str, str]) -> str:
    """Return a module's name, or that of the package whose code made it if no file did."""
    while name and name not in files:
        name = name.rpartition(".")[0]
    return name


def is_above(name: str) -> bool:
    """Whether a module is one of the packages above the module utils, which every task brings itself."""
    return name in ("ansible", "ansible.module_utils") or (
        f"{name}.".startswith("ansible_collections.") and name.count(".") <= 4
    )
