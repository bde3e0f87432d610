"""`remediator incidents verify`: one journal, all of them, and a hash that was noted elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from remediator import bootstrap
from remediator.core.incident import Incident
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource
from tests.cli.running import run

GROUP = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg"
REGISTRIES = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries"
Tamper = Callable[[Incident], Incident]


class Files:
    """Two incidents in a store, and a hand that reaches into it."""

    def __init__(self, folder: Path) -> None:
        self.settings = {"REMEDIATOR_DATA_DIR": str(folder)}
        with self._runtime() as runtime:
            names = ("one", "two")
            signals = (Signal(SignalSource.MANUAL, n, subject=ResourceId(f"{REGISTRIES}/{n}")) for n in names)
            self.ids = [runtime.take_in(signal).incident for signal in signals]
        for number in range(4):
            self.change(self.ids[0], lambda one, number=number: one.note(one.opened_at, f"line {number}"))

    def _runtime(self) -> bootstrap.Runtime:
        return bootstrap.build(bootstrap.settings(self.settings))

    def change(self, incident: str, tamper: Tamper) -> Incident:
        """Save what a hand makes of an incident."""
        with self._runtime() as runtime:
            held = runtime.flow.incidents.load(incident)
            return runtime.flow.incidents.save(held, tamper(held.incident)).incident

    def verify(self, *args: object) -> Result:
        """Run the command here."""
        return run("incidents", "verify", *args, env=self.settings)

    def document(self, *args: object) -> dict[str, Any]:
        """The document that the command prints here."""
        found: dict[str, Any] = json.loads(self.verify(*args, "--json").stdout)
        return found


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def _said_no(incident: Incident) -> Incident:
    lines = list(incident.journal)
    lines[2] = replace(lines[2], what="said no")
    return replace(incident, journal=tuple(lines))


def test_whole_journals(files: Files) -> None:
    """Without an id every incident is checked; where all chains hold the command ends with 0."""
    result = files.verify()
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "2 journals, 0 broken"
    assert sorted(one["id"] for one in files.document()["incidents"]) == sorted(files.ids)


def test_a_broken_journal(files: Files) -> None:
    """A journal that was changed is named with its line, among all and by itself, and the command ends with 1."""
    files.change(files.ids[0], _said_no)
    result = files.verify()
    assert result.exit_code == 1
    assert f"✗ {files.ids[0]}  line 3 does not fit the hash before it" in result.stdout
    assert f"✓ {files.ids[1]}  1 line, " in result.stdout
    assert (files.verify(files.ids[0]).exit_code, files.verify(files.ids[1]).exit_code) == (1, 0)
    found = files.document(files.ids[0])
    assert (found["whole"], found["incidents"][0]["broken_at"]) == (False, 3)


def test_older_journals(files: Files) -> None:
    """A journal from before the chain is said to be unchained, and is no error."""
    files.change(files.ids[0], lambda one: replace(one, journal=tuple(replace(x, hash=None) for x in one.journal)))
    result = files.verify(files.ids[0])
    assert (result.exit_code, "5 lines, unchained up to line 5, head none" in result.stdout) == (0, True)


def test_a_noted_hash(files: Files) -> None:
    """A hash that was noted elsewhere gives away a journal that was written anew as a whole."""
    before = files.document(files.ids[0])["incidents"][0]
    noted = f"{before['lines']}:{before['head']}"
    assert files.verify(files.ids[0], "--noted", noted).exit_code == 0

    def anew(incident: Incident) -> Incident:
        told = replace(incident, journal=())
        for line in incident.journal:
            told = told.note(line.at, line.what.replace("3", "4"), line.who, line.status)
        return told

    files.change(files.ids[0], anew)
    assert files.verify(files.ids[0]).exit_code == 0
    result = files.verify(files.ids[0], "--noted", noted)
    assert (result.exit_code, "has another hash than the one noted" in result.stdout) == (1, True)
    found = files.document(files.ids[0], "--noted", noted)
    assert (found["whole"], found["as_noted"], found["incidents"][0]["problem"]) == (False, False, None)


@pytest.mark.parametrize(
    "args", [("--noted", "1:" + "0" * 64), ("ID", "--noted", "x"), ("ID", "--noted", "0:" + "0" * 64)]
)
def test_wrong_usage(files: Files, args: tuple[str, ...]) -> None:
    """A noted hash needs an incident and the form LINE:HASH; anything else is wrong usage."""
    assert files.verify(*args).exit_code == 2


def test_an_unknown_incident(files: Files) -> None:
    """An id that nobody has is an error with its code."""
    result = files.verify("0123456789ab-none")
    assert (result.exit_code, "error[incident-unknown]" in result.stderr) == (1, True)
