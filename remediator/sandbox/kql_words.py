"""Which words is a query in KQL made of, and how is one refused that is not understood?

Called by `kql`. Refusals are those of Log Analytics: a syntax error names the place, a semantic one what is not there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = re.compile(
    r"""\s*(?:(?P<verbatim>@"(?:[^"]|"")*"|@'(?:[^']|'')*')
    |(?P<text>"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*')
    |(?P<number>\d+(?:\.\d+)?(?![A-Za-z_]))
    |(?P<moment>datetime\s*\([^()]*\))
    |(?P<name>[A-Za-z_]\w*~?)
    |(?P<sign>![A-Za-z_]\w*~?|==|!=|=~|!~|>=|<=|[|(),=<>]))""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)")
_MEANT = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"', "'": "'", "0": "\0"}


class KqlError(Exception):
    """A query that is refused; `inner` is the code of the innermost error."""

    def __init__(self, code: str, summary: str, inner: str, message: str) -> None:
        super().__init__(message)
        self.code, self.summary, self.inner, self.message = code, summary, inner, message


@dataclass(frozen=True)
class Word:
    """One word: `kind` is `text`, `number`, `moment`, `name` or `sign`, `end` the end of the query."""

    kind: str
    value: str
    at: int


def syntax(query: str, at: int) -> KqlError:
    """A query that cannot be read from here on."""
    line, start = query.count("\n", 0, at) + 1, query.rfind("\n", 0, at) + 1
    token = query[at : at + 20].split("\n")[0]
    message = f"Query could not be parsed at '{token}' on line [{line},{at - start + 1}]"
    return KqlError("SyntaxError", "A recognition error occurred in the query.", "SYN0002", message)


def semantic(message: str) -> KqlError:
    """A query that can be read and makes no sense here."""
    return KqlError("SemanticError", "A semantic error occurred.", "SEM0100", message)


def words(query: str) -> list[Word]:
    """The words of a query, with the end as the last one; line comments are left out."""
    found, at = [], 0
    text = query.rstrip().removesuffix(";").rstrip()
    while at < len(text):
        comment = re.compile(r"\s*//[^\n]*").match(text, at)
        if comment is not None:
            at = comment.end()
            continue
        match = _WORD.match(text, at)
        if match is None or match.lastgroup is None:
            raise syntax(query, at)
        kind, value = match.lastgroup, match[match.lastgroup]
        found.append(_word(query, kind, value, match.start(match.lastgroup)))
        at = match.end()
    return [*found, Word("end", "", len(text))]


def _word(query: str, kind: str, value: str, at: int) -> Word:
    if kind == "verbatim":
        return Word("text", value[2:-1].replace(value[1] * 2, value[1]), at)
    if kind == "text":
        return Word("text", _unescaped(query, value[1:-1], at), at)
    if kind == "moment":
        return Word("moment", value.partition("(")[2][:-1].strip().strip("'\""), at)
    return Word(kind, value, at)


def _unescaped(query: str, inner: str, at: int) -> str:
    def one(found: re.Match[str]) -> str:
        said = found[1]
        if len(said) > 1:
            return chr(int(said[1:], 16))
        if said not in _MEANT:
            raise syntax(query, at)
        return _MEANT[said]

    return _ESCAPE.sub(one, inner)
