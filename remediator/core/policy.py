"""The policy's answer to a plan: may it be applied by itself, must people be asked, or is it forbidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from remediator.core.change import Change, ChangeKind
from remediator.core.desired import Decision, DesiredState, Limits, Way
from remediator.core.foresight import Foresight
from remediator.core.plan import Plan
from remediator.core.waves import changed_registries, largest_part, waves


@dataclass(frozen=True, slots=True)
class Ruling:
    """The decision, the way, how many approvals it takes, and why."""

    decision: Decision
    way: Way
    reasons: tuple[str, ...]
    approvals: int = 1


# Never by itself, whatever the document says: a cost, a consumer that we may not see, another owner's door.
NEVER_AUTO = frozenset({ChangeKind.UPGRADE_SKU, ChangeKind.UPDATE_REGISTRY, ChangeKind.APPROVE_CONNECTION})


def judge(plan: Plan, foresight: Foresight, desired: DesiredState, way: Way) -> Ruling:
    """The ruling for a plan: forbidden when it breaks a working path or passes a limit, else auto or ask."""
    limits = desired.limits
    refusals = [
        *(f"it would break {path.consumer.name} → {path.host}" for path in foresight.broken),
        *foresight.cut_off,
        *_too_many(plan, limits),
        *(f"{c.target.name} is to be left alone" for c in plan.changes if desired.excludes(c.target)),
    ]
    deletes = sum(1 for change in plan.changes if change.deletes and not _dead(change))
    if deletes > limits.max_deletes:
        refusals.append(f"{deletes} deletions, {limits.max_deletes} allowed")
    upgrades = [c for c in plan.changes if c.kind is ChangeKind.UPGRADE_SKU]
    if upgrades and not limits.allow_sku_upgrade:
        refusals.append("it upgrades a registry, which costs money and is not allowed by the desired state")
    if refusals:
        return Ruling(Decision.FORBID, Way.REPORT, tuple(refusals), limits.approvals)
    if way is Way.REPORT:
        return Ruling(Decision.FORBID, Way.REPORT, ("the desired state says: report only",), limits.approvals)
    asks = (*_reasons_to_ask(plan, desired), *_doubts(foresight))
    if asks:
        return Ruling(Decision.ASK, way, asks, limits.approvals)
    return Ruling(Decision.AUTO, way, ("every change is of a kind that the desired state lets pass",), 0)


def _too_many(plan: Plan, limits: Limits) -> Iterator[str]:
    """What is made in waves is counted registry by registry, since each wave has proven itself before the next one."""
    most, registries = largest_part(plan), len(waves(plan)) > 1 and changed_registries(plan)
    if most > limits.max_changes:
        at_once = " for one registry" if registries else ""
        yield f"{most} changes{at_once}, {limits.max_changes} allowed"
    if registries > limits.max_registries:
        yield f"it changes {registries} registries, {limits.max_registries} allowed"


def _reasons_to_ask(plan: Plan, desired: DesiredState) -> tuple[str, ...]:
    if not desired.declared:
        return ("there is no desired-state document: a person decides",)
    kinds = sorted(
        {c.kind for c in plan.changes if c.kind in NEVER_AUTO or c.kind.value not in desired.limits.auto_kinds}
    )
    return tuple(f"{kind.value} needs a person" for kind in kinds)


def _doubts(foresight: Foresight) -> tuple[str, ...]:
    return tuple(
        f"whether {path.consumer.name} can pull from {path.host} afterwards is not known"
        + (f": {path.deciding.detail}" if path.deciding else "")
        for path in foresight.doubtful
    )


def _dead(change: Change) -> bool:
    """Whether what is deleted carries nothing any more; deleting it is not counted against the limit."""
    before = change.before or {}
    return "Disconnected" in (before.get("state"), before.get("status"))
