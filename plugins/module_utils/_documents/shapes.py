# Copyright (c) 2026 the llmops.ecs contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Documents in AWS's own spelling, brought to the types that botocore's service model names and checked against it."""

from __future__ import annotations

import re
import typing as t
from types import SimpleNamespace

from ansible.module_utils.parsing.convert_bool import BOOLEANS_FALSE, BOOLEANS_TRUE

try:
    from botocore.validate import ParamValidator
except ImportError:
    # Modules say which libraries are missing before anything is called here.
    ParamValidator = None

if t.TYPE_CHECKING:
    from botocore.model import Shape, StructureShape


# How botocore tells that a value has another type: the value can be anything, over lines.
_OTHER_TYPE = re.compile(r"(Invalid type for parameter (?P<path>.+?), value: ).*?(?P<type>, type: <class '\w+'>)", re.S)
# Members in which, at any depth, a value may be a secret.
_SECRETIVE = re.compile(r"\.(environment|secrets|options|driverOpts|command|entryPoint)\b")


#: A resource as AWS writes it: names of members and their values.
Document = dict[str, t.Any]


class DocumentError(ValueError):
    """What is wrong with a document, with the path of each bad field; nothing was sent to AWS."""


def shape_of(client: t.Any, operation: str) -> StructureShape:
    """Return the shape of what an operation takes; operation is AWS's name for it, as in C(CreateCluster)."""
    return client.meta.service_model.operation_model(operation).input_shape


def coerce(document: t.Any, shape: Shape) -> t.Any:
    """Return the document with its scalars in the types that the shape names, and without members that are null.

    What cannot be brought to its type, and what the shape does not know, stays as it is: M(validate) names it.
    """
    if shape.type_name == "structure" and isinstance(document, dict):
        members = shape.members
        return {
            name: coerce(value, members[name]) if name in members else value
            for name, value in document.items()
            if value is not None
        }
    if shape.type_name == "map" and isinstance(document, dict):
        return {
            coerce(name, shape.key): coerce(value, shape.value) for name, value in document.items() if value is not None
        }
    if shape.type_name == "list" and isinstance(document, list):
        return [coerce(item, shape.member) for item in document]
    return SCALARS.get(shape.type_name, _as_it_is)(document)


def agreed(option: str, params: t.Mapping[str, t.Any], member: str) -> str:
    """Return the name that an option, and the member of definition that means the same, agree on."""
    named = {params[option], (params["definition"] or {}).get(member)} - {None, ""}
    if not named:
        raise DocumentError(f"{option} is missing: set the option {option}, or definition.{member}")
    if len(named) > 1:
        raise DocumentError(f"{option} and definition.{member} differ ({', '.join(sorted(named))}); drop one of them")
    return named.pop()


def known(document: t.Any, shape: Shape) -> t.Any:
    """Return only those members of what AWS answered that can also be asked for, at every depth."""
    if shape.type_name == "structure" and isinstance(document, dict):
        return {name: known(document[name], member) for name, member in shape.members.items() if name in document}
    if shape.type_name == "list" and isinstance(document, list):
        return [known(item, shape.member) for item in document]
    return document


def validate(document: t.Any, shape: StructureShape, where: str = "definition", required: bool = True) -> None:
    """Check a document by botocore's validator, and its enumerations and upper limits, which botocore leaves to AWS.

    where is what paths begin with in messages. With required=False the document's own members may be missing, as
    when an option of the module supplies them; members of members never. Raises DocumentError with all that is wrong.
    """
    top = shape
    if not required:
        top = SimpleNamespace(
            type_name="structure",
            members=shape.members,
            metadata={},
            is_tagged_union=False,
            is_document_type=False,
        )
    # A structure around the document makes botocore begin its paths with where.
    around = SimpleNamespace(
        type_name="structure", members={where: top}, metadata={}, is_tagged_union=False, is_document_type=False
    )
    report = _OTHER_TYPE.sub(_without_secrets, ParamValidator().validate({where: document}, around).generate_report())
    problems = [*report.splitlines(), *_out_of_range(document, shape, where)]
    if problems:
        raise DocumentError("; ".join(problems))


def _without_secrets(found: re.Match[str]) -> str:
    """Return what botocore tells without a value that may be, or hold, a secret."""
    nested = found["type"].endswith(("'dict'>", "'list'>", "'tuple'>"))
    return f"{found[1]}(hidden){found['type']}" if nested or _SECRETIVE.search(found["path"]) else found[0]


def _out_of_range(value: t.Any, shape: Shape, where: str) -> t.Iterator[str]:
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, member in shape.members.items():
            if name in value:
                yield from _out_of_range(value[name], member, f"{where}.{name}")
    elif shape.type_name == "map" and isinstance(value, dict):
        for name, item in value.items():
            yield from _out_of_range(item, shape.value, f"{where}.{name}")
    elif shape.type_name == "list" and isinstance(value, list):
        for position, item in enumerate(value):
            yield from _out_of_range(item, shape.member, f"{where}[{position}]")
    elif shape.type_name == "string" and isinstance(value, str) and shape.enum and value not in shape.enum:
        yield f"Invalid value for parameter {where}, value: {value}, must be one of: {', '.join(shape.enum)}"
    elif shape.type_name in ("integer", "long") and isinstance(value, int) and value > shape.metadata.get("max", value):
        yield f"Invalid value for parameter {where}, value: {value}, valid max value: {shape.metadata['max']}"


def _as_it_is(value: t.Any) -> t.Any:
    return value


def _string(value: t.Any) -> t.Any:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else value


def _integer(value: t.Any) -> t.Any:
    if isinstance(value, bool):
        # Python takes a bool for an int and botocore would send it: as text the validator refuses it.
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"\s*[-+]?[0-9]+\s*", value):
        return int(value)
    return value


def _float(value: t.Any) -> t.Any:
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _boolean(value: t.Any) -> t.Any:
    plain = value.strip().lower() if isinstance(value, str) else value
    if isinstance(plain, (str, int)) and plain in BOOLEANS_TRUE:
        return True
    if isinstance(plain, (str, int)) and plain in BOOLEANS_FALSE:
        return False
    return value


SCALARS: dict[str, t.Callable[[t.Any], t.Any]] = {
    "string": _string,
    "integer": _integer,
    "long": _integer,
    "float": _float,
    "double": _float,
    "boolean": _boolean,
}
