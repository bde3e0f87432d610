"""Where does an event or alert payload point? Parsed as the doors parse it, resolved as the flow resolves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from remediator.core.azure_write import AzureWrite, writes_told
from remediator.core.caused_by import Own, caused_by
from remediator.core.diagnosis import Diagnosis, Focus
from remediator.core.errors import Rejected
from remediator.core.incident import Incident
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Ignored, Quarantined, Signal
from remediator.core.snapshot import Snapshot
from remediator.core.subject import concerned, focus_of, subject_of
from remediator.signals import event_grid, manual, monitor_alert
from remediator.signals.loose_json import decoded, mapping
from remediator.views.plain import plain

Parsed = Signal | Ignored | Quarantined
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pointed:
    """Where a payload points; `focus` is None where it asks for nothing."""

    focus: Focus | None
    notes: tuple[str, ...]


def signals_in(text: str) -> tuple[Parsed, ...]:
    """What a payload of any of our doors says; never raises for an odd one but a wrong manual request."""
    body = decoded(text)
    first = mapping(body[0] if isinstance(body, list) and body else body)
    if "eventType" in first or "specversion" in first:
        return tuple(event_grid.parse_events(body))
    if "registry" in first:
        return (manual.parse_manual(body),)
    return tuple(monitor_alert.parse_alert(body))


def focus_of_payload(parsed: Sequence[Parsed], snapshot: Snapshot) -> Pointed:
    """The part of the estate that the signals ask about; everything where they point at several parts.

    `Rejected("signal-not-understood")` where nothing in the payload could be.
    """
    signals = [one for one in parsed if isinstance(one, Signal)]
    notes = [f"the payload asks for nothing: {plain(one.reason)}" for one in parsed if isinstance(one, Ignored)]
    odd = [plain(one.reason) for one in parsed if isinstance(one, Quarantined)]
    if not signals and odd:
        raise Rejected(
            "signal-not-understood",
            f"reading the payload: {'; '.join(odd)}",
            hint="an Event Grid event, an alert in the common alert schema, or a line of the system log is wanted",
        )
    if not signals:
        return Pointed(None, tuple(notes))
    subjects = [_subject(signal) for signal in signals]
    asked = [_focus(signal, subject, snapshot) for signal, subject in zip(signals, subjects, strict=True)]
    named = dict.fromkeys(subject.text for subject in subjects if subject is not None)
    notes = [f"the payload points at {subject}" for subject in named] or ["the payload names nothing to look at"]
    focus = asked[0] if all(one == asked[0] for one in asked) else Focus()
    if focus == Focus():
        notes.append("that is not one registry or app of this estate: everything was looked at")
    elif focus.registry is not None and focus.registry not in snapshot.registries:
        notes.append("no such registry was read")
    return Pointed(focus, tuple(notes))


def caused_by_payload(parsed: Sequence[Parsed], found: Diagnosis) -> AzureWrite | None:
    """The write behind the findings, as far as the payload itself tells of one."""
    signals = tuple(one for one in parsed if isinstance(one, Signal))
    told = writes_told(signals)
    if not told:
        return None
    latest = max(write.at for write in told)
    subject = _subject(signals[0]) or told[0].resource
    incident = Incident("a-signal", subject, latest, registries=concerned(found), signals=signals)
    return caused_by(incident, found, told, Own(), latest)


def _subject(signal: Signal) -> ResourceId | None:
    """What an incident of this signal would be about, None where it names nothing."""
    try:
        return subject_of(signal)
    except Rejected:
        return None


def _focus(signal: Signal, subject: ResourceId | None, snapshot: Snapshot) -> Focus:
    if subject is None:
        return Focus()
    return focus_of(Incident("a-signal", subject, _LONG_AGO).receive((signal,)), snapshot)
