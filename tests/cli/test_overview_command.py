"""`remediator overview` on the real store of one machine."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from remediator import bootstrap
from remediator.adapters.local.rows_sqlite import RowsSqlite
from remediator.adapters.records.fleet import RowFleet
from remediator.adapters.records.incidents import RowIncidents
from remediator.bootstrap.storage import STORE_FILE
from remediator.bootstrap.sweeping import sweeper
from remediator.core.fleet import FleetPart
from remediator.core.incident import Incident
from remediator.core.resource_id import resource_id
from remediator.core.signal import Signal, SignalSource
from remediator.ports import Write
from tests.cli.conftest import Place
from tests.cli.running import run
from tests.views.fleet_sample import parts

NOW = datetime.now(tz=UTC)
SHOP = resource_id("11111111-1111-1111-1111-111111111111", "rg", "Microsoft.ContainerRegistry/registries", "shop")


def store(place: Place) -> RowsSqlite:
    return RowsSqlite(Path(place.settings["REMEDIATOR_DATA_DIR"]) / STORE_FILE)


def swept() -> FleetPart:
    return parts(1)[0]


def test_before_anything_happened(place: Place) -> None:
    """On a fresh store it says that no sweep has run, and ends with 0."""
    result = place.run("overview")
    assert result.exit_code == 0
    assert result.stdout.startswith("No sweep has run yet\n")
    assert all(len(line) <= 100 for line in result.stdout.splitlines())


def test_what_sweeps_and_incidents_left(place: Place) -> None:
    """It tells how registries stand and which incidents are open, in words, as JSON and as CSV."""
    assert place.run("overview").exit_code == 0
    with store(place) as rows:
        RowFleet(rows).keep(swept())
        incident = Incident("one", SHOP, NOW, wake_at=NOW, registries=(SHOP,), updated_at=NOW)
        RowIncidents(rows).take_in(SHOP, Signal(SignalSource.MANUAL, "s1", NOW, SHOP), incident)
        for row in rows.scan("overview", "summary"):
            rows.write("overview", [Write(row.key, version=row.version)])  # as if a minute had passed
    told = place.document("overview", "--json")
    assert (told["open"], told["stand"]["fine"]) == (1, dict(swept().states)["fine"])
    assert told["subscriptions"][0]["subscription"] == swept().subscription
    text = place.run("overview").stdout
    assert "1 incident open" in text
    assert swept().subscription in text
    sheet = place.run("overview", "--csv", "--table", "subscriptions").stdout
    head, *rows_of_it = csv.reader(io.StringIO(sheet))
    assert head[0] == "subscription"
    assert swept().subscription in [row[0] for row in rows_of_it]


def test_one_way_at_a_time() -> None:
    """--json and --csv together are wrong usage."""
    assert run("overview", "--json", "--csv").exit_code == 2


@pytest.mark.parametrize("place", ["broken-dns-record"], indirect=True)
def test_after_a_sweep(place: Place) -> None:
    """What a pass of the timer has found is in the overview: how registries stand, which is broken, by which rule."""
    with bootstrap.build(bootstrap.settings(place.settings)) as runtime:
        sweeper(runtime).here()
    told = place.document("overview", "--json")
    assert (told["stand"]["broken"], told["stand"]["fine"]) == (1, 1)
    assert {one["rule"]: one["registries"] for one in told["rules"]}["dns-record"] == 1
    assert told["worst"][0]["registry"].endswith("/fabrikamorders")
