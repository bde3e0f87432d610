"""A program that is killed while it stores an incident leaves a whole state behind."""

from __future__ import annotations

from contextlib import suppress

import pytest

from remediator.adapters.records.incidents import RowIncidents

from .cases import NOON, SHOP, Interposed, PowerCut, ended, fresh, opened_case, registry, signal
from .stores import Opener


@pytest.mark.parametrize("cut_after", [False, True])
@pytest.mark.parametrize("cut_at", [1, 2, 3])
def test_power_cut_while_taking_in(opened: Opener, cut_at: int, cut_after: bool) -> None:
    """Killed anywhere while a signal is taken in, the sender's repeat finds one whole incident with one letter."""
    for number, existing in enumerate((False, True)):
        subject = registry(f"cut{number}")
        incidents = RowIncidents(opened())
        if existing:
            incidents.take_in(subject, signal(9), fresh("zero", subject))
        with suppress(PowerCut):
            cut = RowIncidents(Interposed(opened(), at=cut_at, cut_after=cut_after))
            cut.take_in(subject, signal(), fresh("one", subject))
        taken = incidents.take_in(subject, signal(), fresh("two", subject))
        assert [i.id for i in incidents.find(registry=subject)] == [taken.incident]
        assert incidents.load(taken.incident).letters == ((signal(9),) if existing else ()) + (signal(),)
        assert taken.incident in incidents.due(NOON)


@pytest.mark.parametrize("cut_after", [False, True])
@pytest.mark.parametrize("cut_at", [1, 2])
def test_power_cut_while_closing(opened: Opener, cut_at: int, cut_after: bool) -> None:
    """Killed anywhere while an incident is closed, it is either open and claimed or ended and free."""
    incidents = RowIncidents(opened())
    held = opened_case(incidents)
    with pytest.raises(PowerCut):
        RowIncidents(Interposed(opened(), at=cut_at, cut_after=cut_after)).save(held, ended(held.incident))
    after = incidents.load(held.incident.id).incident
    joined = incidents.take_in(SHOP, signal(2), fresh("two")).joined
    assert joined is not after.status.ended
    assert after.status.ended is (cut_at == 2 and cut_after)
