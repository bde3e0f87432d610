"""What does an expression of a KQL query say of a row?

An expression is first bound to the columns that there are, so that a name which is none is refused whether or not
there are rows. Comparing follows Kusto: `==` and `in` heed case, `=~`, `in~` and `contains` do not; a missing text is
an empty one. Called by `kql`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from remediator.sandbox.kql_words import KqlError, Word, semantic, syntax

Row = Mapping[str, Any]
Columns = Mapping[str, str]  # a column's name → its type
Judge = Callable[[Row], Any]
Bind = Callable[[Columns], Judge]

_TEXT: dict[str, Callable[[str, str], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "=~": lambda a, b: a.lower() == b.lower(),
    "!~": lambda a, b: a.lower() != b.lower(),
    "contains": lambda a, b: b.lower() in a.lower(),
    "!contains": lambda a, b: b.lower() not in a.lower(),
    "contains_cs": lambda a, b: b in a,
    "startswith": lambda a, b: a.lower().startswith(b.lower()),
    "endswith": lambda a, b: a.lower().endswith(b.lower()),
}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}
_AMONG = {"in": False, "in~": False, "!in": True, "!in~": True}
_ONE_TEXT: dict[str, Callable[[str], Any]] = {
    "isempty": lambda text: text == "",
    "isnotempty": lambda text: text != "",
    "tostring": lambda text: text,
    "tolower": str.lower,
    "toupper": str.upper,
}


class Reader:
    """Takes the words of a query one by one; expressions are read here, the pipeline in `kql`."""

    def __init__(self, query: str, words: Sequence[Word]) -> None:
        self.query, self._words, self._at = query, words, 0

    @property
    def next(self) -> Word:
        """The word that comes."""
        return self._words[self._at]

    def wrong(self) -> KqlError:
        """The refusal of what comes."""
        return syntax(self.query, self.next.at)

    def take(self, *values: str) -> bool:
        """Whether the next word is one of these, and then past it."""
        if self.next.kind in ("name", "sign") and self.next.value in values:
            self._at += 1
            return True
        return False

    def need(self, value: str) -> None:
        """Past a word that must come."""
        if not self.take(value):
            raise self.wrong()

    def of_kind(self, kind: str) -> str:
        """The value of a word of this kind, which must come."""
        word = self.next
        if word.kind != kind:
            raise self.wrong()
        self._at += 1
        return word.value

    def condition(self) -> Bind:
        """`a or b or …`"""
        parts = [self._all_of()]
        while self.take("or"):
            parts.append(self._all_of())
        return parts[0] if len(parts) == 1 else _joined(parts, any)

    def _all_of(self) -> Bind:
        parts = [self._one()]
        while self.take("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else _joined(parts, all)

    def _one(self) -> Bind:
        if self.take("not"):
            self.need("(")
            inner = self.condition()
            self.need(")")
            return lambda columns: _negated(inner(columns))
        left = self.term()
        sign = self.next.value if self.next.kind in ("name", "sign") else ""
        if sign in _AMONG:
            self.take(sign)
            return _among(left, self._listed(), sign)
        if sign in _TEXT or sign in _ORDER:
            self.take(sign)
            return _compared(left, self.term(), sign)
        return left

    def _listed(self) -> list[Bind]:
        self.need("(")
        found = [self.term()]
        while self.take(","):
            found.append(self.term())
        self.need(")")
        return found

    def term(self) -> Bind:
        """A literal, a column, a function of one text, or a condition in brackets."""
        word = self.next
        if self.take("("):
            inner = self.condition()
            self.need(")")
            return inner
        if word.kind in ("text", "number", "moment"):
            self._at += 1
            value = _literal(self.query, word)
            return lambda columns: lambda row: value
        name = self.of_kind("name")
        if not self.take("("):
            return lambda columns: _column(columns, name)
        if name == "column_ifexists":
            return self._if_there()
        if name not in _ONE_TEXT:
            raise semantic(f"Unknown function: '{name}'.")
        inner = self.term()
        self.need(")")
        return lambda columns: _of_text(_ONE_TEXT[name], inner(columns))

    def _if_there(self) -> Bind:
        name = self.of_kind("text")
        self.need(",")
        other = self.term()
        self.need(")")
        return lambda columns: _column(columns, name) if name in columns else other(columns)


def _literal(query: str, word: Word) -> Any:
    if word.kind == "number":
        return float(word.value)
    if word.kind == "moment":
        try:
            return moment(word.value)
        except ValueError as error:
            raise syntax(query, word.at) from error
    return word.value


def moment(text: str) -> datetime:
    """A time as Kusto writes it, with up to seven digits of a second; without a zone it is UTC."""
    at = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _column(columns: Columns, name: str) -> Judge:
    if name not in columns:
        raise semantic(f"Failed to resolve scalar expression named '{name}'")
    return lambda row: row.get(name)


def _joined(parts: list[Bind], how: Callable[[Any], bool]) -> Bind:
    def bind(columns: Columns) -> Judge:
        bound = [part(columns) for part in parts]
        return lambda row: how(judge(row) for judge in bound)

    return bind


def _negated(judge: Judge) -> Judge:
    return lambda row: not judge(row)


def _of_text(work: Callable[[str], Any], judge: Judge) -> Judge:
    return lambda row: work(_text(judge(row)))


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)


def _compared(left: Bind, right: Bind, sign: str) -> Bind:
    def bind(columns: Columns) -> Judge:
        one, other = left(columns), right(columns)
        if sign in _ORDER:
            return lambda row: _ordered(sign, one(row), other(row))
        return lambda row: _TEXT[sign](_text(one(row)), _text(other(row)))

    return bind


def _ordered(sign: str, one: Any, other: Any) -> bool:
    try:
        return _ORDER[sign](one, other)
    except TypeError as error:
        raise semantic(f"Cannot compare values of types {type(one).__name__} and {type(other).__name__}") from error


def _among(left: Bind, listed: list[Bind], sign: str) -> Bind:
    def bind(columns: Columns) -> Judge:
        one, others = left(columns), [item(columns) for item in listed]
        same = _TEXT["=~" if sign.endswith("~") else "=="]

        def judge(row: Row) -> bool:
            found = any(same(_text(one(row)), _text(other(row))) for other in others)
            return found is not _AMONG[sign]

        return judge

    return bind
