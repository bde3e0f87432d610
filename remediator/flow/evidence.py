"""What do the logs say where nobody told us why a pull fails? Called by `advance` once for a look at an open incident.

A log alert carries no rows, only a window and dimensions (azure-facts 6.1): the program asks the logs itself, over that
window with slack, about the apps that the incident is about. The lines become the incident's evidence, which is weighed
as an error text is; they choose no target. Links of a payload are never followed: where to ask comes from the
environments that were read, or from a workspace that we watch. What cannot be read stops nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from remediator.core.incident import Incident, bounded
from remediator.core.pull_error import Cause, classify
from remediator.core.pull_log import Ended, LogLine, LogPlace, PullLogs, places_of
from remediator.core.pull_path import PullPath, Verdict
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource
from remediator.core.snapshot import Snapshot
from remediator.core.unknown import Unknown
from remediator.core.words import counted
from remediator.flow.diagnose import Look

# Rows arrive minutes late and pullers back off (azure-facts 2.4, 6.1): how far around its window an alert is believed.
BEFORE, AFTER = timedelta(minutes=30), timedelta(minutes=10)
LONGEST = timedelta(hours=24)
MOST_PLACES = 4
MOST_LINES = 5
# Consumers beyond this are asked about only where their path is not ok.
MANY = 20
_ASKS = frozenset({SignalSource.ALERT, SignalSource.MANUAL})


def with_evidence(seen: Look, *, logs: PullLogs | None, now: datetime) -> Look:
    """The same look with what the logs say in its incident, judged again where that is something."""
    if logs is None:
        return seen
    heard = evidence(seen.incident, seen.diagnosis.paths, seen.live, logs=logs, now=now)
    if heard.evidence == seen.incident.evidence:
        return replace(seen, incident=heard)
    return replace(seen, incident=heard, diagnosis=seen.judge(heard))


def evidence(
    incident: Incident, paths: Sequence[PullPath], live: Snapshot, *, logs: PullLogs, now: datetime
) -> Incident:
    """The incident with what the logs say of these paths; the same one where it has words already, or nobody asks."""
    asking = [signal for signal in incident.signals if signal.source in _ASKS]
    if incident.evidence or not asking or any(signal.text for signal in incident.signals):
        return incident
    since, until = window(asking[-1], incident.opened_at, now)
    workspaces = tuple(dict.fromkeys(signal.workspace for signal in asking if signal.workspace))
    places = () if incident.subject in workspaces else places_of(_consumers(paths), live, workspaces)
    found: list[LogLine] = []
    silent: dict[str, None] = {}
    for place in (places or _anywhere(workspaces))[: MOST_PLACES + 1]:
        lines = logs.lines(place, Ended.FAILED, since, until) if isinstance(place, LogPlace) else place
        if isinstance(lines, Unknown):
            silent[lines.reason] = None
        else:
            found += lines
    kept = _latest_of_each(found)
    incident = replace(incident, evidence=kept)
    return _noted(incident, _told(found, kept, silent, since, until), now)


def window(signal: Signal, opened: datetime, now: datetime) -> tuple[datetime, datetime]:
    """From when until when a signal is about, with slack; a time that no alert can mean counts as the opening's."""
    at = signal.at if signal.at is not None and abs(opened - signal.at) < timedelta(days=30) else opened
    at = min(at, now)
    begin = signal.since if signal.since is not None and timedelta(0) <= at - signal.since <= LONGEST else at
    return begin - BEFORE, at + AFTER


def _consumers(paths: Sequence[PullPath]) -> tuple[ResourceId, ...]:
    everyone = tuple(dict.fromkeys(path.consumer for path in paths))
    if len(everyone) <= MANY:
        return everyone
    return tuple(dict.fromkeys(path.consumer for path in paths if path.verdict is not Verdict.OK))


def _anywhere(workspaces: Iterable[ResourceId]) -> tuple[LogPlace, ...]:
    """The alert's own workspaces, where no app is known to ask about."""
    return tuple(LogPlace(workspace) for workspace in workspaces)


def _latest_of_each(lines: Iterable[LogLine]) -> tuple[LogLine, ...]:
    """The latest line of each app, newest first: a puller in its back-off repeats itself."""
    latest: dict[tuple[str, str], LogLine] = {}
    for line in sorted(lines, key=lambda line: line.at, reverse=True):
        key = (line.environment.lower(), line.app.lower())
        known = latest.get(key)
        if known is None or (_says_nothing(known) and not _says_nothing(line)):
            latest[key] = line
    return tuple(latest.values())[:MOST_LINES]


def _says_nothing(line: LogLine) -> bool:
    """A bare `ImagePullFailure`, beside which an earlier line may say why (azure-facts 2.6)."""
    return classify(line.text).cause is Cause.unknown


def _told(
    found: Sequence[LogLine], kept: Sequence[LogLine], silent: Iterable[str], since: datetime, until: datetime
) -> str:
    """For the journal: what was asked and what came of it; the texts themselves are in the case file."""
    reasons = tuple(silent)
    hours = f"{since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M}"
    if found:
        apps = ", ".join(dict.fromkeys(line.app or "an app without a name" for line in kept))
        return f"the logs from {hours} have {counted(len(found), 'line')} about failed pulls: {apps}"
    if reasons:
        return f"the logs say nothing: {'; '.join(reasons)}"
    return f"the logs from {hours} have no line about a failed pull, or none that may be read"


def _noted(incident: Incident, what: str, now: datetime) -> Incident:
    known = bounded(what) in (line.what for line in incident.journal)
    return incident if known else incident.note(now, what)
