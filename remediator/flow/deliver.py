"""Hand the waiting notices over to their channels. Called by `advance` after the state is saved.

Each try is put on record before it is made and its end after it, in saves of their own: a run that is killed in
between delivers the same notice again later, under the same key. A channel that fails never blocks the state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from remediator.core.errors import RemediatorError
from remediator.core.incident import Incident, Notice
from remediator.core.outbox import EVENTS, STOPPED, claimed, delivered, due, failed, is_for_good, next_try
from remediator.flow.turn import keep, open_case
from remediator.ports import Channel, Clock, Incidents, Log, Switch


def deliver(
    incident: str,
    rest: datetime | None,
    *,
    incidents: Incidents,
    channels: Mapping[str, Channel],
    fallbacks: Mapping[str, Sequence[str]],
    switch: Switch,
    clock: Clock,
    log: Log,
) -> None:
    """Deliver what is due; `rest` is when the state itself wants to be looked at again.

    Lost races are left to whoever won them. While every write is stopped, each notice says so.
    """
    held = open_case(incidents, incident)
    while (notice := due(held.incident, clock.now())) is not None:
        trying = claimed(held.incident, notice, clock.now())
        held = keep(incidents, held, trying, _wake(trying, rest, clock))
        tried = next(n for n in held.incident.outbox if n.key == notice.key)
        after = _tried(held.incident, tried, channels, fallbacks, switch, clock, log)
        held = keep(incidents, held, after, _wake(after, rest, clock))


def _tried(
    incident: Incident,
    notice: Notice,
    channels: Mapping[str, Channel],
    fallbacks: Mapping[str, Sequence[str]],
    switch: Switch,
    clock: Clock,
    log: Log,
) -> Incident:
    channel = channels.get(notice.channel)
    if channel is None:
        log.error("delivering a notice: no such channel", incident=incident.id, channel=notice.channel)
        return failed(incident, notice, for_good=True, fallbacks=fallbacks)
    try:
        channel.deliver(_as_it_stands(notice, switch), incident)
    except RemediatorError as problem:
        log.error("delivering a notice", incident=incident.id, channel=notice.channel, code=problem.code)
        return failed(incident, notice, for_good=is_for_good(notice, problem), fallbacks=fallbacks)
    log.info("delivered a notice", incident=incident.id, channel=notice.channel, template=notice.template)
    return delivered(incident, notice, clock.now())


def _as_it_stands(notice: Notice, switch: Switch) -> Notice:
    """What people are told, with the reason why every write is stopped at present, where it is."""
    if notice.channel == EVENTS:
        return notice
    reason = switch.stopped()
    return replace(notice, parameters=(*notice.parameters, (STOPPED, reason))) if reason is not None else notice


def _wake(incident: Incident, rest: datetime | None, clock: Clock) -> datetime:
    """The earlier of the state's own time and the next try."""
    return min((at for at in (rest, next_try(incident)) if at is not None), default=clock.now())
