"""Why does it fail, and how sure is that? The first broken hop with its rule, and what the answer rests on.

Sections of `explain`. What a picture has said already is not said again: where the path is drawn, its hop says what is
wrong there, and this says what the rule is, why that breaks a pull, and from which facts it follows.
"""

from __future__ import annotations

from collections import Counter

from remediator.core.finding import Finding, Severity
from remediator.core.leg import leg_of
from remediator.core.pull_error import PullError
from remediator.core.pull_path import PullPath
from remediator.core.resolver import Resolver, resolver_for
from remediator.core.snapshot import Network, Snapshot, Unknown
from remediator.core.testimony import Stand, Testimony
from remediator.core.words import counted
from remediator.views.caused_by import who_did_it
from remediator.views.changes import id_lines
from remediator.views.explain_rule import why_it_breaks
from remediator.views.explain_told import Section, Told, sentence, wrapped
from remediator.views.plain import plain, with_short_ids
from remediator.views.wording import place_of, rule_title, testimony_sentence

_MOST_FINDINGS = 5
_MOST_EVIDENCE = 4
_MOST_UNREAD = 4


def why(told: Told, width: int) -> tuple[Section, ...]:
    """Each cause with its rule, its resource and the facts that show it; then who did it."""
    lines: list[str] = []
    explained: set[str] = set()
    for number, finding in enumerate(told.deciding[:_MOST_FINDINGS], 1):
        told_already = finding.rule in explained or finding.severity is Severity.UNKNOWN
        reason = "" if told_already else why_it_breaks(finding.rule)
        lines += _cause(told, finding, reason, f"{number}. " if len(told.deciding) > 1 else "", width)
        explained.add(finding.rule)
    rest = told.deciding[_MOST_FINDINGS:]
    if rest:
        rules = Counter(finding.rule for finding in rest)
        words = ", ".join(f"{rule} {count}" for rule, count in rules.most_common())
        lines += wrapped(f"and {counted(len(rest), 'more cause')}: {words}", width)
    if told.caused_by is not None:
        lines += wrapped(f"Who did it: {who_did_it(told.caused_by)}", width, "", "  ")
    return (Section("Why", tuple(lines)),)


def _cause(told: Told, finding: Finding, reason: str, number: str, width: int) -> list[str]:
    indent = " " * len(number)
    perhaps = ", perhaps" if finding.severity is Severity.UNKNOWN else ""
    lines = wrapped(f"{finding.rule}{perhaps}: {rule_title(finding.rule)}", width, number)
    drawn = [path for path in told.drawn if path.key in finding.paths]
    if not drawn:
        lines += wrapped(sentence(with_short_ids(finding.summary)), width, f"{indent}  ")
    lines += wrapped(reason, width, f"{indent}  ")
    lines += id_lines(plain(finding.target.text, 2048), width, f"{indent}  ")
    said = {plain(path.deciding.detail) for path in drawn if path.deciding}
    facts = [
        fact
        for fact in map(with_short_ids, finding.evidence)
        if fact not in said and not fact.startswith("error text:")
    ]
    for fact in facts[:_MOST_EVIDENCE]:
        lines += wrapped(fact, width, f"{indent}  · ")
    if len(facts) > _MOST_EVIDENCE:
        lines.append(f"{indent}  · and {counted(len(facts) - _MOST_EVIDENCE, 'more fact')} like these")
    return lines + _others_with_it(told, finding, drawn, indent, width)


def _others_with_it(told: Told, finding: Finding, drawn: list[PullPath], indent: str, width: int) -> list[str]:
    """How many paths have this cause that no picture shows."""
    others = len(finding.paths) - len(drawn)
    words = (
        f"the same cause for {counted(others, 'other path')}" if drawn else f"the cause of {counted(others, 'path')}"
    )
    return wrapped(words, width, f"{indent}  · ") if others > 0 else []


def how_sure(told: Told, width: int) -> tuple[Section, ...]:
    """What the answer rests on: the configuration, an error text beside it, and what could not be read."""
    if told.nothing_asked:
        return ()
    lines = wrapped(_by_configuration(told), width) if told.found.paths else []
    if told.broken and told.unknown:
        left = counted(len(told.unknown), "other path")
        lines += wrapped(f"Not known of {left}: what decides there could not be read.", width)
    testimony = told.found.testimony
    if testimony is not None and told.said is not None:
        lines += _by_text(told, testimony, told.said, width)
    lines += _unread(told, width) if told.found.paths else []
    return (Section("How sure", tuple(lines)),)


def _by_configuration(told: Told) -> str:
    assumed = next((words for path in told.drawn if (words := _taken_to_forward(told, path))), "")
    if assumed:
        return f"By the configuration, but for one thing: {assumed}."
    if told.broken:
        return "Sure by the configuration: every fact up to the broken hop was read. No pull was tried."
    if told.unknown:
        why = "what was read does not decide it" if told.deciding else "the fact that decides could not be read"
        return f"Not sure: {why}, so nothing is planned because of it."
    if told.deciding:
        return ""
    return "Judged on the configuration alone: no pull was tried."


def _taken_to_forward(told: Told, path: PullPath) -> str:
    """What is only assumed of a DNS server on the way."""
    leg = leg_of(told.desired, told.snapshot, path.key)
    if leg is None or not isinstance(leg.network, Network):
        return ""
    resolver = resolver_for(told.snapshot, leg.network, leg.host)
    if not isinstance(resolver, Resolver) or not resolver.assumed:
        return ""
    return f"what the DNS server {resolver.through[0]} forwards cannot be read, only a look from inside shows it"


def _by_text(told: Told, testimony: Testimony, said: PullError, width: int) -> list[str]:
    lines = wrapped(sentence(_beside(told, testimony)), width)
    named = [f"registry {plain(said.registry, 120)}"] if said.registry else []
    named += [f"image {plain(said.image, 200)}"] if said.image else []
    named += [f"client address {plain(said.client_ip, 60)}"] if said.client_ip else []
    lines += wrapped(" · ".join(named), width, "  ") if named else []
    return lines + (wrapped(f"“{plain(said.evidence, 200)}”", width, "  ") if said.evidence else [])


def _beside(told: Told, testimony: Testimony) -> str:
    """What the text is worth, without the words of a hop or finding that stand above already."""
    sure = f"({testimony.cause}, confidence {testimony.confidence})"
    if told.nothing_to_do:
        return f"The error text is no reason to change anything {sure}"
    if testimony.stand is Stand.NOT_DRIFT:
        return f"The error text is about something else: {testimony_sentence(told.found)}"
    if testimony.stand is not Stand.ADDS:
        return testimony_sentence(told.found)
    if any(finding.severity is Severity.UNKNOWN for finding in told.deciding):
        return f"Not sure: the configuration shows no fault, and the error text alone does not prove one {sure}"
    return f"The error text says so, and the configuration shows no fault on the way {sure}"


def _unread(told: Told, width: int) -> list[str]:
    """What the snapshot lacks, so that a person knows what the answer does not cover; what decides a path first."""
    snapshot = told.snapshot
    kinds = (
        ("role assignments", snapshot.role_assignments),
        ("DNS forwarding rulesets", snapshot.rulesets),
        ("inbound endpoints of DNS resolvers", snapshot.inbound_endpoints),
    )
    missing = [words for words, held in kinds if isinstance(held, Unknown)]
    lines = wrapped(f"Not read: {', '.join(missing)}.", width) if missing else []
    decisive = {path.deciding.detail for path in told.unknown if path.deciding}
    single = sorted(_unreadable(snapshot), key=lambda one: (one[1] not in decisive, one[0]))
    # who asked about one thing is told what concerns it, and how much else there is
    focused = told.found.focus.registry is not None or told.found.focus.consumer is not None
    shown = [one for one in single if one[1] in decisive or not focused][:_MOST_UNREAD]
    for what, reason in shown:
        lines += wrapped(f"{what}: {with_short_ids(_answer(reason), 200)}", width, "Not read: ", "  ")
    rest = len(single) - len(shown)
    more = counted(rest, "more resource") if shown else f"{counted(rest, 'resource')} elsewhere"
    return [*lines, f"Not read: {more}."] if rest else lines


def _unreadable(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Each resource and listing that could not be read, and why."""
    found = [(f"{plain(rid.name, 80)} ({place_of(rid)})", known.reason) for rid, known in snapshot.unreadable.items()]
    return found + [(f"{gap.resource_type} of {with_short_ids(gap.scope)}", gap.reason) for gap in snapshot.gaps]


def _answer(reason: str) -> str:
    """What the other side answered, without what was being read: that stands before it."""
    return reason.split("): ", 1)[-1] if reason.startswith("reading ") else reason
