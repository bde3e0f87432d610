"""What does a sweep find? The same rules over all registries, and what of it is worth an incident.

A pass over everything is judged in parts (`islands`), each a snapshot of its own that is dropped again: what stays is
what is wrong. `judged` judges one part, `together` puts parts together. Nothing is planned here: the incident that a
finding leads to reads Azure itself. Called by `flow.sweeping`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import Protocol

from remediator.core.desired import DesiredState
from remediator.core.drafting import Scope, drifts
from remediator.core.finding import Finding, Severity
from remediator.core.pull_path import Verdict
from remediator.core.resource_id import ResourceId
from remediator.core.root import Root, root_of
from remediator.core.snapshot import Snapshot
from remediator.core.touching import top
from remediator.core.walk import Walked, walk

REGISTRY = "Microsoft.ContainerRegistry/registries"
MOST_REGISTRIES = 1000  # named with one finding
NOT_READ = "not-read"  # stands in the place of a rule: nothing could be judged


@dataclass(frozen=True, slots=True)
class SweepScope:
    """Where a sweep looks: these subscriptions, these management groups, or (neither) all that can be seen."""

    subscriptions: tuple[str, ...] = ()
    management_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WideEstate:
    """An estate that was read in rows. `parts` are packed, each to be judged by itself.

    `subscriptions` could be seen, `unseen` were asked for or are referred to and could not; `notes` say what else is
    unknown. `requests` were made, for `rows`.
    """

    parts: tuple[tuple[bytes, ...], ...]
    registries: int
    rows: int
    requests: int
    subscriptions: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenedPart:
    """A part to judge. `shared` are keys of registries that other parts judge too, with other consumers."""

    snapshot: Snapshot
    shared: frozenset[str] = frozenset()


class WideReader(Protocol):
    """Reads estates that are too large for a GET of each resource."""

    def read(self, scope: SweepScope, told: Callable[[str], None]) -> WideEstate:
        """Read everything in scope; `told` hears how far it is. What cannot be seen is Unknown, never absent."""
        ...

    def open(self, packed: Sequence[bytes], closer: Sequence[ResourceId] = ()) -> OpenedPart:
        """A part as facts; with a closer look at some endpoints, whose zone groups are read (a request each)."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """One finding as a sweep keeps it: without remedy, which the incident works out anew.

    `registries` are those that it concerns, at most `MOST_REGISTRIES`.
    """

    rule: str
    target: ResourceId
    severity: Severity
    summary: str
    root: Root
    registries: tuple[ResourceId, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """As `Finding.key`."""
        return (self.rule, self.target.key)


@dataclass(frozen=True, slots=True)
class Sighting:
    """Everything that a sweep found about one subject, most decisive first: what one incident is opened for."""

    subject: ResourceId
    seen: tuple[Seen, ...]

    @property
    def worth_an_incident(self) -> bool:
        """Whether anything is wrong, and not only unknown."""
        return any(one.severity is not Severity.UNKNOWN for one in self.seen)

    @property
    def broken(self) -> bool:
        """Whether a pull is broken or may break; else the estate only differs from what was declared."""
        return any(one.severity in (Severity.BROKEN, Severity.RISK) for one in self.seen)

    @property
    def fingerprint(self) -> str:
        """The same for the same findings about the same subject, whenever and by whomever they are seen."""
        lines = (self.subject.key, *sorted("\t".join(one.key) for one in self.seen))
        return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Swept:
    """What was found, in one part or in all. `fine` counts registries without a finding by subscription; `named` are
    the others, with the rules that concern them, and those of which another part may know more. `paths` counts
    verdicts."""

    fine: Mapping[str, int] = field(default_factory=dict)
    named: Mapping[ResourceId, tuple[tuple[str, Severity], ...]] = field(default_factory=dict)
    seen: tuple[Seen, ...] = ()
    paths: Mapping[Verdict, int] = field(default_factory=dict)

    @property
    def registries(self) -> int:
        """How many registries were judged."""
        return sum(self.fine.values()) + len(self.named)

    def sightings(self) -> tuple[Sighting, ...]:
        """What was found, by subject, those with a broken pull first."""
        found: dict[ResourceId, list[Seen]] = {}
        for one in self.seen:
            found.setdefault(top(one.target), []).append(one)
        made = (Sighting(subject, tuple(sorted(seen, key=_weight))) for subject, seen in found.items())
        return tuple(sorted(made, key=lambda one: (_weight(one.seen[0]), one.subject.key)))

    def by_subscription(self) -> dict[str, Iterable[tuple[ResourceId, tuple[Finding, ...]]]]:
        """Each registry with what concerns it, by subscription, as `fleet.part_of` takes it; those that are fine by a
        stand-in each."""
        named: dict[str, list[ResourceId]] = {subscription: [] for subscription in self.fine}
        for registry in self.named:
            named.setdefault(registry.subscription.lower(), []).append(registry)
        return {subscription: self._concerning(subscription, those) for subscription, those in named.items()}

    def _concerning(
        self, subscription: str, named: Iterable[ResourceId]
    ) -> Iterator[tuple[ResourceId, tuple[Finding, ...]]]:
        fine = ResourceId(f"/subscriptions/{subscription}/providers/{REGISTRY}/fine")
        yield from repeat((fine, ()), self.fine.get(subscription, 0))
        for registry in named:
            yield registry, tuple(Finding(rule, registry, severity, "") for rule, severity in self.named[registry])


_ORDER = (Severity.BROKEN, Severity.RISK, Severity.DRIFT, Severity.UNKNOWN)


def judged(desired: DesiredState, part: OpenedPart) -> Swept:
    """What is wrong in one part: every path walked, every registry checked, nothing planned."""
    walked = walk(desired, part.snapshot)
    found = _gathered(desired, part.snapshot, walked)
    named: dict[ResourceId, list[tuple[str, Severity]]] = {}
    for one in found:
        for registry in one.registries:
            named.setdefault(registry, []).append((one.rule, one.severity))
    for path in _silent(walked):
        if path.path.registry is not None and path.path.deciding is not None:
            rule = path.path.deciding.rule or path.path.deciding.name.value
            named.setdefault(path.path.registry, []).append((rule, Severity.UNKNOWN))
    for rid in part.snapshot.unreadable:
        if rid.is_a(REGISTRY):
            named.setdefault(rid, []).append((NOT_READ, Severity.UNKNOWN))
    for key in part.shared:
        if (rid := ResourceId(key)) in part.snapshot.registries:
            named.setdefault(part.snapshot.registries[rid].id, [])
    fine = Counter(rid.subscription.lower() for rid in part.snapshot.registries if rid not in named)
    return Swept(
        fine=fine,
        named={rid: tuple(dict.fromkeys(rules)) for rid, rules in named.items()},
        seen=tuple(replace(one, registries=one.registries[:MOST_REGISTRIES]) for one in found),
        paths=Counter(one.path.verdict for one in walked),
    )


def together(parts: Iterable[Swept]) -> Swept:
    """All parts as one: a finding that two of them have is one, and so is a registry."""
    fine: Counter[str] = Counter()
    named: dict[ResourceId, dict[tuple[str, Severity], None]] = {}
    seen: dict[tuple[str, str], Seen] = {}
    paths: Counter[Verdict] = Counter()
    for part in parts:
        fine.update(part.fine)
        paths.update(part.paths)
        for rid, rules in part.named.items():
            named.setdefault(rid, {}).update(dict.fromkeys(rules))
        for one in part.seen:
            known = seen.get(one.key)
            seen[one.key] = one if known is None else _as_one(known, one)
    ordered = sorted(seen.values(), key=lambda one: (_weight(one), one.rule, one.target.key))
    return Swept(fine, {rid: tuple(rules) for rid, rules in sorted(named.items())}, tuple(ordered), paths)


def _as_one(one: Seen, other: Seen) -> Seen:
    worse = min(one, other, key=_weight)
    registries = tuple(dict.fromkeys((*one.registries, *other.registries)))[:MOST_REGISTRIES]
    return Seen(worse.rule, worse.target, worse.severity, worse.summary, worse.root, registries)


def _weight(one: Seen) -> int:
    return _ORDER.index(one.severity)


def _gathered(desired: DesiredState, snapshot: Snapshot, walked: Iterable[Walked]) -> list[Seen]:
    """The deciding finding of each path, and the posture drifts beside them; one for each rule and target."""
    on_paths = [one.finding for one in walked if one.finding is not None]
    known = {finding.key for finding in on_paths}
    first: dict[tuple[str, str], Finding] = {}
    about: dict[tuple[str, str], dict[ResourceId, None]] = {}
    for finding in (*on_paths, *(drift for drift in drifts(desired, snapshot, Scope()) if drift.key not in known)):
        first.setdefault(finding.key, finding)
        about.setdefault(finding.key, {}).update(dict.fromkeys(_registries(finding, snapshot)))
    return [_seen(finding, tuple(about[key])) for key, finding in first.items()]


def _seen(finding: Finding, registries: tuple[ResourceId, ...]) -> Seen:
    return Seen(finding.rule, finding.target, finding.severity, finding.summary, root_of(finding), registries)


def _registries(finding: Finding, snapshot: Snapshot) -> list[ResourceId]:
    """The registries that a finding concerns: its target, those of its paths, those of an endpoint."""
    found: dict[ResourceId, None] = {}
    subject = top(finding.target)
    if subject.is_a(REGISTRY):
        found[subject] = None
    endpoint = snapshot.endpoints.get(subject)
    found.update(dict.fromkeys(target.resource for target in endpoint.targets) if endpoint else {})
    for host in dict.fromkeys(host for _, host in finding.paths):
        registry = snapshot.registry_of_host(host)
        if registry is not None:
            found[registry.id] = None
    return [snapshot.registries[rid].id if rid in snapshot.registries else rid for rid in found]


def _silent(walked: Collection[Walked]) -> Iterable[Walked]:
    """The paths that are unknown without a finding."""
    return (one for one in walked if one.finding is None and one.path.verdict is Verdict.UNKNOWN)
