"""What is the past played on? The program as it is, on a sandbox of a recorded estate, with a clock moved by hand.

Built afresh for each world: settings of its own, a store in a folder that is deleted, the small Azure over TLS. No
setting of the process reaches it, so that nothing is read from Azure, nothing is ever written there, and nobody is
told.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from remediator.bootstrap.assembly import build
from remediator.bootstrap.environment import settings
from remediator.bootstrap.offline import check_estate
from remediator.bootstrap.runtime import Runtime
from remediator.core.approval import Answer, ApprovedPlan, Person, gate
from remediator.core.change import Change, LiveState
from remediator.core.desired import Decision, DesiredState, Way
from remediator.core.errors import RemediatorError
from remediator.core.execution import StepState
from remediator.core.incident import Incident, Status
from remediator.core.policy import Ruling
from remediator.core.pull_path import Verdict
from remediator.core.replay import Played, in_order, played_of
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal
from remediator.flow.replay import play

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
APP = "microsoft.app/containerapps"
MOST_POLLS = 100


class HandClock:
    """A clock that stands still until somebody waits or sets it. `ports.Clock`."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """Where its hands stand."""
        return self._at

    def sleep(self, seconds: float) -> None:
        """Move them."""
        self._at += timedelta(seconds=max(0.0, seconds))

    def set(self, at: datetime) -> None:
        """Move them to a time, never back."""
        self._at = max(self._at, at.astimezone(UTC))


@dataclass(frozen=True, slots=True)
class World:
    """What is played together: signals on one estate. `name` tells it apart from others.

    `took_back` is an incident whose own changes are taken back before, so that the estate is as it found it.
    """

    name: str
    estate: Mapping[str, Any]
    signals: tuple[Signal, ...]
    took_back: Incident | None = None


def replayed(
    worlds: Sequence[World],
    policy: Path | None,
    *,
    say_yes: bool = False,
    told: Callable[[int], object] = lambda _: None,
) -> tuple[Played, ...]:
    """Every incident of these worlds under a policy; with `say_yes` people approve whatever they are asked.

    `told` is called with the number of each world before it is played.
    """
    lines: list[Played] = []
    for number, world in enumerate(worlds, 1):
        told(number)
        lines += _played(world, policy, say_yes=say_yes)
    return tuple(lines)


def as_it_found_it(incident: Incident, estate: Mapping[str, Any]) -> dict[str, Any]:
    """The estate with an incident's own changes taken back, as far as they still stand; in a sandbox, not in Azure."""
    hand = HandClock(incident.opened_at)
    with _staged(estate, None, hand) as (azure, runtime):
        _take_back(incident, runtime, hand)
        found: dict[str, Any] = azure.estate()
    return {**estate, "resources": found["resources"]}


def _played(world: World, policy: Path | None, *, say_yes: bool) -> tuple[Played, ...]:
    signals = in_order(world.signals)
    hand = HandClock(min((one.at for one in signals if one.at), default=BEGINNING))
    with _staged(world.estate, policy, hand) as (azure, runtime):
        if world.took_back is not None:
            _take_back(world.took_back, runtime, hand)
        before = _pulling(azure)
        answer = _yes(runtime, hand) if say_yes else None
        incidents = play(signals, runtime, hand, answer)
        after = _pulling(azure)
    return tuple(played_of(world.name, one, _wrong(one, before, after)) for one in incidents)


@contextmanager
def _staged(estate: Mapping[str, Any], policy: Path | None, hand: HandClock) -> Iterator[tuple[Any, Runtime]]:
    """A small Azure of this estate, and the program on it."""
    from remediator.sandbox import Azure

    check_estate(estate)
    azure = Azure.from_estate(dict(estate), clock=lambda: hand.now().timestamp(), retry_after=0, operation_polls=0)
    with tempfile.TemporaryDirectory(prefix="remediator-replay-") as folder:
        values = {"REMEDIATOR_MODE": "sandbox", "REMEDIATOR_CLOUD": azure.cloud, "REMEDIATOR_DATA_DIR": folder}
        values |= {"REMEDIATOR_DESIRED_STATE": str(policy)} if policy else {}
        with build(settings(values), sandbox=azure, clock=hand) as runtime:
            yield azure, runtime


def _yes(runtime: Runtime, hand: HandClock) -> Any:
    """Somebody who may decide says yes, each time somebody else."""

    def say(incident: Incident, turn: int) -> None:
        request = incident.request
        if request is None:
            return
        hand.sleep(60)  # people read before they decide
        person = _approver(runtime.desired(), incident, turn)
        with suppress(RemediatorError):
            runtime.answer_here(incident, Answer(True, request.digest, confirmation=request.code), person)

    return say


def _approver(desired: DesiredState, incident: Incident, turn: int) -> Person:
    named = [desired.intent_for(registry).approvers for registry in incident.registries]
    users = [user for one in named for user in one.users]
    groups = tuple(group for one in named for group in one.groups)
    roles = tuple(role for one in named for role in one.roles)
    return Person(users[turn % len(users)] if users else f"replay-{turn}", groups=groups, roles=roles)


def _pulling(azure: Any) -> dict[str, bool]:
    """Which apps can pull, as the sandbox's own network sees it: it knows nothing of our model."""
    from remediator.sandbox import Network

    network = Network(azure)
    ids = [one["id"] for one in azure.estate()["resources"] if str(one.get("type", "")).lower() == APP]
    return {app.lower(): network.pull_app(app).ok for app in ids}


def _wrong(incident: Incident, before: Mapping[str, bool], after: Mapping[str, bool]) -> str:
    """Why what was done was wrong, as the network sees it; "" where it was not, or nothing was done."""
    found = incident.diagnosis
    if incident.execution is None or not any(step.wrote for step in incident.execution.steps):
        return ""
    lost = sorted(ResourceId(app).name for app, pulls in before.items() if pulls and not after.get(app, False))
    if lost:
        return f"{', '.join(lost)} could pull before and cannot now"
    if incident.status is Status.RESOLVED and found is not None:
        mended = [path.consumer for path in found.foresight.mended] + [
            path.consumer for path in found.paths if path.verdict is Verdict.BROKEN
        ]
        still = sorted({one.name for one in mended if after.get(one.key) is False})
        if still:
            return f"{', '.join(still)} still cannot pull"
    return ""


def _take_back(incident: Incident, runtime: Runtime, hand: HandClock) -> None:
    """Take an incident's own changes back in the sandbox, the last one first, where they still stand."""
    found = incident.diagnosis
    if found is None:
        return
    ruling = Ruling(Decision.AUTO, Way.DIRECT, ("played again",))
    right = gate(found.plan, ruling, None, (), requester=None, now=hand.now())
    if not isinstance(right, ApprovedPlan):
        return
    for change, step in reversed(incident.steps):
        if step.state is StepState.DONE:
            with suppress(RemediatorError):
                _taken_back(change, right, runtime, hand)


def _taken_back(change: Change, right: ApprovedPlan, runtime: Runtime, hand: HandClock) -> None:
    applier = runtime.flow.applier
    if applier.compare_undo(change) is not LiveState.PENDING:
        return
    operation = applier.start_undo(right, change).operation
    for _ in range(MOST_POLLS):
        wait = applier.poll(right, operation) if operation else None
        if wait is None:
            return
        hand.sleep(wait)
