"""How does a signal come into its incident? One conditional batch: the claim still stands, the mailbox has it.

Used by `incidents.py`. Storms are what this is made for: signals of one subject that come at once are one batch, and
what the last batch left is remembered, so that the next one need not read it. The memory is a guess that the batch
checks by its versions: another process that wrote in between makes it lose the race once, and read. A row for each
signal is in the same batch: what is delivered again, however much later and to whom, is known by it and not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

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
KNOWN = 20_000  # signals of a subject, and ten times as many in all
MOST = 80  # signals of one batch, which has 100 rows


@dataclass(frozen=True, slots=True)
class Arrival:
    """Signals of one delivery with their subject, and the incident that the first opens where none is open."""

    subject: ResourceId
    signals: tuple[Signal, ...]
    fresh: Incident


@dataclass(frozen=True, slots=True)
class _Open:
    """The open incident of a subject with its mailbox, and the versions of the two rows; "" for none yet.

    `seen` are keys of signals that were surely counted, the last ones of this process.
    """

    incident: str
    mailbox: Mailbox
    claim_version: str
    mailbox_version: str
    seen: dict[str, None] = field(default_factory=dict)

    def saw(self, keys: Iterable[str]) -> None:
        """Remember keys of counted signals; the ones that were there first go first."""
        self.seen.update(dict.fromkeys(keys))
        for key in list(islice(self.seen, max(0, len(self.seen) - KNOWN))):
            del self.seen[key]


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
        first, key = arrivals[0], arrivals[0].subject.key
        letters = [signal for arrival in arrivals for signal in arrival.signals]
        known = self._remembered.pop(key, None) or self._read(first.subject)
        found, opened = self._taken(known, first, letters[:MOST])
        for start in range(MOST, len(letters), MOST):
            found, again = self._taken(found, first, letters[start : start + MOST])
            opened = opened or again
        self._remember(key, found)
        return [TakenIn(found.incident, not (opened and arrival is first)) for arrival in arrivals]

    def _taken(self, found: _Open | None, first: Arrival, letters: Sequence[Signal]) -> tuple[_Open, bool]:
        """What is open after these signals, and whether it was opened for them."""
        for _ in range(TRIES + len(letters)):
            try:
                return self._written(found, first, letters), found is None
            except Transient as lost:
                if lost.code != "lost-race":
                    raise
                key = lost.context.get("key", "")
                if found is not None and key.startswith(case_rows.SEEN):
                    found.saw((key, *self._counted(found, first, letters)))  # the claim, which comes first, holds
                else:
                    found = self._read(first.subject)
        raise Transient(
            "lost-race",
            f"taking in a signal for {first.subject.key}: others were faster every time",
            retry_after=1.0,
        )

    def _counted(self, found: _Open, first: Arrival, letters: Sequence[Signal]) -> list[str]:
        """The keys of those signals that others have counted."""
        partition = case_rows.partition_of(first.subject)
        keys = dict.fromkeys(case_rows.seen_key(found.incident, signal) for signal in letters)
        return [key for key in keys if key not in found.seen and self._rows.get(partition, key) is not None]

    def _read(self, subject: ResourceId) -> _Open | None:
        partition = case_rows.partition_of(subject)
        claim = self._rows.get(partition, case_rows.claim_key(subject))
        if claim is None:
            return None
        incident = claim.body.decode()
        row = self._rows.get(partition, case_rows.mailbox_key(incident))
        mailbox = decode_mailbox(unpacked(row.body)) if row else Mailbox()
        after = _Open(incident, mailbox, claim.version, row.version if row else "")
        after.saw(case_rows.seen_key(incident, signal) for signal in mailbox.signals)
        return after

    def _written(self, found: _Open | None, first: Arrival, letters: Sequence[Signal]) -> _Open:
        """The signals stored, each with its row: in the mailbox of the open incident, or with a fresh one.

        Where all of them were counted before, only that the incident is still open is checked.
        """
        partition, claim = case_rows.partition_of(first.subject), case_rows.claim_key(first.subject)
        if found is None:
            incident = replace(first.fresh, id=case_rows.full_id(first.subject, first.fresh.id))
            writes = [
                Write(claim, incident.id.encode()),
                Write(case_rows.incident_key(incident.id), packed(encode_incident(incident))),
                *case_rows.about(incident, None)[: case_rows.IN_ONE_BATCH],  # nothing was diagnosed yet: there are few
            ]
            mailbox = Mailbox((letters[0],), max(1, incident.signal_count))
            after = _Open(incident.id, mailbox, "", "")
        else:
            writes = [Write(claim, version=found.claim_version, check=True)]  # the incident is still open
            after = found
        keys = {case_rows.seen_key(after.incident, signal): signal for signal in reversed(letters)}
        fresh = {key: signal for key, signal in reversed(keys.items()) if key not in after.seen}
        place = case_rows.mailbox_key(after.incident)
        writes += [Write(key, b"") for key in fresh]
        if fresh:
            after = replace(after, mailbox=after.mailbox.with_letters(fresh.values()))
            writes.append(Write(place, packed(encode_mailbox(after.mailbox)), {}, after.mailbox_version))
        versions = self._rows.write(partition, writes)
        after.saw(fresh)
        left = versions.get(place, after.mailbox_version)
        return replace(after, claim_version=versions[claim], mailbox_version=left)

    def _remember(self, key: str, after: _Open) -> None:
        known = sum(len(one.seen) for one in self._remembered.values())
        if len(self._remembered) >= REMEMBERED or known > 10 * KNOWN:
            self._remembered.clear()
        self._remembered[key] = after
