"""What must be true at the end of every story, whatever went wrong on the way."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from remediator.adapters.records.leases import PARTITION
from remediator.core.execution import StepState
from remediator.core.incident import Incident
from remediator.core.journal_check import check
from tests.faults.machine import Machine

SAID = {
    StepState.DONE: ("started", "done"),
    StepState.UNDONE: ("started", "undoing"),
    StepState.FAILED: ("started",),
}


def check_the_end(machine: Machine, *, failed_operations: int = 0) -> Incident:
    """The incident that made the changes, once nothing is lost, doubled, stuck or untold.

    `failed_operations` is how many writes Azure took and let fail: those are made once more.
    """
    incidents = machine.incidents()
    assert not any(one.busy for one in incidents), "an incident is stuck"
    kept = [{signal.id for signal in one.signals} for one in incidents]
    assert set().union(*kept) == machine.taken, "a signal is lost"
    assert [one.signal_count for one in incidents] == [len(ids) for ids in kept], "a signal is counted twice"
    twice = {write: times for write, times in Counter(machine.azure.writes).items() if times > 1}
    assert sum(times - 1 for times in twice.values()) <= failed_operations, f"made twice: {twice}"
    for one in incidents:
        assert check(one).problem == "", check(one)
        assert not any(notice.waiting for notice in one.outbox)
        assert any(line.status is one.status for line in one.journal)
        _check_the_journal(one)
    _check_writes_are_told(machine, incidents)
    _check_leases(machine)
    first = [one for one in incidents if one.execution is not None]
    return first[0] if first else incidents[-1]


def _check_the_journal(incident: Incident) -> None:
    lines = [line.what for line in incident.journal]
    for change, step in incident.steps:
        if step.wrote:
            for word in SAID.get(step.state, ()):
                told = lines.count(f"{word}: {change.summary}")
                assert told == 1 or (step.tries and told), (word, change.summary, lines)
    moves = [line.status for line in incident.journal if line.status]
    assert len([status for status in moves if status.ended]) <= 1, moves


def _check_writes_are_told(machine: Machine, incidents: Sequence[Incident]) -> None:
    """Every write in Azure stands in a journal: who reads it knows what was done, and whether it still stands."""
    told = {
        change.target.text.lower()
        for one in incidents
        for change, step in one.steps
        if step.state is not StepState.WAITING or step.tries
    }
    assert {path.lower() for _, path in machine.azure.writes} <= told


def _check_leases(machine: Machine) -> None:
    for row in machine.opened().scan(PARTITION):
        held = json.loads(row.body)
        until = datetime.fromisoformat(held["until"]) if held["until"] else machine.clock.now()
        assert not held["owner"] or until <= machine.clock.now(), f"a lease was kept: {held}"
