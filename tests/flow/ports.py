"""Ten-line stand-ins for the ports: a store with conditional versions, a queue, a clock that only moves its hands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from remediator.core.errors import Rejected, Transient
from remediator.core.incident import NEXT, Incident, Status, may_go
from remediator.core.signal import Signal
from remediator.core.subject import lets_in, root_label
from remediator.ports import Held, TakenIn

START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Ids:
    def __init__(self) -> None:
        self.count = 0

    def new(self) -> str:
        self.count += 1
        return f"i{self.count:04}"


class Tokens:
    def token(self, *parts: str) -> str:
        return "token(" + "|".join(parts) + ")"

    def hash(self, token: str) -> str:
        return f"hash({token})"


class Queue:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.messages: list[tuple[datetime, str]] = []
        self.broken = False

    def send(self, incident: str, delay: float = 0.0) -> None:
        if self.broken:
            raise Transient("queue-unreachable", "sending a wake-up")
        self.messages.append((self.clock.now() + timedelta(seconds=delay), incident))


@dataclass
class _Case:
    incident: Incident
    version: int = 1
    mail: list[Signal] = field(default_factory=list)
    mail_version: int = 1


class Store:
    """Incidents as `ports.Incidents` promises them; checks on every save what no save may break."""

    def __init__(self) -> None:
        self.cases: dict[str, _Case] = {}
        self.saves: list[Incident] = []

    def take_in(self, subject, signal, fresh, others=()):
        for case in self.cases.values():
            if case.incident.subject == subject and not case.incident.status.ended:
                for letter in (signal, *others):
                    if all(known.id != letter.id for known in case.mail):
                        case.mail = [*case.mail, letter][-20:]
                        case.mail_version += 1
                return TakenIn(case.incident.id, True)
        self._check(None, fresh)
        self.cases[fresh.id] = _Case(fresh, mail=[signal, *others])
        return TakenIn(fresh.id, False)

    def load(self, incident):
        case = self.cases.get(incident)
        if case is None:
            raise Rejected("incident-unknown", f"there is no incident {incident}")
        known = {signal.id for signal in case.incident.signals}
        letters = tuple(signal for signal in case.mail if signal.id not in known)
        return Held(case.incident, str(case.version), str(case.mail_version), letters)

    def save(self, held, incident):
        case = self.cases[incident.id]
        if held.version != str(case.version):
            raise Transient("lost-race", "saving an incident")
        closes = incident.status.ended and not case.incident.status.ended
        if closes and held.mailbox_version != str(case.mail_version):
            raise Transient("signal-at-closing-time", "closing an incident", retry_after=0)
        self._check(case.incident, incident)
        self.saves.append(incident)
        case.incident, case.version = incident, case.version + 1
        return Held(incident, str(case.version), held.mailbox_version, ())

    def due(self, now, limit=100):
        return tuple(i for i, c in self.cases.items() if c.incident.wake_at and c.incident.wake_at <= now)[:limit]

    def find(self, *, status=None, registry=None, root="", joined_to="", openings=False, limit=50):
        found = [c.incident for c in self.cases.values() if status in (None, c.incident.status)]
        found = [i for i in found if lets_in(i) or not openings]
        found = [i for i in found if root in ("", root_label(i)) and joined_to in ("", i.joined_to)]
        return tuple(i for i in found if registry is None or registry in i.registries)[:limit]

    @staticmethod
    def _check(old: Incident | None, new: Incident) -> None:
        assert (new.wake_at is not None) == new.busy, "every save sets wake_at while the incident is busy"
        if old is None:
            return
        moves = [line.status for line in new.journal[len(old.journal) :] if line.status]
        assert len(moves) <= 1, "one transition is one save"
        assert new.status is old.status or (moves == [new.status] and may_go(old.status, new.status))
        assert new.journal[: len(old.journal)] == old.journal, "the journal only grows"


class Leases:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.rows: dict[str, tuple[str, datetime]] = {}
        self.taken: list[tuple[str, ...]] = []

    def take(self, names, owner, seconds):
        now = self.clock.time
        if any(name in self.rows and self.rows[name][1] > now for name in names):
            return None
        self.taken.append(tuple(names))
        self.rows.update({name: (owner, now + timedelta(seconds=seconds)) for name in names})
        return Lease(self, tuple(names), owner, seconds)


class Lease:
    def __init__(self, leases: Leases, names: tuple[str, ...], owner: str, seconds: float) -> None:
        self.leases, self.names, self.owner, self.seconds = leases, names, owner, seconds

    def still_held(self) -> bool:
        now = self.leases.clock.time
        rows = [self.leases.rows.get(name) for name in self.names]
        ours = all(row is not None and row[0] == self.owner and row[1] > now for row in rows)
        if ours:
            until = now + timedelta(seconds=self.seconds)
            self.leases.rows.update(dict.fromkeys(self.names, (self.owner, until)))
        return ours

    def release(self) -> None:
        for name in self.names:
            if self.leases.rows.get(name, ("", None))[0] == self.owner:
                del self.leases.rows[name]


class Mailbox:
    """A channel that keeps what it was given; `errors` are raised first, one for each delivery."""

    def __init__(self) -> None:
        self.delivered: list[tuple[str, str]] = []
        self.errors: list[Exception] = []

    def deliver(self, notice, incident) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.delivered.append((notice.template, notice.key))


class Switch:
    def __init__(self) -> None:
        self.reason: str | None = None

    def stopped(self) -> str | None:
        return self.reason


class Log:
    def __init__(self) -> None:
        self.lines: list[tuple[str, dict]] = []

    def info(self, message, **keys) -> None:
        self.lines.append((message, keys))

    def error(self, message, **keys) -> None:
        self.lines.append((message, keys))


def in_status(incident: Incident, status: Status, **fields: object) -> Incident:
    """A case file in some status, for tests that begin in the middle."""
    assert status in NEXT or status.ended
    return replace(incident, status=status, **fields)
