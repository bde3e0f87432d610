"""The sweep as bootstrap puts it together: the settings' scope, the sandbox over TLS, and a real queue."""

from __future__ import annotations

from pathlib import Path

from remediator import bootstrap
from remediator.adapters.azure.storage.queue import StorageQueue
from remediator.adapters.records.fleet import RowFleet
from remediator.bootstrap.sweeping import sweeper, wide_reader
from remediator.core.fleet import together
from remediator.core.sweep import SweepScope
from remediator.sandbox import Azure, estates
from tests.azurite import azurite, fresh_account

GUID = "4f1e2d3c-0002-4a00-8b00-00000000c001"


def built(folder: Path, **variables: str) -> bootstrap.Runtime:
    environ = {"REMEDIATOR_MODE": "sandbox", "REMEDIATOR_DATA_DIR": str(folder), **variables}
    return bootstrap.build(bootstrap.settings(environ), sandbox=Azure.from_estate(estates.load("broken-dns-record")))


def test_a_pass_in_one_process_sweeps_the_sandbox(tmp_path: Path) -> None:
    """Without a queue the pass runs at once: the fleet is kept, and what is broken is an incident."""
    with built(tmp_path) as runtime:
        assert sweeper(runtime).here()
        assert together(RowFleet(runtime.rows).parts()).total == 2
        assert len(runtime.find()) == 1
        assert sum(part.missed for part in RowFleet(runtime.rows).parts()) == 1
        assert sweeper(runtime).here() == ""


def test_the_parts_of_a_pass_wait_in_a_queue_of_their_own(tmp_path: Path) -> None:
    """With a storage account messages lie in `remediator-sweep`, where any worker finds them."""
    account = fresh_account()
    connection = azurite().connection(account)
    with built(tmp_path, REMEDIATOR_STORAGE_CONNECTION=connection) as runtime:
        shared = sweeper(runtime)
        begun = shared.begin()
        queue = StorageQueue(azurite().account(account), "remediator-sweep")
        texts = []
        while deliveries := queue.receive(60, 32):
            for delivery in deliveries:
                texts.append(delivery.text)
                shared.carry_on(delivery.text)
                queue.delete(delivery)
        assert texts == [begun, f"{begun}/0"]
        assert together(RowFleet(runtime.rows).parts()).total == 2


def test_the_settings_say_where_a_sweep_looks(tmp_path: Path) -> None:
    """The subscriptions of the settings are the scope; without any it is all that can be seen."""
    named = {"REMEDIATOR_SUBSCRIPTIONS": GUID, "REMEDIATOR_DATA_DIR": str(tmp_path)}
    assert wide_reader(bootstrap.settings(named)).scope() == SweepScope((GUID,))
    assert wide_reader(bootstrap.settings({})).scope() == SweepScope()
