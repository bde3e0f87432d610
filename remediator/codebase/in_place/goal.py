"""What is one change of a plan as a wish to the code? Has the code it already, and in which ways could it get it?

Each kind of change has its module (`registry`, `zone_link`, …); `editing` goes through a plan's wishes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from remediator.codebase.in_place.declared import Instance
from remediator.codebase.in_place.expr import At, Blocks, Expr, Fields, Get, Items, Name
from remediator.codebase.in_place.locate import Site
from remediator.codebase.in_place.setting import Way
from remediator.codebase.in_place.value import Id, Value, plain
from remediator.core.resource_id import ResourceId


class Goal(Protocol):
    """One wish. All of these may raise `Declined`."""

    def holds(self, site: Site) -> bool:
        """Whether the code says it already."""
        ...

    def ways(self, site: Site) -> Iterator[Way]:
        """Ways to make it so, smallest first."""
        ...

    def may_change(self, site: Site, found: Instance) -> bool:
        """Whether a declared resource is one that this wish is about."""
        ...

    def paths(self, found: Instance) -> tuple[tuple[str, ...], ...] | None:
        """What of a resource that is there before and after may differ; None for anything."""
        ...

    def owner(self, site: Site) -> ResourceId | None:
        """What something new of this wish belongs to: it may only be made where that is."""
        ...

    def told(self, site: Site) -> str:
        """What a person would write, as code."""
        ...


def look(body: Value, path: tuple[str, ...]) -> Value | None:
    """What a body says some levels below; None where it says nothing. A step into nested blocks means the one block."""
    here: Value | None = body
    for key in path:
        if here is not None and isinstance(here.data, tuple):
            here = here.data[0] if len(here.data) == 1 else None
        if here is None or not here.known:
            return here
        here = here.item(key)
    return here


def same(value: Value | None, wanted: Any) -> bool:
    """Whether a value is what is wanted; words and ids are compared without case, Terraform's "true" is true."""
    found = plain(value) if value is not None else None
    if isinstance(wanted, bool) and isinstance(found, str):
        return found.lower() == str(wanted).lower()
    if isinstance(found, str) and isinstance(wanted, str):
        return found.lower() == wanted.lower()
    return bool(found == wanted) and isinstance(found, bool) == isinstance(wanted, bool)


def refers(value: Value | None, rid: Id) -> bool:
    """Whether a value is the id of a resource, as far as the code tells."""
    found = value.id() if value is not None else None
    return found is not None and found.fits(rid)


def form(found: Instance) -> str:
    """In which form something is declared: `bicep`, `terraform`, `azapi`, or a verified module in one of the two."""
    kind = found.decl.kind
    if kind.startswith("azapi_"):
        return "azapi"
    if found.decl.path.lower().endswith(".tf"):
        return "verified-terraform" if kind.startswith("module ") else "terraform"
    return "verified-bicep" if kind.startswith("br") else "bicep"


def lifecycle_of(found: Instance) -> Fields | None:
    """Terraform's `lifecycle` block."""
    entry = found.decl.body.entry("lifecycle") if found.decl.body is not None else None
    block = entry.value.items[0] if entry is not None and isinstance(entry.value, Blocks) else None
    return block if isinstance(block, Fields) else None


def ignored_changes(found: Instance) -> tuple[str, ...]:
    """The attributes whose changes Terraform leaves alone, with `all` for every one."""
    lifecycle = lifecycle_of(found)
    entry = lifecycle.entry("ignore_changes") if lifecycle is not None else None
    if entry is None:
        return ()
    listed = entry.value.items if isinstance(entry.value, Items) else (entry.value,)
    return tuple(_first_word(item) for item in listed)


def _first_word(expr: Expr) -> str:
    while isinstance(expr, (Get, At)):
        expr = expr.of
    return expr.name if isinstance(expr, Name) else ""
