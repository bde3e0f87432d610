"""A write goes on in Azure while its process is gone: the next one follows it, and makes it no second time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import azure_estate as est
import pytest
from azure_change_cases import CASES, Case

from remediator.adapters.azure.applier import AzureApplier
from remediator.core.approval import ApprovedPlan
from remediator.core.change import Change, LiveState
from remediator.core.errors import Stale, Transient
from remediator.ports import Started
from remediator.sandbox.azure import Azure
from remediator.sandbox.wire import Response

POLLS = 3
BOTH = [pytest.param(name, undo, id=f"{name} {'undo' if undo else 'make'}") for name in CASES for undo in (False, True)]


class Way:
    """Making a change, or taking it back, as one process and then another does it."""

    def __init__(self, case: Case, *, undo: bool) -> None:
        self.undo, self.change = undo, case.change
        self.approved: ApprovedPlan = est.approved(case.change)
        self.azure: Azure = est.small_azure(case.estate(), operation_polls=0)
        if undo:
            self._follow(self.one(), self.one().start(self.approved, self.change))
        self.azure.writes.clear()
        self.azure.world.operation_polls = POLLS

    @property
    def once(self) -> bool:
        """Whether nothing was written twice; a zone group's undo puts several records back."""
        return bool(self.azure.writes) and len(set(self.azure.writes)) == len(self.azure.writes)

    def forget(self, operation: str) -> None:
        """From now on this address leads nowhere."""
        handle = self.azure.handle

        def forgetful(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Response:
            if url == operation:
                return Response(404, {"Content-Type": "application/json"}, b'{"error": {"code": "NotFound"}}')
            return handle(method, url, headers, body)

        self.azure.handle = forgetful  # type: ignore[method-assign]

    def one(self) -> AzureApplier:
        """A process that knows nothing of the others."""
        return est.applier_of(self.azure)

    def write(self) -> Started:
        """One process makes the write, and is gone."""
        start: Callable[[ApprovedPlan, Change], Started] = self.one().start_undo if self.undo else self.one().start
        return start(self.approved, self.change)

    def compare(self) -> LiveState:
        """Another process looks."""
        return self.one().compare_undo(self.change) if self.undo else self.one().compare(self.change)

    def looks(self) -> list[LiveState]:
        """What one process after the other sees, until it is done."""
        seen: list[LiveState] = []
        while not seen or (seen[-1] is not LiveState.DONE and len(seen) < 20):
            seen.append(self.compare())
        return seen

    def _follow(self, applier: AzureApplier, started: Started) -> None:
        while started.operation is not None and applier.poll(self.approved, started.operation) is not None:
            pass


def way(name: str, undo: bool) -> Way:
    case = CASES[name]
    if undo and case.one_way:
        pytest.skip("there is no way back")
    return Way(case, undo=undo)


@pytest.mark.parametrize(("name", "undo"), BOTH)
def test_another_process_follows_by_the_saved_address(name: str, undo: bool) -> None:
    """The address that was saved is all that another process needs, whichever header it came in."""
    told = way(name, undo)
    started = told.write()
    for _ in range(20):
        if started.operation is None or told.one().poll(told.approved, started.operation) is None:
            break
    assert told.compare() is LiveState.DONE
    assert told.once


@pytest.mark.parametrize(("name", "undo"), BOTH)
def test_killed_before_the_address_was_saved(name: str, undo: bool) -> None:
    """Without the address the resource tells: at work, then done; never as before, so it is not written again."""
    told = way(name, undo)
    told.write()
    seen = told.looks()
    assert set(seen) <= {LiveState.RUNNING, LiveState.DONE}
    assert seen[-1] is LiveState.DONE
    assert told.once


@pytest.mark.parametrize(("name", "undo"), BOTH)
def test_a_second_write_while_azure_is_at_work_is_refused(name: str, undo: bool) -> None:
    """A process that would make the write again finds the first one and leaves it alone."""
    told = way(name, undo)
    if told.write().operation is None:
        pytest.skip("it is over at once")
    with pytest.raises((Transient, Stale)):
        told.write()
    assert told.once


@pytest.mark.parametrize(("name", "undo"), BOTH)
def test_an_address_that_azure_has_forgotten_says_nothing(name: str, undo: bool) -> None:
    """An address that leads nowhere any more counts as the end of the operation; the resource says whether it is."""
    told = way(name, undo)
    started = told.write()
    if started.operation is None:
        pytest.skip("it is over at once")
    told.forget(started.operation)
    assert told.one().poll(told.approved, started.operation) is None
    assert told.looks()[-1] is LiveState.DONE
    assert told.once


@pytest.mark.parametrize("cut", [1, 2])
def test_records_that_are_half_restored_are_restored_wholly(cut: int) -> None:
    """A process that ends between two records of one undo leaves work for the next one, and no conflict."""
    told = way("update-dns-zone-group records", undo=True)

    def dying(method: str, path: str) -> None:
        if len(told.azure.writes) == cut:
            raise KeyboardInterrupt

    told.azure.faults.on_write = dying
    with pytest.raises(KeyboardInterrupt):
        told.write()
    told.azure.faults.on_write = None
    if told.compare() is LiveState.PENDING:
        told.write()
    assert told.compare() is LiveState.DONE
    assert told.once
