"""A world of named documents: what Azure is to the steps. The diagnosis compares it with what should be there.

Three changes mend it: a zone, an endpoint and a link, in that order. `path ok` is a fact of this world: the one path is
whole when all three are in place; a bystander's path works unless `bystander` says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from remediator.core.approval import Answer, Person
from remediator.core.change import Change, ChangeKind, LiveState
from remediator.core.desired import Approvers, Decision, DesiredState, RegistryIntent, Way
from remediator.core.diagnosis import Diagnosis, Focus
from remediator.core.errors import Misconfigured
from remediator.core.finding import Finding, Severity
from remediator.core.foresight import Foresight
from remediator.core.incident import Incident
from remediator.core.plan import ordered
from remediator.core.policy import Ruling
from remediator.core.pull_error import PullError
from remediator.core.pull_path import Hop, HopName, PullPath, Verdict
from remediator.core.resource_id import ResourceId, resource_id
from remediator.core.signal import Signal, SignalSource
from remediator.core.snapshot import Consumer, Snapshot
from remediator.flow.advance import Flow
from remediator.flow.code_side import CodeSide
from remediator.ports import Started

from .ports import Clock, Ids, Leases, Log, Mailbox, Queue, Store, Switch, Tokens

SUB = "00000000-0000-0000-0000-000000000001"
REGISTRY = resource_id(SUB, "rg", "Microsoft.ContainerRegistry/registries", "acrone")
APP = resource_id(SUB, "rg", "Microsoft.App/containerApps", "shop")
BYSTANDER = resource_id(SUB, "rg", "Microsoft.App/containerApps", "other")
NETWORK = resource_id(SUB, "rg", "Microsoft.Network/virtualNetworks", "net")
ZONE = resource_id(SUB, "rg", "Microsoft.Network/privateDnsZones", "privatelink.azurecr.cn")
ENDPOINT = resource_id(SUB, "rg", "Microsoft.Network/privateEndpoints", "pe")
LINK = ZONE.child("virtualNetworkLinks", "link")
HOST = "acrone.azurecr.cn"
WANTED = {
    ZONE: (ChangeKind.CREATE_ZONE, {"zone": "privatelink.azurecr.cn"}),
    ENDPOINT: (ChangeKind.CREATE_ENDPOINT, {"registry": REGISTRY.text, "subnet": NETWORK.child("subnets", "pe").text}),
    LINK: (ChangeKind.CREATE_LINK, {"network": NETWORK.text}),
}
ALICE = Person("alice-id", "Alice")
ASK = Ruling(Decision.ASK, Way.DIRECT, ("a person decides",))
PEOPLE = ("night@example.org", "day@example.org")


@dataclass
class Azure:
    """Observer and applier over one dict. A write is seen at once, or after `polls` polls of its operation."""

    live: dict = field(default_factory=dict)
    polls: int = 0
    bystander: bool = True
    hurts: ResourceId | None = None
    writes: list = field(default_factory=list)
    undone: list = field(default_factory=list)
    operations: dict = field(default_factory=dict)
    on_start: list = field(default_factory=list)
    failing_polls: int = 0
    failure: Exception = field(
        default_factory=lambda: Misconfigured("azure-policy", "creating an endpoint: denied", hint="ask its owner")
    )
    seen: dict = field(default_factory=dict)
    extra_rule: Finding | None = None
    ruling: Ruling = ASK

    def observe(self) -> Snapshot:
        self.seen = dict(self.live)
        shop = Consumer(APP, "app", None, (f"{HOST}/shop:1",))
        return Snapshot(consumers={APP: shop})

    def diagnose(
        self, desired: DesiredState, snapshot: Snapshot, focus: Focus, said: PullError | None = None
    ) -> Diagnosis:
        changes = tuple(
            Change(kind, rid, f"create {rid.name}", self.seen.get(rid), after, "dns-zone")
            for rid, (kind, after) in WANTED.items()
            if self.seen.get(rid) != after and rid not in self.operations
        )
        plan = ordered(changes)
        broken = any(self.seen.get(rid) != after for rid, (_, after) in WANTED.items())
        path = PullPath(APP, HOST, REGISTRY, (_hop(not broken),))
        hurt = self.hurts is not None and self.hurts in self.seen
        other = PullPath(BYSTANDER, HOST, REGISTRY, (_hop(self.bystander and not hurt),))
        finding = Finding("dns-zone", ZONE, Severity.BROKEN, "no zone", remedy=changes, paths=(path.key,))
        found = (finding,) if broken else ()
        mended = (replace(path, hops=(_hop(True),)),) if broken else ()
        if self.extra_rule is not None:
            found = (*found, self.extra_rule)
        paths = (path,) if focus.registry or focus.consumer else (path, other)
        return Diagnosis(focus, found, paths, plan, Foresight(mended), self.ruling if plan else None)

    def walk(self, desired: DesiredState, snapshot: Snapshot) -> tuple[PullPath, ...]:
        return self.diagnose(desired, snapshot, Focus()).paths

    def _settle(self, rid: ResourceId) -> LiveState | None:
        """Azure works on while we look."""
        return LiveState.RUNNING if rid in self.operations and self._poll(rid.text) is not None else None

    def compare(self, change: Change) -> LiveState:
        return self._settle(change.target) or self._state(change, change.before, change.after)

    def compare_undo(self, change: Change) -> LiveState:
        return self._settle(change.target) or self._state(change, change.after, change.before)

    def _state(self, change: Change, before: object, after: object) -> LiveState:
        now = self.live.get(change.target)
        if now == after:
            return LiveState.DONE
        return LiveState.PENDING if now == before else LiveState.CONFLICT

    def start(self, approved, change: Change) -> Started:
        assert change in approved.plan.changes
        if self.on_start and isinstance(problem := self.on_start.pop(0), Exception):
            raise problem
        self.writes.append(change.key)
        return self._write(change.target, change.after)

    def start_undo(self, approved, change: Change) -> Started:
        self.undone.append(change.key)
        return self._write(change.target, change.before)

    def _write(self, rid: ResourceId, document: object) -> Started:
        if not self.polls:
            self._put(rid, document)
            return Started()
        self.operations[rid] = [self.polls, document]
        return Started(rid.text)

    def poll(self, approved, operation: str) -> float | None:
        return self._poll(operation)

    def _poll(self, operation: str) -> float | None:
        rid = ResourceId(operation)
        if self.failing_polls and rid in self.operations:
            self.failing_polls -= 1
            self.operations.pop(rid, None)
            raise self.failure
        if rid not in self.operations:
            return None
        self.operations[rid][0] -= 1
        if self.operations[rid][0] > 0:
            return 5.0
        self._put(rid, self.operations.pop(rid)[1])
        return None

    def _put(self, rid: ResourceId, document: object) -> None:
        if document is None:
            self.live.pop(rid, None)
        else:
            self.live[rid] = document

    @property
    def mended(self) -> bool:
        return all(self.live.get(rid) == after for rid, (_, after) in WANTED.items())


def _hop(ok: bool) -> Hop:
    return Hop(HopName.ZONE, Verdict.OK if ok else Verdict.BROKEN, "a zone" if ok else "no zone", "dns-zone")


@dataclass
class DesiredStates:
    state: DesiredState = field(
        default_factory=lambda: DesiredState(registries=(RegistryIntent(approvers=Approvers(notify=PEOPLE[:1])),))
    )

    def load(self) -> DesiredState:
        return self.state


class World:
    """All ports of one story, and the flow over them; `wrap` puts something around every port (kills, turns)."""

    def __init__(self, wrap=lambda port: port, **azure: object) -> None:
        self.clock, self.ids, self.log, self.switch = Clock(), Ids(), Log(), Switch()
        self.store, self.queue, self.mail = Store(), Queue(self.clock), Mailbox()
        self.leases, self.azure, self.desired = Leases(self.clock), Azure(**azure), DesiredStates()
        self.code: Callable[[Callable[[object], object]], CodeSide] | None = None
        self.flow = self.flow_with(wrap)

    def flow_with(self, wrap) -> Flow:
        azure = wrap(self.azure)
        return Flow(
            incidents=wrap(self.store),
            queue=wrap(self.queue),
            clock=wrap(self.clock),
            ids=wrap(self.ids),
            observer=azure,
            desired_states=wrap(self.desired),
            tokens=wrap(Tokens()),
            applier=azure,
            leases=wrap(self.leases),
            switch=wrap(self.switch),
            log=self.log,
            channels={"mail": wrap(self.mail)},
            recipients=PEOPLE[1:],
            diagnosed_by=self.azure.diagnose,
            walked_by=self.azure.walk,
            code=self.code(wrap) if self.code else None,
        )

    @property
    def incident(self) -> Incident:
        (case,) = self.store.cases.values()
        return case.incident

    def signal(self, number: int = 1, **fields: object) -> Signal:
        return Signal(SignalSource.ALERT, f"s{number}", subject=REGISTRY, **fields)

    def start(self) -> str:
        """Take a signal in and go as far as it goes."""
        taken = self.flow.take_in(self.signal())
        self.run()
        return taken.incident

    def run(self, limit: int = 50) -> None:
        """Handle every message that is there by now."""
        for _ in range(limit):
            now = self.clock.time
            ripe = [message for message in self.queue.messages if message[0] <= now]
            if not ripe:
                return
            self.queue.messages.remove(ripe[0])
            self.flow.advance(ripe[0][1])

    def later(self, seconds: float) -> None:
        """Let time pass, and let the timer and the queue do their part."""
        self.clock.sleep(seconds)
        self.flow.wake_due()
        self.run()

    def say(self, yes: bool = True, person: Person = ALICE, flow: Flow | None = None, **fields: object) -> Incident:
        """Somebody answers the open question."""
        request = self.incident.request
        link = request.links[0]
        token = Tokens().token(self.incident.id, request.digest, link.recipient)
        said = {"yes": yes, "digest": request.digest, "confirmation": request.code, **fields}
        return (flow or self.flow).answer(self.incident.id, token, Answer(**said), person)
