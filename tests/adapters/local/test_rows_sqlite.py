"""SQLite's own troubles, in our words (what every store promises is in tests/contracts/test_rows.py)."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from remediator.adapters.local.rows_sqlite import RowsSqlite
from remediator.core.errors import Misconfigured, Transient
from remediator.ports import Write

COUNT = """
import sys
from pathlib import Path
from remediator.adapters.local.rows_sqlite import RowsSqlite
from remediator.core.errors import Transient
from remediator.ports import Write
rows = RowsSqlite(Path(sys.argv[1]))
for _ in range(25):
    while True:
        row = rows.get("p", "n")
        value, version = (int(row.body), row.version) if row else (0, "")
        try:
            rows.write("p", [Write("n", str(value + 1).encode(), {}, version)])
            break
        except Transient:
            pass
"""


def test_processes_share_the_file(tmp_path: Path) -> None:
    """Processes that start at once and count in one fresh file lose nothing."""
    path = tmp_path / "rows.db"
    running = [subprocess.Popen([sys.executable, "-c", COUNT, str(path)]) for _ in range(4)]
    assert [process.wait(60) for process in running] == [0, 0, 0, 0]
    row = RowsSqlite(path).get("p", "n")
    assert row is not None
    assert row.body == b"100"


def test_rows_outlive_the_program(tmp_path: Path) -> None:
    """What was written is there when the file is opened again."""
    with RowsSqlite(tmp_path / "rows.db") as rows:
        rows.write("p", [Write("k", b"1")])
    with RowsSqlite(tmp_path / "rows.db") as rows:
        assert rows.get("p", "k") is not None


def test_memory() -> None:
    """Without a path nothing is kept on the disk, and everything else is the same."""
    with RowsSqlite(None) as rows:
        rows.write("p", [Write("k", b"1", {"kind": "x"})])
        assert [row.key for row in rows.find({"kind": "x"})] == ["k"]


def test_folder_is_private(tmp_path: Path) -> None:
    """A data folder that we make is nobody else's to read."""
    RowsSqlite(tmp_path / "state" / "rows.db").close()
    assert (tmp_path / "state").stat().st_mode & 0o077 == 0


def test_busy_store_is_transient(tmp_path: Path) -> None:
    """While another process holds the file, a write fails as Transient, and nothing of it stays."""
    with RowsSqlite(tmp_path / "rows.db", busy_seconds=0.01) as rows:
        other = sqlite3.connect(tmp_path / "rows.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Transient) as caught:
            rows.write("p", [Write("k", b"1")])
        other.close()
        assert caught.value.code == "store-busy"
        assert rows.get("p", "k") is None
        rows.write("p", [Write("k", b"1")])


def test_damaged_file(tmp_path: Path) -> None:
    """A file that is no database is an operator's matter and is left as it is."""
    path = tmp_path / "rows.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(Misconfigured) as caught:
        RowsSqlite(path)
    assert caught.value.code == "store-damaged"
    assert path.read_bytes().startswith(b"not a database")


def test_newer_file(tmp_path: Path) -> None:
    """A file of a newer program is refused."""
    RowsSqlite(tmp_path / "rows.db").close()
    with sqlite3.connect(tmp_path / "rows.db") as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(Misconfigured) as caught:
        RowsSqlite(tmp_path / "rows.db")
    assert caught.value.code == "store-too-new"


@pytest.mark.parametrize("place", ["file/rows.db", "folder"])
def test_unusable_place(tmp_path: Path, place: str) -> None:
    """A place where no file can be is named in the error."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(Misconfigured) as caught:
        RowsSqlite(tmp_path / place)
    assert caught.value.code == "store-unusable"
    assert str(tmp_path / place) in caught.value.message
