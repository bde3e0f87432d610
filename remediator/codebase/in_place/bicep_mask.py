"""Bicep that the grammar does not know, covered up byte for byte before it is parsed.

The grammar has no spread (`...x`) and takes no parameter without a type, as parameter files have them. Both are put in
words of the same length that it knows; `read_bicep` reads the marks. The text itself is never changed by this.
"""

from __future__ import annotations

import re

SPREAD_FIELD = b"_ :"  # `...x` in an object: a field of the name `_`
SPREAD_ITEM = b"-- "  # in a list: minus minus
_TOKENS = re.compile(rb"'''.*?'''|'(?:\\.|\$\{|[^'\\\n])*?'|//[^\n]*|/\*.*?\*/|\.\.\.|[\[\]{}()]", re.DOTALL)
_PARAM = re.compile(rb"(?m)^([ \t]*)param(?=[ \t]+[A-Za-z_]\w*[ \t]*=)")
_OPEN = {b"[": b"]", b"{": b"}", b"(": b")"}


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
