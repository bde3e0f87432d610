"""`remediator stop`: every command that looks says that nothing is written at present."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Place
from tests.cli.running import estate_file, run
from tests.cli.test_applying import saved_plan, waiting

REASON = "a freeze"
BANNER = f"✗ Every write to Azure is stopped: {REASON}"


def test_whoever_looks_is_told(place: Place, tmp_path: Path) -> None:
    """`incidents`, `incidents show`, `plan`, `diagnose` and `apply` say it on stderr, and nothing once it is lifted."""
    incident = waiting(place, tmp_path)["id"]
    looks = (
        ("incidents",),
        ("incidents", "show", incident),
        ("plan", "--registry", "contosoalbum"),
        ("diagnose", "--registry", "contosoalbum"),
        ("apply", incident),
    )
    place.run("stop", REASON)
    assert [look for look in looks if BANNER not in place.run(*look).stderr] == []
    place.run("resume")
    assert not any("is stopped" in place.run(*look).stderr for look in looks[:4])


@pytest.mark.parametrize("words", [("stop", REASON), ("stop", "--reason", REASON)])
def test_the_reason_as_a_word_or_as_an_option(place: Place, words: tuple[str, ...]) -> None:
    """A reason may stand behind `--reason` or alone."""
    assert place.run(*words).exit_code == 0
    assert str(place.document("incidents", "--json")["stopped"]).startswith(REASON)


def test_programs_are_told(place: Place, tmp_path: Path) -> None:
    """The documents of the same commands hold the reason."""
    incident = waiting(place, tmp_path)["id"]
    place.run("stop", REASON)
    looks = (("incidents",), ("incidents", "show", incident), ("plan",), ("diagnose",))
    assert all(str(place.document(*look, "--json")["stopped"]).startswith(REASON) for look in looks)


def test_an_approved_plan_waits(place: Place, tmp_path: Path) -> None:
    """What is approved while writes are stopped is not carried out, and the command says why."""
    path, digest = saved_plan(place, tmp_path)
    place.run("stop", REASON)
    result = place.run("apply", path, "--yes-digest", digest)
    assert (result.exit_code, place.azure.writes) == (1, [])
    assert "writes-stopped" in result.stderr


def test_the_setting_stops_too(place: Place) -> None:
    """REMEDIATOR_STOPPED is said just so, before there is a store."""
    place.settings["REMEDIATOR_STOPPED"] = REASON
    assert BANNER in place.run("diagnose", "--registry", "contosoalbum").stderr


@pytest.mark.parametrize("command", ["plan", "diagnose"])
def test_a_file_knows_no_switch(tmp_path: Path, command: str) -> None:
    """About an estate file nothing is said: nothing would be written anyway."""
    result = run(command, "--estate", estate_file(tmp_path), "--json", env={"REMEDIATOR_STOPPED": REASON})
    assert "stopped" not in json.loads(result.stdout)
