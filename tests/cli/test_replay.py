"""`remediator replay`: captured signals under another policy, in a sandbox, and capsules opened again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from remediator import bootstrap
from remediator.cli import replay_sources
from remediator.core.approval import Answer, Person
from remediator.core.signal import Signal, SignalSource
from remediator.sandbox import estates
from tests.cli.conftest import Place
from tests.cli.running import document, run

AUTO = """apiVersion: remediator/v1
kind: DesiredState
limits:
  automatic: [create-vnet-link, update-dns-zone-group]
registries:
  - match: "*"
"""
ASK = """apiVersion: remediator/v1
kind: DesiredState
registries:
  - match: "*"
"""
ESTATES = ("broken-dns-record", "broken-vnet-link", "healthy-hub")


def event(registry: str, at: str, name: str) -> dict[str, Any]:
    """The event of a write to a registry, as Event Grid sends it."""
    return {
        "id": name,
        "eventType": "Microsoft.Resources.ResourceWriteSuccess",
        "eventTime": at,
        "subject": registry,
        "data": {"resourceUri": registry, "operationName": "Microsoft.ContainerRegistry/registries/write"},
        "dataVersion": "2",
        "metadataVersion": "1",
        "topic": registry.partition("/resourceGroups/")[0],
    }


def orders_of(estate: dict[str, Any]) -> str:
    ids = [one["id"] for one in estate["resources"] if one["type"] == "Microsoft.ContainerRegistry/registries"]
    return next(rid for rid in ids if rid.endswith("/fabrikamorders"))


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sandbox sets these for its process: here they are put back."""
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")


@pytest.fixture
def captured(tmp_path: Path) -> Path:
    """Payloads with an estate for each, two policies, a payload that asks for nothing and one that is odd."""
    for folder in ("events", "estates"):
        (tmp_path / folder).mkdir()
    for day, name in enumerate(ESTATES, 1):
        estate = estates.load(name)
        payload = [event(orders_of(estate), f"2026-03-0{day}T10:00:00Z", name)]
        (tmp_path / "estates" / f"{name}.json").write_text(json.dumps(estate))
        (tmp_path / "events" / f"{name}.json").write_text(json.dumps(payload))
    handshake = {"eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "data": {"validationCode": "1"}}
    (tmp_path / "events" / "handshake.json").write_text(json.dumps([handshake]))
    (tmp_path / "events" / "odd.json").write_text('{"what": "ever"}')
    (tmp_path / "auto.yaml").write_text(AUTO)
    (tmp_path / "ask.yaml").write_text(ASK)
    return tmp_path


def test_two_policies_are_compared(captured: Path) -> None:
    """The given policy mends by itself what the other one asks about; what differs is named, and nothing else."""
    told = document(
        "replay",
        "--events",
        captured / "events",
        "--estates",
        captured / "estates",
        "--policy",
        captured / "auto.yaml",
        "--against",
        captured / "ask.yaml",
        "--json",
    )
    assert told["sentence"] == "would have asked 0 times, mended 2 by itself, 0 wrong"
    assert told["against"]["sentence"] == "would have asked 2 times, mended 0 by itself, 0 wrong"
    by_name = {one["name"]: one for one in told["incidents"]}
    assert [by_name[name]["status"] for name in ESTATES] == ["RESOLVED", "RESOLVED", "NO_DRIFT"]
    assert by_name["broken-vnet-link"]["rules"] == ["vnet-link"]
    assert [change["kind"] for change in by_name["broken-vnet-link"]["plan"]] == ["create-vnet-link"]
    assert by_name["broken-vnet-link"]["opened_at"] == "2026-03-02 10:00:00Z"
    assert {one["given"]["name"] for one in told["differences"]} == {"broken-dns-record", "broken-vnet-link"}
    assert told["notes"][0].startswith("5 payloads: 3 signals")
    assert any("odd.json" in note for note in told["notes"])


def test_people_may_be_played(captured: Path) -> None:
    """With --yes whoever is asked approves, and the words say how many were mended after it."""
    only = captured / "events" / "broken-vnet-link.json"
    for path in (captured / "events").iterdir():
        if path != only:
            path.unlink()
    result = run(
        "replay",
        "--events",
        captured / "events",
        "--estate",
        "broken-vnet-link",
        "--policy",
        captured / "ask.yaml",
        "--yes",
    )
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("would have asked once, mended 0 by itself, 1 more after a yes, 0 wrong\n")
    assert "→ resolved" in result.stdout
    assert all(len(line) <= 100 for line in result.stdout.splitlines())


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("place", ["broken-vnet-link"], indirect=True)
def test_the_past_is_played_from_the_store(
    place: Place, captured: Path, large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stored incident that was mended long ago is played on what is there now without its own changes, and Azure sees
    nothing but reads."""
    with bootstrap.build(bootstrap.settings(place.settings)) as runtime:
        registry = next(rid for rid in runtime.observer.observe().registries if rid.name == "fabrikamorders")
        incident = runtime.take_in(
            Signal(SignalSource.MANUAL, "s1", runtime.clock.now(), registry, actor="ann")
        ).incident
        runtime.run_until_idle()
        request = runtime.load(incident).request
        assert request is not None
        runtime.answer_here(
            runtime.load(incident), Answer(True, request.digest, confirmation=request.code), Person("lin")
        )
        runtime.run_until_idle(1800)
        assert runtime.load(incident).status.value == "RESOLVED"
    place.azure.writes.clear()
    if large:  # as if the estate were: only the part that the incident is about is played
        monkeypatch.setattr(replay_sources, "LARGE", 0)
    told = place.document("replay", "--since", "30d", "--policy", captured / "auto.yaml", "--json")
    assert told["sentence"] == "would have asked 0 times, mended 1 by itself, 0 wrong"
    assert told["incidents"][0]["rules"] == ["vnet-link"]
    assert place.azure.writes == []


def test_nothing_is_told_from_nothing(captured: Path, tmp_path: Path) -> None:
    """No source, two sources, an empty folder, a wrong time and a wrong policy are refused, and nothing is played."""
    assert run("replay", "--policy", captured / "auto.yaml").exit_code == 2
    assert run("replay", "--events", captured / "events", "--since", "30d").exit_code == 2
    (tmp_path / "empty").mkdir()
    assert "no payload is in it" in run("replay", "--events", tmp_path / "empty").stderr
    assert "such as 36h" in run("replay", "--since", "yesterday").stderr
    (captured / "wrong.yaml").write_text("apiVersion: remediator/v1\nkind: Nothing\n")
    wrong = run(
        "replay", "--events", captured / "events", "--estate", "healthy-hub", "--policy", captured / "wrong.yaml"
    )
    assert "error[bad-desired-state]" in wrong.stderr


@pytest.mark.parametrize("place", ["broken-dns-record"], indirect=True)
def test_a_capsule_is_opened(place: Place, tmp_path: Path) -> None:
    """A capsule gives what it says without Azure; one whose estate was changed afterwards ends with 3 and says so."""
    with bootstrap.build(bootstrap.settings(place.settings)) as runtime:
        registry = next(rid for rid in runtime.observer.observe().registries if rid.name == "fabrikamorders")
        incident = runtime.take_in(Signal(SignalSource.MANUAL, "s1", runtime.clock.now(), registry)).incident
        runtime.run_until_idle()
    path = tmp_path / "capsule.json"
    assert place.run("incidents", "export", incident, "-o", path).exit_code == 0
    opened = run("replay", "--capsule", path)
    assert (opened.exit_code, "✓ as the capsule says: dns-record" in opened.stdout) == (0, True)
    (change,) = (line for line in opened.stdout.splitlines() if "update-dns-zone-group: " in line)
    assert change.startswith("~ ")
    told = json.loads(path.read_text("utf-8"))
    told["diagnosis"]["findings"][0]["rule"] = "peering"
    path.write_text(json.dumps(told), "utf-8")
    changed = run("replay", "--capsule", path)
    assert (changed.exit_code, "✗ not as the capsule says: peering" in changed.stdout) == (3, True)
