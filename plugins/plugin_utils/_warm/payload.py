# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module that a task runs: which of its parts the interpreter holds already, and how they come to be used.

A module brings every module util that it needs with it, as source in a zip archive. What was imported beforehand is
used in its place only if the sources are the same, byte for byte, and so are those of all that it imported itself.
"""

from __future__ import annotations

import base64
import importlib
import io
import sys
import types
import warnings
import zipfile
import zipimport
from dataclasses import dataclass, field
from pathlib import PurePath


@dataclass
class Util:
    """A module util that was imported beforehand.

    module: what it put in its own place, if it did. source: what it was made from. imported: what it imported, in this
    order. needs: the module utils that these are, or are made by. finders: what it added to sys.meta_path.
    """

    module: types.ModuleType
    source: bytes
    is_package: bool
    imported: list[str]
    needs: set[str]
    finders: list


@dataclass
class Source:
    """A module in an archive."""

    text: bytes
    is_package: bool


@dataclass
class Known:
    """What the interpreter holds: utils by name, and compiled code by source (None where it must be compiled anew)."""

    utils: dict[str, Util] = field(default_factory=dict)
    codes: dict[bytes, types.CodeType | None] = field(default_factory=dict)


def sources(archive: bytes) -> dict[str, Source]:
    """Return the Python modules in an archive (base64) by name."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(archive))) as content:
        for path in content.namelist():
            if path.endswith(".py"):
                name = path.removesuffix(".py").replace("/", ".")
                found[name.removesuffix(".__init__")] = Source(content.read(path), name.endswith(".__init__"))
    return found


def usable(utils: dict[str, Util], wanted: dict[str, Source]) -> set[str]:
    """Return the names of the utils that may stand in for those of an archive."""
    names = {
        name
        for name, source in wanted.items()
        if name in utils and (utils[name].source, utils[name].is_package) == (source.text, source.is_package)
    }
    while wrong := {name for name in names if not names.issuperset(utils[name].needs)}:
        names -= wrong
    return names


def compiled(source: bytes, filename: str) -> types.CodeType | None:
    """Return a module's code, or None where compiling it says something that each run must say again."""
    try:
        with warnings.catch_warnings(record=True) as said:
            code = compile(source, filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    return None if said else code


def relocated(code: types.CodeType, filename: str) -> types.CodeType:
    """Return the code as if it had been compiled from another file."""
    constants = tuple(relocated(one, filename) if isinstance(one, types.CodeType) else one for one in code.co_consts)
    return code.replace(co_filename=filename, co_consts=constants)


class Importer(zipimport.zipimporter):
    """Imports from a module's archive as zipimport does, and takes what is known from what is known."""

    known: Known
    wanted: dict[str, Source]
    usable: set[str]

    def find_spec(self, fullname, target=None):
        spec = super().find_spec(fullname, target)
        if spec is not None and fullname in self.usable:
            spec.loader = Loader(self, self.known.utils[fullname])
        return spec

    def get_filename(self, fullname):
        # What zipimport does as well, but it compiles each module to find out.
        source = self.wanted.get(fullname)
        if source is None:
            return super().get_filename(fullname)
        return f"{self.archive}/{fullname.replace('.', '/')}{'/__init__.py' if source.is_package else '.py'}"

    def get_code(self, fullname):
        source = self.wanted.get(fullname)
        code = self.known.codes.get(source.text) if source else None
        return relocated(code, self.get_filename(fullname)) if code else super().get_code(fullname)


class Loader:
    """Gives out a util that was imported beforehand."""

    def __init__(self, importer: Importer, util: Util) -> None:
        self.importer = importer
        self.util = util

    def create_module(self, spec):
        """Return the module with the attributes of one from the archive."""
        module = self.util.module
        if module.__name__ != spec.name:
            return None
        # A path that it has worked out from where it was imported from is one in the archive, too.
        ending = f"{spec.name.replace('.', '/')}{'/__init__' if self.util.is_package else ''}.py"
        before, after = module.__file__.removesuffix(ending), spec.origin.removesuffix(ending)
        for name, value in list(vars(module).items()):
            if isinstance(value, PurePath) and str(value).startswith(before):
                setattr(module, name, type(value)(after + str(value).removeprefix(before)))
        module.__loader__ = self.importer
        module.__file__ = spec.origin
        if self.util.is_package:
            module.__path__ = spec.submodule_search_locations
        return module

    def exec_module(self, module):
        """Import again what the module imported, so that sys.modules and the packages' attributes get what they had."""
        module.__spec__.loader = self.importer
        sys.meta_path.extend(self.util.finders)
        for name in self.util.imported:
            importlib.import_module(name)
        if module is not self.util.module:
            sys.modules[module.__name__] = self.util.module


def install(known: Known, wanted: dict[str, Source], names: set[str]) -> None:
    """Have the archive that this process puts on sys.path next imported by an Importer."""
    archives = []

    def hook(path):
        if not archives and path.endswith("_payload.zip") and sys.path[:1] == [path]:
            archives.append(path)
        if archives and (path == archives[0] or path.startswith(f"{archives[0]}/")):
            importer = Importer(path)
            importer.known, importer.wanted, importer.usable = known, wanted, names
            return importer
        raise ImportError

    sys.path_hooks.insert(0, hook)
