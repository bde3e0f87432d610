"""How long was a pull path at risk, and how long did it take to mend it? For events and measures, in minutes."""

from __future__ import annotations

from datetime import datetime

from remediator.core.incident import Incident


def since_when(incident: Incident) -> datetime:
    """When it began, as far as we know: the write behind it, the first signal that tells its time, or the opening.

    What a sender's clock dates after the opening counts from the opening.
    """
    told = [signal.at for signal in incident.signals if signal.at]
    cause = [incident.caused_by.at] if incident.caused_by else []
    return min((*cause, *told, incident.opened_at))


def minutes_of_exposure(incident: Incident, ended_at: datetime) -> float:
    """Minutes from the beginning to the end of the incident; one decimal."""
    return _minutes(since_when(incident), ended_at)


def minutes_to_mend(incident: Incident, ended_at: datetime) -> float:
    """Minutes from the incident's opening to its end; one decimal."""
    return _minutes(incident.opened_at, ended_at)


def _minutes(since: datetime, until: datetime) -> float:
    return round(max(0.0, (until - since).total_seconds()) / 60, 1)
