"""A capsule reproduces an incident's findings and plan elsewhere, and tells nobody's names."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from remediator import bootstrap
from remediator.adapters.estate.estate_file import Estate, EstateObserver
from remediator.bootstrap.capsules import asked, desired_from, diagnosed, opened
from remediator.cli.capsule import Source, capsule_of
from remediator.core.approval import Answer, Person
from remediator.core.capsule import judged
from remediator.core.capsule_names import _WORDS
from remediator.core.diagnosis import Focus, diagnose
from remediator.core.errors import Rejected
from remediator.core.incident import Incident
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource
from remediator.core.subject import concerned
from remediator.sandbox import estates
from tests.cli.conftest import Place

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BROKEN = [name for name in estates.names() if name.startswith("broken-")]
KEY = b"0123456789abcdef"


# What two of the estates need so that their rule finds something: a declared wish, and an error text.
DECLARED: dict[str, dict[str, Any]] = {
    "broken-trusted-services": {
        "apiVersion": "remediator/v1",
        "kind": "DesiredState",
        "registries": [
            {
                "match": "fabrikamorders",
                "trustedServices": "allowed",
                "approvers": {"users": ["kim@contoso.example"]},
                "notify": ["kim@contoso.example"],
            },
            {"match": "*"},
        ],
    }
}
TEXTS = {"broken-image-reference": "manifest tagged by 2.0 is not found: manifest unknown"}


def source(name: str) -> Source:
    """An incident about the registry that is broken in an estate, as an alert would have told of it."""
    document = estates.load(name)
    estate = Estate.from_document(document)
    declared = DECLARED.get(name)
    desired = desired_from(declared)
    snapshot = EstateObserver(estate).observe()
    found = diagnose(desired, snapshot, Focus())
    broken = (*concerned(found), *(f.target for f in found.findings))
    registry = broken[0] if broken else next(rid for rid in snapshot.registries if rid.name == "fabrikamorders")
    said = TEXTS.get(name, "403 Forbidden")
    text = f'Failed to pull image "{registry.name}.azurecr.io/team/app:1": {said}, ask kim@contoso.example'
    signal = Signal(SignalSource.ALERT, "s1", NOON, registry, text=text, actor="11111111-aaaa-4aaa-8aaa-111111111111")
    incident = Incident("0123456789ab-one", registry, NOON, signals=(signal,), registries=(registry,))
    for who in ("22222222-bbbb-4bbb-8bbb-222222222222", "terminal:kimberley", "lee@contoso.example"):
        incident = incident.note(NOON, f"kim@contoso.example and {who} looked at {registry.name}", who)
    seen = diagnosed(asked(incident), document, desired)
    return Source(replace(incident, diagnosis=seen), estate.raw, estate.cloud, declared)


@pytest.mark.parametrize("name", BROKEN)
def test_it_reproduces_findings_and_plan(name: str) -> None:
    """The same rules in the same order and the same changes, each at the same target under its pseudonym."""
    made = capsule_of(source(name), KEY)
    found = judged(opened(json.loads(json.dumps(made))).diagnose())
    stored = source(name).incident.diagnosis
    assert stored is not None
    assert [rule for rule, _ in found.findings] == [one.rule for one in stored.findings]
    assert list(found.plan) == [one.kind.value for one in stored.plan.changes]
    assert found.findings
    assert made["reproduces"]["same"]


def names_of(name: str) -> set[str]:
    """What tells whose an estate is: subscriptions, groups, names of resources, principals."""
    text = json.dumps(estates.load(name))
    found = set(re.findall(r"/subscriptions/([^/\"]+)", text)) | set(re.findall(r"/resourceGroups/([^/\"]+)", text))
    found |= {one.rpartition("/")[2] for one in re.findall(r'"id": "(/subscriptions/[^"]+)"', text)}
    found |= set(re.findall(r'"(?:principalId|clientId|tenantId)": "([^"]+)"', text))
    return {one.lower() for one in found if len(one) > 4 and "." not in one and one.lower() not in _WORDS}


@pytest.mark.parametrize("name", BROKEN)
def test_it_tells_nobodys_names(name: str) -> None:
    """No subscription, group, resource, principal, mail address or person of the estate is in it, in any casing."""
    text = json.dumps(capsule_of(source(name), KEY)).lower()
    assert sorted(one for one in names_of(name) if one in text) == []
    assert "contoso.example" not in text
    assert "0123456789ab" not in text
    assert [who for who in ("22222222-bbbb", "11111111-aaaa", "kimberley", "lee@") if who in text] == []


@pytest.mark.parametrize("name", ["broken-dns-record", "broken-trusted-services"])
def test_names_may_be_kept(name: str) -> None:
    """Whoever may tell names keeps them, and people, mail addresses and principals stay unknown all the same."""
    made = capsule_of(source(name), KEY, keep_names=True)
    text = json.dumps(made)
    assert "fabrikamorders" in text
    assert made["names"] == "kept"
    assert made["reproduces"]["same"]
    gone = ("contoso.example", "22222222-bbbb", "11111111-aaaa", "kimberley")
    assert [who for who in gone if who in text] == []


WORD = st.text("bdfghjkqvwxz", min_size=7, max_size=12)  # no word of Azure's
SECRET = st.text("0123456789abcdefABCDEF", min_size=24, max_size=24)


@settings(max_examples=15, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(WORD, WORD, WORD, st.uuids(version=4), SECRET, WORD)
def test_whatever_the_names_are(
    registry: str, group: str, app: str, subscription: uuid.UUID, secret: str, mail: str
) -> None:
    """However registry, group, app and subscription are called, and whatever secrets and mails lie in bodies and texts:
    none of it is in the capsule, and it gives the same findings and plan."""
    assume(len({registry, group, app, mail}) == 4)
    names = (registry, group, app, mail)
    assume(not any(one in other for one in names for other in (*names, *_WORDS) if one != other))
    made = source("broken-dns-record")
    text = json.dumps([dict(body) for body in made.raw.resources])
    for old, new in (
        ("fabrikamorders", registry),
        ("rg-orders", group),
        ("4f1e2d3c-0002-4a00-8b00-00000000c001", str(subscription)),
        ('containerApps/orders"', f'containerApps/{app}"'),
    ):
        text = text.replace(old, new)
    bodies = json.loads(text)
    kept = ", ".join((f"password={secret}", f"{mail}@{registry}.example"))
    for body in bodies:
        body["tags"] = {"owner": f"{mail}@{registry}.example"}
        if body["type"] == "Microsoft.App/containerApps":
            body["properties"]["template"]["containers"][0]["env"] = [{"name": "KEY", "value": secret}]
    subject = ResourceId(made.incident.subject.text.replace("fabrikamorders", registry).replace("rg-orders", group))
    signal = Signal(SignalSource.ALERT, "s", NOON, subject, text=f"403 Forbidden from {registry}.azurecr.io: {kept}")
    incident = Incident("0123456789ab-one", subject, NOON, signals=(signal,))
    raw = replace(made.raw, resources=tuple(bodies))
    document = capsule_of(Source(incident, raw, made.cloud, None), KEY)
    told = json.dumps(document).lower()
    gone = [one for one in (*names, str(subscription), secret.lower()) if one in told]
    assert gone == []
    assert document["reproduces"]["same"]


def test_an_incident_is_exported_and_opened(place: Place, tmp_path: Path) -> None:
    """`incidents export` writes a capsule of a stored incident, which gives the same findings and plan."""
    with bootstrap.build(bootstrap.settings(place.settings)) as runtime:
        registry = next(iter(runtime.observer.observe().registries))
        taken = runtime.take_in(Signal(SignalSource.MANUAL, "s1", runtime.clock.now(), registry))
        runtime.run_until_idle()
    path = tmp_path / "capsule.json"
    result = place.run("incidents", "export", taken.incident, "-o", path)
    assert result.exit_code == 0, result.stderr
    assert "✓ it gives the same findings and the same plan" in result.stderr
    told = json.loads(path.read_text("utf-8"))
    assert opened(told).diagnose().findings
    assert registry.name not in path.read_text("utf-8").lower()


@pytest.mark.parametrize("document", [None, [], {}, {"kind": "capsule", "schema": 2}, {"kind": "capsule", "schema": 1}])
def test_what_is_no_capsule(document: object) -> None:
    """Anything else is refused with a word on what is wrong with it."""
    with pytest.raises(Rejected) as refused:
        opened(document)
    assert refused.value.code == "bad-capsule"


@pytest.mark.parametrize("place", ["broken-vnet-link"], indirect=True)
def test_one_that_was_mended_is_exported_as_it_found_the_estate(place: Place, tmp_path: Path) -> None:
    """Its own changes are taken back for the capsule, in a sandbox: Azure stays as it is."""
    with bootstrap.build(bootstrap.settings(place.settings)) as runtime:
        registry = next(rid for rid in runtime.observer.observe().registries if rid.name == "fabrikamorders")
        signal = Signal(SignalSource.MANUAL, "s1", runtime.clock.now(), registry, actor="ann")
        incident = runtime.take_in(signal).incident
        runtime.run_until_idle()
        request = runtime.load(incident).request
        assert request is not None
        answer = Answer(True, request.digest, confirmation=request.code)
        runtime.answer_here(runtime.load(incident), answer, Person("lin"))
        runtime.run_until_idle()
    path = tmp_path / "capsule.json"
    place.azure.writes.clear()
    result = place.run("incidents", "export", incident, "-o", path)
    assert "✓ it gives the same findings and the same plan, with the incident's own changes taken back" in result.stderr
    assert judged(opened(json.loads(path.read_text("utf-8"))).diagnose()).rules == ["vnet-link"]
    assert place.azure.writes == []
