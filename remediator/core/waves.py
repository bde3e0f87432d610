"""In which waves is a plan applied that does the same to many registries? One canary first, then the rest.

Asked by `flow/waves` before each change and by the views; when a wave has proven itself is decided there. What is made
in waves are the registries' own settings, which come last in every plan: what mends a root (a link, a zone) is one
change for all, and is made before them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

from remediator.core.change import ChangeKind
from remediator.core.plan import Plan
from remediator.core.words import counted

# With two registries there is nothing to learn from the first that its own verification would not say.
CANARY_FROM = 3
WAVE = 20
# DNS TTL 10 s, a negative answer's 300 s (azure-facts 10): what breaks by then shows before the next wave.
STANDS = timedelta(minutes=5)

Wave = tuple[int, ...]


def waves(plan: Plan) -> tuple[Wave, ...]:
    """The indices of the changes of each wave, in the plan's order; one wave where a plan is made in one go.

    The first wave is one registry, with whatever comes before it; the next ones are at most `WAVE` registries each.
    """
    everything = tuple(range(len(plan.changes)))
    own = [index for index in everything if plan.changes[index].kind is ChangeKind.UPDATE_REGISTRY]
    by_registry = [tuple(group) for _, group in groupby(own, key=lambda index: plan.changes[index].target.key)]
    if len(by_registry) < CANARY_FROM:
        return (everything,) if everything else ()
    first = everything[: by_registry[0][-1] + 1]
    rest = by_registry[1:]
    parts = [rest[start : start + WAVE] for start in range(0, len(rest), WAVE)]
    return (first, *(tuple(index for one in part for index in one) for part in parts))


def largest_part(plan: Plan) -> int:
    """How many changes the largest part of a plan has that is made before anything has proven itself.

    Of a plan that is made in waves that is what comes with the canary, or what another registry needs; of any other
    plan all of it.
    """
    parts = waves(plan)
    if len(parts) < 2:
        return len(plan.changes)
    alone = Counter(plan.changes[index].target.key for wave in parts[1:] for index in wave)
    return max(len(parts[0]), *alone.values())


def changed_registries(plan: Plan) -> int:
    """How many registries' own settings a plan changes."""
    return len({change.target.key for change in plan.changes if change.kind is ChangeKind.UPDATE_REGISTRY})


def earlier_waves(plan: Plan, index: int) -> Wave:
    """The changes that have to prove themselves before this one begins; () unless it is the first of a later wave."""
    before: list[int] = []
    for wave in waves(plan):
        if wave[0] == index:
            return tuple(before)
        before += wave
    return ()


def in_waves(plan: Plan) -> str:
    """How the plan is applied, as a sentence for those who approve it; "" where it is made in one go."""
    parts = waves(plan)
    if len(parts) < 2:
        return ""
    canary = plan.changes[parts[0][-1]].target.name
    rest = [len(_registries(plan, wave)) for wave in parts[1:]]
    then = f"the other {rest[0]}" if len(rest) == 1 else f"the other {sum(rest)} in waves of at most {WAVE}"
    minutes = counted(int(STANDS.total_seconds() // 60), "minute")
    return (
        f"{canary} goes first; after {minutes} in which nothing that worked has stopped follow {then}. "
        "The first wave that fails is the last one"
    )


def _registries(plan: Plan, wave: Sequence[int]) -> set[str]:
    return {plan.changes[index].target.key for index in wave}
