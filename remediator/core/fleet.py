"""How do all registries stand, also those about which nobody said anything? What a sweep found, by subscription.

The sweep makes one `FleetPart` for each subscription and keeps it with `Fleet.keep` when it is done with it; several
workers keep the parts of one pass, and the next pass replaces them. The overview reads them. A part is small however
many registries a subscription has: counts, and the few that are worst by name. Usage:

    part = part_of(subscription, now, sweep="id of the pass", judged=((registry id, findings that concern it), …))
    fleet.keep(part)

Findings that concern a registry are those whose target it is, or whose `paths` lead to its host.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from heapq import nsmallest
from typing import Protocol

from remediator.core.finding import Finding, Severity
from remediator.core.resource_id import ResourceId

MOST_NAMED = 50  # registries of one part


class RegistryState(StrEnum):
    """How a registry stands, worst first: a pull is broken, it is not known, something differs, all is well."""

    BROKEN = "broken"
    UNKNOWN = "unknown"
    DRIFT = "drift"
    FINE = "fine"


_STATES = {
    Severity.BROKEN: RegistryState.BROKEN,
    Severity.UNKNOWN: RegistryState.UNKNOWN,
    Severity.RISK: RegistryState.DRIFT,
    Severity.DRIFT: RegistryState.DRIFT,
}
_ORDER = tuple(RegistryState)


@dataclass(frozen=True, slots=True)
class Affected:
    """A registry that is not as it should be, with the rules that say so, most decisive first."""

    registry: ResourceId
    state: RegistryState
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FleetPart:
    """One subscription after one pass. `subscription` is its id in lower case, `sweep` the id of the pass.

    `states` and `rules` count registries (one with two rules counts at both); `affected` names the worst of them, at
    most `MOST_NAMED`. `missed` are the findings of this pass that no event had reported.
    """

    subscription: str
    swept_at: datetime
    sweep: str = ""
    states: tuple[tuple[RegistryState, int], ...] = ()
    rules: tuple[tuple[str, int], ...] = ()
    affected: tuple[Affected, ...] = ()
    missed: int = 0

    @property
    def total(self) -> int:
        """How many registries it has."""
        return sum(count for _, count in self.states)


@dataclass(frozen=True, slots=True)
class FleetSummary:
    """All parts together, those of subscriptions with the most broken registries first.

    `since` is when the part that was swept longest ago was swept, `until` when the latest was; None without any.
    """

    parts: tuple[FleetPart, ...] = ()
    states: tuple[tuple[RegistryState, int], ...] = ()
    rules: tuple[tuple[str, int], ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def total(self) -> int:
        """How many registries there are."""
        return sum(count for _, count in self.states)

    def count(self, state: RegistryState) -> int:
        """How many registries stand so."""
        return dict(self.states).get(state, 0)


class Fleet(Protocol):
    """Keeps what the last pass found in each subscription."""

    def keep(self, part: FleetPart) -> None:
        """Put the part in the place of what an earlier pass found there; one of an earlier time changes nothing."""
        ...

    def parts(self) -> Sequence[FleetPart]:
        """The last part of each subscription, in the order of their ids."""
        ...

    def forget(self, subscription: str) -> None:
        """Drop the part of a subscription that is swept no more; harmless where there is none."""
        ...


def state_of(findings: Iterable[Finding]) -> RegistryState:
    """How a registry stands that these findings concern: as the worst of them says, fine without any."""
    return min((_STATES[one.severity] for one in findings), key=_ORDER.index, default=RegistryState.FINE)


def part_of(
    subscription: str,
    swept_at: datetime,
    judged: Iterable[tuple[ResourceId, Sequence[Finding]]],
    *,
    sweep: str = "",
    missed: int = 0,
) -> FleetPart:
    """The part of a subscription: each of its registries once, with the findings that concern it. Takes a stream."""
    states: Counter[RegistryState] = Counter()
    rules: Counter[str] = Counter()
    worst: list[Affected] = []
    for registry, findings in judged:
        state = state_of(findings)
        states[state] += 1
        if state is not RegistryState.FINE:
            named = tuple(dict.fromkeys(one.rule for one in findings))
            rules.update(named)
            worst = _worst([*worst, Affected(registry, state, named)])
    return FleetPart(
        subscription.lower(),
        swept_at,
        sweep,
        tuple((state, states[state]) for state in RegistryState if states[state]),
        tuple(sorted(rules.items())),
        tuple(worst),
        missed,
    )


def together(parts: Iterable[FleetPart]) -> FleetSummary:
    """All parts as one summary."""
    known = sorted(parts, key=_by_trouble)
    states: Counter[RegistryState] = Counter()
    rules: Counter[str] = Counter()
    for part in known:
        states.update(dict(part.states))
        rules.update(dict(part.rules))
    times = [part.swept_at for part in known]
    return FleetSummary(
        tuple(known),
        tuple((state, states[state]) for state in RegistryState if states[state]),
        tuple(sorted(rules.items(), key=lambda pair: (-pair[1], pair[0]))),
        min(times, default=None),
        max(times, default=None),
    )


def _worst(found: list[Affected]) -> list[Affected]:
    if len(found) <= MOST_NAMED:
        return found
    return nsmallest(MOST_NAMED, found, key=lambda one: (_ORDER.index(one.state), one.registry.key))


def _by_trouble(part: FleetPart) -> tuple[int, int, int, int, str]:
    states = dict(part.states)
    broken, unknown, drift = (-states.get(state, 0) for state in _ORDER[:3])
    return (broken, unknown, drift, -part.total, part.subscription)
