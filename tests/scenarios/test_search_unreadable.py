"""Faults and refusals together: what is not read is unknown, and nothing is planned because of it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from remediator.core.change import Change
from tests.core.diagnosing import diagnosed
from tests.scenarios.sandboxed import Sandboxed
from tests.search.comparing import Compared, compare
from tests.search.effort import search
from tests.search.judging import told
from tests.search.shape import Shape
from tests.search.trouble import Faults, refused, troubled, troubles

Signature = tuple[str, ...]


@search(120)
@given(troubles, st.lists(st.integers(0, 500), min_size=1, max_size=3))
def test_nothing_is_planned_because_something_was_not_read(trouble: tuple[Shape, Faults], numbers: list[int]) -> None:
    """Verdicts hold, unread resources are left alone, and every change would be right with everything readable."""
    shape, faults = trouble
    land = troubled(shape, faults)
    world = Sandboxed.of(land.builder.document())
    hidden = refused(land, numbers)
    diagnosis = diagnosed(land.builder, land.desired)
    wrong = [str(one) for one in compare(world.azure, diagnosis) if not one.agree and not _unread_role(one, hidden)]
    changes = diagnosis.plan.changes
    unread = {resource.lower() for resource in hidden}
    wrong += [f"unread, and changed: {change.summary}" for change in changes if change.target.key in unread]
    if changes:
        right = _right(shape, faults)
        wrong += [f"only because of what is unread: {c.summary}" for c in changes if _signature(c) not in right]
    assert not wrong, "\n".join([*wrong, *hidden, *map(told, diagnosis.findings)])


def _unread_role(one: Compared, hidden: Iterable[str]) -> bool:
    """A role assignment that cannot be read is no finding (house, section 6): such a pull may still be refused."""
    kinds = ("/roleassignments/", "/userassignedidentities/")
    return one.attempt.stage == "credential" and any(kind in rid.lower() for rid in hidden for kind in kinds)


def _right(shape: Shape, faults: Faults) -> set[Signature]:
    """What is planned with everything readable, for all of the faults or some of them.

    Some: a change whose path another fault keeps broken is right, and not planned because it mends nothing by itself.
    """
    found: set[Signature] = set()
    for count in range(len(faults) + 1):
        for some in combinations(faults, count):
            land = troubled(shape, some)
            found |= {_signature(change) for change in diagnosed(land.builder, land.desired).plan.changes}
    return found


def _signature(change: Change) -> Signature:
    """A change without its place: an endpoint may stand elsewhere when not all that need it are seen."""
    after = change.after or {}
    match change.kind.value:
        case "create-private-endpoint":
            return (change.kind.value, str(after["registry"]).lower())
        case "create-dns-zone-group":
            return (change.kind.value, *(str(zone).lower() for zone in after["zones"]))
        case "create-dns-zone":
            return (change.kind.value, str(after["zone"]))
        case _:
            return change.key
