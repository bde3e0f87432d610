"""The outbox: which notice is due, and what becomes of one that was tried.

Notices are saved with the state that they tell of and delivered afterwards by `flow/deliver`; what they say is worded
by the channel. A notice that cannot be delivered is given up after some tries and never blocks the state.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from remediator.core.errors import Misconfigured, RemediatorError, Transient
from remediator.core.incident import Incident, Notice

MAX_DELIVERIES = 6
# Programs hear at least once: an event waits two days for a topic that is down, or that is not ours to write to yet.
MAX_EVENT_DELIVERIES = 52
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
DEFAULT_CHANNEL = "mail"
STOPPED = "stopped"  # the parameter that says why every write is stopped; never stored
EVENTS = "events"  # the channel of what `core.announcement` makes


def channel_of(recipient: str) -> str:
    """The channel of a recipient: `teams:operations` names its own, a mail address goes by mail."""
    channel, colon, _ = recipient.partition(":")
    return channel if colon and "@" not in channel else DEFAULT_CHANNEL


def notices(template: str, recipients: Iterable[str], at: datetime, **parameters: str) -> tuple[Notice, ...]:
    """One notice for each recipient; the same words at the same moment give the same keys.

    What a notice says (a question's digest is in it) belongs to its key: two questions within a second are two. A key
    holds no address: it ends up in a Message-ID. The parameter `instead` names who gets it in the recipient's place.
    """
    said = hashlib.sha256(json.dumps(sorted(parameters.items())).encode()).hexdigest()[:12]
    made = []
    for number, recipient in enumerate(dict.fromkeys(recipients)):
        known = (("recipient", recipient), *sorted(parameters.items()))
        to = parameters.get("instead", recipient)
        made.append(Notice(f"{template}-{at:%Y%m%dT%H%M%S}-{said}-{number}", template, channel_of(to), known))
    return tuple(made)


def due(incident: Incident, now: datetime) -> Notice | None:
    """The first notice that waits and may be tried now."""
    return next((n for n in incident.outbox if n.waiting and (n.next_at is None or n.next_at <= now)), None)


def next_try(incident: Incident) -> datetime | None:
    """When the next waiting notice may be tried, None when none waits for a later time."""
    return min((n.next_at for n in incident.outbox if n.waiting and n.next_at), default=None)


def claimed(incident: Incident, notice: Notice, now: datetime) -> Incident:
    """The incident with one more try of the notice on record, made before the try itself."""
    pause = min(FIRST_PAUSE * 2 ** min(notice.attempts, 10), LONGEST_PAUSE)
    return _with(incident, replace(notice, attempts=notice.attempts + 1, next_at=now + pause))


def delivered(incident: Incident, notice: Notice, now: datetime) -> Incident:
    """The incident whose notice has arrived."""
    return _with(incident, replace(notice, delivered_at=now, next_at=None))


def failed(incident: Incident, notice: Notice, *, for_good: bool, fallbacks: Mapping[str, Sequence[str]]) -> Incident:
    """The incident whose notice did not arrive: tried again later, or given up and sent to those who stand in.

    `notice` is the claimed one; `for_good` says that another try gives the same answer; `fallbacks` are the recipients
    that stand in for each channel. They get the link of the recipient for whom they stand in.
    """
    if not for_good and notice.attempts < (MAX_EVENT_DELIVERIES if notice.channel == EVENTS else MAX_DELIVERIES):
        return incident
    incident = _with(incident, replace(notice, gave_up=True, next_at=None))
    if "instead" in dict(notice.parameters):
        return incident
    told = {_addressed(other) for other in incident.outbox if _words(other) == _words(notice) and not other.gave_up}
    for number, recipient in enumerate(one for one in fallbacks.get(notice.channel, ()) if one not in told):
        known = (*notice.parameters, ("instead", recipient))
        stand_in = Notice(f"{notice.key}-fallback-{number}", notice.template, channel_of(recipient), known)
        incident = incident.notify(stand_in)
    return incident


def _addressed(notice: Notice) -> str:
    known = dict(notice.parameters)
    return known.get("instead") or known.get("recipient", "")


def _words(notice: Notice) -> tuple[object, ...]:
    """What a notice says, whoever hears it."""
    return notice.template, *(one for one in notice.parameters if one[0] not in ("recipient", "instead"))


def is_for_good(notice: Notice, problem: RemediatorError) -> bool:
    """Whether another try gives the same answer. An operator may still mend what keeps an event from being published;
    people are told by another channel instead."""
    waits_for_operator = notice.channel == EVENTS and isinstance(problem, Misconfigured)
    return not isinstance(problem, Transient) and not waits_for_operator


def _with(incident: Incident, notice: Notice) -> Incident:
    return replace(incident, outbox=tuple(notice if n.key == notice.key else n for n in incident.outbox))
