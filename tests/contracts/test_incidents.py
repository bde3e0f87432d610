"""What every keeper of case files promises (ports.Incidents), on every store of rows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from remediator.adapters.records.incidents import RowIncidents
from remediator.codec import VERSION
from remediator.core.errors import Misconfigured, Rejected, Transient
from remediator.core.incident import Notice, Status
from remediator.core.resource_id import ResourceId
from remediator.ports import Rows, Write

from .cases import NOON, SHOP, Interposed, ended, fresh, opened_case, registry, signal
from .stores import Opener

NEWER = f'{{"v":{VERSION + 1},"incident":{{}}}}'.encode()


def test_first_signal_opens(incidents: RowIncidents) -> None:
    """The first signal for a subject stores the fresh incident, and the signal waits in its mailbox."""
    taken = incidents.take_in(SHOP, signal(), fresh())
    held = incidents.load(taken.incident)
    assert not taken.joined
    assert held.incident == replace(fresh(), id=taken.incident)
    assert held.letters == (signal(),)


def test_next_signal_joins(incidents: RowIncidents) -> None:
    """A signal for a subject with an open incident joins it, whatever casing the subject has."""
    first = incidents.take_in(SHOP, signal(1), fresh("one"))
    second = incidents.take_in(ResourceId(SHOP.text.upper()), signal(2), fresh("two"))
    assert (second.incident, second.joined) == (first.incident, True)
    assert incidents.load(first.incident).letters == (signal(1), signal(2))


def test_subjects_have_their_own_incidents(incidents: RowIncidents) -> None:
    """Signals for two subjects open two incidents."""
    one = incidents.take_in(SHOP, signal(), fresh())
    other = incidents.take_in(registry("other"), signal(), fresh("two", registry("other")))
    assert one.incident != other.incident
    assert not other.joined


def test_signal_that_is_already_there(incidents: RowIncidents) -> None:
    """An incident that was stored with the signal gets no letter about it."""
    held = incidents.load(incidents.take_in(SHOP, signal(), replace(fresh(), signals=(signal(),))).incident)
    assert held.letters == ()


def test_repeated_delivery_counts_once(incidents: RowIncidents) -> None:
    """A signal that is delivered twice is one letter."""
    incidents.take_in(SHOP, signal(), fresh())
    taken = incidents.take_in(SHOP, signal(), fresh("two"))
    assert incidents.load(taken.incident).letters == (signal(),)


def test_many_signals_are_counted_and_the_last_kept(incidents: RowIncidents) -> None:
    """Of many signals the last twenty are kept, and the count with the letters covers all of them."""
    for number in range(50):
        taken = incidents.take_in(SHOP, signal(number), fresh())
    held = incidents.load(taken.incident)
    assert held.letters == tuple(signal(number) for number in range(30, 50))
    assert held.incident.signal_count + len(held.letters) == 50
    absorbed = replace(held.incident, signals=held.letters, signal_count=50)
    again = incidents.load(incidents.save(held, absorbed).incident.id)
    assert (again.letters, again.incident.signal_count) == ((), 50)


@pytest.mark.parametrize("there", [False, True], ids=["opens", "joins"])
def test_one_delivery_with_many_signals(incidents: RowIncidents, there: bool) -> None:
    """Signals that came together are stored together: each is counted, the last twenty are letters, in their order."""
    if there:
        incidents.take_in(SHOP, signal(), fresh())
    several = tuple(signal(number) for number in range(2, 42))
    taken = incidents.take_in(SHOP, several[0], fresh("two"), several[1:])
    held = incidents.load(taken.incident)
    assert taken.joined is there
    assert held.letters == several[-20:]
    assert held.incident.signal_count + len(held.letters) == len(several) + there


def test_letters_come_once(incidents: RowIncidents) -> None:
    """A letter that the incident has counted does not come again, also when the incident keeps others instead."""
    for number in range(30):
        taken = incidents.take_in(SHOP, signal(number), fresh())
        held = incidents.load(taken.incident)
        assert [letter.id for letter in held.letters] == [f"s{number}"]
        received = held.incident.receive(held.letters)
        held = incidents.save(held, replace(received, signals=received.signals[:3]))
        assert (held.letters, incidents.load(taken.incident).letters) == ((), ())
    assert held.incident.signal_count == 30


def test_counted_before_it_was_stored(incidents: RowIncidents) -> None:
    """An incident that was stored with signals of its own misses none of those that follow."""
    stored = fresh().receive([signal(7), signal(8), signal(1)])
    taken = incidents.take_in(SHOP, signal(1), stored)
    incidents.take_in(SHOP, signal(2), fresh("two"))
    held = incidents.load(taken.incident)
    assert held.letters == (signal(2),)
    assert held.incident.receive(held.letters).signal_count == 4


def test_long_texts_do_not_fill_the_mailbox(incidents: RowIncidents) -> None:
    """Signals with very long texts push the oldest out; the newest is always kept."""
    for number in range(20):
        taken = incidents.take_in(SHOP, signal(number, "x" * 100_000), fresh())
    letters = incidents.load(taken.incident).letters
    assert letters[-1] == signal(19, "x" * 100_000)
    assert 1 <= len(letters) < 20


def test_hundred_signals_at_once(opened: Opener) -> None:
    """A hundred signals for one subject at the same moment open one incident; all others join it, none is lost."""
    doors = [RowIncidents(opened()) for _ in range(4)]

    def take_in(number: int) -> tuple[str, bool]:
        taken = doors[number % 4].take_in(SHOP, signal(number), fresh(f"i{number}"))
        return taken.incident, taken.joined

    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(take_in, range(100)))
    assert len({incident for incident, _ in results}) == 1
    assert [joined for _, joined in results].count(False) == 1
    held = doors[0].load(results[0][0])
    assert held.incident.signal_count + len(held.letters) == 100


@pytest.mark.parametrize("text", ["", "one", "0123456789ab", "0123456789ab-../x", "0123456789ab-nobody", "x" * 5000])
def test_unknown_incident(incidents: RowIncidents, text: str) -> None:
    """An id that we never gave is unknown, whatever is in it."""
    with pytest.raises(Rejected) as caught:
        incidents.load(text)
    assert caught.value.code == "incident-unknown"


def test_save_and_load(incidents: RowIncidents) -> None:
    """What was saved is loaded, and can be saved on from the answer of the save."""
    held = opened_case(incidents)
    saved = incidents.save(held, held.incident.to(Status.PLANNED, NOON, "a plan"))
    saved = incidents.save(saved, saved.incident.to(Status.AWAITING_APPROVAL, NOON, "asked"))
    assert incidents.load(held.incident.id).incident == saved.incident


def test_second_saver_loses(incidents: RowIncidents) -> None:
    """Of two who loaded the same state, the second to save loses the race and changes nothing."""
    held, other = opened_case(incidents), opened_case(incidents, "x")
    incidents.save(held, held.incident.note(NOON, "first"))
    with pytest.raises(Transient) as caught:
        incidents.save(other, ended(other.incident))
    assert caught.value.code == "lost-race"
    assert [line.what for line in incidents.load(held.incident.id).incident.journal] == ["first"]


def test_signal_does_not_disturb_a_save(incidents: RowIncidents) -> None:
    """While the incident stays open, a signal that comes in between does not cost the save."""
    held = opened_case(incidents)
    incidents.take_in(SHOP, signal(2), fresh("two"))
    incidents.save(held, held.incident.to(Status.PLANNED, NOON, "a plan"))


def test_signal_at_closing_time(incidents: RowIncidents) -> None:
    """An incident cannot end on a diagnosis that is older than its last signal, however many saves lie between."""
    held = opened_case(incidents)
    held = incidents.save(held, held.incident.note(NOON, "looking"))
    incidents.take_in(SHOP, signal(2), fresh("two"))
    held = incidents.save(held, held.incident.note(NOON, "still looking"))
    with pytest.raises(Transient) as caught:
        incidents.save(held, ended(held.incident))
    assert caught.value.code == "signal-at-closing-time"
    again = incidents.load(held.incident.id)
    assert again.incident.status is Status.OPEN
    assert incidents.save(again, ended(again.incident)).incident.status is Status.NO_DRIFT


def test_save_and_signal_at_closing_time(incidents: RowIncidents) -> None:
    """Where somebody else saved as well, the closing save has lost the race, signal or not."""
    held = opened_case(incidents)
    incidents.save(held, held.incident.note(NOON, "somebody else"))
    incidents.take_in(SHOP, signal(2), fresh("two"))
    with pytest.raises(Transient) as caught:
        incidents.save(held, ended(held.incident))
    assert caught.value.code == "lost-race"


def test_signal_after_the_end_opens_anew(incidents: RowIncidents) -> None:
    """Once an incident has ended, the next signal opens a new one."""
    held = opened_case(incidents)
    incidents.save(held, ended(held.incident))
    taken = incidents.take_in(SHOP, signal(2), fresh("two"))
    assert not taken.joined
    assert taken.incident != held.incident.id


@pytest.mark.parametrize("call", [2, 3])
def test_signal_that_saw_the_claim_before_the_end(opened: Opener, call: int) -> None:
    """A signal that meets the closing save at any point lands in a new incident, never in the closed one."""
    incidents = RowIncidents(opened())
    held = opened_case(incidents)
    meeting = Interposed(opened(), at=call, happens=lambda: incidents.save(held, ended(held.incident)))
    taken = RowIncidents(meeting).take_in(SHOP, signal(2), fresh("two"))
    assert not taken.joined
    assert incidents.load(taken.incident).letters == (signal(2),)


def test_ended_incident_can_still_be_saved(incidents: RowIncidents) -> None:
    """Notices of an ended incident are delivered by saves that leave the claim of a newer incident alone."""
    held = opened_case(incidents)
    closed = incidents.save(held, ended(held.incident))
    newer = incidents.take_in(SHOP, signal(2), fresh("two"))
    incidents.save(closed, closed.incident.notify(Notice("k", "resolved", "mail")))
    assert incidents.take_in(SHOP, signal(3), fresh("three")).incident == newer.incident


def test_opening_again(incidents: RowIncidents) -> None:
    """An ended incident that a person opens again has the subject again: the next signal joins it."""
    held = opened_case(incidents)
    closed = incidents.save(held, ended(held.incident))
    incidents.save(closed, closed.incident.to(Status.OPEN, NOON, "again"))
    assert incidents.take_in(SHOP, signal(2), fresh("two")).incident == held.incident.id


def test_opening_again_beside_another(incidents: RowIncidents) -> None:
    """An ended incident is not opened again while another one of the same subject is open."""
    held = opened_case(incidents)
    closed = incidents.save(held, ended(held.incident))
    other = incidents.take_in(SHOP, signal(2), fresh("two"))
    with pytest.raises(Rejected) as caught:
        incidents.save(closed, closed.incident.to(Status.OPEN, NOON, "again"))
    assert (caught.value.code, caught.value.context["other"]) == ("subject-is-claimed", other.incident)


def test_saving_another_incident(incidents: RowIncidents) -> None:
    """A save under the wrong incident is refused."""
    held = opened_case(incidents)
    with pytest.raises(Rejected):
        incidents.save(held, replace(held.incident, id=held.incident.id + "x"))


def test_newer_document_is_left_alone(rows: Rows, incidents: RowIncidents) -> None:
    """A document of a newer program makes the incident wait, and its row stays as it is."""
    held = opened_case(incidents)
    place = (held.incident.id[:12], f"incident-{held.incident.id}")
    rows.write(place[0], [Write(place[1], NEWER, {}, "*")])
    with pytest.raises(Transient) as caught:
        incidents.load(held.incident.id)
    assert (caught.value.code, caught.value.context["incident"]) == ("document-too-new", held.incident.id)
    with pytest.raises(Transient):
        incidents.save(held, held.incident.note(NOON, "over it"))
    row = rows.get(*place)
    assert row is not None
    assert row.body == NEWER


def test_newer_mailbox_is_left_alone(rows: Rows, incidents: RowIncidents) -> None:
    """A mailbox of a newer program makes signals wait, and stays as it is."""
    held = opened_case(incidents)
    place = (held.incident.id[:12], f"mailbox-{held.incident.id}")
    rows.write(place[0], [Write(place[1], b'{"v":2,"letters":7}', {}, "*")])
    with pytest.raises(Transient) as caught:
        incidents.take_in(SHOP, signal(2), fresh("two"))
    assert caught.value.code == "document-too-new"
    row = rows.get(*place)
    assert row is not None
    assert row.body == b'{"v":2,"letters":7}'


@pytest.mark.parametrize("body", [b"", b"[]", b'{"v":1}', b'{"v":1,"count":1,"letters":[{"v":1}]}', b'{"v":"x"}'])
def test_damaged_mailbox(rows: Rows, incidents: RowIncidents, body: bytes) -> None:
    """A mailbox that nobody wrote is an operator's matter, with the incident's id."""
    held = opened_case(incidents)
    rows.write(held.incident.id[:12], [Write(f"mailbox-{held.incident.id}", body, {}, "*")])
    with pytest.raises(Misconfigured) as caught:
        incidents.load(held.incident.id)
    assert (caught.value.code, caught.value.context["incident"]) == ("document-damaged", held.incident.id)
