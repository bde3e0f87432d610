"""A pull request in the case file: its branch, its waits, and what makes another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from remediator.core.code_request import (
    CodeRequest,
    Purpose,
    incident_of,
    next_writes,
    that_change,
    wanted,
)
from remediator.core.pull_request import CommitDraft, FileText, PullRequest, RequestState

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MADE = PullRequest(1, "https://github.com/contoso/network/pull/1", "remediator/01j")
FIRST = CodeRequest(Purpose.INSTEAD, "remediator/01j", "d1:a", NOW, made=MADE)


def test_the_same_plan_wants_the_same_request() -> None:
    """A run that begins again goes on with what is on record, its time too: the same commits."""
    assert wanted(FIRST, Purpose.INSTEAD, "01j", "d1:a", NOW + timedelta(hours=1)) is FIRST


def test_another_plan_updates_the_request() -> None:
    """A newer plan of the incident takes over the branch and the request."""
    after = wanted(FIRST, Purpose.INSTEAD, "01j", "d1:b", NOW)
    assert (after.branch, after.made, after.digest, after.base) == (FIRST.branch, MADE, "d1:b", "")


@pytest.mark.parametrize("end", [RequestState.CLOSED, RequestState.MERGED])
def test_what_is_over_has_a_successor_of_its_own(end: RequestState) -> None:
    """A request that a person closed stays closed, and a merged one merged: asked again, it is another branch."""
    over = replace(FIRST, made=replace(MADE, state=end))
    second = wanted(over, Purpose.INSTEAD, "01j", "d1:a", NOW)
    assert (second.branch, second.made) == ("remediator/01j.2", None)
    third = wanted(replace(second, made=replace(MADE, state=end)), Purpose.INSTEAD, "01j", "d1:a", NOW)
    assert third.branch == "remediator/01j.3"
    assert incident_of(third.branch) == "01j"


def test_what_we_closed_is_opened_again() -> None:
    """A request that we closed ourselves goes on on its branch."""
    ours = replace(FIRST, made=replace(MADE, state=RequestState.CLOSED, closed_by_us=True))
    assert wanted(ours, Purpose.INSTEAD, "01j", "d1:b", NOW).branch == FIRST.branch


def test_the_document_is_another_repository() -> None:
    """ "This was intended" never takes over the request of a plan."""
    assert wanted(FIRST, Purpose.INTENDED, "01j", "d1:a", NOW).branch == "remediator/01j.2"


@pytest.mark.parametrize(
    ("branch", "incident"),
    [
        ("remediator/0123456789ab-01hx", "0123456789ab-01hx"),
        ("refs/heads/remediator/01j.12", "01j"),
        ("main", None),
        ("remediator/", None),
        ("remediator/a b", None),
        ("remediator/01j.x", None),
        ("remediator/01j.", None),
        ("remediator/../01j", None),
        ("feature/remediator/01j", None),
        ("remediator/" + "x" * 200, None),
    ],
)
def test_whose_branch_it_is(branch: str, incident: str | None) -> None:
    """Only a branch of ours names an incident, and only an id that could be one."""
    assert incident_of(branch) == incident


def test_looks_after_a_merge_grow_longer() -> None:
    """2, 4, 8 … minutes, then once an hour, counted from the merge, however late one is."""
    looks, at = [], NOW
    for _ in range(8):
        at = next_writes(NOW, at)
        looks.append(at)
    pauses = [(b - a).total_seconds() / 60 for a, b in zip([NOW, *looks], looks, strict=False)]
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60]
    assert next_writes(NOW, NOW + timedelta(hours=20)) > NOW + timedelta(hours=20)


def test_a_host_is_asked_again_later_and_later() -> None:
    """Failures wait longer each time, an hour at most, and never less than the host asks for."""
    request, waits = FIRST, []
    for _ in range(8):
        request = request.failed(NOW, None)
        assert request.next_at is not None
        waits.append((request.next_at - NOW).total_seconds() / 60)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    asked = request.failed(NOW, 7200)
    assert asked.next_at == NOW + timedelta(hours=2)


def test_commits_that_change_nothing_are_left_out() -> None:
    """What the code says already is no commit; a file that is written and deleted again counts each time."""
    files = {"a": "1", "b": "2"}
    same = CommitDraft("same", (FileText("a", "1"), FileText("c", None)))
    new = CommitDraft("new", (FileText("a", "3"), FileText("b", "2")))
    back = CommitDraft("back", (FileText("a", "1"), FileText("b", None)))
    assert that_change((same,), files) == ()
    assert that_change((new, back), files) == (
        CommitDraft("new", (FileText("a", "3"),)),
        CommitDraft("back", (FileText("a", "1"), FileText("b", None))),
    )
