"""What outlives a process (Azure, the store, the queue, the postbox, time), and the processes that come and go on it.

A process is the real flow over the real adapters: rows of a real store, the Azure clients on the sandbox in process.
Around it stand those who never tire: a sender that delivers a signal until it is taken, a host that delivers a message
until it is handled, a timer, and a person who answers the question once it has arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from remediator.adapters.azure.applier import AzureApplier
from remediator.adapters.azure.arm import Arm, ArmAccess
from remediator.adapters.azure.observer import AzureObserver
from remediator.adapters.azure.preflight import AzurePreflight
from remediator.adapters.records.incidents import RowIncidents
from remediator.adapters.records.leases import RowLeases
from remediator.adapters.records.pace import RowPace
from remediator.adapters.records.switch import RowSwitch
from remediator.adapters.system.tokens import HmacTokens
from remediator.bootstrap.history import AzureHistory
from remediator.core.approval import Answer, Person
from remediator.core.cloud import cloud_named
from remediator.core.desired import DesiredState
from remediator.core.errors import Rejected, Transient
from remediator.core.incident import Incident, Status
from remediator.core.signal import Signal
from remediator.flow.advance import Flow
from remediator.ports import Rows
from remediator.sandbox.azure import Azure
from remediator.sandbox.transport import SandboxCredential
from tests.doubles import HandClock, ListLog
from tests.faults.seams import Killed, Seam, SeamChannel, SeamQueue, SeamRows, SeamTransport

LIN = Person("lin-id", "Lin")
NIGHT = "night@contoso.example"
TRIES = 5  # deliveries of one message, as the host of a queue counts them
ROUNDS = 120  # minutes within which every story must have come to its end, but for long pauses


class CountingIds:
    """Ids in order, over all processes."""

    def __init__(self) -> None:
        self.count = 0

    def new(self) -> str:
        self.count += 1
        return f"i{self.count:05d}"


class FixedDesired:
    """The defaults: broken paths are mended after a person's yes."""

    def __init__(self, state: DesiredState | None = None) -> None:
        self.state = state or DesiredState()

    def load(self) -> DesiredState:
        return self.state


@dataclass
class Machine:
    """A small world; `signals` are delivered in the round that stands beside each.

    `lasting` says whether messages outlive a process, as those of a storage queue do. `delays` makes of one wake-up
    those that are delivered, and when; `choose` says which of those that are due comes first. `opened_at` opens a
    store whose requests themselves are at the seam. `bugs` are errors that the story is about; others fail the test.
    """

    azure: Azure
    opened: Callable[[], Rows]
    signals: list[tuple[int, Signal]]
    lasting: bool = False
    clock: HandClock = field(default_factory=HandClock)
    ids: CountingIds = field(default_factory=CountingIds)
    log: ListLog = field(default_factory=ListLog)
    messages: list[tuple[datetime, str]] = field(default_factory=list)
    letters: list[tuple[str, str]] = field(default_factory=list)
    desired: FixedDesired = field(default_factory=FixedDesired)
    failures: dict[str, int] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    choose: Callable[[int], int] = lambda number: 0
    delays: Callable[[float], Sequence[float]] = lambda delay: (delay,)
    opened_at: Callable[[Seam], Rows] | None = None
    bugs: tuple[type[Exception], ...] = ()

    def process(self, seam: Seam) -> Flow:
        """A process that has just begun: nothing in memory but what is built here."""
        rows: Rows = self.opened_at(seam) if self.opened_at is not None else SeamRows(self.opened(), seam)
        cloud = cloud_named(self.azure.cloud)
        transport = SeamTransport(self.azure, seam)

        def arm() -> Arm:
            return Arm(ArmAccess(SandboxCredential(), cloud, transport=transport))

        reading = arm()
        return Flow(
            incidents=RowIncidents(rows),
            queue=SeamQueue(self._put, seam),
            clock=self.clock,
            ids=self.ids,
            observer=AzureObserver(reading, cloud, threads=1),
            desired_states=self.desired,
            tokens=HmacTokens(b"k" * 32),
            applier=AzureApplier(reading, lambda _: arm()),
            leases=RowLeases(rows, self.clock),
            switch=RowSwitch(rows, self.clock),
            log=self.log,
            channels={"mail": SeamChannel(seam, self.letters)},
            preflight=AzurePreflight(reading, cloud, None, threads=1),
            pace=RowPace(rows, self.clock),
            history=AzureHistory(lambda: reading),
            recipients=(NIGHT,),
        )

    def live(self, *seams: Seam) -> None:
        """One process after the other, each with its seam, until everything has come to an end; the last ones live."""
        coming = iter(seams)
        flow = self.process(next(coming, Seam()))
        for number in range(ROUNDS):
            try:
                self.round(flow, number)
                if not self.signals and not self.messages and self.over():
                    return
            except Killed:
                if not self.lasting:
                    self.messages.clear()
                self.clock.sleep(200)  # a dead process's lease runs out
                flow = self.process(next(coming, Seam()))
        told = [(one.status.value, one.journal[-1].what) for one in self.incidents()]
        raise AssertionError(f"no end: {told}, {self.signals}, {self.log.errors[-3:]}")

    def round(self, flow: Flow, number: int) -> None:
        """What happens within a minute."""
        self.deliver(flow, number)
        self.work(flow)
        self.answer(flow)
        self.work(flow)
        self.clock.sleep(60)
        with suppress(Transient):  # the timer comes again
            flow.wake_due()
        self.work(flow)

    def deliver(self, flow: Flow, number: int) -> None:
        """A sender sends until it is answered; an error or a lost answer makes it send once more."""
        while (entry := next((one for one in self.signals if one[0] <= number), None)) is not None:
            with suppress(Transient):
                flow.take_in(entry[1])
                self.taken.add(entry[1].id)
                self.signals.remove(entry)

    def work(self, flow: Flow) -> None:
        """Deliver each message that is due; one whose process dies is delivered again where messages last."""
        for _ in range(200):
            ripe = [message for message in self.messages if message[0] <= self.clock.now()]
            if not ripe:
                return
            message = ripe[self.choose(len(ripe)) % len(ripe)]
            self.messages.remove(message)
            try:
                flow.advance(message[1])
            except Killed:
                self._put(message[1], 120)
                raise
            except Exception as problem:
                if not isinstance(problem, (Transient, *self.bugs)):
                    raise
                self._failed(flow, message[1])
            else:
                self.failures.pop(message[1], None)
        raise AssertionError("messages without end")

    def answer(self, flow: Flow) -> None:
        """Somebody says yes, once the question has arrived."""
        if not any(template == "approval" for template, _ in self.letters):
            return
        for one in self.incidents():
            if one.status is Status.AWAITING_APPROVAL and one.request is not None:
                digest = one.request.digest
                token = HmacTokens(b"k" * 32).token(one.id, digest, NIGHT)
                try:
                    flow.answer(one.id, token, Answer(True, digest, confirmation=one.request.code), LIN)
                except (Transient, Rejected):
                    continue  # told so on the page, and tried again

    def incidents(self) -> Sequence[Incident]:
        """All case files as they lie in the store."""
        return RowIncidents(self.opened()).find(limit=50)

    def over(self) -> bool:
        """Whether nobody waits for anything."""
        return not any(one.busy for one in self.incidents())

    def _put(self, incident: str, delay: float) -> None:
        for after in self.delays(delay):
            self.messages.append((self.clock.now() + timedelta(seconds=after), incident))

    def _failed(self, flow: Flow, incident: str) -> None:
        failures = self.failures[incident] = self.failures.get(incident, 0) + 1
        if failures < TRIES:
            self._put(incident, 10.0)
            return
        try:
            flow.poisoned(incident)
        except Transient:  # the poison queue delivers again too
            self.failures[incident] = TRIES - 1
            self._put(incident, 10.0)
