"""What would mend it, what else would that touch, and what is left for a person? Sections of `explain`."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from remediator.core.drafting import MAX_REMEDIES
from remediator.core.finding import Finding, Severity
from remediator.core.policy import Ruling
from remediator.core.words import counted
from remediator.views import changes
from remediator.views.explain_told import Section, Told, sentence, wrapped
from remediator.views.plain import plain, with_short_ids
from remediator.views.wording import foresight_lines, ruling_sentence

_MOST_DRIFTS = 8
_MOST_ADVICE = 8


def differs(told: Told, width: int) -> tuple[Section, ...]:
    """What differs from the desired state, or may break a pull one day."""
    lines = [line for finding in told.besides[:_MOST_DRIFTS] for line in _drift(finding, width)]
    rest = Counter(finding.rule for finding in told.besides[_MOST_DRIFTS:])
    if rest:
        words = ", ".join(f"{rule} {count}" for rule, count in rest.most_common())
        lines += wrapped(f"and {sum(rest.values())} more: {words}", width, "· ")
    return (Section("What differs besides" if told.broken else "What differs", tuple(lines)),)


def _drift(finding: Finding, width: int) -> list[str]:
    return wrapped(f"{with_short_ids(finding.summary)} ({finding.rule})", width, "· ")


def mending(told: Told, width: int) -> tuple[Section, ...]:
    """The plan as it would be made, and the policy's answer; or why there is none."""
    found = told.found
    if found.plan:
        policy = wrapped(f"Policy: {ruling_sentence(_without_repeats(told, found.ruling))}", width, "", "  ")
        left = wrapped(_left_out(told), width, "", "  ")
        return (Section("What would mend it", (*changes.terminal(found.plan, width).split("\n"), "", *policy, *left)),)
    if told.nothing_to_do and not told.besides:
        return ()
    return (Section("What would mend it", tuple(wrapped(_no_plan(told), width))),)


def _left_out(told: Told) -> str:
    """The causes that the plan does not mend, by rule; "" where there is none."""
    paths: Counter[str] = Counter()
    for finding in told.deciding:
        if not finding.remedy:
            paths[finding.rule] += len(finding.paths)
    named = ", ".join(f"{rule} ({counted(count, 'path')})" for rule, count in paths.items())
    if not named:
        return ""
    full = told.found.plan is not None and len(told.found.plan.changes) >= MAX_REMEDIES
    cut = f" The plan stops at {MAX_REMEDIES} changes: ask about one registry or app for the rest." if full else ""
    return f"Not mended by it: {named}.{cut}"


def _without_repeats(told: Told, ruling: Ruling | None) -> Ruling | None:
    """The ruling without the broken paths, which the next section names."""
    if ruling is None:
        return None
    harm = {*(f"it would break {path.consumer.name} → {path.host}" for path in told.found.foresight.broken)}
    harm |= set(told.found.foresight.cut_off)
    kept = tuple(reason for reason in ruling.reasons if reason not in harm)
    broken = ("it would break what works now",) if len(kept) < len(ruling.reasons) else ()
    return replace(ruling, reasons=(*broken, *kept))


def _no_plan(told: Told) -> str:
    if told.broken or any(finding.severity is Severity.BROKEN for finding in told.deciding):
        return "Nothing that the program may change: a person has to act."
    if told.unknown or told.deciding:
        return "Nothing is planned because of what is not known."
    if not told.desired.declared:
        return "Nothing is planned: no desired-state document says what should be there, so this is only reported."
    return "Nothing is planned for what differs."


def touching(told: Told, width: int) -> tuple[Section, ...]:
    """What the plan mends, breaks and leaves as it is, and which apps and networks are within its reach."""
    if not told.found.plan:
        return ()
    foresight = told.found.foresight
    lines = [*foresight_lines(foresight, width)]
    lines += [line for cut in foresight.cut_off for line in wrapped(plain(cut, 400), width, "✗ ")]
    return (Section("What else it touches", tuple(lines)),)


def by_hand(told: Told, width: int) -> tuple[Section, ...]:
    """What only a person can find out or do, each thing once."""
    testimony = told.found.testimony
    words = [testimony.to_check] if testimony is not None else []
    words += [finding.advice for finding in told.found.findings if _needs_a_person(finding)]
    words += [*_left_open(told), *told.remarks]
    once = list(dict.fromkeys(sentence(with_short_ids(one, 600)) for one in words if one))
    lines = [line for one in once[:_MOST_ADVICE] for line in wrapped(one, width, "· ")]
    rest = len(once) - _MOST_ADVICE
    lines += [f"· and {rest} more"] if rest > 0 else []
    return (Section("What to check by hand", tuple(lines)),)


def _needs_a_person(finding: Finding) -> bool:
    """Whether nothing is planned for it, or a closing, which clients may feel that nobody sees here."""
    return not finding.remedy or any((c.after or {}).get("publicNetworkAccess") == "Disabled" for c in finding.remedy)


def _left_open(told: Told) -> list[str]:
    """The paths of which nobody says more than what could not be read, unless that has been said already."""
    advised = {key for finding in told.deciding for key in finding.paths}
    drawn = {path.key for path in told.drawn}
    left = [path for path in told.unknown if path.key not in advised]
    said = {known.reason for known in told.snapshot.unreadable.values()} | {gap.reason for gap in told.snapshot.gaps}
    reasons = dict.fromkeys(path.deciding.detail for path in left if path.deciding and path.key not in drawn)
    asked = "Let the reader see what could not be read, or ask who owns it; nothing is planned before that is known"
    return [*(reason for reason in reasons if reason not in said), asked] if left else []
