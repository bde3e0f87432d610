"""Which expression of a declaration means the same outside of it, so that a neighbour can be written with it?

One that names nothing of a loop: in Bicep everything that it names is declared in its file, in Terraform it has no
`each`, `count` or `self`.
"""

from __future__ import annotations

from collections.abc import Iterator

from remediator.codebase.in_place.expr import At, Call, Choice, Expr, Fields, Get, Items, Lit, Name, Odd, Op, Text
from remediator.codebase.in_place.layout import Raw
from remediator.codebase.in_place.source import Source
from remediator.codebase.in_place.worlds import names_in

_OF_A_TURN = frozenset({"each", "count", "self", ""})


def portable(source: Source, expr: Expr | None) -> Raw | None:
    """The expression as it is written; None where it means something only in its own place."""
    if expr is None:
        return None
    names = set(_names(expr))
    bicep = source.path.lower().endswith(".bicep")
    lost = names - names_in(source) if bicep else names & _OF_A_TURN
    return None if lost else Raw(source.at(expr.span))


def _names(expr: Expr) -> Iterator[str]:
    """Every plain name; "" for what is not understood."""
    match expr:
        case Lit():
            return
        case Name():
            yield expr.name
        case Get():
            yield from _names(expr.of)
        case At():
            yield from (*_names(expr.of), *_names(expr.at))
        case Call():
            yield from (name for arg in expr.args for name in _names(arg))
        case Choice():
            yield from (*_names(expr.condition), *_names(expr.yes), *_names(expr.no))
        case Op():
            yield from (name for operand in expr.operands for name in _names(operand))
        case Items():
            yield from (name for item in expr.items for name in _names(item))
        case Text():
            yield from (name for part in expr.parts if isinstance(part, Expr) for name in _names(part))
        case Fields():
            parts = [part for entry in expr.entries for part in (entry.value, entry.computed) if part is not None]
            yield from (name for part in parts for name in _names(part))
        case Odd() | _:
            yield ""
