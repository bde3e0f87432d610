"""Stored documents: what is written can be read, by this version and by the next."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from remediator.codec import INCIDENT_UPCASTERS, VERSION, decode_incident, decode_signal, encode_incident, encode_signal
from remediator.core.actor import ActorKind
from remediator.core.blast import Touched
from remediator.core.change import Change, ChangeKind
from remediator.core.diagnosis import Diagnosis
from remediator.core.errors import Misconfigured, Transient
from remediator.core.incident import Incident
from remediator.core.plan import Plan
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource
from remediator.core.verification import Proof

from .anything import anything_of
from .example_incident import DATA, REGISTRY, SIGNAL, START, full_incident, pretty

GOLDEN = (
    "the stored form has changed: raise codec.VERSION, write an upcaster and a new golden file "
    "(while no version has been released: `python -m tests.codec.example_incident` writes the present one again)"
)


def _changed(path: list[str | int], value: Any) -> bytes:
    document = json.loads(encode_incident(full_incident()))
    place = document["incident"]
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return json.dumps(document).encode()


def _leaves(value: Any, path: str = "") -> list[tuple[str, Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [leaf for key, item in inner for leaf in _leaves(item, f"{path}.{key}".lstrip("."))]
    return found or [(path, value)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(anything_of(Incident))
def test_incident_round_trip(incident: Incident) -> None:
    """Any incident comes back as it was, the casing of its ids included."""
    body = encode_incident(incident)
    again = decode_incident(body)
    assert again == incident
    assert encode_incident(again) == body


@settings(max_examples=100, deadline=None)
@given(anything_of(Signal))
def test_signal_round_trip(signal: Signal) -> None:
    """Any signal comes back as it was."""
    assert decode_signal(encode_signal(signal)) == signal


def test_golden_incident() -> None:
    """The present version is written exactly as its golden file shows."""
    assert pretty(encode_incident(full_incident())) == (DATA / f"incident-v{VERSION}.json").read_text("utf-8"), GOLDEN


def test_golden_signal() -> None:
    """A signal of the present version is written exactly as its golden file shows."""
    assert pretty(encode_signal(SIGNAL)) == (DATA / f"signal-v{VERSION}.json").read_text("utf-8"), GOLDEN


def test_example_has_every_field() -> None:
    """No field of the golden incident has been left at its default, so that none is missing in the golden file."""
    bare = [path for path, value in _leaves(json.loads(encode_incident(full_incident()))) if value in ([], None)]
    assert bare == [f"incident.diagnosis.{place}.before" for place in ("findings.0.remedy.0", "plan.changes.0")]


@pytest.mark.parametrize("version", range(1, VERSION + 1))
def test_every_version_can_be_read(version: int) -> None:
    """A document of any version that was ever written is still understood; what it did not know yet is not known."""
    incident, signal = full_incident(), SIGNAL
    if version < 5:
        assert incident.diagnosis is not None
        alone = replace(incident.diagnosis, focus=replace(incident.diagnosis.focus, also=()))
        incident = replace(incident, pull_request=None, diagnosis=alone)
    if version < 4:
        assert incident.execution is not None
        assert incident.verification is not None
        execution, verification = incident.execution, incident.verification
        verification = replace(verification, spoke=(Proof.MODEL,))
        incident = replace(incident, execution=replace(execution, probes=(), restarts=()), verification=verification)
        incident = replace(incident, diagnosis=_of_version_3(incident))
        signal = replace(signal, since=None, workspace=None, opening=None)
        incident = replace(incident, evidence=(), signals=(signal,), looked_at=None, looked_count=0, opening=None)
    if version < 3:
        journal = tuple(replace(line, hash=None) for line in incident.journal)
        request = replace(incident.request, remarks=()) if incident.request else None
        incident = replace(incident, journal=journal, correlation=None, request=request)
    if version < 2:
        signal = replace(signal, actor_kind=ActorKind.UNKNOWN)
        incident = replace(_of_version_1(incident), signals=(signal,))
    assert decode_incident((DATA / f"incident-v{version}.json").read_bytes()) == incident
    assert decode_signal((DATA / f"signal-v{version}.json").read_bytes()) == signal


def _of_version_3(incident: Incident) -> Diagnosis:
    """What version 3 could say of the diagnosis: nothing of paths that share its root."""
    found = incident.diagnosis
    assert found is not None
    return replace(found, focus=replace(found.focus, about=None, paths=()))


def _of_version_1(incident: Incident) -> Incident:
    """What version 1 could say of the incident."""
    found = incident.diagnosis
    assert found is not None
    findings = tuple(replace(finding, alternatives=()) for finding in found.findings)
    foresight = replace(found.foresight, touched=Touched(), doubtful=())
    diagnosis = replace(found, findings=findings, foresight=foresight, testimony=None)
    return replace(incident, diagnosis=diagnosis, caused_by=None)


def test_times_are_stored_in_utc() -> None:
    """A time given in another zone is stored as the same moment in UTC."""
    east = START.astimezone(timezone(timedelta(hours=8)))
    stored = json.loads(encode_incident(replace(full_incident(), opened_at=east)))
    assert stored["incident"]["opened_at"] == "2026-03-01T02:03:04.567000Z"
    assert decode_incident(json.dumps(stored).encode()).opened_at == east


def test_time_without_zone_is_not_stored() -> None:
    """A time without a zone is a mistake of the program and is refused before it is stored."""
    with pytest.raises(ValueError, match="without a zone"):
        encode_incident(replace(full_incident(), opened_at=datetime(2026, 1, 1)))


def test_what_cannot_be_read_back_is_not_stored() -> None:
    """A value of the wrong type is refused when it is written, not when somebody needs it."""
    with pytest.raises(ValueError, match="attempts"):
        encode_incident(replace(full_incident(), attempts="two"))  # type: ignore[arg-type]


def test_read_only_documents_are_plain_json() -> None:
    """The documents of a change may be read-only mappings; they are stored as plain JSON."""
    frozen = MappingProxyType({"records": MappingProxyType({"shop": ("10.0.0.4",)})})
    change = Change(ChangeKind.UPDATE_ZONE_GROUP, REGISTRY, "s", frozen, None, "dns-record")
    incident = full_incident()
    assert incident.diagnosis is not None
    diagnosis = replace(incident.diagnosis, plan=Plan((change,)))
    again = decode_incident(encode_incident(replace(incident, diagnosis=diagnosis)))
    assert again.diagnosis is not None
    assert again.diagnosis.plan.changes[0].before == {"records": {"shop": ["10.0.0.4"]}}
    assert again.diagnosis.plan.digest == diagnosis.plan.digest


def test_half_a_surrogate_pair() -> None:
    """A text that has no UTF-8 form does not keep the signal from being stored."""
    signal = Signal(SignalSource.ALERT, "1", text="denied \ud800 here")
    assert decode_signal(encode_signal(signal)).text == "denied ? here"


def test_casing_of_ids_is_kept() -> None:
    """An id is stored as its text in Azure's casing, and compared without case afterwards."""
    again = decode_incident(encode_incident(Incident("i", ResourceId("/subscriptions/S/x"), START)))
    assert (again.subject.text, again.subject.key) == ("/subscriptions/S/x", "/subscriptions/s/x")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no version"),
        (b'{"incident":{}}', "no version"),
        (b'{"v":true,"incident":{}}', "no version"),
        (b'{"v":-1,"incident":{}}', "no version"),
        (b'{"v":1,"signal":{}}', 'no "incident"'),
        (b'{"v":0,"incident":{}}', "from version 0"),
        (b'{"v":1,"incident":{}}', "incident.subject"),
        (b'{"v":1,"incident":{"signals":7}}', "incident.signals"),
        (b'{"v":1,"incident":{"signals":[7]}}', "incident.signals.0"),
        (b'{"v":2,"incident":{"journal":7}}', "incident.journal"),
        (b'{"v":2,"incident":{"journal":[7]}}', "incident.journal.0"),
        (b'{"v":3,"incident":{"execution":7}}', "incident.execution"),
        (b'{"v":3,"incident":{"verification":{"probes":7}}}', "incident.verification."),
        (b'{"v":3,"incident":{"verification":{"probes":[7]}}}', "incident.verification."),
        (_changed(["colour"], "red"), "incident.colour"),
        (_changed(["diagnosis", "plan", "approved"], True), "incident.diagnosis.plan.approved"),
        (_changed(["diagnosis", "findings", 0, "severity"], "odd"), "incident.diagnosis.findings.0.severity"),
        (_changed(["attempts"], "2"), "incident.attempts"),
        (_changed(["subject"], ""), "incident.subject"),
        (_changed(["subject"], {"text": "/x"}), "incident.subject"),
    ],
)
def test_damage_is_named(body: bytes, says: str) -> None:
    """A document that no version wrote is refused, and the error says where it is damaged."""
    with pytest.raises(Misconfigured) as caught:
        decode_incident(body)
    assert caught.value.code == "document-damaged"
    assert says in caught.value.message


def test_newer_document_waits() -> None:
    """A document of a newer program is not damage: it is left for later, whatever it holds."""
    with pytest.raises(Transient) as caught:
        decode_incident(json.dumps({"v": VERSION + 1, "case": []}).encode())
    assert caught.value.code == "document-too-new"


def test_upcasters_lead_forward() -> None:
    """A document of an earlier version goes through the upcasters of its version and is then read as today's."""
    document = json.loads(encode_incident(full_incident()))
    document["v"] = 0
    document["incident"]["opened"] = document["incident"].pop("opened_at")

    def renamed(old: dict[str, Any]) -> dict[str, Any]:
        return {**{key: value for key, value in old.items() if key != "opened"}, "opened_at": old["opened"]}

    assert decode_incident(json.dumps(document).encode(), {0: renamed, **INCIDENT_UPCASTERS}) == full_incident()


def test_times_come_back_with_their_zone() -> None:
    """Times that were read can be compared with the clock's."""
    again = decode_incident(encode_incident(full_incident()))
    assert again.opened_at < datetime.now(UTC) + timedelta(days=36500)
    assert again.opened_at.utcoffset() == timedelta(0)
