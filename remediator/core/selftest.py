"""What is a signal that only tests the chain, how far did it come, and where was it lost?

`remediator selftest` sends one about a registry that cannot exist: in the subscription of zeros, in a group that bears
the name of the test. `flow.diagnose` reads the estate for it as for any other and ends it there; nothing is planned for
it, whatever is found. Judgement of values; `flow.watch_selftest` does the sending and looking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from remediator.core.errors import RemediatorError
from remediator.core.incident import Status
from remediator.core.resource_id import ResourceId

_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
_GROUP = "remediator-selftest"
_NAME = "remediatorselftest"
ENDED = "a self-test: the estate was read, and nothing else was done"


def selftest_registry(mark: str) -> ResourceId:
    """The registry of one test; `mark` is letters and digits of its own."""
    return ResourceId(
        f"/subscriptions/{_SUBSCRIPTION}/resourceGroups/{_GROUP}"
        f"/providers/Microsoft.ContainerRegistry/registries/{_NAME}{mark.lower()}"
    )


def is_selftest(subject: ResourceId) -> bool:
    """Whether a subject is that of a test; no resource of Azure's can have such an id."""
    return (
        subject.subscription == _SUBSCRIPTION
        and subject.resource_group.lower() == _GROUP
        and subject.name.lower().startswith(_NAME)
    )


class Part(StrEnum):
    """The parts of the chain, in the order in which a signal passes them."""

    DOOR = "door"
    STORE = "store"
    QUEUE = "queue"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Seen:
    """A case file as its readers see it."""

    status: Status
    journal: tuple[str, ...]
    error: str = ""


@dataclass(frozen=True, slots=True)
class Passed:
    """A part that the signal has passed, and how many seconds after it was sent."""

    part: Part
    seconds: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a test ended: what was passed, and where it was lost (None: nowhere), with what was found there.

    `watched` is False where the door took it and nobody may look at case files: whether it was lost is not known then.
    """

    incident: str
    passed: tuple[Passed, ...]
    lost: Part | None = None
    found: str = ""
    fix: str = ""
    watched: bool = True

    @property
    def ok(self) -> bool:
        """Whether it came out."""
        return self.lost is None and self.watched


class Chain(Protocol):
    """A remediator that runs somewhere, from outside."""

    def send(self, registry: ResourceId, mark: str) -> str:
        """Send the signal to a door; the incident's id. Raises our errors."""
        ...

    def look(self, incident: str) -> Seen:
        """The case file; `Rejected("incident-unknown")` where there is none. Raises our errors."""
        ...


def reached(seen: Seen) -> tuple[Part, ...]:
    """The parts that a signal has passed whose case file looks so. Whoever saves it anew is the worker."""
    if seen.status is Status.NO_DRIFT and ENDED in seen.journal[-1:]:
        return tuple(Part)
    if seen.status is not Status.OPEN or len(seen.journal) > 1:
        return (Part.DOOR, Part.STORE, Part.QUEUE)
    return (Part.DOOR, Part.STORE)


def over(seen: Seen) -> bool:
    """Whether looking on is of no use."""
    return seen.status is not Status.OPEN


def at_the_door(error: RemediatorError) -> Outcome:
    """The door did not take it."""
    return Outcome("", (), Part.DOOR, f"{error.message} [{error.code}]", error.hint or f"docs/errors.md#{error.code}")


def unseen(incident: str, passed: Sequence[Passed], error: RemediatorError) -> Outcome:
    """The case file could not be looked at to the end."""
    found = f"{error.message} [{error.code}]"
    if error.code == "incident-unknown":
        fix = "do all instances use one storage account? docs/settings.md#storage"
        return Outcome(incident, tuple(passed), Part.STORE, found, fix)
    fix = error.hint or "docs/doctor.md#selftest"
    return Outcome(incident, tuple(passed), None, f"case files cannot be looked at: {found}", fix, watched=False)


def at_the_end(incident: str, passed: Sequence[Passed], seen: Seen, seconds: float) -> Outcome:
    """Where it stands after `seconds`, when nobody waits any longer."""
    parts = reached(seen)
    if len(parts) == len(Part):
        return Outcome(incident, tuple(passed))
    lost = tuple(Part)[len(parts)]
    if lost is Part.QUEUE:
        text = f"nobody took its message from the queue within {seconds:.0f} s"
        fix = "does the function `work` run, and is AzureWebJobsStorage the account of the case files' queue?"
        return Outcome(incident, tuple(passed), lost, text, fix)
    last = seen.error or seen.journal[-1]
    return Outcome(
        incident, tuple(passed), lost, f"it is {seen.status.value}: {last}", f"remediator incidents show {incident}"
    )
