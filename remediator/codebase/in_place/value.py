"""What is a value of the code, where does it come from, and what else would move if that place were changed?

A value that cannot be worked out is `Unread` with a reason, never a guess. `origin` is the expression in which the
value is written out, where it came from there through plain names only; `deps` are all literals that it was made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from remediator.codebase.in_place.expr import Expr, Span
from remediator.core.resource_id import ResourceId

Deps = frozenset[Span]
NO_DEPS: Deps = frozenset()


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a value is not known from the code."""

    why: str


class Typed(dict[str, "Value"]):
    """An object whose type gives defaults to fields that are left out: what is not there is not known."""


class Lazy(Protocol):
    """Something whose fields are worked out when they are asked for: a resource, a module's outputs, `var`."""

    def get(self, key: str) -> Value:
        """A field."""
        ...

    def at(self, key: Any) -> Value:
        """An instance of a loop."""
        ...


@dataclass(frozen=True, slots=True)
class Id:
    """A resource's id as far as the code tells: group and subscription are None where the deployment decides."""

    type: str
    names: tuple[str, ...]
    group: str | None = None
    subscription: str | None = None

    @classmethod
    def parse(cls, text: str) -> Id | None:
        """From a full id's text."""
        rid = ResourceId(text)
        if not rid.subscription or not rid.type or "//" in rid.text:
            return None
        tail = rid.text[rid.key.rfind("/providers/") + len("/providers/") :].split("/")
        if len(tail) % 2 == 0:
            return None
        return cls(rid.type, tuple(tail[2::2]), rid.resource_group or None, rid.subscription)

    def child(self, kind: str, name: str) -> Id:
        """A child's id."""
        return replace(self, type=f"{self.type}/{kind}", names=(*self.names, name))

    def may_be(self, target: ResourceId) -> bool:
        """Whether this can be the resource: type and names the same, the scope the same or not told."""
        other = Id.parse(target.text)
        return other is not None and self.fits(other)

    def fits(self, other: Id) -> bool:
        """Whether both can be the same resource."""
        return (
            self.type.lower() == other.type.lower()
            and tuple(name.lower() for name in self.names) == tuple(name.lower() for name in other.names)
            and _same(self.group, other.group)
            and _same(self.subscription, other.subscription)
        )

    @property
    def words(self) -> str:
        """For comparing and for people."""
        return "/".join((self.subscription or "?", self.group or "?", self.type, *self.names)).lower()


def _same(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one.lower() == other.lower()


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """One value. `data` is a plain value, a tuple or dict of values, an `Id`, a `Lazy` or `Unread`.

    `flips` is (condition, value if true, value if false) where a conditional chose, `negated` what a `!` stood before,
    `source` what a loop that made it went over, `defaulted` the call that could have passed it, with its name there.
    """

    data: Any
    origin: Expr | None = None
    deps: Deps = NO_DEPS
    flips: tuple[Value, Value, Value] | None = field(default=None)
    negated: Value | None = field(default=None)
    source: Value | None = field(default=None)
    defaulted: tuple[Value, str] | None = field(default=None)

    @property
    def known(self) -> bool:
        """Whether it could be worked out."""
        return not isinstance(self.data, Unread)

    @property
    def why(self) -> str:
        """Why not."""
        return self.data.why if isinstance(self.data, Unread) else ""

    def text(self) -> str | None:
        """A text, None for anything else."""
        if isinstance(self.data, str):
            return self.data
        return None

    def item(self, key: str) -> Value | None:
        """A field of an object, without regard to case as ARM reads bodies; None where there is none."""
        if not isinstance(self.data, dict):
            return None
        found = self.data.get(key)
        if found is None:
            found = next((value for name, value in self.data.items() if name.lower() == key.lower()), None)
        return found

    def with_deps(self, deps: Deps) -> Value:
        """The same value, which hangs on these too."""
        return replace(self, deps=self.deps | deps) if deps - self.deps else self

    def id(self) -> Id | None:
        """What it refers to, where it is an id."""
        if isinstance(self.data, Id):
            return self.data
        return Id.parse(self.data) if isinstance(self.data, str) and self.data.startswith("/subscriptions/") else None


def unread(why: str, deps: Deps = NO_DEPS) -> Value:
    """A value that is not known."""
    return Value(Unread(why), None, deps)


def plain(value: Value | None) -> Any:
    """The value without places, to be compared: ids and unknown ones as words."""
    if value is None:
        return None
    data = value.data
    if isinstance(data, dict):
        return {key: plain(item) for key, item in data.items()}
    if isinstance(data, tuple):
        return [plain(item) for item in data]
    if isinstance(data, Id):
        return f"id:{data.words}"
    if isinstance(data, Unread):
        return f"?{re.sub(r'[0-9]+', '', data.why)}"
    if data is None or isinstance(data, (str, int, float, bool)):
        return data
    return "lazy"


def unread_deps(value: Value | None) -> Deps:
    """Every literal that the parts of a value which are not known hang on."""
    if value is None:
        return NO_DEPS
    if isinstance(value.data, Unread):
        return value.deps
    parts: Iterable[Value] = ()
    if isinstance(value.data, dict):
        parts = value.data.values()
    elif isinstance(value.data, tuple):
        parts = value.data
    return NO_DEPS.union(*(unread_deps(part) for part in parts))


def ids_in(value: Value | None) -> Iterator[Id]:
    """Every resource that a value and its parts refer to."""
    if value is None:
        return
    rid = value.id()
    if rid is not None:
        yield rid
    parts: Iterable[Value] = ()
    if isinstance(value.data, dict):
        parts = value.data.values()
    elif isinstance(value.data, tuple):
        parts = value.data
    for part in parts:
        yield from ids_in(part)
