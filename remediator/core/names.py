"""The names of a registry as one network sees them: which address each should have, what the zone says, what DNS says.

For people (`diagnose` and pages print it as a table); it judges nothing that `walk` has not judged.
"""

from __future__ import annotations

from dataclasses import dataclass

from remediator.core.answers import answers
from remediator.core.candidates import candidates
from remediator.core.desired import DesiredState
from remediator.core.leg import leg_of
from remediator.core.pull_path import PullPath
from remediator.core.reach import Way
from remediator.core.resolution import Answer, AnswerKind
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Network, Registry, Snapshot
from remediator.core.zone_choice import serving


@dataclass(frozen=True, slots=True)
class NameRow:
    """One name. `expected` is the endpoint's address, "" where no endpoint serves the network.

    `zone` is the zone that answers there, None where none does; `in_zone` are its addresses for the name. `answer` says
    in words what a machine in the network gets: addresses, "public", "does not resolve" or why it is not known.
    """

    host: str
    expected: str
    zone: ResourceId | None
    in_zone: tuple[str, ...]
    answer: str

    @property
    def right(self) -> bool:
        """Whether the network gets the expected address."""
        return bool(self.expected) and self.answer == self.expected


@dataclass(frozen=True, slots=True)
class NameTable:
    """The names of one registry, seen from one consumer's network."""

    registry: ResourceId
    network: ResourceId | None
    rows: tuple[NameRow, ...]


def name_table(desired: DesiredState, snapshot: Snapshot, path: PullPath) -> NameTable | None:
    """The table for a pull path; None where its registry was not read."""
    leg = leg_of(desired, snapshot, path.key)
    if leg is None or not isinstance(leg.registry, Registry):
        return None
    near = (c for c in candidates(leg) if c.approved and c.reach.way in (Way.SAME, Way.PEERED))
    best = next(near, None) or serving(leg)
    rows = tuple(_row(answer, best.endpoint.address_of(answer.host) if best else None) for answer in answers(leg))
    network = leg.network.id if isinstance(leg.network, Network) else None
    return NameTable(leg.registry.id, network, rows)


def _row(answer: Answer, expected: str | None) -> NameRow:
    zone = answer.zone.id if answer.zone else None
    in_zone = answer.addresses if answer.kind is AnswerKind.PRIVATE else ()
    return NameRow(answer.host, expected or "", zone, in_zone, _words(answer))


def _words(answer: Answer) -> str:
    match answer.kind:
        case AnswerKind.PRIVATE:
            return ", ".join(answer.addresses)
        case AnswerKind.PUBLIC:
            return "public"
        case AnswerKind.MISSING:
            return "does not resolve"
        case AnswerKind.UNKNOWN:
            return f"not known: {answer.reason}"
