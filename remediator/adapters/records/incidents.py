"""Where do case files lie? `ports.Incidents` over any `ports.Rows`.

Flow asks; bootstrap hands in the rows. What the rows are is in `case_rows.py`. Every method is one conditional
batch, so that a program killed between two calls leaves a whole state behind, and calling again does no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from remediator.adapters.records import case_rows
from remediator.adapters.records.mailbox import Mailbox, decode_mailbox, encode_mailbox
from remediator.codec import decode_incident, encode_incident
from remediator.core.errors import Rejected, RemediatorError, Transient
from remediator.core.incident import Incident, Status
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal
from remediator.ports import Held, Row, Rows, TakenIn, Write

TRIES = 100  # each lost race means that somebody else got on
MOST_LISTED = 5000


class RowIncidents:
    """Incidents in rows; holds nothing in memory, so any number of these work on one store."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def take_in(self, subject: ResourceId, signal: Signal, fresh: Incident) -> TakenIn:
        """As `ports.Incidents.take_in`.

        `fresh` is stored under `<partition>-<its id>`, which is the id that is returned; the signal goes into its
        mailbox in either case. `Transient("lost-race")` only after very many lost races.
        """
        partition = case_rows.partition_of(subject)
        incident = replace(fresh, id=case_rows.full_id(subject, fresh.id))
        for _ in range(TRIES):
            claim = self._rows.get(partition, case_rows.claim_key(subject))
            writes = self._joining(claim, signal) if claim else self._opening(subject, signal, incident)
            try:
                self._rows.write(partition, writes)
            except Transient as lost:
                if lost.code != "lost-race":
                    raise
                continue
            return TakenIn(claim.body.decode(), True) if claim else TakenIn(incident.id, False)
        raise Transient(
            "lost-race", f"taking in a signal for {subject}: others were faster every time", retry_after=1.0
        )

    def _opening(self, subject: ResourceId, signal: Signal, incident: Incident) -> list[Write]:
        mailbox = Mailbox((signal,), max(1, incident.signal_count))
        return [
            Write(case_rows.claim_key(subject), incident.id.encode()),
            Write(case_rows.incident_key(incident.id), encode_incident(incident)),
            Write(case_rows.mailbox_key(incident.id), encode_mailbox(mailbox)),
            *case_rows.about(incident, None),
        ]

    def _joining(self, claim: Row, signal: Signal) -> list[Write]:
        key = case_rows.mailbox_key(claim.body.decode())
        row = self._rows.get(claim.partition, key)
        mailbox = decode_mailbox(row.body) if row else Mailbox()
        return [
            Write(claim.key, version=claim.version, check=True),  # the incident is still open
            Write(key, encode_mailbox(mailbox.with_letter(signal)), {}, row.version if row else ""),
        ]

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
            found = decode_incident(row.body)
            mailbox = decode_mailbox(mail.body) if mail else Mailbox()
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
        writes = [
            Write(key, encode_incident(incident), {}, held.version),
            *case_rows.about(incident, held.incident),
            *self._claim_writes(partition, held, incident),
        ]
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
        rows = self._rows.find(
            {"kind": case_rows.ABOUT}, at_most=("wake", case_rows.moment(now)), limit=max(limit, MOST_LISTED)
        )
        return tuple(row.labels["incident"] for row in sorted(rows, key=lambda row: row.labels["wake"])[:limit])

    def find(
        self, *, status: Status | None = None, registry: ResourceId | None = None, limit: int = 50
    ) -> tuple[Incident, ...]:
        """As `ports.Incidents.find`."""
        if registry is not None:
            asked = {"kind": case_rows.ABOUT_REGISTRY, "registry": case_rows.registry_label(registry)}
        else:
            asked = {"kind": case_rows.ABOUT, **({"status": status.value} if status else {})}
        found: list[Incident] = []
        for incident in self._newest(self._rows.find(asked, limit=MOST_LISTED)):
            if len(found) == limit:
                break
            one = self.load(incident).incident
            if status in (None, one.status) and (registry is None or registry in one.registries):
                found.append(one)
        return tuple(found)

    @staticmethod
    def _newest(rows: Sequence[Row]) -> list[str]:
        newest = sorted(rows, key=lambda row: (row.labels["opened"], row.labels["incident"]), reverse=True)
        return [row.labels["incident"] for row in newest]
