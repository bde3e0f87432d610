"""What every quarantine promises (ports.Quarantine), on every store of rows."""

from __future__ import annotations

import pytest

from remediator.adapters.records.quarantine import MOST_BYTES, RowQuarantine
from remediator.core.errors import Rejected
from remediator.ports import Rows
from tests.doubles import HandClock

from .conftest import CountingIds


@pytest.fixture
def quarantine(rows: Rows, clock: HandClock, ids: CountingIds) -> RowQuarantine:
    """A quarantine on a fresh store."""
    return RowQuarantine(rows, clock, ids)


@pytest.mark.parametrize("size", [0, 1, 2_000_000, MOST_BYTES])
def test_body_is_kept_whole(quarantine: RowQuarantine, clock: HandClock, size: int) -> None:
    """A body of any size that a door lets in is kept byte for byte, with door, time and reason."""
    body = (b"\x00{bad json\xff" * (size // 11 + 1))[:size]
    kept = quarantine.read(quarantine.keep("alerts", body, "not JSON"))
    assert kept.body == body
    assert (kept.door, kept.reason, kept.at) == ("alerts", "not JSON", clock.now())


def test_listing(quarantine: RowQuarantine) -> None:
    """Everything that was kept is listed, also the same body twice."""
    names = [quarantine.keep("events", b"{", "cut short") for _ in range(2)]
    assert quarantine.names() == tuple(names)


def test_beyond_keeping(quarantine: RowQuarantine) -> None:
    """A body that cannot be kept is refused, so that the sender knows."""
    with pytest.raises(Rejected) as caught:
        quarantine.keep("events", b"x" * (MOST_BYTES + 1), "too long")
    assert caught.value.code == "payload-too-large"


def test_unknown_payload(quarantine: RowQuarantine) -> None:
    """A name that was never given is refused."""
    with pytest.raises(Rejected) as caught:
        quarantine.read("nothing")
    assert caught.value.code == "payload-unknown"
