"""Long documents are stored compressed, and come back as they were or not at all."""

from __future__ import annotations

import zlib

import pytest

from remediator.adapters.records.packing import PLAIN_BYTES, packed, unpacked
from remediator.core.errors import Misconfigured
from remediator.core.row_limits import BODY_BYTES


@pytest.mark.parametrize("size", [0, 1, PLAIN_BYTES, PLAIN_BYTES + 1, 3_000_000])
def test_documents_come_back(size: int) -> None:
    """A document of any size comes back byte for byte."""
    document = (b'{"v":1,"text":"' + b"pull failed " * (size // 12 + 1))[:size]
    assert unpacked(packed(document)) == document


def test_short_documents_stay_readable() -> None:
    """Up to 16 KiB a document is stored as it is."""
    document = b"{" + b"x" * (PLAIN_BYTES - 1)
    assert packed(document) == document


def test_long_documents_fit_into_a_row() -> None:
    """A document of several megabytes of ordinary words fits into one row."""
    document = b'{"registry":"/subscriptions/1/resourceGroups/rg","hop":"record"},' * 50_000
    assert len(document) > 3_000_000
    assert len(packed(document)) < BODY_BYTES


@pytest.mark.parametrize("body", [b"zlib:", b"zlib:nonsense", b"zlib:" + zlib.compress(b"x" * 50_000)[:-5]])
def test_damaged_documents(body: bytes) -> None:
    """What cannot be unpacked is damaged, and an operator is told."""
    with pytest.raises(Misconfigured, match="document-damaged"):
        unpacked(body)


def test_a_document_without_end() -> None:
    """A small row that would become a document of very many megabytes is damaged, and the memory stays free."""
    bomb = zlib.compressobj()
    packed_bomb = b"".join(bomb.compress(b"\x00" * 1024 * 1024) for _ in range(80)) + bomb.flush()
    with pytest.raises(Misconfigured, match="document-damaged"):
        unpacked(b"zlib:" + packed_bomb)
