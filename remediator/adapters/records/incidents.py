"""Where do case files lie? `ports.Incidents` over any `ports.Rows`.

Flow asks; bootstrap hands in the rows. What the rows are is in `case_rows.py`. Every method is one conditional
batch, so that a program killed between two calls leaves a whole state behind, and calling again does no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from remediator.adapters.records import case_rows
from remediator.adapters.records.arrivals import Arrival, Arrivals
from remediator.adapters.records.mailbox import Mailbox, decode_mailbox
from remediator.adapters.records.packing import packed, unpacked
from remediator.codec import decode_incident, encode_incident
from remediator.core.errors import Rejected, RemediatorError, Transient
from remediator.core.incident import Incident, Status
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal
from remediator.core.subject import lets_in, root_label
from remediator.ports import Held, Rows, TakenIn, Write

MOST_LISTED = 5000


class RowIncidents:
    """Incidents in rows; trusts nothing in memory, so any number of these work on one store."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._arrivals = Arrivals(rows)

    def take_in(self, subject: ResourceId, signal: Signal, fresh: Incident, others: Sequence[Signal] = ()) -> TakenIn:
        """As `ports.Incidents.take_in`.

        `fresh` is stored under `<partition>-<its id>`, which is the id that is returned; the signal goes into its
        mailbox in either case. Signals of one subject that come at once are taken in together. `Transient("lost-race")`
        only after very many lost races.
        """
        return self._arrivals.take_in(Arrival(subject, (signal, *others), fresh))

    def load(self, incident: str) -> Held:
        """As `ports.Incidents.load`; `letters` are the signals of the mailbox that the incident has not counted yet.

        Its `signal_count` covers signals that the mailbox had to drop, so that adding the number of letters gives
        the count of all: an incident that was saved so gets none of them a second time, whichever it keeps.
        Also raises what `codec.decode_incident` raises.
        """
        partition = case_rows.partition_of_incident(incident)
        mail = self._rows.get(partition, case_rows.mailbox_key(incident))
        row = self._rows.get(partition, case_rows.incident_key(incident))
        if row is None:
            raise case_rows.unknown_incident(incident)
        try:
            found = decode_incident(unpacked(row.body))
            mailbox = decode_mailbox(unpacked(mail.body)) if mail else Mailbox()
        except RemediatorError as error:
            error.context.setdefault("incident", incident)
            raise
        letters = mailbox.unread(found)
        counted = replace(found, signal_count=max(found.signal_count, mailbox.count - len(letters)))
        return Held(counted, row.version, mail.version if mail else "", letters)

    def save(self, held: Held, incident: Incident) -> Held:
        """As `ports.Incidents.save`.

        When the incident ends: `Transient("signal-at-closing-time")` if a signal came in since `held` was loaded
        (load and diagnose again). When it opens again: `Rejected("subject-is-claimed")` if the subject has another
        open incident by now. The mailbox's version stays that of the load over any number of saves, and the
        answer has no letters: `load` brings what came since.
        """
        if incident.id != held.incident.id or incident.subject != held.incident.subject:
            raise Rejected(
                "other-incident", f"saving {held.incident.id}: it has become {incident.id} of {incident.subject}"
            )
        partition = case_rows.partition_of_incident(incident.id)
        key = case_rows.incident_key(incident.id)
        about = case_rows.about(incident, held.incident)
        writes = [
            Write(key, packed(encode_incident(incident)), {}, held.version),
            *about[: case_rows.IN_ONE_BATCH],
            *self._claim_writes(partition, held, incident),
        ]
        # Found by these too soon, the incident is loaded and does not concern the registry yet; never too late.
        for further in case_rows.batches(about[case_rows.IN_ONE_BATCH :]):
            self._rows.write(partition, further)
        try:
            versions = self._rows.write(partition, writes)
        except Transient as lost:
            if lost.code == "lost-race" and self._signalled(partition, held):
                raise Transient(
                    "signal-at-closing-time",
                    f"closing {incident.id}: a signal came in after it was read",
                    retry_after=0.0,
                    context={"incident": incident.id},
                    hint="load it and diagnose again",
                ) from lost
            raise
        mailbox_version = versions.get(case_rows.mailbox_key(incident.id), held.mailbox_version)
        return Held(incident, versions[key], mailbox_version)

    def _claim_writes(self, partition: str, held: Held, incident: Incident) -> list[Write]:
        ends = incident.status.ended and not held.incident.status.ended
        opens = held.incident.status.ended and not incident.status.ended
        if not ends and not opens:
            return []
        key = case_rows.claim_key(incident.subject)
        claim = self._rows.get(partition, key)
        ours = claim is not None and claim.body.decode() == incident.id
        if ends:
            guard = [Write(case_rows.mailbox_key(incident.id), version=held.mailbox_version, check=True)]
            freed = [Write(key, version=claim.version)] if claim and ours else []
            return (guard if held.mailbox_version else []) + freed
        if claim and not ours:
            raise Rejected(
                "subject-is-claimed",
                f"opening {incident.id} again: {claim.body.decode()} is open for the same subject",
                context={"incident": incident.id, "other": claim.body.decode()},
                hint="look at that incident instead",
            )
        return [] if ours else [Write(key, incident.id.encode())]

    def _signalled(self, partition: str, held: Held) -> bool:
        """Whether a lost race was lost to a signal and not to another save."""
        mail = self._rows.get(partition, case_rows.mailbox_key(held.incident.id))
        row = self._rows.get(partition, case_rows.incident_key(held.incident.id))
        return bool(row and row.version == held.version and mail and mail.version != held.mailbox_version)

    def due(self, now: datetime, limit: int = 100) -> tuple[str, ...]:
        """As `ports.Incidents.due`, the longest waiting first."""
        rows = self._rows.find({}, at_most=("wake", case_rows.moment(now)), limit=limit)
        return tuple(map(case_rows.incident_of, rows))

    def find(
        self,
        *,
        status: Status | None = None,
        registry: ResourceId | str | None = None,
        root: str = "",
        joined_to: str = "",
        openings: bool = False,
        limit: int = 50,
    ) -> tuple[Incident, ...]:
        """As `ports.Incidents.find`."""
        if openings:
            asked = {"opening": case_rows.STANDING}
        elif registry is not None:
            asked = {"registry": case_rows.registry_label(registry)}
        elif root or joined_to:
            asked = {"root": root} if root else {"joined": joined_to}
        else:
            asked = {"status": status.value} if status else {"kind": case_rows.KIND}
        found: list[Incident] = []
        seen: set[str] = set()
        wanted = limit
        while True:
            rows = self._rows.find(asked, limit=wanted)
            for incident in map(case_rows.incident_of, rows):
                if len(found) < limit and incident not in seen:
                    seen.add(incident)
                    one = self.load(incident).incident
                    same = root in ("", root_label(one)) and joined_to in ("", one.joined_to)
                    same = same and (lets_in(one) or not openings)
                    if same and status in (None, one.status) and (registry is None or _concerns(one, registry)):
                        found.append(one)
            if len(found) == limit or len(rows) < wanted or wanted >= MOST_LISTED:
                return tuple(found)
            wanted = min(4 * wanted, MOST_LISTED)


def _concerns(incident: Incident, registry: ResourceId | str) -> bool:
    if isinstance(registry, str):
        return any(one.name.lower() == registry.lower() for one in incident.registries)
    return registry in incident.registries
