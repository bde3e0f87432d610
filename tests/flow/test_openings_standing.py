"""Which openings stand: all of them, however many, and only those."""

from __future__ import annotations

from datetime import UTC, datetime

from remediator.core.incident import Incident, Status
from remediator.core.opening import Opening
from remediator.core.resource_id import resource_id
from remediator.flow.keep_open import standing
from tests.flow.ports import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHOP = resource_id("11111111-1111-1111-1111-111111111111", "rg", "Microsoft.ContainerRegistry/registries", "shop")


def test_openings_behind_the_hundredth_stand_too() -> None:
    """With a hundred and thirty openings and as many newer incidents under way, each opening is known."""
    store = Store()
    opened = [Opening(SHOP, f"20.50.{number // 100}.{number % 100}", 60) for number in range(130)]
    for number, opening in enumerate(opened):
        for name, what in ((f"door{number}", opening), (f"other{number}", None)):
            subject = what.subject if what else SHOP.child("openings", f"other{number}")
            case = Incident(name, subject, NOON, Status.APPLIED, wake_at=NOON, opening=what)
            store.take_in(case.subject, None, case)
    assert set(standing(store)) == set(opened)
