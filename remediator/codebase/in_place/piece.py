"""How is a resource that the code has not yet written beside one that it has?

After its nearest relative, in that one's style: the order of its fields, its tags, its condition. What it refers to is
named by its symbol where that stands in the same scope, else by its full id.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remediator.codebase.in_place.declared import Instance
from remediator.codebase.in_place.expr import Expr, Get, Lit, Name, Span
from remediator.codebase.in_place.goal import form
from remediator.codebase.in_place.layout import BICEP, HCL, Nested, Raw, entry_lines, unit_of
from remediator.codebase.in_place.locate import Declined, Site, where
from remediator.codebase.in_place.portable import portable
from remediator.codebase.in_place.source import Edit, Source
from remediator.codebase.in_place.value import Id
from remediator.codebase.in_place.verified import LINK, ZONE
from remediator.codebase.in_place.worlds import names_in
from remediator.core.pull_request import Instruction
from remediator.core.resource_id import ResourceId

NETWORK_VERSION, DNS_VERSION = "2024-05-01", "2024-06-01"
_LAST = ("properties", "dependsOn", "depends_on")
_TAGGED = (LINK, ZONE, "Microsoft.Network/privateEndpoints")


@dataclass(frozen=True, slots=True)
class Piece:
    """A resource to be written: its type in both languages, a word for its symbol, and its fields.

    `least` is the API version where older ones do not know what is written.
    """

    arm: str
    azurerm: str
    word: str
    fields: Mapping[str, Any]
    least: str = ""


def added(site: Site, piece: Piece, anchor: Instance, siblings: Sequence[Instance] = ()) -> Edit:
    """The edit that writes it after its anchor, or after the last sibling in the anchor's file."""
    source = site.code.sources[anchor.decl.path]
    beside = [one for one in siblings if one.decl.path == anchor.decl.path and one.decl.parent is None]
    last = max([anchor, *beside], key=lambda one: one.decl.span.end)
    spot = _outermost(site, last)
    at = source.line_end(spot.end)
    like = beside[-1] if beside else None
    text = _bicep(site, source, piece, anchor, like) if form(anchor) == "bicep" else _hcl(site, piece, anchor, like)
    return Edit(Span(source.path, at, at), f"\n\n{text}")


def _outermost(site: Site, found: Instance) -> Span:
    if found.decl.parent is None:
        return found.decl.span
    outer = next(
        (one for one in site.instances() if one.scope == found.scope and one.decl.symbol == found.decl.parent), None
    )
    return _outermost(site, outer) if outer is not None else found.decl.span


def _bicep(site: Site, source: Source, piece: Piece, anchor: Instance, like: Instance | None) -> str:
    unit = unit_of(source, anchor.decl.body) if anchor.decl.body is not None else "  "
    fields = _ordered(_with_tags(source, piece, anchor, like), like)
    lines = "\n".join(entry_lines(fields, BICEP, unit, unit))
    condition = anchor.decl.condition
    guard = ""
    if condition is not None:
        guard = _guard(source, condition, anchor)
    symbol = _fresh(_camel(piece.word), names_in(source))
    version = version_for(source, piece.arm, anchor, piece.least)
    return f"resource {symbol} '{piece.arm}@{version}' = {guard}{{\n{lines}\n}}"


def _guard(source: Source, condition: Expr, anchor: Instance) -> str:
    """The anchor's condition; one that hangs on a loop's turn is left out where this turn is certainly there."""
    words = portable(source, condition)
    if words is not None:
        return f"if ({words.text}) "
    if anchor.exists is not True:
        raise Declined(Instruction("code-value-unknown", f"{where(anchor)} is there under a condition of its loop"))
    return ""


def _hcl(site: Site, piece: Piece, anchor: Instance, like: Instance | None) -> str:
    source = site.code.sources[anchor.decl.path]
    body = anchor.decl.body
    unit = unit_of(source, body) if body is not None else "  "
    head: dict[str, Any] = {}
    count = body.entry("count") if body is not None else None
    if count is not None:
        head["count"] = Raw(source.at(count.value.span))
    provider = body.entry("provider") if body is not None else None
    if provider is not None:
        head["provider"] = Raw(source.at(provider.value.span))
    fields = _ordered(_with_tags(source, piece, anchor, like), like)
    lines = "\n".join([*entry_lines(head, HCL, unit, unit), *([""] if head else []), *_hcl_lines(fields, unit)])
    folder = posixpath.dirname(anchor.decl.path)
    taken = frozenset[str]().union(
        *(names_in(one) for path, one in site.code.sources.items() if posixpath.dirname(path) == folder)
    )
    label = _fresh(_snake(piece.word), taken)
    return f'resource "{piece.azurerm}" "{label}" {{\n{lines}\n}}'


def _hcl_lines(fields: Mapping[str, Any], unit: str) -> list[str]:
    return entry_lines(fields, HCL, unit, unit)


def _with_tags(source: Source, piece: Piece, anchor: Instance, like: Instance | None) -> Mapping[str, Any]:
    """With the tags that a relative has, where they are a plain name."""
    if piece.arm not in _TAGGED:
        return piece.fields
    for one in (like, anchor):
        entry = one.decl.body.entry("tags") if one is not None and one.decl.body is not None else None
        words = portable(source, entry.value) if entry is not None and _plain_name(entry.value) else None
        if words is not None:
            tags = {"tags": words}
            first = {key: value for key, value in piece.fields.items() if key not in _LAST}
            blocks = {key: value for key, value in first.items() if isinstance(value, Nested)}
            plain = {key: value for key, value in first.items() if key not in blocks}
            return {**plain, **tags, **piece.fields}
    return piece.fields


def _plain_name(expr: Expr) -> bool:
    return isinstance(expr, Name) or (isinstance(expr, Get) and _plain_name(expr.of))


def _ordered(fields: Mapping[str, Any], like: Instance | None) -> dict[str, Any]:
    """In the order in which a neighbour of the same type has them."""
    body = like.decl.body if like is not None else None
    if body is None:
        return dict(fields)
    order = [entry.key for entry in body.entries]
    known = sorted((key for key in fields if key in order), key=order.index)
    made = list(known)
    for at, key in enumerate(fields):  # what the neighbour has not stands after what it follows here
        if key not in order:
            before = [made.index(one) for one in list(fields)[:at] if one in made]
            made.insert(max(before, default=-1) + 1, key)
    blocks = [key for key in made if isinstance(fields[key], Nested)]
    return {key: fields[key] for key in (*(key for key in made if key not in blocks), *blocks)}


def version_for(source: Source, arm: str, anchor: Instance | None = None, least: str = "") -> str:
    """The API version that the file uses for a type, else for its parents, else a current one; `least` overrides."""
    text = source.text
    if least:
        return least
    parts = arm.split("/")
    for kind in ["/".join(parts[:size]) for size in range(len(parts), 1, -1)]:
        found = re.search(rf"'{re.escape(kind)}@([\w-]+)'", text, re.IGNORECASE)
        if found:
            return found.group(1)
    own = anchor.decl.kind.partition("@")[2] if anchor is not None else ""
    if own and anchor is not None and arm.lower().startswith(anchor.type.lower()):
        return own
    return DNS_VERSION if "privateDnsZones" in arm else NETWORK_VERSION


def reference(site: Site, near: Instance, rid: Id, text: str, field: str = "id") -> Any:
    """A resource by its symbol where the same scope declares it once, else its id's text."""
    ones = [
        one
        for one in site.instances()
        if one.scope == near.scope
        and one.exists is not False
        and (known := site.id_of(one)) is not None
        and known.fits(rid)
        and form(one) in ("bicep", "terraform")
    ]
    certain = [one for one in ones if (known := site.id_of(one)) is not None and known.group is not None]
    if not certain and not site.only_name(ResourceId(text)):
        return text
    ones = certain or ones
    if len(ones) != 1 or (not certain and len({one.decl.key for one in ones}) != 1):
        return text
    if ones[0].exists is None and ones[0].decl.key != near.decl.key:
        return text
    return Raw(f"{symbol_of(ones[0])}.{field}")


def symbol_of(found: Instance) -> str:
    """How code in the same scope names an instance."""
    decl = found.decl
    if form(found) == "bicep":
        symbol = decl.symbol
        if decl.parent is not None:
            symbol = f"{decl.parent}::{decl.symbol}"
        if decl.looped:
            if not isinstance(found.turn, int):
                raise Declined(Instruction("code-value-unknown", f"{where(found)} is in a loop that is not known"))
            symbol = f"{symbol}[{found.turn}]"
        return symbol
    name = f"data.{decl.kind}.{decl.symbol.removeprefix('data.')}" if found.existing else f"{decl.kind}.{decl.symbol}"
    if not decl.looped:
        return name
    if found.turn == "?":
        if decl.condition is not None and found.exists is None:
            return f"{name}[0]"
        raise Declined(Instruction("code-value-unknown", f"{where(found)} is in a loop that is not known"))
    return f"{name}[{found.turn}]" if isinstance(found.turn, int) else f'{name}["{found.turn}"]'


def group_beside(site: Site, parent: Instance) -> Any:
    """The resource group of a child: as its parent writes it."""
    body = parent.decl.body
    entry = body.entry("resource_group_name") if body is not None else None
    words = portable(site.code.sources[parent.decl.path], entry.value if entry is not None else None)
    return words if words is not None else Raw(f"{symbol_of(parent)}.resource_group_name")


def group_words(site: Site, near: Instance, group: str) -> Any:
    """A resource group's name as a neighbour in the same group writes it, else the name."""
    body, rid = near.decl.body, site.id_of(near)
    entry = body.entry("resource_group_name") if body is not None else None
    if entry is None or rid is None or rid.group is None or rid.group.lower() != group.lower():
        return group
    if isinstance(entry.value, Lit):
        return group
    words = portable(site.code.sources[near.decl.path], entry.value)
    return words if words is not None else group


def require_same_place(site: Site, near: Instance, group: str, subscription: str) -> None:
    """Bicep puts a new resource where its file is deployed: that has to be the group that is wanted."""
    rid = site.id_of(near)
    if rid is None or (rid.group or "").lower() != group.lower() or not _same(rid.subscription, subscription):
        reason = f"{where(near)} is not certainly deployed into resource group {group}"
        raise Declined(Instruction("code-value-unknown", reason))


def _same(one: str | None, other: str) -> bool:
    return one is None or one.lower() == other.lower()


def _camel(words: str) -> str:
    parts = [part for part in re.split(r"[^A-Za-z0-9]+", words) if part]
    return parts[0][:1].lower() + parts[0][1:] + "".join(part[:1].upper() + part[1:] for part in parts[1:])


def _snake(words: str) -> str:
    return "_".join(part.lower() for part in re.split(r"[^A-Za-z0-9]+", words) if part)


def _fresh(name: str, taken: frozenset[str]) -> str:
    if name[:1].isdigit():
        name = f"x{name}"
    found, number = name, 2
    while found in taken:
        found, number = f"{name}{number}", number + 1
    return found
