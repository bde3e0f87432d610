"""What does the code declare? Instances of resources with the place that declares each.

A `World` is one deployment of the code: a root with one set of parameters. The same declaration may be in several.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from remediator.codebase.in_place.evaluate import Env
from remediator.codebase.in_place.expr import Expr, Fields, Span
from remediator.codebase.in_place.value import NO_DEPS, Deps, Id, Value


@dataclass(frozen=True, slots=True)
class Place:
    """Where a deployment puts things: None where only whoever deploys knows; `inherited` where no `scope` says it."""

    group: str | None = None
    subscription: str | None = None
    inherited: bool = True


@dataclass(frozen=True, slots=True)
class Decl:
    """A declaration in a file.

    `symbol` names it in its file, `kind` is the language's word for what it is (a type with version, an azurerm type, a
    module's source), `span` all of it, `body` its object. `looped` says whether it makes several, `condition` is what
    stands behind `if` or `count`.
    """

    path: str
    symbol: str
    kind: str
    span: Span
    body: Fields | None
    looped: bool = False
    parent: str | None = None
    condition: Expr | None = None
    kind_span: Span | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """The same before and after an edit elsewhere."""
        return (self.path, self.kind.partition("@")[0], self.symbol)


@dataclass(slots=True)
class Instance:
    """One resource, or one call of a module that is not in the tree.

    `type` is the ARM type, "" for a module's call. `names` are None where a name is not known, `why` says why. `exists`
    is None where a condition is not known. `existing` is what is only referred to (`existing`, `data`). `chain` are the
    module calls on the way to it, `turn` the key of its loop. `parent` is what it is a child of where its own name is
    not known.
    """

    world: str
    type: str
    decl: Decl
    env: Env
    names: tuple[str, ...] | None
    why: str
    place: Place
    exists: bool | None
    existing: bool
    guards: Value | None
    chain: tuple[str, ...]
    turn: str | int | None
    reading: Callable[[], Value]
    name_deps: Deps = NO_DEPS
    loop: Value | None = None
    parent: Id | None = None
    _body: Value | None = field(default=None)

    @property
    def body(self) -> Value:
        """What it says, worked out when it is asked for."""
        if self._body is None:
            self._body = self.reading()
        return self._body

    @property
    def id(self) -> Id | None:
        """Its id as far as the code tells."""
        if self.names is None or not self.type:
            return None
        return Id(self.type, self.names, self.place.group, self.place.subscription)

    @property
    def key(self) -> tuple[object, ...]:
        """Which one it is, the same before and after an edit elsewhere."""
        return (self.world, self.chain, self.decl.key, self.turn)

    @property
    def scope(self) -> tuple[object, ...]:
        """The one reading of a file or folder that it stands in."""
        return (self.world, self.chain)


@dataclass(slots=True)
class World:
    """One deployment: a root file or folder, and the parameter file that goes with it ("" for none).

    `files` are all that it is read from: one in which nothing of them changes stays the same.
    """

    root: str
    parameters: str
    files: frozenset[str] = frozenset()
    instances: tuple[Instance, ...] = ()

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.root} with {self.parameters}" if self.parameters else self.root
