"""Every implementation of `ports.Rows`, by name: add the next one here and all the suites of this folder run on it.

An entry takes a fresh folder and returns a function that opens the store: called twice, it gives two doors to the
same rows, as two processes would have them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from remediator.adapters.local.rows_sqlite import RowsSqlite
from remediator.ports import Rows

Opener = Callable[[], Rows]


def _sqlite(folder: Path) -> Opener:
    return lambda: RowsSqlite(folder / "state" / "rows.db")


STORES: dict[str, Callable[[Path], Opener]] = {"sqlite": _sqlite}
