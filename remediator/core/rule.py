"""What a rule is: an id, the hop that it judges, and two questions that it can answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from remediator.core.desired import DesiredState
from remediator.core.finding import Finding
from remediator.core.leg import Judgement, Leg
from remediator.core.pull_path import HopName
from remediator.core.snapshot import Snapshot


def _nothing_to_judge(_: Leg) -> Judgement | None:
    return None


def _no_drift(_: DesiredState, __: Snapshot) -> tuple[Finding, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `elsewhere` holds what it says at other hops than its own.

    `judge` looks at one leg when the walk comes to `hop`; None means "nothing to say". `check` looks at the whole
    snapshot for posture drifts: what differs from the desired state though the pull may work.
    """

    id: str
    hop: HopName
    judge: Callable[[Leg], Judgement | None] = _nothing_to_judge
    check: Callable[[DesiredState, Snapshot], tuple[Finding, ...]] = _no_drift
    elsewhere: tuple[tuple[HopName, Callable[[Leg], Judgement | None]], ...] = ()

    def judge_at(self, hop: HopName) -> Callable[[Leg], Judgement | None] | None:
        """Its judge for a hop, None where it has nothing to say there."""
        return self.judge if hop is self.hop else dict(self.elsewhere).get(hop)
