"""Which rows does a query to Resource Graph ask for? Flat queries only, and of those the constructs below.

    resources | where type in~ ('a', 'b') | where type !~ 'c' or isnotempty(properties.x[0].y)
              | where tostring(properties.z) contains 'text' | project id, name, properties | order by id asc

One table; `where` with `and`, `or` and brackets over `==`, `=~`, `!=`, `!~`, `in~`, `contains`, `!contains`,
`isempty()`, `isnotempty()` and `not()`; one `project` of columns by their names; `order by id asc`. Anything else is
refused with the body that the service gives a query that it cannot parse, although Azure would take some of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from remediator.sandbox.wire import Body

Condition = Callable[[Body], bool]
_WORD = re.compile(
    r"""\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<number>\d+)
    |(?P<name>!?[A-Za-z_$]\w*~?)|(?P<sign>==|!=|=~|!~|[|(),.\[\]]))""",
    re.VERBOSE,
)
_COLUMNS = (
    "id name type tenantId kind location resourceGroup subscriptionId managedBy sku plan properties tags identity"
)
COLUMNS = (*_COLUMNS.split(), "zones", "extendedLocation")


class QueryError(Exception):
    """A query that is refused; `code` and what follows are the second detail of the service's answer."""

    def __init__(self, code: str, at: int, token: str) -> None:
        super().__init__(f"{code} at {at}: {token}")
        self.code, self.at, self.token = code, at, token


@dataclass(frozen=True)
class Query:
    """A query that is understood: its table, the rows that it wants, and their columns (() for all)."""

    table: str
    wants: Condition
    columns: tuple[str, ...]
    ordered: bool


def parse(text: str) -> Query:
    """Take a query apart; `QueryError` for whatever is not in the list above."""
    return _Reader(text).query()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = re.sub(r"//[^\n]*", lambda found: " " * len(found[0]), text)
        self._words: list[tuple[str, str, int]] = []
        at, end = 0, len(self._text.rstrip())
        while at < end:
            found = _WORD.match(self._text, at)
            if found is None:
                raise QueryError("ParserFailure", at, self._text[at:].split()[0])
            kind = str(found.lastgroup)
            self._words.append((kind, str(found[kind]), found.start(kind)))
            at = found.end()
        self._words.append(("end", "<EOF>", end))
        self._next = 0

    def query(self) -> Query:
        table, wanted, columns, ordered = self._name().lower(), list[Condition](), tuple[str, ...](), False
        while self._take("|"):
            match self._name():
                case "where":
                    wanted.append(self._either())
                case "project" if not columns:
                    columns = self._listed()
                case "order" | "sort":
                    self._need("by", "id")
                    self._need("asc")
                    ordered = True
                case other:
                    self._next -= 1
                    raise self._refused("InvalidQueryLanguage" if other.isalpha() else "ParserFailure")
        if self._words[self._next][0] != "end":
            raise self._refused()
        return Query(table, lambda row: all(condition(row) for condition in wanted), columns, ordered)

    def _refused(self, code: str = "ParserFailure") -> QueryError:
        _, token, at = self._words[self._next]
        return QueryError(code, at, token)

    def _take(self, *values: str) -> bool:
        """Step over these words where they stand next."""
        found = [word[1].lower() for word in self._words[self._next : self._next + len(values)]]
        if found == list(values):
            self._next += len(values)
            return True
        return False

    def _need(self, *values: str) -> None:
        if not self._take(*values):
            raise self._refused()

    def _name(self) -> str:
        kind, value, _ = self._words[self._next]
        if kind != "name":
            raise self._refused()
        self._next += 1
        return value

    def _string(self) -> str:
        kind, value, _ = self._words[self._next]
        if kind != "text":
            raise self._refused()
        self._next += 1
        return value[1:-1].replace("\\'", "'").replace('\\"', '"').replace("\\\\", "\\")

    def _listed(self) -> tuple[str, ...]:
        found = [self._column()]
        while self._take(","):
            found.append(self._column())
        return tuple(found)

    def _column(self) -> str:
        name = self._name()
        if name not in COLUMNS:
            self._next -= 1
            raise self._refused("UnresolvedColumn")
        return name

    def _either(self) -> Condition:
        found = [self._both()]
        while self._take("or"):
            found.append(self._both())
        return found[0] if len(found) == 1 else lambda row: any(condition(row) for condition in found)

    def _both(self) -> Condition:
        found = [self._one()]
        while self._take("and"):
            found.append(self._one())
        return found[0] if len(found) == 1 else lambda row: all(condition(row) for condition in found)

    def _one(self) -> Condition:
        if self._take("("):
            inner = self._either()
            self._need(")")
            return inner
        if self._take("not", "("):
            refused = self._either()
            self._need(")")
            return lambda row: not refused(row)
        for function, wanted in (("isempty", True), ("isnotempty", False)):
            if self._take(function, "("):
                path = self._path()
                self._need(")")
                return lambda row: (path(row) in (None, "", [], {})) is wanted
        return self._comparison()

    def _comparison(self) -> Condition:
        left = self._path()
        _, sign, _ = self._words[self._next]
        self._next += 1
        if sign == "in~":
            self._need("(")
            listed = {self._string().lower()}
            while self._take(","):
                listed.add(self._string().lower())
            self._need(")")
            return lambda row: as_text(left(row)).lower() in listed
        if sign not in _SIGNS:
            self._next -= 1
            raise self._refused()
        compare, right = _SIGNS[sign], self._string()
        return lambda row: compare(as_text(left(row)), right)

    def _path(self) -> Callable[[Body], Any]:
        if self._take("tostring", "("):
            inner = self._path()
            self._need(")")
            return lambda row: as_text(inner(row))
        steps: list[str | int] = [self._column()]
        while True:
            if self._take("."):
                steps.append(self._name())
            elif self._take("["):
                kind, value, _ = self._words[self._next]
                if kind != "number":
                    raise self._refused()
                self._next += 1
                steps.append(int(value))
                self._need("]")
            else:
                return lambda row: _reached(row, steps)


def _reached(row: Body, steps: list[str | int]) -> Any:
    """What lies at the end of a path; None where it leads nowhere, as a dynamic value does."""
    found: Any = row
    for step in steps:
        if isinstance(step, int):
            found = found[step] if isinstance(found, list) and step < len(found) else None
        else:
            found = found.get(step) if isinstance(found, dict) else None
    return found


def as_text(value: Any) -> str:
    """A value as `tostring` gives it."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, separators=(",", ":"))


_SIGNS: dict[str, Callable[[str, str], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "=~": lambda a, b: a.lower() == b.lower(),
    "!~": lambda a, b: a.lower() != b.lower(),
    "contains": lambda a, b: b.lower() in a.lower(),
    "!contains": lambda a, b: b.lower() not in a.lower(),
}
