"""How many signals a second are taken in, beside the inserts that they need? Called by `storm`.

By turns: so many signals for one registry go through the program's intake, the wake-up included, from several callers
at once; and as many rows are put into a table of the same store with nothing but the store's own library.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from remediator import bootstrap
from remediator.bootstrap import Runtime
from remediator.cli.bench.azurite import azurite
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource

TURNS = 5
CALLERS = 16
APPS = 40
REGISTRY = ResourceId(
    "/subscriptions/00000000-0000-0000-0000-0000000000b1/resourceGroups/rg-bench/providers/"
    "Microsoft.ContainerRegistry/registries/bench"
)
TEXT = (
    "Failed to pull image: unexpected status from GET request to https://registry.example/oauth2/token: 403 Forbidden"
)
Insert = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class SignalRate:
    """Seconds of each turn for so many signals and as many inserts, and what the store says afterwards."""

    store: str
    signals: int
    intake: tuple[float, ...]
    inserts: tuple[float, ...]
    incidents: int
    counted: int


def measured(signals: int) -> SignalRate:
    """Take in `signals` in all, some in each turn."""
    each = max(1, signals // TURNS)
    intake, inserts = [], []
    with _store() as (runtime, name, insert), ThreadPoolExecutor(CALLERS) as callers:
        runtime.take_in(_signal(runtime, -1))
        insert(-1)
        for turn in range(TURNS):
            numbers = range(turn * each, (turn + 1) * each)
            intake.append(_took(callers, lambda number: runtime.take_in(_signal(runtime, number)), numbers))
            inserts.append(_took(callers, insert, numbers))
        found = runtime.find()
        held = [runtime.flow.incidents.load(one.id) for one in found]
        counted = sum(one.incident.receive(one.letters).signal_count for one in held)
    return SignalRate(name, TURNS * each, tuple(intake), tuple(inserts), len(found), counted - 1)


def _took(callers: ThreadPoolExecutor, call: Insert, numbers: Sequence[int]) -> float:
    begun = time.perf_counter()
    list(callers.map(call, numbers))
    return time.perf_counter() - begun


def _signal(runtime: Runtime, number: int) -> Signal:
    app = f"app-{number % APPS}"
    return Signal(SignalSource.ALERT, f"bench-{number}", runtime.clock.now(), REGISTRY, app=app, text=TEXT)


@contextmanager
def _store() -> Iterator[tuple[Runtime, str, Insert]]:
    """The program on Azurite, where there is one, else on SQLite; and an insert of one row by the store's library."""
    with azurite() as connection, tempfile.TemporaryDirectory(prefix="remediator-bench-") as folder:
        named = {"REMEDIATOR_STORAGE_CONNECTION": connection, "AzureWebJobsStorage": connection}
        places = {name: place for name, place in named.items() if place}
        settings = {"REMEDIATOR_MODE": "local", "REMEDIATOR_DATA_DIR": folder, **places}
        with bootstrap.build(bootstrap.settings(settings)) as runtime:
            if connection:
                yield runtime, "Azurite", _into_table(connection)
            else:
                yield runtime, "SQLite", _into_file(Path(folder) / "raw.sqlite")


def _into_table(connection: str) -> Insert:
    from azure.data.tables import TableServiceClient

    table = TableServiceClient.from_connection_string(connection).create_table("raw")
    return lambda number: table.create_entity({"PartitionKey": "raw", "RowKey": f"r{number}", "body": TEXT.encode()})


def _into_file(path: Path) -> Insert:
    """As careful as the program's own file: a write-ahead log, and each insert on the disk before the next one."""
    database, lock = sqlite3.connect(path, isolation_level=None, check_same_thread=False), Lock()
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE raw (key TEXT PRIMARY KEY, body BLOB NOT NULL)")

    def insert(number: int) -> None:
        with lock:
            database.execute("INSERT INTO raw VALUES (?, ?)", (f"r{number}", TEXT.encode()))

    return insert
