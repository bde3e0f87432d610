"""Every implementation of `ports.Rows`, by name: add the next one here and all the suites of this folder run on it.

Those with another way in, such as an identity, run on the suite of rows only. An entry takes a fresh folder and returns
a function that opens the store: called twice, it gives two doors to the same rows, as two processes would have them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

from remediator.adapters.azure.storage.rows_tables import RowsTables
from remediator.adapters.local.rows_sqlite import RowsSqlite
from remediator.adapters.system.clock import SystemClock
from remediator.ports import Rows
from tests.azurite import azurite

Opener = Callable[[], Rows]
_numbers = itertools.count()


def _sqlite(folder: Path) -> Opener:
    return lambda: RowsSqlite(folder / "state" / "rows.db")


def _tables(folder: Path, *, oauth: bool = False) -> Opener:
    server, number = azurite(oauth=oauth), next(_numbers)
    return lambda: RowsTables(server.account(), SystemClock(), rows=f"rows{number}", labels=f"labels{number}")


def _tables_with_identity(folder: Path) -> Opener:
    return _tables(folder, oauth=True)


STORES: dict[str, Callable[[Path], Opener]] = {
    "sqlite": _sqlite,
    "tables": _tables,
    "tables-identity": _tables_with_identity,
}
