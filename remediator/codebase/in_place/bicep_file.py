"""What is a Bicep file as it is read: its parameters, variables, resources, modules and outputs."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field

from remediator.codebase.in_place.expr import Expr, Fields, Loop, Span
from remediator.codebase.in_place.source import Source


@dataclass(frozen=True, slots=True)
class Block:
    """A resource's or module's declaration.

    `symbol` is its name in the file, `what` its type with version or its module path, `parent` the symbol that it is
    nested in. `span` is the whole declaration with its decorators; `body` is None where it is nothing that we read.
    """

    symbol: str
    what: str
    span: Span
    body: Fields | None
    existing: bool = False
    condition: Expr | None = None
    loop: Loop | None = None
    parent: str | None = None
    what_span: Span | None = None


@dataclass(slots=True)
class BicepFile:
    """One file. `allowed` are the values to which a parameter is bound."""

    source: Source
    parsed: bool
    scope: str = "resourceGroup"
    using: str | None = None
    params: dict[str, Expr | None] = field(default_factory=dict)
    allowed: dict[str, Expr] = field(default_factory=dict)
    variables: dict[str, Expr] = field(default_factory=dict)
    outputs: dict[str, Expr] = field(default_factory=dict)
    resources: dict[str, Block] = field(default_factory=dict)
    modules: dict[str, Block] = field(default_factory=dict)
    named: frozenset[str] = frozenset()


def module_path(here: str, what: str) -> str | None:
    """The path in the tree that a local module's path means."""
    if ":" in what:
        return None
    return posixpath.normpath(posixpath.join(posixpath.dirname(here), what))
