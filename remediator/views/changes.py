"""What will a plan do, written as `+ ~ -` with each change's values before and after?

The terminal prints `terminal(plan)`; pages and mails lay out `shown(plan)`. Nothing is left out and nothing is
interpreted: a person approves exactly these values.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from remediator.core.change import Change
from remediator.core.plan import Plan
from remediator.core.resource_id import ResourceId
from remediator.core.waves import in_waves
from remediator.views.plain import plain
from remediator.views.wording import undo_sentence

_ABSENT = "(absent)"
# The digest stands on one line, so that it can be copied.
_NARROWEST = 70


@dataclass(frozen=True, slots=True)
class ShownField:
    """One value: its mark (`+ ~ -` or a space where it stays), and how it reads before and after ("" for none)."""

    mark: str
    name: str
    before: str
    after: str

    @property
    def words(self) -> str:
        """The value in one line, as `before → after` where both are there and differ."""
        if self.mark == "~":
            return f"{self.before} → {self.after}"
        return self.before if self.mark == "-" else self.after


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One change as people see it; `target` is the whole resource id."""

    number: int
    mark: str
    kind: str
    name: str
    target: str
    summary: str
    reason: str
    undo: str
    fields: tuple[ShownField, ...]


def shown(plan: Plan) -> tuple[ShownChange, ...]:
    """The changes in the order in which they will be made."""
    return tuple(_shown(index, change) for index, change in enumerate(plan.changes, start=1))


def mark_of(change: Change) -> str:
    """`+` creates, `-` deletes, `~` alters."""
    if change.deletes:
        return "-"
    return "+" if change.creates else "~"


def count_sentence(plan: Plan) -> str:
    """`2 to create, 1 to change, 0 to delete`, and what goes ahead where it is made in waves."""
    marks = [mark_of(change) for change in plan.changes]
    counts = f"{marks.count('+')} to create, {marks.count('~')} to change, {marks.count('-')} to delete"
    waves = in_waves(plan)
    return f"{counts}. {plain(waves, 300)}" if waves else counts


def terminal(plan: Plan, width: int = 100) -> str:
    """The plan as plain text, without colour and at most `width` wide (at least 70)."""
    if not plan:
        return "Plan: nothing to change"
    width = max(_NARROWEST, width)
    lines = [*_indented(f"Plan: {count_sentence(plan)}", width, "", "  "), f"  {plan.digest}"]
    for change in shown(plan):
        lines += ["", *_change_lines(change, width)]
    return "\n".join(lines)


def _change_lines(change: ShownChange, width: int) -> Iterator[str]:
    yield from _indented(change.summary or change.name, width, f"{change.mark} {change.number}. ", "     ")
    yield from _indented(change.kind, width, "     ")
    yield from id_lines(change.target, width, "     ")
    if change.reason:
        yield from _indented(f"why: {change.reason}", width, "     ")
    room = max((len(field.name) for field in change.fields), default=0)
    for field in change.fields:
        first = f"     {field.mark} {field.name.ljust(room)}  "
        yield from textwrap.wrap(
            field.words, width, initial_indent=first, subsequent_indent=" " * len(first), break_on_hyphens=False
        )
    yield from _indented(f"undo: {change.undo}", width, "     ")


def _indented(words: str, width: int, indent: str, rest: str = "") -> list[str]:
    return textwrap.wrap(
        words, width, initial_indent=indent, subsequent_indent=rest or f"{indent}  ", break_on_hyphens=False
    )


def id_lines(text: str, width: int, indent: str) -> list[str]:
    """A resource id in lines of at most `width`, broken before slashes only, so that its parts stay whole."""
    lines, current = [], indent
    for part in text.split("/")[1:]:
        piece = f"/{part}"
        if len(current) + len(piece) > width and current.strip():
            lines.append(current)
            current = f"{indent}  "
        current += piece
    return [*lines, current]


def _shown(number: int, change: Change) -> ShownChange:
    return ShownChange(
        number=number,
        mark=mark_of(change),
        kind=change.kind.value,
        name=plain(change.target.name, 120),
        target=plain(change.target.text, 2048),
        summary=plain(change.summary, 300),
        reason=plain(change.reason, 300),
        undo=undo_sentence(change),
        fields=tuple(_fields(change)),
    )


def _fields(change: Change) -> Iterator[ShownField]:
    before = dict(_flat(change.before, change.target))
    after = dict(_flat(change.after, change.target))
    for name in {**after, **before}:
        old, new = before.get(name), after.get(name)
        if old is None:
            yield ShownField("+", name, "", new or "")
        elif new is None:
            yield ShownField("-", name, old, "")
        else:
            yield ShownField(" " if old == new else "~", name, old, new)


def _flat(document: Mapping[str, Any] | None, target: ResourceId, prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in (document or {}).items():
        name = plain(f"{prefix}{key}", 120)
        if isinstance(value, Mapping):
            yield from _flat(value, target, f"{name}.")
        else:
            yield name, _value(value, target)


def _value(value: Any, target: ResourceId) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(_value(item, target) for item in value) or "(none)"
    if value is None:
        return _ABSENT
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.lower().startswith("/subscriptions/"):
        return _short_id(ResourceId(value), target)
    return plain(value, 2048)


def _short_id(rid: ResourceId, target: ResourceId) -> str:
    """`vnet-spoke/snet-pe in rg-app`, with the subscription where it is not the target's: still only one resource."""
    lowered = rid.key.split("/")
    if "providers" not in lowered or not rid.type:
        return plain(rid.text, 2048)
    at = len(lowered) - 1 - lowered[::-1].index("providers")
    names = "/".join(rid.text.split("/")[at + 3 :: 2])
    where = f" in {rid.resource_group}" if rid.resource_group else ""
    other = rid.subscription.lower() != target.subscription.lower()
    return plain(f"{names}{where}" + (f" of subscription {rid.subscription}" if other else ""), 2048)
