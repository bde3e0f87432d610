"""Bicep that the grammar does not know, covered up byte for byte before it is parsed.

The grammar has no spread (`...x`), takes no parameter without a type as parameter files have them, and knows `!` only
before a point, imports only with commas and `?` not behind every type, and takes a text that begins with `//` for a
comment. Each is put in words of the same length that it knows; `read_bicep` reads the marks of a spread. The text
itself is never changed by this.
"""

from __future__ import annotations

import re

from remediator.codebase.in_place.bicep_types import plain_types

SPREAD_FIELD = b"_ :"  # `...x` in an object: a field of the name `_`
SPREAD_ITEM = b"-- "  # in a list: minus minus
_TOKENS = re.compile(rb"'''.*?'''|'(?:\\.|[^'\\\n])*?'|//[^\n]*|/\*.*?\*/|\.\.\.|[\[\]{}()]", re.DOTALL)
_PARAM = re.compile(rb"(?m)^([ \t]*)param(?=[ \t]+[A-Za-z_]\w*[ \t]*=)")
_OPEN = {b"[": b"]", b"{": b"}", b"(": b")"}
_QUIET = re.compile(rb"'''.*?'''|'(?:\\.|[^'\\\n])*?'|//[^\n]*|/\*.*?\*/", re.DOTALL)
_INTERPOLATED = re.compile(rb"\$\{[^}]*\}")
_ASSERTED = re.compile(rb"(?<=[\w\])])!(?=\s|[),\]}:?\[]|$)")
_OPTIONAL = re.compile(rb"(?<=[)}\]])\?(?=[ \t]*(?://[^\n]*)?\r?\n)")
_IMPORT = re.compile(rb"(?m)^import[ \t]*\{[^}]*\}")


def masked(raw: bytes, *, parameters: bool) -> bytes:
    """The bytes to parse; as many as were given."""
    if parameters:
        raw = _PARAM.sub(rb"\1var  ", raw)
    if b"..." not in raw:
        return raw
    out, stack = bytearray(raw), list[bytes]()
    for found in _TOKENS.finditer(raw):
        token = found.group()
        if token in _OPEN:
            stack.append(token)
        elif token in _OPEN.values():
            if stack:
                stack.pop()
        elif token == b"...":
            inside = stack[-1] if stack else b""
            mark = SPREAD_FIELD if inside == b"{" else SPREAD_ITEM if inside == b"[" else token
            out[found.start() : found.end()] = mark
    return bytes(out)


def masked_more(raw: bytes) -> bytes:
    """For a text that did not parse: what else the grammar does not know, outside of texts and comments."""
    raw = plain_types(raw)
    parts: list[bytes] = []
    at = 0
    for found in _QUIET.finditer(raw):
        quiet = found.group()
        if quiet.startswith(b"'"):
            quiet = _INTERPOLATED.sub(_within, quiet.replace(b"//", b"__").replace(b"/*", b"__"))
        parts += [_code(raw[at : found.start()]), quiet]
        at = found.end()
    joined = b"".join([*parts, _code(raw[at:])])
    return _IMPORT.sub(_listed, joined)


def _code(raw: bytes) -> bytes:
    return _OPTIONAL.sub(b" ", _ASSERTED.sub(b" ", raw))


def _within(found: re.Match[bytes]) -> bytes:
    return _ASSERTED.sub(b" ", found.group())


def _listed(found: re.Match[bytes]) -> bytes:
    """Names on lines of their own get commas in the place of the line breaks between them."""
    return re.sub(rb"(?<=\w)(\r?)\n(?=\s*\w)", lambda one: one.group(1).replace(b"\r", b" ") + b",", found.group())
