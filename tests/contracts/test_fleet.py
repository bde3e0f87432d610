"""What sweeps leave behind: one part for each subscription, the latest (core.fleet.Fleet)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from remediator.adapters.records.fleet import RowFleet
from remediator.core.finding import Finding, Severity
from remediator.core.fleet import FleetPart, part_of
from remediator.core.resource_id import resource_id
from remediator.ports import Rows

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SUBSCRIPTION = "AAAAAAAA-1111-1111-1111-111111111111"


def swept(at: datetime = NOON, sweep: str = "one") -> FleetPart:
    shop = resource_id(SUBSCRIPTION, "rg", "Microsoft.ContainerRegistry/registries", "Shop")
    findings = (Finding("dns-record", shop, Severity.BROKEN, "missing"),)
    return part_of(SUBSCRIPTION, at, [(shop, findings), (shop.child("x", "other"), ())], sweep=sweep, missed=1)


def test_a_part_comes_back_as_it_was(rows: Rows) -> None:
    """What was kept is read again, whole; nothing is there before the first sweep."""
    fleet = RowFleet(rows)
    assert fleet.parts() == ()
    fleet.keep(swept())
    assert RowFleet(rows).parts() == (swept(),)


def test_the_latest_pass_counts(rows: Rows) -> None:
    """A later pass replaces what was found before; one that comes in late changes nothing."""
    fleet = RowFleet(rows)
    for later in (0, 2, 1):
        fleet.keep(swept(NOON + timedelta(hours=later), f"pass{later}"))
    (part,) = fleet.parts()
    assert part.sweep == "pass2"


def test_each_subscription_has_its_own(rows: Rows) -> None:
    """Parts of several subscriptions stand beside each other; one that is forgotten is gone, the others stay."""
    fleet = RowFleet(rows)
    for name in ("b", "a"):
        fleet.keep(replace(swept(), subscription=name))
    assert [part.subscription for part in fleet.parts()] == ["a", "b"]
    fleet.forget("A")
    fleet.forget("nobody")
    assert [part.subscription for part in fleet.parts()] == ["b"]
