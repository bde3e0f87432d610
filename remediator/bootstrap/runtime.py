"""What do the doors get? Everything that one process needs, built once from the settings by `assembly`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Protocol

from remediator.bootstrap.overview import overview_of
from remediator.core.approval import Answer, Person
from remediator.core.cloud import Cloud
from remediator.core.desired import DesiredState, Way
from remediator.core.errors import Rejected, RemediatorError
from remediator.core.incident import Incident, Status
from remediator.core.overview import Overview
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal
from remediator.flow.advance import Flow
from remediator.ports import Channel, Clock, Ids, Log, Observer, Quarantine, Rows, TakenIn, Tokens, WorkQueue
from remediator.settings import Settings

if TYPE_CHECKING:
    from remediator.adapters.records.switch import RowSwitch

HERE = "terminal:here"
MOST_JOINED = 200


class Work(WorkQueue, Protocol):
    """The wake-ups as the doors see them; `shared` when other processes have them too and somebody delivers them."""

    @property
    def shared(self) -> bool:
        """Whether the queue outlives this process."""
        ...

    def run_until_idle(self, handler: Callable[[str], None], horizon_seconds: float) -> int:
        """Handle the wake-ups of this process until none is left within the horizon; how many calls that took."""
        ...

    def start(self, handler: Callable[[str], None]) -> Callable[[], object]:
        """Handle wake-ups in threads of their own; calling the answer ends them."""
        ...


@dataclass(frozen=True, slots=True)
class Runtime:
    """One process's parts. `flow` has the verbs; `csrf_key` and `function_key` are what the web app is guarded by.

    `work` holds the wake-ups, `left` the ids that an earlier one had in hand; `close` ends what was
    started, which is in `ends`.
    """

    settings: Settings
    cloud: Cloud
    clock: Clock
    ids: Ids
    log: Log
    tokens: Tokens
    rows: Rows
    quarantine: Quarantine
    switch: RowSwitch
    observer: Observer
    channels: Mapping[str, Channel]
    flow: Flow
    work: Work
    csrf_key: bytes = field(repr=False)
    function_key: str = field(repr=False)
    ends: ExitStack = field(default_factory=ExitStack, repr=False)
    left: set[str] = field(default_factory=set, repr=False)
    working: Event = field(default_factory=Event, repr=False)

    def take_in(self, signal: Signal, *others: Signal) -> TakenIn:
        """See `flow.intake`."""
        return self.flow.take_in(signal, *others)

    def advance(self, incident: str) -> None:
        """See `flow.advance`."""
        self.flow.advance(incident)

    def wake_due(self) -> tuple[str, ...]:
        """See `flow.sweep`; afterwards the overview is kept, whose trouble is nobody else's."""
        woken = self.flow.wake_due()
        try:
            overview_of(self.rows, self.flow.incidents, self.clock, anew=True)
        except RemediatorError as problem:
            self.log.error("keeping the overview", code=problem.code)
        return woken

    def overview(self) -> Overview:
        """How everything stands, as it was kept within the last minutes."""
        return overview_of(self.rows, self.flow.incidents, self.clock)

    def record_approval(self, incident: str, token: str, answer: Answer, person: Person) -> Incident:
        """See `flow.record_approval`."""
        return self.flow.answer(incident, token, answer, person)

    def choices(self, incident: Incident) -> tuple[Way, ...]:
        """The ways that an approver may choose for the plan as it stands."""
        return self.flow.choices(incident)

    def code_moved(self, branch: str) -> str | None:
        """See `flow.code_moved`."""
        return self.flow.code_moved(branch)

    def load(self, incident: str) -> Incident:
        """The case file; `Rejected("incident-unknown")`."""
        return self.flow.incidents.load(incident).incident

    def find(
        self, status: Status | None = None, registry: ResourceId | str | None = None, limit: int = 50
    ) -> Sequence[Incident]:
        """Incidents, newest first."""
        return self.flow.incidents.find(status=status, registry=registry, limit=limit)

    def joined(self, incident: str) -> Sequence[Incident]:
        """The incidents that were joined to this one, newest first."""
        return self.flow.incidents.find(status=Status.JOINED, joined_to=incident, limit=MOST_JOINED)

    def stopped(self) -> str | None:
        """Why every write is stopped, None where it is not."""
        return self.switch.stopped()

    def desired(self) -> DesiredState:
        """The declared state, read afresh."""
        return self.flow.desired_states.load()

    def answer_here(self, incident: Incident, answer: Answer, person: Person) -> Incident:
        """A yes or no of somebody at this machine's terminal: over the first link of the open question."""
        request = incident.request
        if request is None or not request.links:
            raise Rejected(
                "nothing-to-decide",
                f"incident {incident.id} is {incident.status.value}: nobody is asked",
                context={"incident": incident.id},
            )
        token = self.tokens.token(incident.id, request.digest, request.links[0].recipient)
        return self.record_approval(incident.id, token, answer, person)

    def take_up(self) -> tuple[str, ...]:
        """Wake what an earlier process of this store left in the middle, so that it goes on at once; the ids.

        Each is looked at once although its time has not come. Where another live process has it in hand, the lease
        and the version of the save keep the two apart.
        """
        found = self.flow.left_behind()
        self.left.update(found)
        for incident in found:
            self.work.send(incident)
        return found

    def run_until_idle(self, horizon_seconds: float = 60.0) -> int:
        """Handle every wake-up that is due within the horizon, waiting for those that are not due yet."""
        return self.work.run_until_idle(self._handle, horizon_seconds)

    def start_work(self) -> None:
        """Take up what was left behind and handle wake-ups in threads of their own until `close`; once.

        Where the queue is shared, nothing was left behind with an ended process: the timer sends it again.
        """
        if self.working.is_set():
            return
        self.working.set()
        if not self.work.shared:
            self.take_up()
        self.ends.callback(self.work.start(self._handle))

    def _handle(self, incident: str) -> None:
        """Advance it, due or not when it was left behind; one that fails is still left behind."""
        self.flow.advance(incident, force=incident in self.left)
        self.left.discard(incident)

    def close(self) -> None:
        """End what was started, the last first; harmless when called twice."""
        self.ends.close()

    def __enter__(self) -> Runtime:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
