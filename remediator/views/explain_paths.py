"""What fails? The pictures of the most decisive paths, the others in a line each, and the names as they are seen.

Sections of `explain`. Where nothing fails for a reason that this estate holds, the answer is that there is nothing to
do, with its reason.
"""

from __future__ import annotations

from remediator.core.finding import Severity
from remediator.core.pull_path import PullPath, Verdict
from remediator.core.resource_id import ResourceId
from remediator.core.words import counted
from remediator.views import names as name_tables
from remediator.views import picture
from remediator.views.explain_told import Section, Told, sentence, wrapped
from remediator.views.picture_ends import ends_seen
from remediator.views.plain import plain, with_short_ids
from remediator.views.wording import MARKS, path_end, path_verdict

_MOST_LINES = 8


def what_fails(told: Told, width: int) -> tuple[Section, ...]:
    """Which app or job cannot pull from where, as pictures; the rest of the paths as lines."""
    lines: list[str] = []
    if told.broken or told.unknown:
        lines += _pictures(told, width)
        others = _others(told, width)
        lines += ["", *others] if others else []
    elif told.deciding:
        lines += _told_by_the_text(told, width)
    else:
        lines += wrapped(f"Nothing that is known. {_all_work(told)}.", width)
    return (Section("What fails", tuple(lines)),)


def _told_by_the_text(told: Told, width: int) -> list[str]:
    """What an error text alone knows, beside a way that is whole as far as it can be read."""
    lines: list[str] = []
    for finding in told.deciding:
        mark = "✗" if finding.severity is Severity.BROKEN else "? perhaps"
        lines += wrapped(with_short_ids(finding.summary), width, f"{mark} ")
    for path in told.drawn:
        lines += ["", *picture.drawing(path, width, _ends(told, path)).split("\n")]
    return lines


def nothing_to_do(told: Told, width: int) -> tuple[Section, ...]:
    """The reason why nothing has to be done, and what was looked at for it."""
    title = "Not drift: nothing to do" if not told.besides else "No pull fails"
    return (
        Section(title, tuple(wrapped(_reason(told), width))),
        Section("What was looked at", tuple(_pictures(told, width))),
    )


def names(told: Told, width: int) -> tuple[Section, ...]:
    """One table for each registry and network of the paths that are drawn."""
    lines: list[str] = []
    seen: set[tuple[ResourceId, ResourceId | None]] = set()
    for path in told.drawn:
        table = name_tables.table_of(told.desired, told.snapshot, path)
        if table is None or (table.registry, table.network) in seen:
            continue
        seen.add((table.registry, table.network))
        lines += [*([""] if lines else []), *name_tables.terminal(table, told.snapshot, path, width)]
    return (Section("Names", tuple(lines)),)


def _reason(told: Told) -> str:
    testimony = told.found.testimony
    if told.nothing_asked:
        return sentence(told.nothing_asked)
    if testimony is not None:
        return sentence(testimony.why.removesuffix(": nothing to do"))
    if not told.found.paths:
        focus = told.found.focus
        there = " pulls from there" if focus.registry or focus.consumer else " pulls from a registry of Azure"
        return f"No app or job that was read{there}."
    differs = "" if told.besides else ", and nothing differs from the desired state"
    return f"{_all_work(told)}{differs}."


def _all_work(told: Told) -> str:
    paths = told.found.paths
    if len(paths) > 1:
        return f"Every pull path that is known works ({len(paths)})"
    addresses = ", ".join(plain(one, 45) for one in paths[0].addresses[0][1]) if paths[0].addresses else ""
    return path_verdict(paths[0]) + (f" at {addresses}" if addresses else "")


def _ends(told: Told, path: PullPath) -> picture.Ends:
    return ends_seen(told.desired, told.snapshot, path)


def _others(told: Told, width: int) -> list[str]:
    """The paths that are not drawn: those that fail or may fail by name, those that work by number."""
    drawn = {path.key for path in told.drawn}
    lines: list[str] = []
    for paths, more in ((told.broken, "that cannot pull"), (told.unknown, "of which it is not known")):
        rest = [path for path in paths if path.key not in drawn]
        for path in rest[:_MOST_LINES]:
            lines += wrapped(path_end(path), width, f"{MARKS[path.verdict]} ")
        if len(rest) > _MOST_LINES:
            lines.append(f"{MARKS[rest[0].verdict]} {len(rest) - _MOST_LINES} more {more}")
    working = sum(path.verdict is Verdict.OK for path in told.found.paths)
    return [*lines, f"✓ {counted(working, 'other path')} can pull"] if working else lines


def _pictures(told: Told, width: int) -> list[str]:
    """The pictures of the paths that are drawn, a blank line between."""
    texts = [picture.terminal(path, width, _ends(told, path)) for path in told.drawn]
    return "\n\n".join(texts).split("\n") if texts else []
