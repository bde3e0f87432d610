"""What does Microsoft say that a resource looks like? The types that Bicep itself uses, and a check against them.

The archive (`../shared/specs/bicep-types.tar.xz`, data of Azure/bicep-types-az, MIT) holds a `types.json` for each
provider and version; its index names some of the types in them. Flags of a property: 1 required, 2 read-only. Scopes of
a resource: 1 tenant, 2 management group, 4 subscription, 8 resource group, 16 another resource.
"""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.infra.values import Later, known

ARCHIVE = Path(__file__).resolve().parents[3] / "shared" / "specs" / "bicep-types.tar.xz"
REQUIRED, READ_ONLY = 1, 2
SCOPES = {"tenant": 1, "managementGroup": 2, "subscription": 4, "resourceGroup": 8, "extension": 16}
Types = list[dict[str, Any]]

needs_types = pytest.mark.skipif(not ARCHIVE.exists(), reason="Microsoft's published types are not beside the project")


@cache
def _files() -> dict[str, str]:
    with tarfile.open(ARCHIVE) as archive:
        members = [one for one in archive.getmembers() if one.isfile()]
        read = {one.name.partition("/")[2]: archive.extractfile(one) for one in members}
        return {name: stream.read().decode() for name, stream in read.items() if stream}


@cache
def _types(path: str) -> Types:
    found: Types = json.loads(_files()[path])
    return found


@cache
def _resource(type_: str, version: str) -> tuple[str, int] | None:
    """The file and the place of a resource's type in it; None where the archive has none."""
    wanted, index = f"{type_}@{version}", json.loads(_files()["index.json"])
    provider = type_.split("/")[0].lower()
    near = sorted({path for path in index.values() if f"/{provider}/{version}/" in f"/{path}"})
    for path in [index[wanted]] if wanted in index else near:
        for place, one in enumerate(_types(path)):
            if one["$type"] == "ResourceType" and one["name"] == wanted:
                return path, place
    return None


class Shape:
    """One type of a file: `self.one` is its description, others of the file are found by their place."""

    def __init__(self, path: str, place: int) -> None:
        self.path, self.one = path, _types(path)[place]

    @property
    def kind(self) -> str:
        """The kind of type, e.g. `ObjectType`."""
        return str(self.one["$type"])

    def to(self, reference: dict[str, str]) -> Shape:
        """The type that a reference (`#/12`) leads to."""
        return Shape(self.path, int(reference["$ref"].rpartition("/")[2]))

    def properties(self, value: object = None) -> dict[str, Any]:
        """The properties of an object; for a union with a discriminator, those of the element that `value` chooses."""
        if self.kind == "DiscriminatedObjectType":
            own, chosen = dict(self.one["baseProperties"]), self.chosen(value)
            return own | (chosen.properties() if chosen else {})
        return dict(self.one.get("properties", {}))

    def chosen(self, value: object) -> Shape | None:
        """The element that the discriminator of `value` names."""
        name = known(value.get(self.one["discriminator"])) if isinstance(value, dict) else None
        reference = self.one["elements"].get(name) if isinstance(name, str) else None
        return self.to(reference) if reference else None


def shape_of(type_: str, version: str) -> Shape | None:
    """The body of a resource of this type and version, None where Microsoft has published none."""
    found = _resource(type_, version)
    return Shape(*found).to(Shape(*found).one["body"]) if found else None


def scopes_of(type_: str, version: str) -> int:
    """Where a resource of this type may be written, as bits of `SCOPES`; 0 where there is none."""
    found = _resource(type_, version)
    return int(Shape(*found).one["writableScopes"]) if found else 0


def read_kind(shape: Shape, path: tuple[str, ...]) -> str | None:
    """What kind of value is read at a path of a resource (`properties`, `clientId`); None where there is none."""
    for name in path:
        options = [shape]
        if shape.kind == "DiscriminatedObjectType":
            options = [shape, *(shape.to(one) for one in shape.one["elements"].values())]
        properties = {
            key: one
            for option in options
            for key, one in (option.one.get("properties", {}) | option.one.get("baseProperties", {})).items()
        }
        if name not in properties:
            return None
        shape = shape.to(properties[name]["type"])
    return _kind(shape)


def _kind(shape: Shape) -> str:
    kinds = {
        "StringType": "string", "StringLiteralType": "string", "IntegerType": "int", "BooleanType": "bool",
        "ArrayType": "array", "AnyType": "any",
    }  # fmt: skip
    if shape.kind == "UnionType":
        return _kind(shape.to(shape.one["elements"][0]))
    return kinds.get(shape.kind, "object")


def problems(value: Any, shape: Shape, where: str) -> Iterator[str]:
    """What is wrong with a value, each with the way to it; `Later` values are compared by their kind."""
    value = known(value)
    if isinstance(value, Later):
        yield from _of_later(value, shape, where)
    elif shape.kind in ("ObjectType", "DiscriminatedObjectType"):
        yield from _of_object(value, shape, where)
    elif shape.kind == "ArrayType":
        yield from _of_array(value, shape, where)
    elif shape.kind == "UnionType":
        yield from _of_union(value, shape, where)
    elif shape.kind != "AnyType":
        yield from _of_plain(value, shape, where)


def _of_later(value: Later, shape: Shape, where: str) -> Iterator[str]:
    if shape.kind == "UnionType" and all(shape.to(one).kind == "StringLiteralType" for one in shape.one["elements"]):
        yield f"{where}: one of a few words is wanted, and this is known only while deploying"
    elif "any" not in (value.kind, _kind(shape)) and value.kind != _kind(shape):
        yield f"{where}: {_kind(shape)} is wanted, not {value.kind}"


def _of_object(value: Any, shape: Shape, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: an object is wanted, not {value!r}"
        return
    if shape.kind == "DiscriminatedObjectType" and shape.chosen(value) is None:
        named = shape.one["discriminator"]
        yield f"{where}.{named}: {known(value.get(named))!r} is none of {', '.join(sorted(shape.one['elements']))}"
        return
    properties, others = shape.properties(value), shape.one.get("additionalProperties")
    for name, inner in value.items():
        if name in properties:
            if properties[name]["flags"] & READ_ONLY:
                yield f"{where}.{name}: is read-only"
            elif known(inner) is not None:
                yield from problems(inner, shape.to(properties[name]["type"]), f"{where}.{name}")
        elif others:
            yield from problems(inner, shape.to(others), f"{where}.{name}")
        else:
            yield f"{where}.{name}: there is no such property"
    for name, one in properties.items():
        if one["flags"] & REQUIRED and not one["flags"] & READ_ONLY and known(value.get(name)) is None:
            yield f"{where}.{name}: is required"


def _of_array(value: Any, shape: Shape, where: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{where}: an array is wanted, not {value!r}"
        return
    if not shape.one.get("minLength", 0) <= len(value) <= shape.one.get("maxLength", len(value)):
        yield f"{where}: {len(value)} items"
    for place, item in enumerate(value):
        yield from problems(item, shape.to(shape.one["itemType"]), f"{where}[{place}]")


def _of_union(value: Any, shape: Shape, where: str) -> Iterator[str]:
    elements = [shape.to(one) for one in shape.one["elements"]]
    # an enumeration that may grow is published as its words or any text: a word that is not known yet is a mistake here
    if any(one.kind == "StringLiteralType" for one in elements):
        elements = [one for one in elements if one.kind != "StringType"]
    if all(any(True for _ in problems(value, one, where)) for one in elements):
        words = [str(one.one.get("value", one.kind)) for one in elements]
        yield f"{where}: {value!r} is none of {', '.join(words)}"


def _of_plain(value: Any, shape: Shape, where: str) -> Iterator[str]:
    one = shape.one
    if shape.kind == "StringLiteralType":
        if value != one["value"]:
            yield f"{where}: {one['value']!r} is wanted, not {value!r}"
    elif shape.kind == "BooleanType":
        if not isinstance(value, bool):
            yield f"{where}: true or false is wanted, not {value!r}"
    elif shape.kind == "IntegerType":
        if not isinstance(value, int) or isinstance(value, bool):
            yield f"{where}: a number is wanted, not {value!r}"
        elif not one.get("minValue", value) <= value <= one.get("maxValue", value):
            yield f"{where}: {value} is out of range"
    elif not isinstance(value, str):
        yield f"{where}: a text is wanted, not {value!r}"
    elif not one.get("minLength", 0) <= len(value) <= one.get("maxLength", len(value)):
        yield f"{where}: a text of {len(value)} characters"
    elif one.get("pattern") and not re.search(one["pattern"], value):
        yield f"{where}: {value!r} has not the form {one['pattern']}"
