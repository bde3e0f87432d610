"""Two owners overwrite each other: the program mends twice, then stops and says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from remediator.core.desired import Decision, Way
from remediator.core.incident import Incident, Status
from remediator.core.policy import Ruling
from remediator.core.signal import SignalSource
from remediator.core.two_owners import CODE

from .ports import START
from .test_who_did_it import TERRAFORM, Log, deleted, told
from .world import LINK, REGISTRY, WANTED, World

AUTO = Ruling(Decision.AUTO, Way.DIRECT, ("link changes may pass",), 0)
# The link was there, like everything else, until somebody took it away.
WHOLE = {rid: after for rid, (_, after) in WANTED.items()}


def taken_away(world: World, number: int, **fields: object) -> Incident:
    """Somebody takes the link away, and its event comes in."""
    world.clock.sleep(3600)
    world.azure.live.pop(LINK, None)
    write = replace(deleted(LINK), at=world.clock.time)
    taken = world.flow.take_in(replace(told(write, number), **fields))
    world.run()
    return world.store.cases[taken.incident].incident


def mended(world: World, number: int, **fields: object) -> Incident:
    """The same, approved and mended."""
    incident = taken_away(world, number, **fields)
    if incident.status is Status.AWAITING_APPROVAL:
        world.store.cases = {incident.id: world.store.cases.pop(incident.id), **world.store.cases}
        answered(world, incident)
    return world.store.cases[incident.id].incident


def answered(world: World, incident: Incident) -> None:
    """Somebody says yes to the question of this incident."""
    others = {rid: case for rid, case in world.store.cases.items() if rid != incident.id}
    world.store.cases = {incident.id: world.store.cases[incident.id]}
    world.say()
    world.store.cases |= others
    world.run()


def test_changed_back_twice_and_stopped() -> None:
    """Approved and mended, taken away, mended, taken away: no third plan, a person is called, with the account."""
    world = World(live=dict(WHOLE))
    assert [mended(world, number).status for number in (1, 2)] == [Status.RESOLVED] * 2
    writes, mails = len(world.azure.writes), len(world.mail.delivered)
    stopped = taken_away(world, 3)
    assert (stopped.status, stopped.request) == (Status.NEEDS_HUMAN, None)
    code, text = stopped.error or ("", "")
    assert code == CODE
    assert f"application {TERRAFORM.id}" in text
    assert "we made this change 2 times and each time somebody changed it back" in text
    assert "ignore_changes" in text
    assert "policy exemption" in text
    assert not text.endswith("…")
    assert len(world.azure.writes) == writes
    assert [template for template, _ in world.mail.delivered[mails:]] == ["needs-human"] * 2


def test_nobody_joins_in_without_asking_either() -> None:
    """Where the policy lets the change pass without asking, the program stops just so."""
    world = World(live=dict(WHOLE), ruling=AUTO)
    statuses = [taken_away(world, number).status for number in (1, 2, 3)]
    assert statuses == [Status.RESOLVED, Status.RESOLVED, Status.NEEDS_HUMAN]
    assert len(world.azure.writes) == 2


def test_told_once_a_day() -> None:
    """Further signals about the same are reported quietly; the program stays away."""
    world = World(live=dict(WHOLE), ruling=AUTO)
    stopped = [taken_away(world, number) for number in (1, 2, 3)][-1]
    mails = len(world.mail.delivered)
    again = taken_away(world, 4)
    assert (again.status, again.joined_to) == (Status.REPORTED, stopped.id)
    assert "the program stopped between two owners of the same" in again.journal[-1].what
    assert (len(world.mail.delivered), len(world.azure.writes)) == (mails, 2)
    world.clock.sleep(24 * 3600)
    assert taken_away(world, 5).status is Status.NEEDS_HUMAN


def test_a_person_who_was_told_goes_on() -> None:
    """After the program stopped, a person who has settled it asks, and a plan is proposed again."""
    world = World(live=dict(WHOLE), ruling=AUTO)
    for number in (1, 2, 3):
        taken_away(world, number)
    asked = taken_away(world, 4, source=SignalSource.MANUAL, actor="bob-id", subject=REGISTRY)
    assert asked.status is Status.RESOLVED
    assert taken_away(world, 5).status is Status.RESOLVED
    assert taken_away(world, 6).status is Status.NEEDS_HUMAN


def test_the_log_shows_two_others() -> None:
    """Two accounts take turns on the link before we ever wrote: no plan is proposed at all."""
    others = [replace(TERRAFORM, id=f"2222222{number}-0000-0000-0000-000000000002") for number in (1, 2)]
    verbs = [("write", others[0]), ("delete", others[1])] * 2
    turns = [
        replace(
            deleted(LINK, actor), operation=f"{LINK.type}/{verb}", at=START + timedelta(minutes=n), correlation=None
        )
        for n, (verb, actor) in enumerate(verbs)
    ]
    world = World(live=dict(WHOLE))
    world.flow = replace(world.flow, history=Log(*turns))
    stopped = taken_away(world, 1, actor=others[1].id)
    assert (stopped.status, world.azure.writes) == (Status.NEEDS_HUMAN, [])
    assert all(str(other) in (stopped.error or ("", ""))[1] for other in others)
