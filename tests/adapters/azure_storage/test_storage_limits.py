"""What passes our validator fits into Azure: sizes that Azurite counts otherwise or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.adapters.azure.storage.entity import entity_of
from remediator.adapters.azure.storage.label_index import entries_of, marks_for
from remediator.core.row_limits import (
    BATCH,
    BATCH_BYTES,
    BODY_BYTES,
    CHUNK_BYTES,
    KEY_LENGTH,
    LABEL_BYTES,
    LABELS,
    check_batch,
)

MIB = 1024 * 1024
LETTERS = "abcdefghijklmnop"


def largest() -> dict[str, Any]:
    """The entity of the largest row that is let through."""
    labels = {f"label_{letter}": "é" * (LABEL_BYTES // 2) for letter in LETTERS[: LABELS - 1]} | {"rank": "9" * 32}
    key, body = "é" * KEY_LENGTH, b"x" * BODY_BYTES
    check_batch(key, [(key, body, labels)])
    marks = marks_for({name: text for name, text in labels.items() if name != "rank"}, "9" * 32, None, "0123456789ab")
    return entity_of(key, key, body, labels, marks)


def text_bytes(text: str) -> int:
    return len(text.encode("utf-16-le")) + 4


def test_the_largest_row_is_an_entity() -> None:
    """Counted as Azure counts (keys, names and texts as UTF-16, binary as it is), it stays below 1 MiB, each property
    below 64 KiB, and there are no more than 252 of them (learn "Understanding the Table service data model")."""
    entity = largest()
    size = 4 + sum(
        len(name) * 2 + 8 + (len(v) + 4 if isinstance(v, bytes) else text_bytes(v)) for name, v in entity.items()
    )
    assert size < MIB
    assert len(entity) - 2 <= 252
    assert max(len(v) for v in entity.values() if isinstance(v, bytes)) == CHUNK_BYTES == 64 * 1024
    assert max(len(v.encode("utf-16-le")) for v in entity.values() if isinstance(v, str)) <= 64 * 1024


def test_the_largest_key_of_an_entry() -> None:
    """The entries of that row have keys of at most 512 characters, of signs that no server escapes."""
    keys = [entry.key for entry in entries_of(largest()).values()]
    assert len(keys) == LABELS - 1
    assert max(map(len, keys)) <= KEY_LENGTH
    assert all(set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-") for key in keys)


@pytest.mark.parametrize("rows", [BATCH, BATCH_BYTES // BODY_BYTES])
def test_the_largest_batch_is_a_request(rows: int) -> None:
    """In base64 and with 2 KB of words around each operation, a batch stays below the 4 MiB of one request."""
    assert BATCH_BYTES * 4 / 3 + rows * 2048 < 4 * MIB
    assert BATCH <= 100
