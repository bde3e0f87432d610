"""What is played again, and on which estates? Payload files, stored incidents, or a capsule, as worlds to play.

Called by `replay`. Payloads are read as the doors read them; what asks for nothing or cannot be understood is told, not
dropped in silence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from remediator import bootstrap
from remediator.bootstrap.offline import check_estate, estate_document
from remediator.bootstrap.replaying import World
from remediator.cli import read
from remediator.cli.capsule import part_for
from remediator.cli.payload import signals_in
from remediator.core.errors import Rejected, RemediatorError
from remediator.core.incident import Incident
from remediator.core.signal import Ignored, Signal
from remediator.core.words import counted
from remediator.views.plain import plain

SUFFIXES = (".json", ".txt", ".log")
MOST_INCIDENTS = 5000
LARGE = 2000  # resources
_SPAN = re.compile(r"(\d{1,4})([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 168}


@dataclass(slots=True)
class Sources:
    """The worlds, and sentences on what was read."""

    worlds: list[World] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def from_payloads(folder: Path, estate: Path | None, estates: Path | None) -> Sources:
    """One world for each estate; a payload goes to the estate of its own name in `estates`, else to `estate`, else to
    what is there now."""
    made, by_estate, ignored, odd, count = Sources(), defaultdict[Path | None, list[Signal]](list), 0, 0, 0
    for path in _files(folder):
        count += 1
        chosen = estates / f"{path.stem}.json" if estates is not None else None
        on = chosen if chosen is not None and chosen.exists() else estate
        try:
            parsed = signals_in(read.text_of(path))
        except RemediatorError as error:
            odd += 1
            made.notes.append(f"{path.name}: {plain(error.message, 200)}")
            continue
        for one in parsed:
            if isinstance(one, Signal):
                by_estate[on].append(one)
            elif isinstance(one, Ignored):
                ignored += 1
            else:
                odd += 1
                made.notes.append(f"{path.name}: {plain(one.reason, 200)}")
    signals = sum(len(some) for some in by_estate.values())
    rest = f", {ignored} that ask for nothing" * bool(ignored) + f", {odd} not understood" * bool(odd)
    made.notes.insert(0, f"{counted(count, 'payload')}: {counted(signals, 'signal')}{rest}")
    for on, some in by_estate.items():
        name = on.stem if on is not None and estates is not None and on.parent == estates else ""
        made.worlds.append(World(name, _estate(on), tuple(some)))
    return made


def from_incidents(since: str, estate: Path | None, estates: Path | None) -> Sources:
    """One world for each stored incident of that time: the estate of its id in `estates`, else `estate`, else what is
    there now with the incident's own changes taken back."""
    back = _span(since)
    with bootstrap.build(bootstrap.settings()) as runtime:
        first = runtime.clock.now() - back
        found = [one for one in runtime.find(limit=MOST_INCIDENTS) if one.opened_at >= first and one.signals]
    made = Sources([], [f"{counted(len(found), 'incident')} since {first:%Y-%m-%d %H:%M} UTC"])
    live: dict[str, Any] | None = None
    for incident in sorted(found, key=lambda one: (one.opened_at, one.id)):
        signals = tuple(one for one in incident.signals if one.opening is None)
        own = estates / f"{incident.id}.json" if estates is not None else None
        on = own if own is not None and own.exists() else estate
        if on is None and live is None:
            live = _estate(None)
        recorded = _estate(on) if on is not None else _narrowed(live, incident)
        back_to = incident if on is None and _wrote(incident) else None
        if signals and recorded is not None:
            made.worlds.append(World(incident.id, recorded, signals, back_to))
    return made


def _narrowed(live: dict[str, Any] | None, incident: Incident) -> dict[str, Any] | None:
    """What is there now; of a large estate the part that the incident is about, or each would take minutes."""
    if live is None or len(live["resources"]) <= LARGE:
        return live
    return part_for(live, incident)


def _wrote(incident: Incident) -> bool:
    return incident.execution is not None and any(step.wrote for step in incident.execution.steps)


def _files(folder: Path) -> Sequence[Path]:
    if not folder.is_dir():
        raise Rejected("file-unreadable", f"reading {folder}: it is not a folder")
    found = sorted(path for path in folder.iterdir() if path.is_file() and path.suffix.lower() in SUFFIXES)
    if not found:
        raise Rejected(
            "file-unreadable",
            f"reading {folder}: no payload is in it",
            hint=f"a payload is a file that ends in {', '.join(SUFFIXES)}",
        )
    return found


def _estate(path: Path | None) -> dict[str, Any]:
    """A recorded estate, one that comes along by its name, or what is there now."""
    if path is None:
        reader = bootstrap.reader(bootstrap.settings())
        return estate_document(reader.observe_raw(), reader.cloud)
    from remediator.sandbox import estates

    if not path.exists() and str(path) in estates.names():
        return estates.load(str(path))
    document = read.json_of(path, "an estate")
    check_estate(document)
    return dict(document)


def _span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text.strip().lower())
    if not found:
        raise Rejected("bad-request", f"replaying since {text[:40]!r}: this is no time", hint="such as 36h, 30d or 4w")
    return timedelta(hours=int(found[1]) * _HOURS[found[2]])
