# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packed modules, kept from play to play.

Ansible packs a module with its module utils once a play, which takes longer than most modules run, and keeps the result
for the rest of that play in a file. Here such a file is kept for later plays, and put in its place again before Ansible
looks for it, as long as packing would have the same result: no file in it has changed, nor any folder in which another
file could come in beside it or in front of it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import json
import os
import pickle
import re
import stat
import sys
import tempfile
import time
import warnings
import zipfile
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import ansible
from ansible import constants as C
from ansible.executor import module_common
from ansible.plugins.loader import module_utils_loader
from ansible.utils.collection_loader._collection_finder import _get_collection_metadata

# Seconds for which a module is kept that no play has made use of.
KEPT_FOR = 30 * 24 * 3600
# Written by Ansible itself, which its version stands for.
GENERATED = ("ansible/__init__.py", "ansible/module_utils/__init__.py")
COLLECTION = re.compile(rb"ansible_collections\.(\w+\.\w+)")
ANSIBLE = Path(ansible.__file__).parent


class NotKept(Exception):
    """What was packed cannot be kept, because nobody could tell later whether it is still right."""


@dataclass(frozen=True)
class Packed:
    """A module, where Ansible looks for it once it is packed, and where it is kept."""

    module: str
    name: str
    place: Path
    kept: Path

    def restore(self) -> None:
        """Put what is kept where Ansible looks for it, if packing would have the same result."""
        with contextlib.suppress(FileNotFoundError), self.kept.open("rb") as file:
            if is_current(json.loads(file.readline())):
                write(self.place, file.read())
                os.utime(self.kept)

    def keep(self) -> None:
        """Keep what Ansible has just packed."""
        content = self.place.read_bytes()
        described = json.dumps(description(self, b64decode(pickle.loads(content).zip_data)))
        write(self.kept, described.encode() + b"\n" + content)
        for path in self.kept.parent.iterdir():
            if path.stat().st_mtime < time.time() - KEPT_FOR:
                path.unlink()


def install(home: str, say: Callable[[str], None]) -> None:
    """Have this process keep the modules that it packs below a folder, and find them there; say what goes wrong."""
    original = module_common._find_module_utils
    if hasattr(original, "__wrapped__"):
        return

    @functools.wraps(original)
    def find_module_utils(**arguments):
        packed = None
        try:
            packed = here(home, arguments["module_path"], arguments["module_compression"])
            if packed and not packed.place.exists():
                packed.restore()
            known = not packed or packed.place.exists()
        except Exception as error:
            say(f"no packed module: {error}")
            known = True
        with warned() as warnings_given:
            result = original(**arguments)
        try:
            # What packing warns of, it is to warn of in each play.
            if not known and not warnings_given and packed.place.exists():
                packed.keep()
        except Exception as error:
            say(f"packed module not kept: {error}")
        return result

    module_common._find_module_utils = find_module_utils


@contextlib.contextmanager
def warned() -> Iterator[list]:
    """Give a list of the warnings that Python gives meanwhile, such as those about a module's source."""
    given, show = [], warnings.showwarning

    def showwarning(*arguments, **named):
        given.append(arguments)
        show(*arguments, **named)

    warnings.showwarning = showwarning
    try:
        yield given
    finally:
        warnings.showwarning = show


def here(home: str, module: str, compression: str) -> Packed | None:
    """Return a module as this process finds and packs it, or None if it is not one that can be kept."""
    try:
        name = module_common._get_ansible_module_fqn(module)
    except ValueError:
        return None
    # Folders of module utils beside a role or a playbook come and go within a play.
    own = os.path.realpath(ANSIBLE / "module_utils")
    if any(
        os.path.isdir(path) and os.path.realpath(path) != own for path in module_utils_loader._get_paths(subdirs=False)
    ):
        return None
    identity = json.dumps([module, compression, str(ANSIBLE), ansible.__version__, sys.version, roots()])
    folder = Path(home, "llmops_ecs_warm")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.stat()
    if status.st_uid != os.geteuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(f"{folder} is not this user's alone")
    return Packed(
        module=module,
        name=name,
        place=Path(C.DEFAULT_LOCAL_TMP, "ansiballz_cache", f"{name}-{compression}-none"),
        kept=folder / f"{name}-{hashlib.sha256(identity.encode()).hexdigest()[:16]}",
    )


def roots() -> list[str]:
    """Return the folders that collections are looked for in, the first one first."""
    package = sys.modules.get("ansible_collections")
    return list(package.__path__) if package else []


def collection_folder(name: str) -> str:
    """Return the folder of a collection, empty if there is none."""
    return next((path for root in roots() if os.path.isdir(path := os.path.join(root, *name.split(".")))), "")


def description(packed: Packed, archive: bytes) -> dict:
    """Return by what to tell whether an archive is still right: collections' folders, and what files are like.

    Raises NotKept if there is anything in it that is not simply a file of the module, of Ansible or of a collection.
    """
    mentioned = {packed.name.removeprefix("ansible_collections.").rpartition(".plugins.")[0]}
    with zipfile.ZipFile(io.BytesIO(archive)) as content:
        members = {member: content.read(member) for member in content.namelist()}
    for member, text in members.items():
        mentioned |= {name.decode() for name in COLLECTION.findall(text)}
        parts = member.split("/")
        if parts[0] == "ansible_collections" and len(parts) > 4:
            mentioned.add(".".join(parts[1:3]))
    folders = {name: collection_folder(name) for name in sorted(mentioned - {""})}
    stamps = {}
    for member, text in members.items():
        if member in GENERATED or (not text and is_made_up(member)):
            continue
        path = file_of(packed, member, folders)
        # First what it is like, then what it holds: not the other way round.
        stamps[path] = stamp(path)
        if not path or Path(path).read_bytes() != text:
            raise NotKept(f"{member} is not the file {path or 'of anything known'}")
    for path in watched(folders):
        stamps[path] = stamp(path)
    for name, folder in folders.items():
        if folder and (routed := routing(name) & {member_name(member) for member in members}):
            raise NotKept(f"{sorted(routed)[0]} is redirected or deprecated")
    return {"folders": folders, "stamps": stamps}


def stamp(path: str) -> list[int]:
    """Return what tells one state of a file or folder from another, empty if there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return []
    return [status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino]


def is_current(described: dict) -> bool:
    """Whether everything is as it was described."""
    return all(collection_folder(name) == folder for name, folder in described["folders"].items()) and all(
        stamp(path) == known for path, known in described["stamps"].items()
    )


def is_made_up(member: str) -> bool:
    """Whether a member is a package for which Ansible makes an empty file up, whatever there is."""
    *folders, name = member.split("/")
    return name == "__init__.py" and (
        folders == ["ansible", "modules"] or (folders[0] == "ansible_collections" and len(folders) <= 5)
    )


def file_of(packed: Packed, member: str, folders: dict[str, str]) -> str:
    """Return the file that a member of an archive is, empty if it is not known."""
    parts = member.split("/")
    if member == f"{packed.name.replace('.', '/')}.py":
        return packed.module
    if parts[0] == "ansible":
        return str(ANSIBLE.joinpath(*parts[1:]))
    folder = folders.get(".".join(parts[1:3])) if parts[0] == "ansible_collections" else None
    return os.path.join(folder, *parts[3:]) if folder else ""


def watched(folders: dict[str, str]) -> Iterator[str]:
    """Yield what is to stay as it is beside the files: where others could be added, and what redirects them."""
    yield from subfolders(str(ANSIBLE / "module_utils"))
    for folder in filter(None, folders.values()):
        yield os.path.join(folder, "meta", "runtime.yml")
        yield from subfolders(os.path.join(folder, "plugins", "module_utils"))


def subfolders(folder: str) -> Iterator[str]:
    """Yield a folder and all below it; those of compiled code do not count."""
    yield folder
    for path, names, _files in os.walk(folder, followlinks=True):
        names[:] = [name for name in names if name != "__pycache__"]
        yield from (os.path.join(path, name) for name in names)


def routing(collection: str) -> set[str]:
    """Return the names of a collection's module utils that its routing says something about."""
    routed = _get_collection_metadata(collection).get("plugin_routing", {}).get("module_utils", {})
    return {f"ansible_collections.{collection}.plugins.module_utils.{name}" for name in routed}


def member_name(member: str) -> str:
    """Return the name of the Python module that is in a member of an archive."""
    return member.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def write(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    with open(descriptor, "wb") as file:
        file.write(content)
    os.replace(name, path)
