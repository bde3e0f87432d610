"""How incidents are found again: by time, by status, by registry (ports.Incidents.due and find)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from remediator.adapters.records.incidents import RowIncidents
from remediator.core.incident import Incident, Notice, Status
from remediator.core.opening import Opening
from remediator.core.resource_id import ResourceId
from remediator.ports import Held, Rows

from .cases import NOON, SHOP, ended, fresh, opened_case, registry, signal


def test_due(incidents: RowIncidents) -> None:
    """Due are those whose wake-up time has come, the longest waiting first; an ended one only while a notice waits."""
    ids = {}
    for name, minutes in (("late", 2), ("now", 0), ("early", -5)):
        case = fresh(name, registry(name), NOON + timedelta(minutes=minutes))
        ids[name] = incidents.take_in(case.subject, signal(), case).incident
    assert incidents.due(NOON) == (ids["early"], ids["now"])
    assert incidents.due(NOON, limit=1) == (ids["early"],)
    held = incidents.load(ids["early"])
    told = held.incident.to(Status.NO_DRIFT, NOON, "done").notify(Notice("k", "resolved", "mail"))
    held = incidents.save(held, told)
    assert ids["early"] in incidents.due(NOON)
    outbox = tuple(replace(notice, delivered_at=NOON) for notice in told.outbox)
    incidents.save(held, replace(told, outbox=outbox))
    assert incidents.due(NOON) == (ids["now"],)


def test_open_without_wake_up_time(incidents: RowIncidents) -> None:
    """An open incident that names no wake-up time is due: nothing open is forgotten."""
    taken = incidents.take_in(SHOP, signal(), replace(fresh(), wake_at=None))
    assert incidents.due(NOON) == (taken.incident,)


def test_find_newest_first(incidents: RowIncidents) -> None:
    """Incidents are listed newest first, at most as many as wanted, and by status as it is now."""
    names = ["b", "a", "c"]
    for age, name in enumerate(names):
        case = fresh(name, registry(name), NOON - timedelta(days=age))
        incidents.take_in(case.subject, signal(), case)
    listed = incidents.find()
    assert [incident.subject.name for incident in listed] == names
    assert [incident.subject.name for incident in incidents.find(limit=2)] == names[:2]
    incidents.save(incidents.load(listed[1].id), ended(listed[1]))
    assert [incident.subject.name for incident in incidents.find(status=Status.OPEN)] == ["b", "c"]
    assert [incident.subject.name for incident in incidents.find(status=Status.NO_DRIFT)] == ["a"]


def test_find_by_registry(incidents: RowIncidents) -> None:
    """An incident is found by each registry that it concerns, those that came later too, in any casing."""
    held = opened_case(incidents)
    saved = incidents.save(held, replace(held.incident, registries=(SHOP, registry("Second"))))
    assert [i.id for i in incidents.find(registry=registry("SECOND"))] == [held.incident.id]
    assert [i.id for i in incidents.find(registry=SHOP, status=Status.OPEN)] == [held.incident.id]
    assert incidents.find(registry=SHOP, status=Status.RESOLVED) == ()
    assert incidents.find(registry=registry("third")) == ()
    incidents.save(saved, replace(saved.incident, registries=(registry("second"),)))
    assert incidents.find(registry=SHOP) == ()


def test_find_by_name(incidents: RowIncidents) -> None:
    """A registry's name finds what concerns any registry of that name; its id finds that one alone."""
    here, there = SHOP, ResourceId(SHOP.text.replace("/rg/", "/rg-other/", 1))
    assert here != there
    for at, one in enumerate((here, there)):
        case = replace(fresh(f"i{at}", one, NOON - timedelta(days=at)), registries=(one,))
        incidents.take_in(one, signal(), case)
    assert [i.subject for i in incidents.find(registry=SHOP.name.upper())] == [here, there]
    assert [i.subject for i in incidents.find(registry=there)] == [there]
    assert incidents.find(registry="nobody") == ()


def test_found_by_each_of_many_registries(incidents: RowIncidents) -> None:
    """An incident that turns out to be about four hundred registries is found by each of them."""
    many = tuple(registry(f"r{number}") for number in range(400))
    taken = incidents.take_in(SHOP, signal(), fresh())
    held = incidents.load(taken.incident)
    incidents.save(held, replace(held.incident, registries=many))
    for one in (many[0], many[79], many[80], many[399]):
        assert [found.id for found in incidents.find(registry=one)] == [taken.incident]


def test_incident_of_many_registries(incidents: RowIncidents) -> None:
    """An incident at the root of very many registries can be stored."""
    many = tuple(registry(f"r{number}") for number in range(300))
    taken = incidents.take_in(SHOP, signal(), replace(fresh(), registries=many))
    assert incidents.load(taken.incident).incident.registries == many
    assert [i.id for i in incidents.find(registry=many[0])] == [taken.incident]


def in_place(incidents: RowIncidents, name: str, opening: Opening | None) -> Held:
    """An incident whose changes are made, an opening or not."""
    case = replace(fresh(name, opening.subject if opening else registry(name)), opening=opening)
    held = incidents.load(incidents.take_in(case.subject, signal(), case).incident)
    for status in (Status.PLANNED, Status.APPROVED, Status.APPLYING, Status.APPLIED):
        held = incidents.save(held, held.incident.to(status, NOON, "a step"))
    return held


def test_find_openings(rows: Rows) -> None:
    """Openings are found while they let somebody in, and no document of another incident is read for that."""
    read: list[str] = []

    class Watching(RowIncidents):
        def load(self, incident: str) -> Held:
            read.append(incident)
            return super().load(incident)

    incidents = Watching(rows)
    doors = [in_place(incidents, f"door{number}", Opening(SHOP, f"20.50.1.{number}", 60)) for number in (1, 2)]
    in_place(incidents, "other", None)
    wanted = replace(fresh("asked"), subject=Opening(SHOP, "20.50.1.3", 60).subject, opening=doors[0].incident.opening)
    incidents.take_in(wanted.subject, signal(), wanted)
    read.clear()
    found = incidents.find(openings=True)
    ids: set[str] = {one.incident.id for one in doors}
    assert {one.id for one in found} == ids == set(read)
    shut: Incident = doors[0].incident.to(Status.UNDOING, NOON, "closing")
    held = incidents.save(doors[0], shut)
    assert len(incidents.find(openings=True)) == 2
    incidents.save(held, replace(shut.to(Status.ROLLED_BACK, NOON, "closed"), wake_at=None))
    assert [one.id for one in incidents.find(openings=True)] == [doors[1].incident.id]
