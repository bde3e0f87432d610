"""How is a long document made to fit into one row?

Used by the keepers of documents in this package. Short documents stay as they are, so that a person can read them
with any tool; longer ones are compressed. Documents are JSON and begin with `{`: the two cannot be mistaken.
"""

from __future__ import annotations

import zlib

from remediator.core.errors import Misconfigured

PLAIN_BYTES = 16 * 1024
MOST_BYTES = 64 * 1024 * 1024
_MARK = b"zlib:"


def packed(document: bytes) -> bytes:
    """What is stored for a document."""
    return document if len(document) <= PLAIN_BYTES else _MARK + zlib.compress(document)


def unpacked(body: bytes) -> bytes:
    """The document that was stored; `Misconfigured("document-damaged")` when it cannot be unpacked."""
    if not body.startswith(_MARK):
        return body
    opened = zlib.decompressobj()
    try:
        document = opened.decompress(body[len(_MARK) :], MOST_BYTES)
    except zlib.error as error:
        raise _damaged(str(error)) from error
    if not opened.eof:
        raise _damaged(f"it is cut short or longer than {MOST_BYTES} bytes")
    return document


def _damaged(why: str) -> Misconfigured:
    return Misconfigured(
        "document-damaged",
        f"unpacking a document: {why}",
        hint="the row was changed by hand or cut short: put it back from a backup, or delete the row",
    )
