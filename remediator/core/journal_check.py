"""Is a journal still as it was written? Asked by `remediator incidents verify`.

A line whose hash does not fit was changed, or one before it was taken out or put in. Lines that are older than the
chain have no hash; the first hash after them covers them too.
"""

from __future__ import annotations

from dataclasses import dataclass

from remediator.core.incident import Incident


@dataclass(frozen=True, slots=True)
class JournalCheck:
    """What a look at a journal gave. Lines are counted from 1.

    The first `unchained` lines were written without a hash. `broken_at` is the first line that does not fit, None where
    all do; `problem` says in a sentence what is wrong, "" where nothing is. `head` is the last line's hash.
    """

    lines: int
    unchained: int
    broken_at: int | None
    problem: str
    head: str | None


def check(incident: Incident) -> JournalCheck:
    """Check the chain from its first line to its last, and that it ends with the incident's status."""
    journal = incident.journal
    before, unchained = incident.seal, 0
    head = journal[-1].hash if journal else None
    for number, line in enumerate(journal, 1):
        wanted = line.hashed(before)
        if line.hash is None and unchained == number - 1:
            before, unchained = wanted, number
            continue
        if line.hash != wanted:
            what = "has no hash" if line.hash is None else "does not fit the hash before it"
            return JournalCheck(len(journal), unchained, number, f"line {number} {what}", head)
        before = line.hash
    return JournalCheck(len(journal), unchained, *_end(incident), head)


def is_line(incident: Incident, number: int, noted: str) -> bool:
    """Whether a line has the hash that somebody noted when it was written."""
    return 1 <= number <= len(incident.journal) and incident.journal[number - 1].hash == noted


def _end(incident: Incident) -> tuple[int | None, str]:
    if not incident.journal:
        return 1, "there is no line at all"
    told = next((line.status for line in reversed(incident.journal) if line.status), None)
    if told is not None and told is not incident.status:
        return (
            len(incident.journal),
            f"the incident is {incident.status.value}, and by its journal it is {told.value}",
        )
    return None, ""
