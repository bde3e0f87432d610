"""Has an image arrived since the change? Asked by `verify` of the logs: the strongest of the levels, and the slowest.

A `PulledImage` line after the last write says that a real pull worked, be it of a puller in its back-off or of a new
revision (azure-facts 2.4, 10). No line says nothing, since lines come late and a running app pulls nothing; a failure
after it takes the word back: nothing is claimed then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from remediator.core.pull_log import Ended, LogLine, LogPlace, PullLogs, places_of
from remediator.core.pull_path import PullPath
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Snapshot
from remediator.core.unknown import Unknown
from remediator.core.verification import PathKey, ProbeResult, Proof

# Azure's clock may be ahead of ours.
AFTERWARDS = timedelta(minutes=5)
MOST_PLACES = 4
Words = Mapping[PathKey, ProbeResult | Unknown]
_Lines = tuple[Sequence[LogLine], Sequence[LogLine]]


def pulled_since(paths: Sequence[PullPath], live: Snapshot, *, logs: PullLogs, since: datetime, now: datetime) -> Words:
    """What the logs say of each path: pulled, or Unknown where the log of its environment cannot be read.

    A path whose log can be read and has no such line is not in the answer.
    """
    homes = {path.consumer: places_of((path.consumer,), live)[0] for path in paths}
    kept = [app for app, place in homes.items() if isinstance(place, LogPlace)]
    lines = _of_workspaces(places_of(kept, live), logs, since, now)
    said: dict[PathKey, ProbeResult | Unknown] = {}
    for path in paths:
        place = homes[path.consumer]
        found = place if isinstance(place, Unknown) else lines[place.workspace]
        word = found if isinstance(found, Unknown) else _word(path, place, found)
        if word is not None:
            said[path.key] = word
    return said


def may_come(keys: Iterable[PathKey], said: Words) -> bool:
    """Whether a line about one of these paths may still come: its log can be read."""
    return any(not isinstance(said.get(key), Unknown) for key in keys)


def _of_workspaces(
    places: Sequence[LogPlace | Unknown], logs: PullLogs, since: datetime, now: datetime
) -> Mapping[str | ResourceId, _Lines | Unknown]:
    known = [place for place in places if isinstance(place, LogPlace)]
    asked = {place.workspace: _lines(place, logs, since, now + AFTERWARDS) for place in known[:MOST_PLACES]}
    return asked | {place.workspace: Unknown("the logs of others were asked") for place in known[MOST_PLACES:]}


def _lines(place: LogPlace, logs: PullLogs, since: datetime, until: datetime) -> _Lines | Unknown:
    """Fresh lines of pulls that worked and, where there are any, of pulls that failed."""
    worked = logs.lines(place, Ended.PULLED, since, until)
    if isinstance(worked, Unknown):
        return worked
    failed = logs.lines(place, Ended.FAILED, since, until) if worked else ()
    return failed if isinstance(failed, Unknown) else (worked, failed)


def _word(path: PullPath, place: LogPlace | Unknown, lines: _Lines) -> ProbeResult | None:
    homes = place.environments if isinstance(place, LogPlace) else ()
    worked, failed = ([line for line in some if _is_of(line, path, homes)] for some in lines)
    last = max((line for line in worked if _names(line, path.host)), key=lambda line: line.at, default=None)
    if last is None or any(line.at >= last.at for line in failed):
        return None
    detail = f"PulledImage at {last.at:%Y-%m-%d %H:%M:%S} UTC: {last.text}"
    return ProbeResult(path.consumer.text, path.host, (), False, True, detail[:400], Proof.PULL)


def _is_of(line: LogLine, path: PullPath, homes: Sequence[str]) -> bool:
    """Whether the line is of the path's app, in an environment of that name where it names one."""
    at_home = not line.environment or line.environment.lower() in {home.lower() for home in homes}
    return at_home and line.app.lower() == path.consumer.name.lower()


def _names(line: LogLine, host: str) -> bool:
    """Whether the line names an image on this very host: `Successfully pulled image "host/…"`."""
    text = line.text.lower()
    return any(f"{before}{host.lower()}/" in text for before in ('"', "'", " "))
