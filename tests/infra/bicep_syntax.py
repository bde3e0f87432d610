"""What does a Bicep file say? A reader of the part of the language that infra/ uses, for the checkers beside it.

pycep reads the same files, but its trees do not tell a name from a text. Unknown syntax is an error with its line: a
checker that skips what it does not understand would prove nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.infra.bicep_tree import (
    Bicep,
    BicepError,
    Binary,
    Call,
    Choice,
    Declared,
    Fields,
    Items,
    Lambda,
    Loop,
    Member,
    Name,
    Plain,
    Text,
    Unary,
)

_TOKEN = re.compile(
    r"(?P<space>[ \t\r]+)|(?P<comment>//[^\n]*|/\*[\s\S]*?\*/)|(?P<line>\n)|(?P<multi>'''[\s\S]*?''')|(?P<quote>')"
    r"|(?P<number>\d+)|(?P<name>[A-Za-z_]\w*)|(?P<sign>==|!=|=~|!~|<=|>=|&&|\|\||\?\?|=>|::|[-+*/%!<>=?:.,(){}\[\]@])"
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", "$": "$"}
_LEVELS = (("??",), ("||",), ("&&",), ("==", "!=", "=~", "!~"), ("<", "<=", ">", ">="), ("+", "-"), ("*", "/", "%"))


@dataclass
class _Token:
    kind: str
    value: Any
    line: int


class _Reader:
    def __init__(self, text: str, where: str) -> None:
        self.where, self.text, self.at, self.line = where, text, 0, 1
        self.tokens = self._tokens(ends="")
        self.here = 0

    def fail(self, why: str, line: int | None = None) -> BicepError:
        return BicepError(f"{self.where}:{line or self.now.line}: {why}")

    def _tokens(self, ends: str) -> list[_Token]:
        """Tokens up to the end, or up to the brace that closes an expression within a text."""
        found: list[_Token] = []
        depth = 0
        while self.at < len(self.text):
            match = _TOKEN.match(self.text, self.at)
            if match is None:
                raise BicepError(f"{self.where}:{self.line}: {self.text[self.at : self.at + 10]!r} is not understood")
            kind, value = str(match.lastgroup), match[0]
            if ends and value == ends and depth == 0:
                self.at = match.end()
                return [*found, _Token("end", "", self.line)]
            depth += (value in "{") - (value in "}") if kind == "sign" else 0
            self.at = match.end()
            if kind == "quote":
                found.append(_Token("text", self._parts(), self.line))
            elif kind == "multi":
                found.append(_Token("text", (value[3:-3].removeprefix("\n"),), self.line))
            elif kind not in ("space", "comment"):
                found.append(_Token(kind, value, self.line))
            self.line += value.count("\n")
        return [*found, _Token("line", "\n", self.line), _Token("end", "", self.line)]

    def _parts(self) -> tuple[Any, ...]:
        """The parts of a text whose first quote was read."""
        parts: list[Any] = [""]
        while True:
            if self.at >= len(self.text) or self.text[self.at] == "\n":
                raise BicepError(f"{self.where}:{self.line}: a text that does not end")
            letter, self.at = self.text[self.at], self.at + 1
            if letter == "'":
                return tuple(part for part in parts if part != "")
            if letter == "\\":
                parts[-1] += _ESCAPES[self.text[self.at]]
                self.at += 1
            elif letter == "$" and self.text[self.at] == "{":
                self.at += 1
                outer, self.tokens = getattr(self, "tokens", []), self._tokens(ends="}")
                before, self.here = getattr(self, "here", 0), 0
                parts += [self.expression(), ""]
                self.tokens, self.here = outer, before
            else:
                parts[-1] += letter

    @property
    def now(self) -> _Token:
        return self.tokens[self.here]

    def take(self, value: str | None = None, kind: str | None = None) -> _Token:
        token = self.now
        if (value is not None and token.value != value) or (kind and token.kind != kind):
            raise self.fail(f"{value or kind} is wanted instead of {token.value!r}")
        self.here += 1
        return token

    def has(self, *values: str) -> bool:
        return self.now.kind in ("sign", "name") and self.now.value in values

    def lines(self) -> None:
        while self.now.kind == "line":
            self.here += 1

    def expression(self) -> Any:
        if self.now.kind == "name" and self.tokens[self.here + 1].value == "=>":
            name = self.take(kind="name").value
            self.take("=>")
            return Lambda(name, self.expression())
        condition = self.binary(0)
        if not self.has("?"):
            return condition
        self.take("?")
        yes = self.expression()
        self.take(":")
        return Choice(condition, yes, self.expression())

    def binary(self, level: int) -> Any:
        if level == len(_LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while self.has(*_LEVELS[level]):
            operator = self.take().value
            left = Binary(operator, left, self.binary(level + 1))
        return left

    def unary(self) -> Any:
        if self.has("!", "-"):
            return Unary(self.take().value, self.unary())
        return self.members(self.primary())

    def members(self, of: Any) -> Any:
        while self.has(".", "["):
            line = self.now.line
            if self.take().value == ".":
                of = Member(of, Text((self.take(kind="name").value,)), line)
            else:
                of = Member(of, self.expression(), line)
                self.take("]")
        return of

    def primary(self) -> Any:
        token = self.take()
        if token.kind == "text":
            return Text(token.value)
        if token.kind == "number":
            return Plain(int(token.value))
        if token.value == "(":
            inner = self.expression()
            self.take(")")
            return inner
        if token.value == "[":
            return self.array()
        if token.value == "{":
            return self.fields()
        if token.kind != "name":
            raise self.fail(f"{token.value!r} begins no expression", token.line)
        if token.value in ("true", "false", "null"):
            return Plain({"true": True, "false": False, "null": None}[token.value])
        if self.has("("):
            return Call(token.value, self.listed(")"), token.line)
        return Name(token.value, token.line)

    def listed(self, end: str) -> tuple[Any, ...]:
        self.here += 1
        found = []
        self.lines()
        while not self.has(end):
            found.append(self.expression())
            if self.has(","):
                self.take(",")
            self.lines()
        self.take(end)
        return tuple(found)

    def array(self) -> Any:
        if self.has("for"):
            return self.loop(self.expression)
        self.here -= 1
        return Items(self.listed("]"))

    def loop(self, body: Callable[[], Any]) -> Loop:
        self.take("for")
        item, index = "", ""
        if self.has("("):
            self.take("(")
            item = self.take(kind="name").value
            self.take(",")
            index = self.take(kind="name").value
            self.take(")")
        else:
            item = self.take(kind="name").value
        self.take("in")
        over = self.expression()
        self.take(":")
        found = Loop(item, index, over, body())
        self.take("]")
        return found

    def fields(self) -> Fields:
        pairs: list[tuple[Any, Any, int]] = []
        self.lines()
        while not self.has("}"):
            token = self.take()
            if token.kind not in ("name", "text"):
                raise self.fail(f"{token.value!r} is no name of a field", token.line)
            key = Text(token.value if token.kind == "text" else (token.value,))
            self.take(":")
            pairs.append((key, self.expression(), token.line))
            if self.has(","):
                self.take(",")
            self.lines()
        self.take("}")
        return Fields(tuple(pairs))

    def file(self, path: Path) -> Bicep:
        found = Bicep(path)
        decorators: dict[str, Any] = {}
        self.lines()
        while self.now.kind != "end":
            if self.has("@"):
                self.take("@")
                call = self.primary()
                decorators[call.function] = call.arguments[0] if call.arguments else Plain(True)
            elif self.has("targetScope"):
                self.take()
                self.take("=")
                found.scope = self.take(kind="text").value[0]
            else:
                found.declared.append(self.declaration(decorators))
                decorators = {}
            self.lines()
        return found

    def declaration(self, decorators: dict[str, Any]) -> Declared:
        line, what = self.now.line, self.take(kind="name").value
        name = self.take(kind="name").value
        type_, existing, condition, body = "", False, None, None
        if what in ("param", "output"):
            type_ = self.take(kind="name").value
        elif what in ("resource", "module"):
            type_ = self.take(kind="text").value[0]
            if self.has("existing"):
                existing = bool(self.take())
        elif what != "var":
            raise self.fail(f"{what} is no declaration", line)
        if what != "param" or self.has("="):
            self.take("=")
            if self.has("if"):
                self.take("if")
                self.take("(")
                condition = self.expression()
                self.take(")")
            body = self.expression()
        return Declared(what, name, type_, body, condition, existing, decorators, line)


@cache
def read(path: Path) -> Bicep:
    """A file of infra/; `BicepError` for what the reader does not know."""
    return read_text(path.read_text("utf-8"), path)


def read_text(text: str, path: Path) -> Bicep:
    """The same for a text that stands, or would stand, at `path`."""
    return _Reader(text, path.name).file(path)
