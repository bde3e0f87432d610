"""Types in Bicep that the grammar does not know, covered up: nobody asks here what type a parameter has.

Called by `bicep_mask` for a file that did not parse. A parameter's type becomes a plain one, a type's definition too,
a typed variable loses its type, and `extension` goes, each in as many bytes as it had.
"""

from __future__ import annotations

import re

_STATEMENT = re.compile(rb"(?m)^(param|output|type|var|extension)[ \t]+")
_NAME = re.compile(rb"[A-Za-z_]\w*[ \t]*")
_SKIPPED = re.compile(rb"'''.*?'''|'(?:\\.|[^'\\\n])*'|//[^\n]*|/\*.*?\*/", re.DOTALL)
_OPEN, _CLOSE = b"([{<", b")]}>"


def plain_types(raw: bytes) -> bytes:
    """The same bytes with plain types."""
    out = bytearray(raw)
    for found in _STATEMENT.finditer(raw):
        word, at = found.group(1), found.end()
        if word == b"extension":
            end = _end(raw, at, stop_at_value=False)
            out[found.start() : end] = _blank(raw[found.start() : end])
            continue
        name = _NAME.match(raw, at)
        if name is None:
            continue
        start = name.end()
        if word == b"type":
            if raw[start : start + 1] == b"=":
                end = _end(raw, start + 1, stop_at_value=False)
                out[start + 1 : end] = _covered(raw[start + 1 : end])
            continue
        end = _end(raw, start, stop_at_value=True)
        if end > start:
            out[start:end] = _blank(raw[start:end]) if word == b"var" else _covered(raw[start:end])
    return bytes(out)


def _covered(raw: bytes) -> bytes:
    """A plain type of the same length; one that is shorter than any is left as it is."""
    lead = len(raw) - len(raw.lstrip(b" \t"))
    for word in (b"object", b"int"):
        if len(raw.strip()) >= len(word):
            return raw[:lead] + word + b" " * (len(raw) - lead - len(word))
    return raw


def _blank(raw: bytes) -> bytes:
    return re.sub(rb"[^\r\n]", b" ", raw)


def _end(raw: bytes, at: int, *, stop_at_value: bool) -> int:
    """Where a type ends: at the `=` of a default, or at the end of a line on which nothing is open."""
    depth = 0
    while at < len(raw):
        skipped = _SKIPPED.match(raw, at)
        if skipped and raw[at : at + 1] == b"'":
            at = skipped.end()
            continue
        sign = raw[at : at + 1]
        if skipped:  # a comment
            if depth == 0:
                return at
            at = skipped.end()
            continue
        if sign in _OPEN:
            depth += 1
        elif sign in _CLOSE:
            depth -= 1
        elif depth <= 0 and _ends(raw, at, stop_at_value=stop_at_value):
            return at
        at += 1
    return at


def _ends(raw: bytes, at: int, *, stop_at_value: bool) -> bool:
    sign = raw[at : at + 1]
    more = re.compile(rb"\s*\|").match(raw, at)  # a union goes on in the next line
    return (stop_at_value and sign == b"=") or (sign in b"\r\n" and more is None)
