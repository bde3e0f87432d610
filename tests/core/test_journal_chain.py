"""The journal's chain: what it shows and what it cannot show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remediator.codec import decode_incident, encode_incident
from remediator.core.incident import Incident, JournalLine, Status
from remediator.core.journal_check import check, is_line
from remediator.core.resource_id import ResourceId

AT = datetime(2026, 3, 1, tzinfo=UTC)
TEXTS = st.text(max_size=20)


def written(count: int = 6, subject: str = "/registries-by-host/acrone.azurecr.cn") -> Incident:
    """An incident with so many lines, one a minute."""
    incident = Incident("i1", ResourceId(subject), AT)
    incident = incident.note(AT, "opened", status=Status.OPEN)
    for number in range(1, count):
        incident = incident.note(AT + timedelta(minutes=number), f"line {number}", f"person-{number}")
    return incident


def older(count: int = 3) -> Incident:
    """An incident whose lines are older than the chain."""
    new = written(count)
    return replace(new, journal=tuple(replace(line, hash=None) for line in new.journal))


@settings(deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, st.integers(0, 10**6)), max_size=6))
def test_what_is_written_holds(lines: list[tuple[str, str, int]]) -> None:
    """Whatever the lines say, the chain holds as it was written and as it comes back from the store."""
    incident = written(1)
    for what, who, seconds in lines:
        east = (AT + timedelta(seconds=seconds)).astimezone(timezone(timedelta(hours=8)))
        incident = incident.note(east, what, who)
    for one in (incident, decode_incident(encode_incident(incident))):
        found = check(one)
        assert (found.problem, found.broken_at, found.unchained) == ("", None, 0)
        assert (found.lines, found.head) == (len(lines) + 1, incident.journal[-1].hash)


def test_half_a_surrogate_pair_holds() -> None:
    """A text that the codec cannot store as it is does not break the chain when it comes back."""
    assert check(decode_incident(encode_incident(written().note(AT, "bad \ud83d text", "\udc80")))).problem == ""


@pytest.mark.parametrize(
    "field",
    [{"what": "said no"}, {"who": "somebody"}, {"at": AT}, {"status": Status.PLANNED}, {"hash": "0" * 64}],
    ids=lambda field: next(iter(field)),
)
def test_a_changed_line_is_named(field: dict[str, object]) -> None:
    """Whatever is changed in a line, the chain breaks at that line."""
    incident = written()
    lines = list(incident.journal)
    lines[3] = replace(lines[3], **field)  # type: ignore[arg-type]
    assert check(replace(incident, journal=tuple(lines))).broken_at == 4


def test_a_missing_line_is_named() -> None:
    """Where lines were taken out, at the start or between, the chain breaks at the line that follows."""
    incident = written()
    for at in range(5):
        cut = (*incident.journal[:at], *incident.journal[at + 1 :])
        assert check(replace(incident, journal=cut)).broken_at == at + 1


def test_a_line_without_hash_in_a_chain_is_named() -> None:
    """After the first hash every line has one: a line that was put in without is named, and so is one that lost it."""
    incident = written()
    lines = incident.journal
    put_in = replace(incident, journal=(*lines[:4], JournalLine(AT, "put in"), *lines[4:]))
    assert (check(put_in).broken_at, check(put_in).problem) == (5, "line 5 has no hash")


def test_lines_in_another_order_do_not_fit() -> None:
    """Two lines that changed places break the chain at the first of them."""
    incident = written()
    lines = list(incident.journal)
    lines[2], lines[3] = lines[3], lines[2]
    assert check(replace(incident, journal=tuple(lines))).broken_at == 3


def test_a_journal_belongs_to_its_incident() -> None:
    """The journal of another incident does not fit, although it is whole by itself."""
    borrowed = replace(written(), journal=written(subject="/registries-by-host/other.azurecr.cn").journal)
    assert check(borrowed).broken_at == 1
    assert check(replace(written(), opened_at=AT + timedelta(seconds=1))).broken_at == 1


def test_older_lines_are_unchained() -> None:
    """Lines from before the chain are no break; it is said how many there are."""
    found = check(older(3))
    assert (found.problem, found.unchained, found.head) == ("", 3, None)


def test_the_first_hash_covers_the_older_lines() -> None:
    """Once a line is written behind older ones, these cannot be changed either without a break at that line."""
    grown = older(3).note(AT + timedelta(hours=1), "since the update").note(AT + timedelta(hours=2), "and more")
    found = check(grown)
    assert (found.problem, found.unchained) == ("", 3)
    changed = (replace(grown.journal[0], what="never opened"), *grown.journal[1:])
    assert check(replace(grown, journal=changed)).broken_at == 4


def test_the_status_is_the_journals() -> None:
    """A status that the journal does not tell of is a problem: somebody has set it by hand."""
    changed = replace(written(), status=Status.APPROVED)
    assert check(changed).problem == "the incident is APPROVED, and by its journal it is OPEN"


def test_an_empty_journal_is_a_problem() -> None:
    """An incident is opened by a line: without any, the journal was taken away."""
    assert check(replace(written(), journal=())).problem == "there is no line at all"


def test_a_cut_at_the_end_needs_a_noted_hash() -> None:
    """A journal that lost its last lines is whole by itself; a hash that was noted of a lost line shows it."""
    incident = written()
    noted = incident.journal[5].hash or ""
    cut = replace(incident, journal=incident.journal[:4])
    assert check(cut).problem == ""
    assert (is_line(incident, 6, noted), is_line(cut, 6, noted), is_line(incident, 5, noted)) == (True, False, False)
    assert not is_line(incident, 0, incident.journal[-1].hash or "")
