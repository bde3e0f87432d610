"""Which rows make up one incident, and how are they found again?

Used by `incidents.py` only; pure. All rows of a subject share the partition that its fingerprint gives:

    claim-<fingerprint>     body: the id of the open incident of the subject; not there while none is open
    incident-<id>           body: the incident's document
    mailbox-<id>            body: the signals that came in (`mailbox.py`)
    seen-<id>-<signal>      no body; one for each signal that was counted, so that one delivered twice counts once
    about-<id>              body: its tally; labels kind, status, wake, root, joined, opening, latest: what lists and
                            timers ask for
    about-<id>-<registry>   no body; label registry, its name: one for each registry, written once

The newest incident has the lowest rank, which is the order of what is found.

Lists never load documents that they do not show, hence the small rows. `latest` is the rank of the last save, so that
what has changed since a moment is found without the rest.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from remediator.adapters.records.tallies import encode_tally
from remediator.core.errors import Rejected
from remediator.core.incident import Incident
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal
from remediator.core.subject import lets_in, root_label
from remediator.core.tally import tally_of
from remediator.ports import Row, Write

PARTITION_LENGTH = 12
IN_ONE_BATCH = 80  # of 100 rows that a batch holds
KIND = "incident"
STANDING = "standing"  # label of an opening while it lets somebody in
_ABOUT = "about-"
SEEN = "seen-"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_END_OF_TIME = 10**17  # in microseconds since 1970
_NAME = re.compile(r"[a-z0-9-]{1,63}")
_ID = re.compile(rf"[0-9a-f]{{{PARTITION_LENGTH}}}-[A-Za-z0-9_-]{{1,100}}")


def partition_of(subject: ResourceId) -> str:
    """The partition of a subject's incidents: the first 12 hex digits of its fingerprint's SHA-256."""
    return _hash(subject)[:PARTITION_LENGTH]


def partition_of_incident(incident: str) -> str:
    """The partition in an incident's id; `Rejected("incident-unknown")` when it cannot be one of our ids."""
    if not _ID.fullmatch(incident):
        raise unknown_incident(incident)
    return incident[:PARTITION_LENGTH]


def full_id(subject: ResourceId, incident: str) -> str:
    """The id under which an incident of the subject is stored: `<partition>-<id>`."""
    prefix = f"{partition_of(subject)}-"
    return incident if incident.startswith(prefix) else prefix + incident


def unknown_incident(incident: str) -> Rejected:
    """There is no such incident."""
    return Rejected(
        "incident-unknown", f"there is no incident {incident[:120]!r}", context={"incident": incident[:120]}
    )


def claim_key(subject: ResourceId) -> str:
    """The key of the row that says which incident of the subject is open."""
    return f"claim-{_hash(subject)[:40]}"


def incident_key(incident: str) -> str:
    """The key of the document."""
    return f"incident-{incident}"


def mailbox_key(incident: str) -> str:
    """The key of the mailbox."""
    return f"mailbox-{incident}"


def seen_key(incident: str, signal: Signal) -> str:
    """The key of the row that is there once a signal was counted: of its source and id, whatever else it says."""
    said = f"{signal.source.value}\n{signal.id}".encode("utf-8", "surrogatepass")
    return f"{SEEN}{incident}-{hashlib.sha256(said).hexdigest()[:24]}"


def registry_label(registry: ResourceId | str) -> str:
    """What stands for a registry in labels: its name, by which people ask, too. Whoever finds compares whole ids."""
    name = (registry if isinstance(registry, str) else registry.name).lower()
    return name if _NAME.fullmatch(name) else hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def moment(at: datetime) -> str:
    """A time as label: UTC and of fixed width, so that it sorts as text."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def about(incident: Incident, before: Incident | None) -> list[Write]:
    """The rows by which it is found; those of registries only where they are new since `before`.

    A busy incident that names no wake-up time is due since it was opened: nothing open is ever forgotten.
    """
    version = "*" if before else ""
    wake = incident.wake_at or incident.opened_at
    rank = {"rank": newest_first(incident.opened_at)}
    labels = {
        **rank,
        "kind": KIND,
        "status": incident.status.value,
        "wake": moment(wake) if incident.busy else "",
        "root": root_label(incident),
        "joined": incident.joined_to or "",
        "latest": newest_first(incident.updated_at or incident.opened_at),
        "opening": STANDING if lets_in(incident) else "",
    }
    row = Write(_ABOUT + incident.id, encode_tally(tally_of(incident)), labels, version)
    old = _indexed(before) if before else {}
    new = {key: registry for key, registry in _indexed(incident).items() if key not in old}
    return [row] + [
        Write(f"{_ABOUT}{incident.id}-{key}", b"", {**rank, "registry": registry_label(registry)}, version)
        for key, registry in new.items()
    ]


def batches(writes: Sequence[Write]) -> Iterator[Sequence[Write]]:
    """Writes that do not fit into the batch of their incident, in batches of their own."""
    for start in range(0, len(writes), IN_ONE_BATCH):
        yield writes[start : start + IN_ONE_BATCH]


def incident_of(row: Row) -> str:
    """The id of the incident of which a found row tells."""
    told = row.key.removeprefix(_ABOUT)
    return told.rpartition("-")[0] if "registry" in row.labels else told


def newest_first(at: datetime) -> str:
    """A time as a text that sorts the newest first."""
    return f"{_END_OF_TIME - (at - _EPOCH) // timedelta(microseconds=1):018d}"


def _indexed(incident: Incident) -> dict[str, ResourceId]:
    """Its registries by what stands for each in keys."""
    return {_hash(registry)[:32]: registry for registry in incident.registries}


def _hash(rid: ResourceId) -> str:
    return hashlib.sha256(rid.key.encode("utf-8", "surrogatepass")).hexdigest()
