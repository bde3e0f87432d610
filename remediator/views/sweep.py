"""What does a sweep say? One document, one table of registries, and a page of text. Called by the terminal."""

from __future__ import annotations

import csv
import io
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence

from remediator.core.finding import Severity
from remediator.core.fleet import RegistryState
from remediator.core.pull_path import Verdict
from remediator.core.resource_id import ResourceId
from remediator.core.sweep import Seen, Sighting, Swept, WideEstate
from remediator.core.words import counted
from remediator.views.document import SCHEMA, Json
from remediator.views.plain import plain, without_addresses

MOST_LINES = 20
MOST_NAMED = 5
_MARKS = {Severity.BROKEN: "✗", Severity.RISK: "!", Severity.DRIFT: "~", Severity.UNKNOWN: "?"}
COLUMNS = ("registry", "subscription", "state", "severity", "rule", "target", "summary")


def sweep_document(found: Swept, wide: WideEstate | None = None) -> Json:
    """`sweep --json`: what was found by subject, counts, and how it was read (not for an estate file)."""
    return {
        "schema": SCHEMA,
        "registries": {"total": found.registries, **{state.value: count for state, count in states(found).items()}},
        "paths": {verdict.value: found.paths.get(verdict, 0) for verdict in Verdict},
        "rules": dict(sorted(rules(found).items())),
        "subjects": [_sighting(one) for one in found.sightings()],
        "read": None
        if wide is None
        else {
            "requests": wide.requests,
            "rows": wide.rows,
            "parts": len(wide.parts),
            "subscriptions": len(wide.subscriptions),
            "unseen": list(wide.unseen),
            "notes": [plain(note, 600) for note in wide.notes],
        },
    }


def _sighting(sighting: Sighting) -> Json:
    return {
        "subject": sighting.subject.text,
        "findings": [
            {
                "rule": one.rule,
                "target": one.target.text,
                "severity": one.severity.value,
                "summary": without_addresses(one.summary, 1000),
                "registries": [rid.text for rid in one.registries],
            }
            for one in sighting.seen
        ],
    }


def sweep_csv(found: Swept) -> str:
    """`sweep --csv`: a line for each registry and finding that concerns it; one without a registry has its target."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(COLUMNS)
    for one in found.seen:
        for registry in one.registries or (None,):
            lines.writerow(_safe(_cells(found, one, registry)))
    told = {(rid, one.rule) for one in found.seen for rid in one.registries}
    for registry, concerning in found.named.items():
        for rule, severity in concerning:
            if (registry, rule) not in told:
                state = state_of(concerning).value
                lines.writerow(_safe((registry.text, registry.subscription, state, severity.value, rule, "", "")))
    return out.getvalue().rstrip("\n")


def _cells(found: Swept, one: Seen, registry: ResourceId | None) -> tuple[str, ...]:
    what = (one.severity.value, one.rule, one.target.text, without_addresses(one.summary, 1000))
    if registry is None:
        return ("", one.target.subscription, "", *what)
    return (registry.text, registry.subscription, state_of(found.named.get(registry, ())).value, *what)


def _safe(cells: Iterable[str]) -> list[str]:
    """Cells that a spreadsheet does not take for formulas."""
    return [f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell for cell in cells]


def states(found: Swept) -> dict[RegistryState, int]:
    """How many registries stand how."""
    counts = Counter(state_of(concerning) for concerning in found.named.values())
    counts[RegistryState.FINE] += sum(found.fine.values())
    return {state: counts[state] for state in RegistryState}


def state_of(concerning: Sequence[tuple[str, Severity]]) -> RegistryState:
    """How a registry stands that these concern."""
    worst = {severity for _, severity in concerning}
    if Severity.BROKEN in worst:
        return RegistryState.BROKEN
    if Severity.UNKNOWN in worst:
        return RegistryState.UNKNOWN
    return RegistryState.DRIFT if worst else RegistryState.FINE


def rules(found: Swept) -> Counter[str]:
    """How many findings each rule has."""
    return Counter(one.rule for one in found.seen)


def sweep_lines(found: Swept, wide: WideEstate | None, width: int) -> list[str]:
    """The same for people, without headings: counts, rules, the worst subjects, what could not be seen."""
    counted_states = states(found)
    shown = ", ".join(f"{count:,} {state.value}" for state, count in counted_states.items() if count)
    many = "1 registry" if found.registries == 1 else f"{found.registries:,} registries"
    lines = [f"{many}: {shown or 'none'}", _paths(found)]
    if wide is not None:
        requests = "1 request" if wide.requests == 1 else f"{wide.requests:,} requests"
        read = f"{requests}, {wide.rows:,} rows, {counted(len(wide.subscriptions), 'subscription')}"
        lines.append(f"read in {read}")
    for rule, count in rules(found).most_common():
        lines.append(f"{count:8,}  {rule}")
    sightings = found.sightings()
    lines += [""] if sightings else []
    for sighting in sightings[:MOST_LINES]:
        lines += _told(sighting, width)
    if len(sightings) > MOST_LINES:
        lines.append(f"and {len(sightings) - MOST_LINES:,} more: --json and --csv have all of them")
    unseen = unseen_lines(wide)
    return [*lines, "", *unseen] if unseen else lines


def _paths(found: Swept) -> str:
    several = [f"{found.paths.get(verdict, 0):,} {verdict.value}" for verdict in Verdict]
    return f"{sum(found.paths.values()):,} pull paths: {', '.join(several)}"


def _told(sighting: Sighting, width: int) -> list[str]:
    subject = sighting.subject
    lines = [f"{_MARKS[sighting.seen[0].severity]} {subject.name} ({subject.type}, {subject.resource_group})"]
    for one in sighting.seen[:MOST_NAMED]:
        lines += _wrapped(f"{one.rule}: {plain(one.summary, 600)}", width, "  ")
        if len(one.registries) > 1:
            names = ", ".join(rid.name for rid in one.registries[:MOST_NAMED])
            more = f" and {len(one.registries) - MOST_NAMED:,} more" if len(one.registries) > MOST_NAMED else ""
            lines += _wrapped(f"{len(one.registries):,} registries: {plain(names)}{more}", width, "    ")
    if len(sighting.seen) > MOST_NAMED:
        lines.append(f"  and {counted(len(sighting.seen) - MOST_NAMED, 'more finding')}")
    return lines


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False)


def unseen_lines(wide: WideEstate | None) -> list[str]:
    """What could not be seen, for people; nothing for an estate file. A table has no place for it."""
    if wide is None:
        return []
    lines = [f"? {plain(note, 300)}" for note in wide.notes]
    if wide.unseen:
        named = ", ".join(wide.unseen[:MOST_NAMED])
        more = f" and {len(wide.unseen) - MOST_NAMED:,} more" if len(wide.unseen) > MOST_NAMED else ""
        words = counted(len(wide.unseen), "subscription")
        lines.append(f"? {words} cannot be seen, and what lies there is unknown: {named}{more}")
    return lines
