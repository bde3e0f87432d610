"""How does a signal come into its incident? One conditional batch: the claim still stands, the mailbox has it.

Used by `incidents.py`. Storms are what this is made for: signals of one subject that come at once are one batch, and
what the last batch left is remembered, so that the next one need not read it. The memory is a guess that the batch
checks by its versions: another process that wrote in between makes it lose the race once, and read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from remediator.adapters.records import case_rows
from remediator.adapters.records.mailbox import Mailbox, decode_mailbox, encode_mailbox
from remediator.adapters.records.packing import packed, unpacked
from remediator.adapters.records.together import Together
from remediator.codec import encode_incident
from remediator.core.errors import Transient
from remediator.core.incident import Incident
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal
from remediator.ports import Rows, TakenIn, Write

TRIES = 100  # each lost race means that somebody else got on
REMEMBERED = 64  # subjects; a mailbox has 256 KiB at most


@dataclass(frozen=True, slots=True)
class Arrival:
    """Signals of one delivery with their subject, and the incident that the first opens where none is open."""

    subject: ResourceId
    signals: tuple[Signal, ...]
    fresh: Incident


@dataclass(frozen=True, slots=True)
class _Open:
    """The open incident of a subject with its mailbox, and the versions of the two rows; "" for none yet."""

    incident: str
    mailbox: Mailbox
    claim_version: str
    mailbox_version: str


class Arrivals:
    """Takes signals in, those of one subject together."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._together = Together(self._batch)
        self._remembered: dict[str, _Open] = {}

    def take_in(self, arrival: Arrival) -> TakenIn:
        """As `ports.Incidents.take_in`; `Transient("lost-race")` only after very many lost races."""
        return self._together(arrival.subject.key, arrival)

    def _batch(self, arrivals: Sequence[Arrival]) -> list[TakenIn]:
        """Signals of one subject; the first of them opens an incident where none is open."""
        first, *_ = arrivals
        key = first.subject.key
        found = self._remembered.pop(key, None) or self._read(first.subject)
        for _ in range(TRIES):
            try:
                self._remember(key, self._written(found, arrivals))
            except Transient as lost:
                if lost.code != "lost-race":
                    raise
                found = self._read(first.subject)
                continue
            if found is not None:
                return [TakenIn(found.incident, True)] * len(arrivals)
            opened = case_rows.full_id(first.subject, first.fresh.id)
            return [TakenIn(opened, arrival is not first) for arrival in arrivals]
        raise Transient("lost-race", f"taking in a signal for {key}: others were faster every time", retry_after=1.0)

    def _read(self, subject: ResourceId) -> _Open | None:
        partition = case_rows.partition_of(subject)
        claim = self._rows.get(partition, case_rows.claim_key(subject))
        if claim is None:
            return None
        incident = claim.body.decode()
        row = self._rows.get(partition, case_rows.mailbox_key(incident))
        mailbox = decode_mailbox(unpacked(row.body)) if row else Mailbox()
        return _Open(incident, mailbox, claim.version, row.version if row else "")

    def _written(self, found: _Open | None, arrivals: Sequence[Arrival]) -> _Open:
        """The signals stored: in the mailbox of the open incident, or with a fresh one."""
        first = arrivals[0]
        letters = [signal for arrival in arrivals for signal in arrival.signals]
        partition, claim = case_rows.partition_of(first.subject), case_rows.claim_key(first.subject)
        if found is None:
            incident = replace(first.fresh, id=case_rows.full_id(first.subject, first.fresh.id))
            mailbox = Mailbox((letters[0],), max(1, incident.signal_count)).with_letters(letters[1:])
            writes = [
                Write(claim, incident.id.encode()),
                Write(case_rows.incident_key(incident.id), packed(encode_incident(incident))),
                *case_rows.about(incident, None),
            ]
            after = _Open(incident.id, mailbox, "", "")
        else:
            mailbox = found.mailbox.with_letters(letters)
            writes = [Write(claim, version=found.claim_version, check=True)]  # the incident is still open
            after = replace(found, mailbox=mailbox)
        place = case_rows.mailbox_key(after.incident)
        writes.append(Write(place, packed(encode_mailbox(mailbox)), {}, after.mailbox_version))
        versions = self._rows.write(partition, writes)
        return replace(after, claim_version=versions[claim], mailbox_version=versions[place])

    def _remember(self, key: str, after: _Open) -> None:
        if len(self._remembered) >= REMEMBERED:
            self._remembered.clear()
        self._remembered[key] = after
