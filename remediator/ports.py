"""Everything that we ask of the outside, on one page.

Flow depends on these protocols only; `bootstrap` chooses who answers. Each implementation raises the errors of
`core.errors` and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from remediator.core.approval import ApprovedPlan
from remediator.core.azure_write import AzureWrite
from remediator.core.change import Change, LiveState
from remediator.core.desired import DesiredState
from remediator.core.fleet import Fleet as Fleet  # what a sweep found, by subscription
from remediator.core.held import Held as Held  # what Incidents gives
from remediator.core.held import TakenIn as TakenIn
from remediator.core.incident import Incident, Notice, Status
from remediator.core.measures import Telemetry as Telemetry  # a port like those below, beside what it is told
from remediator.core.pace import Pace as Pace  # how many changes in an hour
from remediator.core.plan import Plan
from remediator.core.preflight import PreflightResult
from remediator.core.probe import ProbeRun
from remediator.core.pull_log import PullLogs as PullLogs  # likewise
from remediator.core.resource_id import ResourceId
from remediator.core.row import Row as Row  # what Rows keeps
from remediator.core.row import Write as Write
from remediator.core.signal import Signal
from remediator.core.snapshot import Snapshot, Unknown
from remediator.core.verification import ProbeResult


class Clock(Protocol):
    """Time, in UTC."""

    def now(self) -> datetime:
        """The present moment, with time zone UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; a test's clock only moves its hands."""
        ...


class Ids(Protocol):
    """Names that nobody else has."""

    def new(self) -> str:
        """A short, sortable, URL-safe id."""
        ...


class Tokens(Protocol):
    """Approval tokens: derived from a key that only the program has, so that only their hash need be stored."""

    def token(self, *parts: str) -> str:
        """The token for these parts; the same parts give the same token, so a repeat carries the same link."""
        ...

    def hash(self, token: str) -> str:
        """What may be stored of a token."""
        ...


class Observer(Protocol):
    """Reads the estate."""

    def observe(self) -> Snapshot:
        """A fresh snapshot; what could not be read is in it as `Unknown`, never left out."""
        ...


class History(Protocol):
    """Remembers who wrote what."""

    def writes(self, about: Sequence[ResourceId], since: datetime, until: datetime) -> tuple[AzureWrite, ...] | Unknown:
        """The writes to these resources and whatever lies within them, oldest first; those that failed are left out.

        Unknown where it cannot be read: nobody is named then, and the incident goes on.
        """
        ...


class DesiredStates(Protocol):
    """Reads the declared state."""

    def load(self) -> DesiredState:
        """The document, or the defaults where there is none; `Rejected` lists every mistake with its line."""
        ...


@dataclass(frozen=True, slots=True)
class Started:
    """A write that Azure has accepted; `operation` is the address to poll, None when it is already over."""

    operation: str | None = None


class Applier(Protocol):
    """Writes to Azure. Takes an `ApprovedPlan` as its right to do so; without one it reads, as the reader does."""

    def compare(self, change: Change) -> LiveState:
        """How live state compares with the change: pending, done, running or conflict. Reads only."""
        ...

    def start(self, approved: ApprovedPlan, change: Change) -> Started:
        """Make the write. `Stale` when the change is not part of the approved plan."""
        ...

    def poll(self, approved: ApprovedPlan, operation: str) -> float | None:
        """Seconds to wait before asking again, None when the operation has ended well; raises when it failed."""
        ...

    def compare_undo(self, change: Change) -> LiveState:
        """How live state compares with undoing the change: PENDING when live still equals its `after`."""
        ...

    def start_undo(self, approved: ApprovedPlan, change: Change) -> Started:
        """Make the inverse write."""
        ...


class Preflight(Protocol):
    """Looks what would stop a plan, before anybody is asked about it."""

    def check(self, plan: Plan) -> PreflightResult:
        """Missing rights of the applier, locks, policies, full subnets; what cannot be known is a remark.

        Reads only, as the reader; raises nothing that Azure may answer.
        """
        ...


class Prober(Protocol):
    """Looks from inside an environment at once, without writing anything."""

    def probe(self, consumer: ResourceId, image: str) -> ProbeResult | Unknown:
        """Resolve the registry's name and try the pull from where the consumer runs."""
        ...


class Probes(Protocol):
    """Runs the probes that people have put into their environments. Starting one is a write."""

    def found(self, run: ProbeRun) -> str | None:
        """The name of the execution that bears the run's mark, None where there is none. Reads only."""
        ...

    def start(self, approved: ApprovedPlan, run: ProbeRun) -> str | None:
        """Start it, with an `ApprovedPlan` as the right to do so; its name, None when Azure has not said it yet."""
        ...

    def look(self, run: ProbeRun) -> ProbeRun:
        """How far it is, with the lines that have arrived. Reads only."""
        ...


class Rows(Protocol):
    """The small store under everything that lasts: SQLite on one machine, Tables in Azure."""

    def get(self, partition: str, key: str) -> Row | None:
        """One row, None when it is not there."""
        ...

    def scan(self, partition: str, prefix: str = "") -> Sequence[Row]:
        """The rows of a partition whose key starts with the prefix, in lexicographic order."""
        ...

    def find(
        self, equals: Mapping[str, str], *, at_most: tuple[str, str] | None = None, limit: int = 100
    ) -> Sequence[Row]:
        """The first rows with these labels over all partitions; `at_most` is (label, value), "" never matches.

        In the order of the label of `at_most`, else of their rank, as text; rows without a rank come last. What is read
        grows with `at_most`, else with the first of `equals`, however many other rows there are.
        """
        ...

    def write(self, partition: str, writes: Sequence[Write]) -> Mapping[str, str]:
        """All writes of one batch (at most 100) or none; new versions by key. `Transient("lost-race")` when a
        version does not stand; `Rejected` beyond Azure's limits."""
        ...


class Incidents(Protocol):
    """The case files."""

    def take_in(self, subject: ResourceId, signal: Signal, fresh: Incident, others: Sequence[Signal] = ()) -> TakenIn:
        """Put the signal into the open incident of the subject, or store `fresh`; one conditional batch. `others` are
        signals of the same delivery about the same subject."""
        ...

    def load(self, incident: str) -> Held:
        """The incident as it stands; `Rejected("incident-unknown")`."""
        ...

    def save(self, held: Held, incident: Incident) -> Held:
        """Store what became of it. `Transient("lost-race")` when somebody else saved in between, and, when the
        incident ends, also when a signal came in since `held` was read."""
        ...

    def due(self, now: datetime, limit: int = 100) -> tuple[str, ...]:
        """Ids whose wake-up time has passed."""
        ...

    def find(
        self,
        *,
        status: Status | None = None,
        registry: ResourceId | str | None = None,
        root: str = "",
        joined_to: str = "",
        openings: bool = False,
        limit: int = 50,
    ) -> tuple[Incident, ...]:
        """Incidents, newest first; a registry by its id, or by its name as a text. `root` is what
        `core.subject.root_label` gives, `joined_to` the id of the incident to which they were joined; `openings`
        are those that let somebody in at present (`core.subject.lets_in`), and no other document is read for them."""
        ...


class Leases(Protocol):
    """Who may write to what: taken before any side effect, checked before each write."""

    def take(self, names: Sequence[str], owner: str, seconds: float) -> Lease | None:
        """All of them, in sorted order, or none (None: somebody else has one)."""
        ...


class Lease(Protocol):
    """A lease that is held."""

    def still_held(self) -> bool:
        """Whether it is still ours; renews it after a third of its life."""
        ...

    def release(self) -> None:
        """Give it back; harmless when it is no longer ours."""
        ...


class WorkQueue(Protocol):
    """Wake-ups; a message is an incident's id and nothing else."""

    def send(self, incident: str, delay: float = 0.0) -> None:
        """Have `advance` called for the incident, `delay` seconds from now."""
        ...


class Channel(Protocol):
    """Where people are asked and told: mail, Teams, a file."""

    def deliver(self, notice: Notice, incident: Incident) -> None:
        """Render the notice and hand it over; the same notice again carries the same link and Message-ID."""
        ...


class Quarantine(Protocol):
    """Payloads that we could not understand."""

    def keep(self, door: str, body: bytes, reason: str) -> str:
        """Store the body with the reason; returns the name under which it lies."""
        ...


class Switch(Protocol):
    """The global stop."""

    def stopped(self) -> str | None:
        """Why every write is stopped at present, None when it is not."""
        ...


class Log(Protocol):
    """Structured log: a constant message, variables as keys; never a token, claim or mail address."""

    def info(self, message: str, **keys: str | int | float) -> None:
        """Something went as it should."""
        ...

    def error(self, message: str, **keys: str | int | float) -> None:
        """Something did not."""
        ...
